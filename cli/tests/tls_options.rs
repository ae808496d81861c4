//! Client certificates and settings of TLS.

#![cfg(test)]

mod common;

use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine};
use common::{finished, limpid};
use limpid_tests::certificates::{Certificates, Identity, Terms};
use limpid_tests::command::{Finished, run};
use limpid_tests::directory::Directory;
use limpid_tests::script::{Script, Step, answer, send};
use limpid_tests::server::Server;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

static ONLY_TLS12: &[&SupportedProtocolVersion] = &[&TLS12];
static ONLY_TLS13: &[&SupportedProtocolVersion] = &[&TLS13];

/// A server with an identity and settings, and the arguments that trust it.
struct Setting {
    certificates: Certificates,
    server: Server,
}

impl Setting {
    fn new(identity: Identity, terms: Terms, script: Script) -> Self {
        let certificates = Certificates::new().unwrap();
        let tls = certificates.server_on(identity, terms).unwrap();
        Self { certificates, server: Server::tls(tls, vec![script]).unwrap() }
    }

    /// Runs the command with these arguments and the server's URL.
    fn asked(self, arguments: &[&str]) -> Finished {
        let ca_file = self.certificates.ca_file();
        let url = format!("https://localhost:{}/", self.server.port());
        let ca_file = ca_file.to_string_lossy();
        let finished = finished([&["--cacert", &ca_file], arguments, &[&url]].concat());
        self.server.finish().unwrap();
        finished
    }
}

/// Returns a server that requires a client certificate.
fn strict(script: Script) -> Setting {
    Setting::new(Identity::Good, Terms { wants_certificate: true, ..Terms::default() }, script)
}

fn says_hello(finished: &Finished) {
    let Finished { code, stdout, stderr } = finished;
    assert_eq!((*code, stdout.as_slice()), (0, &b"hello"[..]), "{stderr}");
}

#[test]
fn client_certificate_is_presented_on_request() {
    let setting = strict(answer(HELLO));
    let certified = setting.certificates.issue(Identity::Good).unwrap();
    let directory = Directory::new().unwrap();
    let cert = directory.write("cert.pem", certified.certificate.pem()).unwrap();
    let key = directory.write("key.pem", certified.key.serialize_pem()).unwrap();
    let (cert, key) = (cert.to_string_lossy(), key.to_string_lossy());
    let finished = setting.asked(&["-v", "--cert", &cert, "--key", &key]);
    says_hello(&finished);
    let line = finished.stderr.lines().next().unwrap();
    let told = format!("httpx - load_ssl_context verify=True cert=('{cert}', '{key}')");
    assert!(line.ends_with(&told), "{line}");
}

#[test]
fn client_key_may_share_file_and_be_sec1() {
    let setting = strict(answer(HELLO));
    let certified = setting.certificates.issue(Identity::Good).unwrap();
    // PKCS #8 contains the key of SEC 1 (RFC 5915).
    let pkcs8 = certified.key.serialize_der();
    let is_inner = |bytes: &[u8]| bytes == [0x02, 0x01, 0x01, 0x04, 0x20];
    let start = pkcs8.windows(5).position(is_inner).unwrap() - 2;
    let sec1 = BASE64_STANDARD.encode(&pkcs8[start..]);
    let both = format!(
        "{}-----BEGIN EC PRIVATE KEY-----\n{sec1}\n-----END EC PRIVATE KEY-----\n",
        certified.certificate.pem()
    );
    let directory = Directory::new().unwrap();
    let file = directory.write("both.pem", both).unwrap();
    let file = file.to_string_lossy();
    let finished = setting.asked(&["-v", "--cert", &file]);
    says_hello(&finished);
    let told = format!("httpx - load_ssl_context verify=True cert='{file}'");
    assert!(finished.stderr.lines().next().unwrap().ends_with(&told), "{}", finished.stderr);
}

#[test]
fn missing_client_certificate_is_rejected() {
    let finished = strict(vec![]).asked(&[]);
    assert_eq!(finished.code, 56, "{}", finished.stderr);
    for part in ["alert 116, certificate required", "--cert FILE"] {
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
}

#[test]
fn unknown_client_certificate_is_rejected() {
    let setting = strict(vec![]);
    let certified = setting.certificates.issue(Identity::UnknownCa).unwrap();
    let both = certified.certificate.pem() + &certified.key.serialize_pem();
    let directory = Directory::new().unwrap();
    let file = directory.write("both.pem", both).unwrap();
    let finished = setting.asked(&["--cert", &file.to_string_lossy()]);
    assert_eq!(finished.code, 56, "{}", finished.stderr);
    assert!(finished.stderr.contains("refused with TLS alert"), "{}", finished.stderr);
}

#[test]
fn added_and_native_certificates_are_trusted() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(tls, vec![answer(HELLO), answer(HELLO), vec![]]).unwrap();
    let url = format!("https://localhost:{}/", server.port());
    let ca_file = certificates.ca_file();
    says_hello(&finished(["--add-cacert", &ca_file.to_string_lossy(), &url]));
    // Where the system has no verifier of its own, it trusts what OpenSSL does.
    #[cfg(all(unix, not(target_vendor = "apple")))]
    {
        let mut command = limpid(["-v", "--ca-native", &url]);
        let finished = run(command.env("SSL_CERT_FILE", &ca_file), b"").unwrap();
        says_hello(&finished);
        assert!(finished.stderr.contains("load_verify_locations cafile='system'"));
    }
    let error = finished(["--ca-native", &url]);
    assert_eq!(error.code, 60, "{}", error.stderr);
    assert!(error.stderr.contains("its issuer is unknown"), "{}", error.stderr);
    drop(server);
}

#[test]
fn end_without_close_notify_is_an_error_on_request() {
    let script = || vec![Step::ReadRequest, send("HTTP/1.1 200 OK\r\n\r\nhello"), Step::Close];
    says_hello(&Setting::new(Identity::Good, Terms::default(), script()).asked(&[]));
    let setting = Setting::new(Identity::Good, Terms::default(), script());
    let finished = setting.asked(&["--require-close-notify"]);
    assert_eq!(finished.code, 56, "{}", finished.stderr);
    assert!(finished.stderr.contains("without close_notify"), "{}", finished.stderr);
}

#[test]
fn server_name_option_overrides_url() {
    let setting = Setting::new(Identity::WrongHost, Terms::default(), answer(HELLO));
    let finished = setting.asked(&["-v", "--tls-server-name", "other.test"]);
    says_hello(&finished);
    assert!(finished.stderr.contains(" server_hostname='other.test' "), "{}", finished.stderr);
}

#[test]
fn resolve_option_replaces_lookup() {
    let setting = Setting::new(Identity::WrongHost, Terms::default(), answer(HELLO));
    let (port, ca_file) = (setting.server.port(), setting.certificates.ca_file());
    // There is no server at the first address; the certificate is for the name.
    let known = format!("other.test:{port}:[::1],127.0.0.1");
    let url = format!("https://other.test:{port}/");
    let finished = finished(["--cacert", &ca_file.to_string_lossy(), "--resolve", &known, &url]);
    says_hello(&finished);
    let requests = setting.server.finish().unwrap();
    assert_eq!(requests[0].field("Host"), Some(format!("other.test:{port}").as_str()));
}

#[test]
fn alpn_offers_http_1_by_default() {
    let terms = || Terms { protocols: vec![b"h2".to_vec()], ..Terms::default() };
    let finished = Setting::new(Identity::Good, terms(), vec![]).asked(&[]);
    assert_eq!(finished.code, 35, "{}", finished.stderr);
    assert!(finished.stderr.contains("120, no application protocol"), "{}", finished.stderr);
    says_hello(&Setting::new(Identity::Good, terms(), answer(HELLO)).asked(&["--no-alpn"]));
}

#[test]
fn old_tls_versions_can_be_rejected() {
    let terms = || Terms { versions: ONLY_TLS12, ..Terms::default() };
    let finished = Setting::new(Identity::Good, terms(), vec![]).asked(&["--tlsv1.3"]);
    assert_eq!(finished.code, 35, "{}", finished.stderr);
    assert!(finished.stderr.contains("protocol version"), "{}", finished.stderr);
    says_hello(&Setting::new(Identity::Good, terms(), answer(HELLO)).asked(&[]));
}

#[test]
fn key_log_follows_environment() {
    let directory = Directory::new().unwrap();
    let versions =
        [(ONLY_TLS12, "CLIENT_RANDOM "), (ONLY_TLS13, "CLIENT_HANDSHAKE_TRAFFIC_SECRET ")];
    for (versions, label) in versions {
        let terms = Terms { versions, ..Terms::default() };
        let Setting { certificates, server } = Setting::new(Identity::Good, terms, answer(HELLO));
        let file = directory.file(label.trim());
        let ca_file = certificates.ca_file();
        let url = format!("https://localhost:{}/", server.port());
        let mut command = limpid(["--cacert", &ca_file.to_string_lossy(), &url]);
        says_hello(&run(command.env("SSLKEYLOGFILE", &file), b"").unwrap());
        server.finish().unwrap();
        let secrets = fs::read_to_string(file).unwrap();
        assert!(secrets.lines().any(|line| line.starts_with(label)), "{secrets}");
    }
}
