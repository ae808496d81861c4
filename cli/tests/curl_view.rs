//! `--view curl`, beside curl where the release whose lines it has is installed.

#![cfg(test)]

mod common;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use common::{finished, limpid};
use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::command::run;
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::{Listen, Server};
use rustls::ServerConfig;

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// The fields that every program sends of itself, in the same words.
const SAME: [&str; 4] = ["-H", "User-Agent: x", "-H", "Accept: */*"];

/// A program, and a server with these scripts.
struct Case<'c> {
    listen: Listen,
    scripts: Vec<Script>,
    /// `{url}` and `{port}` are replaced.
    arguments: &'c [&'c str],
}

impl<'c> Case<'c> {
    fn new(scripts: Vec<Script>, arguments: &'c [&'c str]) -> Self {
        Self { listen: Listen::Tcp, scripts, arguments }
    }

    fn tls(config: Arc<ServerConfig>, script: Script, arguments: &'c [&'c str]) -> Self {
        let (listen, scripts) = (Listen::Tls(config), vec![script]);
        Self { listen, scripts, arguments }
    }

    /// Returns the lines of a program.
    fn lines_of(&self, program: &dyn Fn() -> Command) -> Vec<String> {
        let server = Server::start(self.listen.clone(), self.scripts.clone()).unwrap();
        let port = server.port().to_string();
        let scheme = if matches!(self.listen, Listen::Tls(_)) { "https" } else { "http" };
        let url = format!("{scheme}://127.0.0.1:{port}/");
        let replaced = |text: &&str| text.replace("{url}", &url).replace("{port}", &port);
        let mut command = program();
        command.args(SAME).args(self.arguments.iter().map(replaced));
        let finished = run(&mut command, b"").unwrap();
        server.finish().unwrap();
        let all = finished.stderr.lines();
        let lines = all.map(|line| line.trim_end_matches('\r').replace(&port, "PORT"));
        ordered(lines.filter(|line| !is_of_machinery(line)).collect())
    }

    /// Checks the lines of the command, and those of curl.
    fn has(&self, expected: &str) {
        let ours = self.lines_of(&|| limpid(["--view", "curl"]));
        let is_shown = |line: &&String| line.starts_with(['*', '>', '<']);
        let shown: Vec<_> = ours.iter().filter(is_shown).map(String::as_str).collect();
        assert_eq!(shown.join("\n"), expected.trim(), "limpid");
        if let Some(curl) = curl() {
            let theirs = self.lines_of(&|| {
                let mut command = Command::new(curl);
                command.args(["-q", "-sv", "--noproxy", "none.example"]);
                command
            });
            // curl of this release does not say what a lookup has found.
            let was_found =
                |line: &str| line.ends_with(" was resolved.") || line.starts_with("* IPv");
            let both: Vec<_> = shown.into_iter().filter(|line| !was_found(line)).collect();
            assert_eq!(theirs.join("\n"), both.join("\n"), "curl");
        }
    }
}

/// Returns curl if it is the release whose lines the view has.
fn curl() -> Option<&'static Path> {
    let curl = Path::new("/usr/bin/curl");
    let version = Command::new(curl).arg("--version").output().ok()?;
    version.stdout.starts_with(b"curl 7.88.").then_some(curl)
}

/// Returns whether a line of curl is about its own machinery, or depends on the machine.
fn is_of_machinery(line: &str) -> bool {
    const TEXTS: [&str; 11] = [
        "(OUT), TLS",
        "(IN), TLS",
        "* ALPN: offers",
        " CApath: ",
        "session ID is stale",
        "* Found bundle for host",
        "* Can not multiplex",
        "was found in DNS cache",
        " CAfile: ",
        " date: ",
        "* Clear auth",
    ];
    line.starts_with(['{', '}']) || line.is_empty() || TEXTS.iter().any(|text| line.contains(text))
}

/// Sorts the fields of each request, whose order differs.
fn ordered(mut lines: Vec<String>) -> Vec<String> {
    let is_field = |line: &String| line.starts_with("> ") && line.contains(": ");
    for fields in lines.chunk_by_mut(|one, next| is_field(one) && is_field(next)) {
        fields.sort();
    }
    lines
}

#[test]
fn reused_connection_is_named() {
    let script = [answer(HELLO), answer(HELLO)].concat();
    Case::new(vec![script], &["{url}", "{url}"]).has(
        "
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #0 to host 127.0.0.1 left intact
* Re-using existing connection #0 with host 127.0.0.1
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #0 to host 127.0.0.1 left intact",
    );
}

#[test]
fn request_has_the_version_that_was_sent() {
    Case::new(vec![answer(HELLO)], &["-0", "{url}"]).has(
        "
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)
> GET / HTTP/1.0
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #0 to host 127.0.0.1 left intact",
    );
}

#[test]
fn certificate_and_tls_are_described() {
    let certificates = Certificates::new().unwrap();
    let config = certificates.server(Identity::Good).unwrap();
    let ca_file = certificates.ca_file().to_string_lossy().into_owned();
    let arguments = ["--cacert", &ca_file, "{url}"];
    Case::tls(config, answer(HELLO), &arguments).has(
        "
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
* ALPN: server did not agree on a protocol. Uses default.
* Server certificate:
*  subject: CN=limpid test server
*  subjectAltName: host \"127.0.0.1\" matched cert's IP address!
*  issuer: CN=limpid test authority
*  SSL certificate verify ok.
* using HTTP/1.x
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #0 to host 127.0.0.1 left intact",
    );
}

#[test]
fn name_of_the_certificate_and_addresses_of_the_host_are_shown() {
    let certificates = Certificates::new().unwrap();
    let config = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(config, vec![answer(HELLO)]).unwrap();
    let url = format!("https://localhost:{}/", server.port());
    let ca_file = certificates.ca_file().to_string_lossy().into_owned();
    let finished = finished(["--view", "curl", "--cacert", &ca_file, &url]);
    let found = format!("* Host localhost:{} was resolved.", server.port());
    server.finish().unwrap();
    for line in [
        &found,
        "* IPv4: 127.0.0.1",
        "*  subjectAltName: host \"localhost\" matched cert's \"localhost\"",
        &format!("*  CAfile: {ca_file}"),
    ] {
        assert!(finished.stderr.lines().any(|shown| shown == line), "{line}: {}", finished.stderr);
    }
}

#[test]
fn redirect_is_followed_on_the_same_connection() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 3\r\n\r\nred";
    let script = [answer(moved), answer(HELLO)].concat();
    Case::new(vec![script], &["-L", "{url}"]).has(
        "
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 302 Found
< Location: /b
< Content-Length: 3
< 
* Ignoring the response-body
* Connection #0 to host 127.0.0.1 left intact
* Issue another request to this URL: 'http://127.0.0.1:PORT/b'
* Re-using existing connection #0 with host 127.0.0.1
> GET /b HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #0 to host 127.0.0.1 left intact",
    );
}

#[test]
fn posted_form_and_closed_connection() {
    let closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    Case::new(vec![answer(closing)], &["-d", "a=1", "{url}"]).has(
        "
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)
> POST / HTTP/1.1
> Accept: */*
> Content-Length: 3
> Content-Type: application/x-www-form-urlencoded
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Connection: close
< Content-Length: 2
< 
* Closing connection 0",
    );
}

#[test]
fn informational_response_precedes_the_final_one() {
    let early = format!("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n{HELLO}");
    Case::new(vec![answer(early)], &["{url}"]).has(
        "
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 103 Early Hints
< Link: </a>
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #0 to host 127.0.0.1 left intact",
    );
}

#[test]
fn request_is_resent_when_its_reused_connection_is_closed() {
    let dies = [answer(HELLO), vec![Step::ReadRequest, Step::Close]].concat();
    let arguments = ["{url}", "{url}"];
    Case::new(vec![dies, answer(HELLO)], &arguments).has(
        "
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #0 to host 127.0.0.1 left intact
* Re-using existing connection #0 with host 127.0.0.1
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
* Connection died, retrying a fresh connect (retry count: 1)
* Closing connection 0
* Issue another request to this URL: 'http://127.0.0.1:PORT/'
*   Trying 127.0.0.1:PORT...
* Connected to 127.0.0.1 (127.0.0.1) port PORT (#1)
> GET / HTTP/1.1
> Accept: */*
> Host: 127.0.0.1:PORT
> User-Agent: x
> 
< HTTP/1.1 200 OK
< Content-Length: 5
< 
* Connection #1 to host 127.0.0.1 left intact",
    );
}

/// The lines before a failure, and those of it. Only the latter are compared.
fn fails(script: Script, arguments: &[&str], expected: &[&str]) {
    let arguments = [arguments, &["{url}"]].concat();
    let case = Case::new(vec![script], &arguments);
    let of_failure = |lines: Vec<String>| {
        let notes = lines.into_iter().filter(|line| line.starts_with("* "));
        notes.filter(|line| !line.contains("Trying") && !line.contains("Connected to")).collect()
    };
    let ours: Vec<String> = of_failure(case.lines_of(&|| limpid(["--view", "curl"])));
    assert_eq!(ours, expected, "limpid");
    if let Some(curl) = curl() {
        let theirs: Vec<String> = of_failure(case.lines_of(&|| {
            let mut command = Command::new(curl);
            command.args(["-q", "-sv"]);
            command
        }));
        assert_eq!(theirs, expected, "curl");
    }
}

// The words of errors are the system's.
#[cfg(unix)]
#[test]
fn failures_have_the_words_of_curl() {
    let truncated = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc";
    let cut = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel";
    fails(
        vec![Step::ReadRequest, Step::Close],
        &[],
        &["* Empty reply from server", "* Closing connection 0"],
    );
    fails(
        vec![Step::ReadRequest, Step::Reset],
        &[],
        &["* Recv failure: Connection reset by peer", "* Closing connection 0"],
    );
    fails(
        vec![Step::ReadRequest, send(truncated), Step::Close],
        &[],
        &["* transfer closed with 7 bytes remaining to read", "* Closing connection 0"],
    );
    fails(
        vec![Step::ReadRequest, send(cut), Step::Close],
        &[],
        &["* transfer closed with outstanding read data remaining", "* Closing connection 0"],
    );
}

// The words of errors are the system's.
#[cfg(unix)]
#[test]
fn refused_connection_names_each_address() {
    let server = Server::start(Listen::Refuse, vec![]).unwrap();
    let port = server.port();
    let url = format!("http://127.0.0.1:{port}/");
    let finished = finished(["--view", "curl", &url]);
    let lines: Vec<_> = finished.stderr.lines().collect();
    assert_eq!(lines[0], format!("*   Trying 127.0.0.1:{port}..."));
    assert_eq!(lines[1], format!("* connect to 127.0.0.1 port {port} failed: Connection refused"));
    let failed = format!("* Failed to connect to 127.0.0.1 port {port} after ");
    assert!(lines[2].starts_with(&failed), "{}", lines[2]);
    assert!(lines[2].ends_with(" ms: Couldn't connect to server"), "{}", lines[2]);
    assert_eq!(lines[3], "* Closing connection 0");
    assert!(lines[4].starts_with("limpid: (7) "), "{}", lines[4]);
}

#[test]
fn timeout_says_after_what_time() {
    let script = vec![Step::ReadRequest];
    let server = Server::tcp(vec![script]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["--view", "curl", "-m", "0.1", &url]);
    server.finish().unwrap();
    let line = finished.stderr.lines().find(|line| line.contains("timed out")).unwrap();
    assert!(line.starts_with("* Operation timed out after "), "{line}");
    assert!(line.ends_with(" milliseconds with 0 bytes received"), "{line}");
}

#[test]
fn secrets_are_hidden_and_control_characters_escaped() {
    let hostile = b"HTTP/1.1 200 \x1b[31mOK\r\nSet-Cookie: a=tiger\r\nX: \x9b \xc2\x9b\r\nContent-Length: 0\r\n\r\n";
    let server = Server::tcp(vec![answer(hostile)]).unwrap();
    let url = format!("http://127.0.0.1:{}/?token=tiger", server.port());
    let finished = finished(["--view", "curl", "-u", "me:tiger", "--lenient", "all", &url]);
    server.finish().unwrap();
    assert!(!finished.stderr.contains("tiger"), "{}", finished.stderr);
    assert!(finished.stderr.contains("> GET /?token=[secure] HTTP/1.1\n"), "{}", finished.stderr);
    assert!(finished.stderr.contains("< HTTP/1.1 200 \\x1b[31mOK\n"), "{}", finished.stderr);
    assert!(finished.stderr.contains("< X: \\x9b \\x9b\n"), "{}", finished.stderr);
}

#[test]
fn twice_verbose_adds_a_line_of_timings() {
    let server = Server::tcp(vec![[answer(HELLO), answer(HELLO)].concat()]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    for view in ["curl", "lines"] {
        let server = Server::tcp(vec![[answer(HELLO), answer(HELLO)].concat()]).unwrap();
        let url = format!("http://127.0.0.1:{}/", server.port());
        let finished = finished(["-vv", "--view", view, &url, &url]);
        server.finish().unwrap();
        let start = format!("GET {url} 200: pool ");
        let lines: Vec<_> =
            finished.stderr.lines().filter(|line| line.starts_with(&start)).collect();
        assert_eq!(lines.len(), 2, "{}", finished.stderr);
        assert!(lines[0].contains(" ms, connect ") && lines[0].contains(", tls -, send "));
        assert!(lines[0].ends_with("received 43 bytes; connection 1"), "{}", lines[0]);
        assert!(lines[1].contains(", dns -, connect -, tls -, send "), "{}", lines[1]);
        assert!(lines[1].ends_with("received 43 bytes; connection 1, reused"), "{}", lines[1]);
    }
    let finished = finished(["-v", "--view", "curl", &url, &url]);
    server.finish().unwrap();
    assert!(!finished.stderr.contains("pool "), "{}", finished.stderr);
}

#[test]
fn json_view_is_lines_of_json() {
    let server = Server::tcp(vec![answer(HELLO)]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished(["--view", "json", &url]);
    server.finish().unwrap();
    assert!(finished.stderr.lines().count() > 5);
    assert!(finished.stderr.lines().all(|line| line.starts_with("{\"v\":")), "{}", finished.stderr);
}

/// Returns the lines of the command about a request through a proxy that answers CONNECT with this status.
fn through_proxy(status: u16) -> Vec<String> {
    let certificates = Certificates::new().unwrap();
    let inner = certificates.server(Identity::Good).unwrap();
    let established = format!("HTTP/1.1 {status} Answered\r\n\r\n");
    let script = match status {
        200 => [answer(established), vec![Step::StartTls(inner)], answer(HELLO)].concat(),
        _ => vec![Step::ReadRequest, send(established), Step::Close],
    };
    let proxy = Server::tcp(vec![script]).unwrap();
    let ca_file = certificates.ca_file().to_string_lossy().into_owned();
    let url = format!("http://user:tiger@127.0.0.1:{}", proxy.port());
    let options = ["-s", "--view", "curl", "--cacert", &ca_file, "-x", &url];
    let finished = finished([&options[..], &["https://localhost:9/"]].concat());
    let port = proxy.port().to_string();
    proxy.finish().unwrap();
    let lines = finished.stderr.lines().map(|line| line.replace(&port, "PORT"));
    lines.filter(|line| !is_of_machinery(line)).collect()
}

#[test]
fn tunnel_of_a_proxy_is_described() {
    let lines = through_proxy(200);
    let before = [
        "*   Trying 127.0.0.1:PORT...",
        "* Connected to 127.0.0.1 (127.0.0.1) port PORT (#0)",
        "* Establish HTTP proxy tunnel to localhost:9",
        "* Proxy auth using Basic",
        "> CONNECT localhost:9 HTTP/1.1",
        "> Host: localhost:9",
        "> Accept: */*",
        "> Proxy-Authorization: [secure]",
        "> ",
        "< HTTP/1.1 200 Answered",
        "< ",
        "* CONNECT phase completed",
        "* CONNECT tunnel established, response 200",
        "* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384",
    ];
    assert_eq!(lines[..before.len()], before);
    assert!(lines.iter().any(|line| line == "> GET / HTTP/1.1"), "{lines:?}");
    assert_eq!(lines.last().unwrap(), "* Connection #0 to host 127.0.0.1 left intact");
}

#[test]
fn refused_tunnel_is_a_failure() {
    let lines = through_proxy(407);
    let end = [
        "< HTTP/1.1 407 Answered",
        "< ",
        "* CONNECT tunnel failed, response 407",
        "* Closing connection 0",
    ];
    assert!(lines.ends_with(&end.map(str::to_owned)), "{lines:?}");
}

#[cfg(unix)]
#[test]
fn missing_unix_socket_is_named() {
    let finished = finished(["--view", "curl", "--unix-socket", "/none.sock", "http://localhost/"]);
    let lines: Vec<_> = finished.stderr.lines().collect();
    assert_eq!(lines[0], "*   Trying /none.sock:0...");
    assert_eq!(lines[1], "* Immediate connect fail for /none.sock: No such file or directory");
    assert!(lines[2].starts_with("* Failed to connect to localhost port 80 after "), "{lines:?}");
    assert_eq!(lines[3], "* Closing connection 0");
}
