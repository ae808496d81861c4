//! Traffic full of secrets: no output shows one in the default mode, and no message of an error does.

#![cfg(test)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use limpid_core::client::{Proxy, Url};
use limpid_core::trace::Sink;
use limpid_sinks::combine::Tee;
use limpid_sinks::{JsonSink, Levels, LineSink, Ring};
use limpid_tests::script::{Script, Step, answer};
use limpid_tests::server::{Listen, Listener};

/// The secret, as text and in base64 from each of three offsets, and in hexadecimal.
const SECRETS: [&str; 5] = ["tiger", "dGlnZX", "RpZ2Vy", "aWdlc", "74 69 67 65 72"];

/// A JSON Web Token.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0aWdlciJ9.tiger";

/// A shared writer whose content can be read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The outputs of all sinks that write text.
struct Outputs {
    texts: [Shared; 4],
    ring: Arc<Ring>,
}

impl Outputs {
    fn new() -> (Self, impl Sink + 'static) {
        let outputs = Self {
            texts: Default::default(),
            ring: Arc::new(Ring::new(256 * 1024).levels(&Levels::everything())),
        };
        let levels = Levels::everything();
        let [lines, terminal, dumped, json] = outputs.texts.clone();
        let lines_to = |writer| LineSink::new(writer).levels(&levels);
        let sink = Tee::new()
            .with(lines_to(lines))
            .with(lines_to(terminal).terminal(true))
            .with(lines_to(dumped).hexdump(4096))
            .with(JsonSink::new(json).levels(&levels))
            .with(Arc::clone(&outputs.ring));
        (outputs, sink)
    }

    /// Checks that each output has something, and no secret.
    fn check(&self) {
        let dumped = Shared::default();
        self.ring.dump(&LineSink::new(dumped.clone()).levels(&Levels::everything()));
        for (index, text) in self.texts.iter().chain([&dumped]).enumerate() {
            let text = String::from_utf8_lossy(&text.0.lock().unwrap()).into_owned();
            assert!(text.contains("send_request_headers"), "output {index}: {text}");
            check(&format!("output {index}"), &text);
        }
    }
}

fn check(name: &str, text: &str) {
    for secret in SECRETS {
        if let Some(at) = text.find(secret) {
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            panic!("{name} shows {secret}: {line}{secret}");
        }
    }
}

/// Sends a request with secrets to a server that answers so, and checks all outputs and the error.
fn exchange(scripts: impl FnOnce(u16) -> Vec<Script>) {
    let listening = Listener::bind(Listen::Tcp).unwrap();
    let port = listening.address().unwrap().port();
    let server = listening.play(scripts(port)).unwrap();
    let (outputs, sink) = Outputs::new();
    let client = limpid_std::Client::builder().redirects(5).sink(sink).build();
    let url =
        format!("http://me:tiger@127.0.0.1:{port}/a;sid=tiger?%63ode=tiger&t={TOKEN}#key=tiger");
    let request = client
        .post(&url)
        .header("Cookie", "sid=tiger")
        .header("Referer", "https://h/?session=tiger")
        .header("X-Any", TOKEN)
        .body("tiger=tiger");
    let result = request.send().and_then(limpid_std::Response::bytes);
    if let Err(error) = result {
        check_error(&error);
    }
    // The script ends with the connection.
    drop(client);
    let _requests = server.finish().unwrap();
    outputs.check();
}

/// Checks all texts of an error and its sources.
fn check_error(error: &limpid_io::Error) {
    check("Debug", &format!("{error:?} {error:#?}"));
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        check("Display", &error.to_string());
        next = error.source();
    }
}

#[test]
fn heads_trailers_and_bodies_show_no_secret() {
    let response = format!(
        "HTTP/1.1 103 Early {TOKEN}\r\nLink: </a?key=tiger>; rel=preload\r\n\r\n\
         HTTP/1.1 401 see https://me:tiger@h/\r\nSet-Cookie: a=tiger\r\nTransfer-Encoding: chunked\r\n\
         WWW-Authenticate: Digest realm=\"a\", nonce=\"tiger\", Negotiate tiger\r\n\
         SourceMap: /a.map?token[]=tiger\r\nX-Vault-Token: tiger\r\nX-Next: https://h/?to%6ben=tiger\r\n\
         \r\n5;a=\"tiger\"\r\ntiger\r\n0\r\nAuthentication-Info: nextnonce=tiger\r\nX-Secret: tiger\r\n\r\n"
    );
    exchange(|_| vec![answer(response)]);
}

#[test]
fn redirects_show_no_secret() {
    exchange(|port| {
        let location =
            format!("http://you:tiger@127.0.0.1:{port}/b?state=tiger&next=%2F%3Fcode%3Dtiger");
        let to = |location: &str| {
            answer(format!(
                "HTTP/1.1 303 Go\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            ))
        };
        vec![to(&location), to("ftp://you:tiger@h/?sig=tiger")]
    });
}

#[test]
fn rejected_lines_show_no_secret() {
    for line in [
        "Set-Cookie: tiger\0",
        "Set-Cookie tiger",
        "X-Vault-Token : tiger\x01",
        "Location: /?token=tiger\x7f",
        "Link: <https://me:tiger@h/>\x01",
        "A: b\r\n tiger\0",
        "Content-Length: 1?token=tiger",
        "Transfer-Encoding: https://me:tiger@h/",
    ] {
        let mut script = answer(format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n"));
        script.push(Step::Close);
        exchange(|_| vec![script]);
    }
}

#[test]
fn bytes_of_incomplete_and_misframed_messages_show_no_secret() {
    for message in [
        "\r\nA: b\r\nSet-Cookie: tiger",
        "\r\nA: b\r\nLocation: /?token=tiger",
        "\r\nContent-Length: 20\r\n\r\ntiger",
        "\r\nTransfer-Encoding: chunked\r\n\r\nthis is the tiger\r\n",
        "\r\nTransfer-Encoding: chunked\r\n\r\nthis is the tiger\n",
        "\r\nTransfer-Encoding: chunked\r\n\r\n2\rtiger\r\n",
        "\r\nTransfer-Encoding: chunked\r\n\r\n2;a=tiger\n",
        "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na tiger\r\n0\r\n\r\n",
        "\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\x01tiger\r\n",
        "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\nX-Secret: tiger",
        "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\nX-Secret: tiger\x01\r\n\r\n",
        "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Secret: a\r\n tiger\x01\r\n\r\n",
        "\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\ntiger",
    ] {
        let mut script = answer(format!("HTTP/1.1 200 OK{message}"));
        script.push(Step::Close);
        exchange(|_| vec![script]);
    }
}

#[test]
fn errors_of_arguments_show_no_secret() {
    let client = limpid_std::Client::builder().build();
    for url in [
        "ftp://me:tiger@h/",
        "http://me:tiger@h:99999/",
        "http://h:tiger/",
        "http://me:tiger@/",
        "http://h\\@tiger/",
        "/?token=tiger",
    ] {
        check_error(&client.get(url).send().unwrap_err());
        let error = url.parse::<Url>().unwrap_err();
        check("UrlError", &format!("{error} {error:?}"));
        let error = url.parse::<Proxy>().unwrap_err();
        check("error of a proxy", &format!("{error} {error:?}"));
    }
    for (name, value) in [("Cookie", "tiger\r\n"), ("Cookie: tiger", "a"), ("X-Token", "tiger\0")] {
        check_error(&client.get("http://127.0.0.1:1/").header(name, value).send().unwrap_err());
    }
}
