//! Tunnels that are opened with certificates of the proxy's authority.

use std::fs;
use std::io::{Read, Write};

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

use crate::common::{finished, output};
use crate::proxy::{PATIENCE, Proxy, head, server};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// A directory for an authority, and its name.
fn directory() -> (Directory, String) {
    let parent = Directory::new().unwrap();
    let path = parent.path().join("new/authority").to_string_lossy().into_owned();
    (parent, path)
}

#[test]
fn requests_inside_a_tunnel_are_seen() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let origin = Server::tls(tls, vec![answer(HELLO)]).unwrap();
    let (_parent, path) = directory();
    let upstream_ca = certificates.ca_file().to_string_lossy().into_owned();
    let proxy = Proxy::start(&["--ca", &path, "--cacert", &upstream_ca]);
    let ca_file = format!("{path}/ca.pem");
    let host = format!("localhost:{}", origin.port());
    let url = format!("https://{host}/inside");
    assert_eq!(output(["-x", &proxy.url(), "--cacert", &ca_file, &url]), "hello");
    let forwarded = proxy.events("Forwarded", 1);
    assert_eq!(forwarded[0]["url"], url);
    // The client sees no other protocol than this one, and the proxy has verified the server's certificate.
    let tls = proxy.events("TlsNegotiated", 2);
    assert!(
        tls.iter().all(|event| event["alpn"] == "http/1.1" || event["alpn"].is_null()),
        "{tls:?}"
    );
    drop(proxy);
    let requests = origin.finish().unwrap();
    assert!(requests[0].head.starts_with("GET /inside HTTP/1.1\r\n"), "{requests:?}");
    assert_eq!(requests[0].field("Host"), Some(&*host));
    assert!(requests[0].field("Via").is_some_and(|via| via.starts_with("1.1 limpid-")));
}

#[test]
fn certificate_of_the_server_is_verified_unless_all_are_trusted() {
    let certificates = Certificates::new().unwrap();
    let (_parent, path) = directory();
    for (arguments, status) in [(&[][..], "502"), (&["-k"], "200")] {
        let tls = certificates.server(Identity::UnknownCa).unwrap();
        let origin = Server::tls(tls, vec![answer(HELLO)]).unwrap();
        let proxy = Proxy::start(&[&["--ca", &path], arguments].concat());
        let url = format!("https://localhost:{}/", origin.port());
        let (ca_file, proxy_url) = (format!("{path}/ca.pem"), proxy.url());
        let arguments =
            ["-x", &proxy_url, "--cacert", &ca_file, "-w", "%{http_code}", "-o", "-", &url];
        let printed = output(arguments);
        assert!(printed.ends_with(status), "{printed}");
        if status == "502" {
            assert!(printed.contains("certificate"), "{printed}");
        }
    }
}

#[test]
fn authority_is_made_once_and_private() {
    let (_parent, path) = directory();
    let mut first = Proxy::start(&["--ca", &path]);
    let node = first.line("NODE_EXTRA_CA_CERTS");
    assert!(node.contains(&format!("{path}/ca.pem")), "{node}");
    first.line("--ignore-certificate-errors-spki-list=");
    let files = ["ca.pem", "ca-key.pem"].map(|name| format!("{path}/{name}"));
    let contents = || files.clone().map(|file| fs::read_to_string(file).unwrap());
    let before = contents();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&files[1])), (0o700, 0o600));
    }
    drop(first);
    let second = Proxy::start(&["--ca", &path]);
    assert_eq!(contents(), before);
    drop(second);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&files[1], fs::Permissions::from_mode(0o640)).unwrap();
        let refused = finished(["tap", "--listen", "0", "--ca", &path]);
        assert_eq!(refused.code, 77);
        assert!(refused.stderr.contains("chmod 600"), "{}", refused.stderr);
    }
}

#[test]
fn client_that_does_not_trust_the_authority_refuses() {
    let (_parent, path) = directory();
    let proxy = Proxy::start(&["--ca", &path]);
    let refused = finished(["-x", &proxy.url(), "https://localhost:1/"]);
    assert_eq!(refused.code, 60, "{}", refused.stderr);
}

#[test]
fn plain_web_socket_in_a_tunnel_is_seen() {
    let address = server(|mut stream| {
        let request = head(&mut stream).unwrap();
        assert!(request.contains("\r\nUpgrade: websocket\r\n"), "{request}");
        let response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi";
        stream.write_all(response.as_bytes()).unwrap();
    });
    let (_parent, path) = directory();
    let proxy = Proxy::start(&["--ca", &path]);
    let mut stream = proxy.connect();
    stream
        .write_all(format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes())
        .unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 200 "));
    let handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    stream
        .write_all(format!("GET /ws HTTP/1.1\r\nHost: {address}\r\n{handshake}").as_bytes())
        .unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 101 "));
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "hi");
    assert_eq!(proxy.events("Forwarded", 1)[0]["url"], format!("http://{address}/ws"));
}

#[test]
fn other_protocol_in_a_tunnel_passes_unseen() {
    let address = server(|mut stream| {
        let mut greeting = [0; 4];
        stream.read_exact(&mut greeting).unwrap();
        stream.write_all(&greeting).unwrap();
    });
    let (_parent, path) = directory();
    let proxy = Proxy::start(&["--ca", &path]);
    let mut stream = proxy.connect();
    stream
        .write_all(format!("CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n\r\nSSH-").as_bytes())
        .unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 200 "));
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "SSH-");
}

/// A server over TLS that receives a request and does not answer. The receiver has a value when it has begun, and when
/// its client has closed the connection.
fn silent(certificates: &Certificates) -> (u16, std::sync::mpsc::Receiver<&'static str>) {
    let config = certificates.server(Identity::Good).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let address = server(move |stream| {
        let connection = rustls::ServerConnection::new(std::sync::Arc::clone(&config)).unwrap();
        let mut stream = rustls::StreamOwned::new(connection, stream);
        head(&mut stream).unwrap();
        sender.send("begun").unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
        sender.send("closed").unwrap();
    });
    (address.port(), receiver)
}

#[test]
fn client_that_leaves_a_tunnel_cancels_the_request() {
    let certificates = Certificates::new().unwrap();
    let (port, steps) = silent(&certificates);
    let (_parent, path) = directory();
    let server_ca = certificates.ca_file().to_string_lossy().into_owned();
    let proxy = Proxy::start(&["--ca", &path, "--cacert", &server_ca]);
    let (proxy_url, ca_file) = (proxy.url(), format!("{path}/ca.pem"));
    let url = format!("https://localhost:{port}/");
    let mut client =
        crate::common::limpid(["-x", &proxy_url, "--cacert", &ca_file, "-m", "2", &url]);
    // It closes the connection, with the closing message of TLS, when its time is over.
    let mut client = client.stderr(std::process::Stdio::null()).spawn().unwrap();
    assert_eq!(steps.recv_timeout(PATIENCE).unwrap(), "begun");
    client.wait().unwrap();
    assert_eq!(steps.recv_timeout(PATIENCE).unwrap(), "closed");
}
