//! Rejected certificates, and other failures of TLS.

use std::error::Error as StdError;
use std::sync::Arc;
use std::thread;

use limpid_core::error::{Cause, CertificateProblem, TlsError};
use limpid_io::{ClientBuilder, Error, Settings};
use limpid_tests::certificates::{Certificates, Identity, Terms};
use limpid_tests::script::{Script, Step, send};
use limpid_tests::server::Server;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};

use crate::drivers::{DRIVERS, Fail, chain};

/// Returns a server of this identity, and its certificate.
fn server(
    certificates: &Certificates,
    identity: Identity,
    version: &'static SupportedProtocolVersion,
) -> (Arc<ServerConfig>, Vec<u8>) {
    let issued = certificates.issue(identity).unwrap();
    let der = issued.certificate.der().clone();
    let key = PrivatePkcs8KeyDer::from(issued.key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![der.clone()], key.into())
        .unwrap();
    (Arc::new(config), der.to_vec())
}

fn ask(driver: Fail, certificates: &Certificates, server: &Server) -> Error {
    let builder = ClientBuilder::<Settings>::default().ca_file(certificates.ca_file());
    driver(builder, &format!("https://127.0.0.1:{}/", server.port()), None)
}

#[test]
fn certificate_that_is_not_trusted_is_kept() {
    let certificates = Certificates::new().unwrap();
    for driver in DRIVERS {
        for version in [&TLS12, &TLS13] {
            for (identity, problem) in [
                (Identity::UnknownCa, CertificateProblem::UnknownIssuer),
                (Identity::SelfSigned, CertificateProblem::SelfSigned),
                (Identity::Expired, CertificateProblem::Expired),
                (Identity::WrongHost, CertificateProblem::WrongName),
            ] {
                let (config, der) = server(&certificates, identity, version);
                let server = Server::tls(config, vec![Vec::new()]).unwrap();
                let error = ask(driver, &certificates, &server);
                let cause = error.exchange().unwrap().cause;
                assert_eq!(cause, Cause::Tls(TlsError::Certificate(problem)));
                assert_eq!(error.certificate(), Some(&der[..]), "{identity:?} {version:?}");
                assert!(error.is_connect());
            }
        }
    }
}

#[test]
fn certificate_of_a_proxy_is_kept_and_so_is_that_of_the_server_behind_it() {
    let certificates = Certificates::new().unwrap();
    let (config, der) = server(&certificates, Identity::WrongHost, &TLS13);
    let tunnel: Script =
        vec![Step::ReadHead, send("HTTP/1.1 200 OK\r\n\r\n"), Step::StartTls(Arc::clone(&config))];
    for driver in DRIVERS {
        let secure = Server::tls(Arc::clone(&config), vec![Vec::new()]).unwrap();
        let plain = Server::tcp(vec![tunnel.clone()]).unwrap();
        for (scheme, proxy, is_named) in [("https", secure, true), ("http", plain, false)] {
            let builder = ClientBuilder::<Settings>::default()
                .ca_file(certificates.ca_file())
                .proxy_ca_file(certificates.ca_file())
                .proxy(format!("{scheme}://127.0.0.1:{}", proxy.port()));
            let error = driver(builder, "https://127.0.0.1:1/", None);
            assert_eq!(error.certificate(), Some(&der[..]), "{error}");
            assert_eq!(error.proxy().is_some(), is_named, "{error}");
        }
    }
}

#[test]
fn connections_of_one_client_keep_their_own_certificates() {
    const SERVERS: usize = 4;
    const ROUNDS: usize = 8;
    let certificates = Certificates::new().unwrap();
    let servers: Vec<_> = (0..SERVERS)
        .map(|_| {
            let (config, der) = server(&certificates, Identity::UnknownCa, &TLS13);
            (Server::tls(config, vec![Vec::new(); ROUNDS]).unwrap(), der)
        })
        .collect();
    let client = limpid_std::Client::builder().ca_file(certificates.ca_file()).build();
    thread::scope(|scope| {
        for (server, der) in &servers {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let url = format!("https://127.0.0.1:{}/", server.port());
                    let error = client.get(&url).send().unwrap_err();
                    assert_eq!(error.certificate(), Some(&der[..]));
                }
            });
        }
    });
}

#[test]
fn source_has_the_words_of_the_tls_library() {
    let certificates = Certificates::new().unwrap();
    for driver in DRIVERS {
        let (config, _) = server(&certificates, Identity::WrongHost, &TLS13);
        let server = Server::tls(config, vec![Vec::new()]).unwrap();
        let error = ask(driver, &certificates, &server);
        assert!(error.source().unwrap().is::<rustls::Error>());
        let chain = chain(&error);
        let ours = "failed while starting TLS: the certificate is not trusted: it is for another host name";
        assert!(chain[0].contains(ours), "{chain:?}");
        for part in [
            "(subject CN=limpid test server; issuer CN=limpid test authority; ",
            "; for other.test; valid from ",
            "; use one of its names, or another server)",
        ] {
            assert!(chain[0].contains(part), "{chain:?}");
        }
        assert!(chain[1].contains("other.test"), "what it is for: {chain:?}");
    }
}

#[test]
fn failure_that_is_not_about_the_certificate_has_none() {
    let certificates = Certificates::new().unwrap();
    let terms = Terms { protocols: vec![b"h2".to_vec()], ..Terms::default() };
    for driver in DRIVERS {
        let config = certificates.server_on(Identity::Good, terms.clone()).unwrap();
        let server = Server::tls(config, vec![Vec::new()]).unwrap();
        let error = ask(driver, &certificates, &server);
        assert!(matches!(error.exchange().unwrap().cause, Cause::Tls(_)), "{error}");
        assert_eq!(error.certificate(), None);
        let plain = Server::tcp(vec![vec![Step::ReadBytes(1), send("no TLS")]]).unwrap();
        assert_eq!(ask(driver, &certificates, &plain).certificate(), None);
    }
}
