//! Clients and servers of both drivers, through their public interfaces.

use std::net::Ipv4Addr;

use limpid_core::error::{Cause, CertificateProblem, Error, Phase, TlsError};
use limpid_core::trace::EventKind;
use limpid_io::Error as IoError;

use super::implementation::{ClientTerms, Failure, Implementation, ServerTerms, Version};
use super::running::{Client, Driver, EVERY, Running, Setup};
use super::rustls_layers::Rustls;
use crate::certificates::{Certificates, Identity};
use limpid_test::script::{Step, send};
use limpid_test::server::{Listen, Server};

const VERSIONS: [Version; 2] = [Version::Tls12, Version::Tls13];

/// More than a few records.
const LARGE: usize = 300_000;

/// Returns the cause of a failed exchange.
fn exchange(error: IoError) -> Result<Error, Failure> {
    match error {
        IoError::Exchange { error, .. } => Ok(error),
        other => Err(other.into()),
    }
}

/// Returns the body of a request, with varying content.
fn body(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n ^ (n >> 8)).to_le_bytes()[0]).collect()
}

/// Bodies pass in both directions on one connection.
///
/// # Errors
/// They do not.
pub fn bodies_pass_both_ways_on_one_connection<C: Implementation, S: Implementation>()
-> Result<(), Failure> {
    let certificates = Certificates::new()?;
    let (authority, certified) = (&certificates.ca_file(), &certificates.issue(Identity::Good)?);
    let protocols: &[&[u8]] = &[b"http/1.1"];
    for ((client, server), version) in
        EVERY.into_iter().flat_map(|drivers| VERSIONS.map(|version| (drivers, version)))
    {
        let running =
            Running::start(server, S::server(ServerTerms { certified, version, protocols })?)?;
        let layers = C::client(ClientTerms { authority, version, protocols })?;
        let client = Client::new(client, layers, Setup::default())?;
        let url = format!("https://localhost:{}/", running.port);
        for len in [LARGE, 5, 0, LARGE + 1] {
            assert!(client.post(&url, &body(len))? == body(len), "{len} bytes, {version:?}");
        }
        let opened = client.recorder.events();
        let opened =
            opened.iter().filter(|(meta, _)| meta.kind == EventKind::StartTlsComplete).count();
        assert_eq!(opened, 1, "one connection serves them all");
    }
    Ok(())
}

/// Unacceptable certificates are rejected, with the reason.
///
/// # Errors
/// They are not.
pub fn certificates_that_are_not_acceptable_are_refused<C: Implementation, S: Implementation>()
-> Result<(), Failure> {
    let certificates = Certificates::new()?;
    let authority = &certificates.ca_file();
    for (identity, problem) in [
        (Identity::WrongHost, CertificateProblem::WrongName),
        (Identity::Expired, CertificateProblem::Expired),
        (Identity::SelfSigned, CertificateProblem::SelfSigned),
        (Identity::UnknownCa, CertificateProblem::UnknownIssuer),
    ] {
        let certified = &certificates.issue(identity)?;
        for (version, driver) in [(Version::Tls12, Driver::Std), (Version::Tls13, Driver::Tokio)] {
            let terms = ServerTerms { certified, version, protocols: &[] };
            let running = Running::start(driver, S::server(terms)?)?;
            let layers = C::client(ClientTerms { authority, version, protocols: &[] })?;
            let client = Client::new(driver, layers, Setup::default())?;
            let url = format!("https://localhost:{}/", running.port);
            let Err(error) = client.post(&url, b"secret") else {
                return Err(format!("{identity:?} is accepted").into());
            };
            let error = exchange(error)?;
            let cause = Cause::Tls(TlsError::Certificate(problem));
            assert_eq!((error.phase, error.cause), (Phase::Tls, cause), "{identity:?}");
            assert_eq!(error.request_bytes, 0, "nothing was sent");
        }
    }
    Ok(())
}

/// A server that selects another protocol receives no request.
///
/// # Errors
/// It receives one.
pub fn a_server_that_chooses_another_protocol_is_asked_nothing<
    C: Implementation,
    S: Implementation,
>() -> Result<(), Failure> {
    let certificates = Certificates::new()?;
    let (authority, certified) = (&certificates.ca_file(), &certificates.issue(Identity::Good)?);
    let protocols: &[&[u8]] = &[b"h2", b"http/1.1"];
    for (client, server) in EVERY {
        let version = Version::Tls13;
        let running =
            Running::start(server, S::server(ServerTerms { certified, version, protocols })?)?;
        let layers = C::client(ClientTerms { authority, version, protocols })?;
        let client = Client::new(client, layers, Setup::default())?;
        let url = format!("https://localhost:{}/", running.port);
        let Err(error) = client.post(&url, b"hello") else {
            return Err("another protocol is spoken".into());
        };
        let error = exchange(error)?;
        let cause = Cause::Tls(TlsError::ApplicationProtocol);
        assert_eq!((error.phase, error.cause), (Phase::Tls, cause));
        assert_eq!(error.request_bytes, 0, "nothing was asked in the wrong language");
    }
    Ok(())
}

/// A server without TLS is recognised.
///
/// # Errors
/// It is not.
pub fn a_server_that_does_not_speak_tls_is_recognised<C: Implementation>() -> Result<(), Failure> {
    let certificates = Certificates::new()?;
    for driver in [Driver::Std, Driver::Tokio] {
        let script = vec![Step::ReadBytes(5), send("HTTP/1.1 400 Bad Request\r\n\r\n")];
        let server = Server::tcp(vec![script])?;
        let version = Version::Tls13;
        let authority = &certificates.ca_file();
        let layers = C::client(ClientTerms { authority, version, protocols: &[] })?;
        let client = Client::new(driver, layers, Setup::default())?;
        let Err(error) = client.post(&format!("https://localhost:{}/", server.port()), b"") else {
            return Err("there was an answer".into());
        };
        assert_eq!(exchange(error)?.cause, Cause::Tls(TlsError::NotTls));
        server.finish()?;
    }
    Ok(())
}

/// A tunnel through a proxy with TLS has TLS within TLS.
///
/// # Errors
/// It does not work.
pub fn a_tunnel_through_a_proxy_with_tls_has_tls_within_tls<
    C: Implementation,
    S: Implementation,
>() -> Result<(), Failure> {
    let certificates = Certificates::new()?;
    let (authority, certified) = (&certificates.ca_file(), &certificates.issue(Identity::Good)?);
    for (client, server) in EVERY {
        let version = Version::Tls13;
        let terms = ServerTerms { certified, version, protocols: &[] };
        let running = Running::start(server, S::server(terms)?)?;
        let tunnel = vec![
            Step::ReadHead,
            send("HTTP/1.1 200 OK\r\n\r\n"),
            Step::Relay((Ipv4Addr::LOCALHOST, running.port).into()),
        ];
        let proxy = Server::start(Listen::Tls(Rustls::server(terms)?), vec![tunnel])?;
        let layers = C::client(ClientTerms { authority, version, protocols: &[] })?;
        let setup = Setup { proxy: Some(format!("https://localhost:{}", proxy.port()).parse()?) };
        let client = Client::new(client, layers, setup)?;
        let url = format!("https://localhost:{}/", running.port);
        assert!(client.post(&url, &body(LARGE))? == body(LARGE));
        drop((client, running));
        let requests = proxy.finish()?;
        assert!(requests[0].head.starts_with("CONNECT localhost:"), "{requests:?}");
    }
    Ok(())
}
