// Serves the site of the tests with com.sun.net.httpserver: the port and the directory of the files are its
// arguments.
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.Executors;

public class Origin {
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        Path root = Path.of(arguments[1]);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        HttpServer server = HttpServer.create(address, 0);
        for (String name : new String[] {"hello", "large"}) {
            server.createContext("/" + name, exchange -> respond(exchange, root.resolve(name)));
        }
        server.createContext("/digest", Origin::digest);
        // The response is sent before the body is read.
        server.createContext("/refused", exchange -> respond(exchange, 413, "too much\n"));
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
    }

    static void digest(HttpExchange exchange) throws IOException {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            try (InputStream body = new DigestInputStream(exchange.getRequestBody(), hash)) {
                body.transferTo(java.io.OutputStream.nullOutputStream());
            }
            respond(exchange, 200, HexFormat.of().formatHex(hash.digest()) + "\n");
        } catch (NoSuchAlgorithmException error) {
            throw new IOException(error);
        }
    }

    static void respond(HttpExchange exchange, Path file) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(200, -1);
                return;
            }
            exchange.sendResponseHeaders(200, Files.size(file));
            Files.copy(file, exchange.getResponseBody());
        }
    }

    static void respond(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
