//! Untrusted certificates, and peers without TLS where it is expected.

use limpid_tests::certificates::{Certificates, Identity};
use limpid_tests::script::{Step, answer, send};
use limpid_tests::server::Server;

use crate::failing::Failing;

/// Returns the trace of a rejected certificate, with OpenSSL's reason.
fn refused(reason: &str) -> String {
    let quote = if reason.contains('\'') { '"' } else { '\'' };
    format!(
        "httpcore.connection - start_tls.failed exception=ConnectError(SSLCertVerificationError(1, \
         {quote}[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason} \
         (_ssl.c:1006){quote}))"
    )
}

/// Requests `host` from a server with another identity.
fn not_trusted(identity: Identity, host: &str) -> Failing {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(identity).unwrap();
    let server = Server::tls(tls, vec![vec![], vec![]]).unwrap();
    let ca_file = certificates.ca_file();
    let authority = format!("{host}:{}", server.port());
    let url = format!("https://{authority}/");
    let failing = Failing::with(60, &["--cacert", &ca_file.to_string_lossy(), &url]);
    let (name, option) = match identity {
        Identity::WrongHost => ("for other.test;", "--tls-server-name NAME"),
        Identity::Expired => ("valid from 2001-01-01 00:00:00 UTC to 2002-01-01", "-k trusts"),
        _ => ("for localhost, 127.0.0.1, ::1;", "--cacert FILE"),
    };
    failing.says(&[&authority, "certificate", "subject CN=limpid test server; issuer CN=", name]);
    failing.says(&[option]);
    server.finish().unwrap();
    failing
}

#[test]
fn a_self_signed_certificate() {
    let failing = not_trusted(Identity::SelfSigned, "localhost");
    failing.ends_with(&refused("self-signed certificate"));
}

#[test]
fn a_self_signed_certificate_of_an_authority() {
    let failing = not_trusted(Identity::SelfSignedAuthority, "localhost");
    failing.ends_with(&refused("self-signed certificate"));
}

#[test]
fn certificate_of_another_host_is_rejected() {
    let failing = not_trusted(Identity::WrongHost, "localhost");
    failing.ends_with(&refused("Hostname mismatch, certificate is not valid for 'localhost'."));
    let failing = not_trusted(Identity::WrongHost, "127.0.0.1");
    failing.ends_with(&refused("IP address mismatch, certificate is not valid for '127.0.0.1'."));
}

#[test]
fn expired_certificate_is_rejected() {
    let failing = not_trusted(Identity::Expired, "localhost");
    failing.ends_with(&refused("certificate has expired"));
}

#[test]
fn certificate_of_unknown_authority_is_rejected() {
    let failing = not_trusted(Identity::UnknownCa, "localhost");
    failing.ends_with(&refused("unable to get local issuer certificate"));
}

#[test]
fn private_authority_is_rejected_by_default() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(tls, vec![vec![], vec![]]).unwrap();
    let failing = Failing::with(60, &[&format!("https://localhost:{}/", server.port())]);
    failing.ends_with(&refused("unable to get local issuer certificate"));
    server.finish().unwrap();
}

#[test]
fn tls_to_plain_port_fails() {
    let refusal = send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let script = vec![Step::ReadBytes(1), refusal];
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let failing = Failing::with(35, &[&format!("https://localhost:{}/", server.port())]);
    failing.says(&["TLS", "http://"]);
    failing.ends_with(
        "httpcore.connection - start_tls.failed exception=ConnectError(SSLError(1, \
         '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)'))",
    );
    server.finish().unwrap();
}

#[test]
fn plain_request_to_tls_port_fails() {
    let certificates = Certificates::new().unwrap();
    let tls = certificates.server(Identity::Good).unwrap();
    let server = Server::tls(tls, vec![vec![], vec![]]).unwrap();
    let failing = Failing::with(1, &[&format!("http://localhost:{}/", server.port())]);
    failing.closes_after(
        "httpcore.http11 - receive_response_headers.failed \
         exception=RemoteProtocolError(RemoteProtocolError('illegal request line'))",
    );
    server.finish().unwrap();
}

#[test]
fn close_within_handshake_fails() {
    let script = vec![Step::ReadBytes(1), Step::Shutdown];
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let failing = Failing::with(35, &[&format!("https://localhost:{}/", server.port())]);
    failing.ends_with(
        "httpcore.connection - start_tls.failed exception=ConnectError(SSLEOFError(8, \
         '[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol \
         (_ssl.c:1006)'))",
    );
    server.finish().unwrap();
}

#[test]
fn reset_within_handshake_fails() {
    let script = vec![Step::ReadBytes(1), Step::Reset];
    let server = Server::tcp(vec![script.clone(), script]).unwrap();
    let failing = Failing::with(35, &[&format!("https://localhost:{}/", server.port())]);
    failing.ends_with(
        "httpcore.connection - start_tls.failed \
         exception=ConnectError(ConnectionResetError(104, 'Connection reset by peer'))",
    );
    server.finish().unwrap();
}

#[test]
fn insecure_option_trusts_every_certificate() {
    let identities = [
        Identity::SelfSigned,
        Identity::SelfSignedAuthority,
        Identity::WrongHost,
        Identity::Expired,
        Identity::UnknownCa,
    ];
    for identity in identities {
        let tls = Certificates::new().unwrap().server(identity).unwrap();
        let script = answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        let server = Server::tls(tls, vec![script]).unwrap();
        let url = format!("https://localhost:{}/", server.port());
        assert_eq!(crate::common::output(["-k", &url]), "hi", "{identity:?}");
        server.finish().unwrap();
    }
}
