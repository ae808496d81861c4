//! Certificates that are trusted themselves, beside others, or from memory.

#![cfg(test)]

use std::sync::Arc;

use limpid_core::error::{Cause, CertificateProblem, TlsError};
use limpid_io::{ClientBuilder, Error, IdentityProblem, Pem, Settings, TlsSetupError};
use limpid_tests::certificates::{Certificates, Identity, Terms};
use limpid_tests::script::answer;
use limpid_tests::server::Server;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const VERSION_1: &str = include_str!("../data/x509/version1.pem");
const VERSION_1_KEY: &str = include_str!("../data/x509/version1.key");

type Ask = fn(ClientBuilder<Settings>, &str) -> Result<u16, Error>;

const DRIVERS: [Ask; 2] = [over_std, over_tokio];

fn over_std(builder: ClientBuilder<Settings>, url: &str) -> Result<u16, Error> {
    Ok(limpid_std::Client::from(builder.build()).get(url).send()?.status())
}

fn over_tokio(builder: ClientBuilder<Settings>, url: &str) -> Result<u16, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = limpid_tokio::Client::from(builder.build());
    runtime.block_on(async { Ok(client.get(url).send().await?.status()) })
}

/// Returns the parameters of a certificate as `openssl req -x509` issues it: self-signed, and that of
/// an authority.
fn like_openssl(names: &[&str], common_name: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

/// Returns a server with this certificate, which it signs itself, and the PEM of the certificate.
fn server(params: &CertificateParams, key: &KeyPair) -> (Server, Pem) {
    let certificate = params.self_signed(key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let server = Server::tls(Arc::new(config), vec![answer(HELLO); DRIVERS.len()]).unwrap();
    (server, Pem::text(certificate.pem()))
}

/// Requests `host` over each driver, with trust in the server's certificate itself.
fn ask(params: &CertificateParams, host: &str) -> Vec<Result<u16, Error>> {
    let (server, pem) = server(params, &KeyPair::generate().unwrap());
    let url = format!("https://{host}:{}/", server.port());
    let builder = || ClientBuilder::<Settings>::default().ca(pem.clone());
    DRIVERS.iter().map(|driver| driver(builder(), &url)).collect()
}

#[track_caller]
fn is_trusted(params: &CertificateParams, host: &str) {
    for result in ask(params, host) {
        assert_eq!(result.unwrap(), 200);
    }
}

#[track_caller]
fn is_rejected(params: &CertificateParams, host: &str, problem: CertificateProblem, text: &str) {
    for result in ask(params, host) {
        let error = result.unwrap_err();
        let cause = error.exchange().unwrap().cause;
        assert_eq!(cause, Cause::Tls(TlsError::Certificate(problem)), "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn listed_certificate_of_an_authority_is_that_of_a_server() {
    is_trusted(&like_openssl(&["localhost", "127.0.0.1"], "a server"), "localhost");
    is_trusted(&like_openssl(&["localhost", "127.0.0.1"], "a server"), "127.0.0.1");
}

#[test]
fn common_name_of_a_listed_certificate_is_a_name_only_without_others() {
    is_trusted(&like_openssl(&[], "LocalHost"), "localhost");
    is_trusted(&like_openssl(&[], "127.0.0.1"), "127.0.0.1");
    let wrong = CertificateProblem::WrongName;
    is_rejected(
        &like_openssl(&[], "other.test"),
        "localhost",
        wrong,
        "needs one with a subjectAltName",
    );
    let other = like_openssl(&["other.test"], "localhost");
    is_rejected(&other, "localhost", wrong, "for other.test; valid from");
}

#[test]
fn dates_of_a_listed_certificate_are_verified() {
    let mut params = like_openssl(&["localhost"], "a server");
    (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    let dates = "valid from 2001-01-01 00:00:00 UTC to 2002-01-01 00:00:00 UTC";
    is_rejected(&params, "localhost", CertificateProblem::Expired, dates);
    (params.not_before, params.not_after) = (date_time_ymd(3001, 1, 1), date_time_ymd(3002, 1, 1));
    is_rejected(&params, "localhost", CertificateProblem::NotYetValid, "the clock of this machine");
}

#[test]
fn purpose_of_a_listed_certificate_is_verified() {
    let mut params = like_openssl(&["localhost"], "a server");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    is_rejected(&params, "localhost", CertificateProblem::Invalid, "whose key usage");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any];
    is_trusted(&params, "localhost");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    is_rejected(&params, "localhost", CertificateProblem::Invalid, "whose key usage");
    params.key_usages.push(KeyUsagePurpose::DigitalSignature);
    is_trusted(&params, "localhost");
}

#[test]
fn certificate_with_other_bytes_is_not_the_listed_one() {
    let mut params = like_openssl(&["localhost"], "a server");
    let key = KeyPair::generate().unwrap();
    let (server, _) = server(&params, &key);
    // The same subject, names and key, and another serial number.
    params.serial_number = Some(7.into());
    let twin = Pem::text(params.self_signed(&key).unwrap().pem());
    for driver in DRIVERS {
        let builder = ClientBuilder::<Settings>::default().ca(twin.clone());
        let error = driver(builder, &format!("https://localhost:{}/", server.port())).unwrap_err();
        let cause = error.exchange().unwrap().cause;
        assert_eq!(cause, Cause::Tls(TlsError::Certificate(CertificateProblem::SelfSigned)));
    }
}

#[test]
fn added_certificates_are_trusted_beside_others() {
    let (server, own) = server(&like_openssl(&["localhost"], "a"), &KeyPair::generate().unwrap());
    let certificates = Certificates::new().unwrap();
    let config = certificates.server(Identity::Good).unwrap();
    let other = Server::tls(config, vec![answer(HELLO); 3]).unwrap();
    let [url, other_url] =
        [server.port(), other.port()].map(|port| format!("https://localhost:{port}/"));
    let authority = Pem::File(certificates.ca_file());
    for driver in DRIVERS {
        let both =
            || ClientBuilder::<Settings>::default().ca(own.clone()).add_ca(authority.clone());
        assert_eq!(driver(both(), &url).unwrap(), 200);
        assert_eq!(driver(both(), &other_url).unwrap(), 200);
    }
    let beside_defaults = ClientBuilder::<Settings>::default().add_ca(authority);
    assert_eq!(over_std(beside_defaults, &other_url).unwrap(), 200);
}

#[test]
fn client_certificate_and_key_come_from_memory() {
    let certificates = Certificates::new().unwrap();
    let terms = Terms { wants_certificate: true, ..Terms::default() };
    let config = certificates.server_on(Identity::Good, terms).unwrap();
    let server = Server::tls(config, vec![answer(HELLO); DRIVERS.len()]).unwrap();
    let issued = certificates.issue(Identity::Good).unwrap();
    let url = format!("https://localhost:{}/", server.port());
    for driver in DRIVERS {
        let builder =
            ClientBuilder::<Settings>::default().ca_file(certificates.ca_file()).client_identity(
                Pem::text(issued.certificate.pem()),
                Pem::text(issued.key.serialize_pem()),
            );
        assert_eq!(driver(builder, &url).unwrap(), 200);
    }
}

#[test]
fn client_certificate_of_version_1_is_named() {
    for driver in DRIVERS {
        let builder = ClientBuilder::<Settings>::default()
            .client_identity(Pem::text(VERSION_1), Pem::text(VERSION_1_KEY));
        let error = driver(builder, "https://localhost:1/").unwrap_err();
        let Error::TlsSetup(TlsSetupError::Identity(_, problem)) = &error else {
            panic!("{error}");
        };
        assert!(matches!(problem, IdentityProblem::Version1), "{error}");
        assert!(error.to_string().contains("X.509 version 1"), "{error}");
        assert!(!format!("{error:?}").contains("BEGIN"), "{error:?}");
    }
}

#[test]
fn text_without_certificates_is_named() {
    for (text, part) in [
        ("", "there is no certificate in the PEM in memory"),
        (
            "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
            "not a usable certificate",
        ),
    ] {
        let builder = ClientBuilder::<Settings>::default().ca(Pem::text(text));
        let error = over_std(builder, "https://localhost:1/").unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn debug_of_an_error_has_no_bytes_of_the_certificate() {
    let params = like_openssl(&["other.test"], "a server");
    for result in ask(&params, "localhost") {
        let error = result.unwrap_err();
        assert!(error.certificate().is_some());
        let (debug, details) = (format!("{error:?}"), format!("{error:#?}"));
        // Lists of bytes have many numbers.
        assert!(debug.matches(", ").count() < 60, "{debug}");
        let is_byte = |line: &&str| line.trim().trim_end_matches(',').parse::<u8>().is_ok();
        assert!(details.lines().filter(is_byte).count() < 20, "{details}");
    }
}
