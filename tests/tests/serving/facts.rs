//! What a handler can learn of its connection.

use std::borrow::Cow;
use std::net::SocketAddr;

use limpid_core::transport::LayerFacts;
use limpid_std::{Client, Pem};
use limpid_tests::certificates::Identity;

use crate::running::{CERTIFICATES, Carrier, DRIVERS, EVERY, Running, Setup};

/// Returns what the handler of `/facts` answers.
pub(crate) fn text(
    peer: Option<SocketAddr>,
    facts: &LayerFacts<'_>,
    certificates: &[Cow<'_, [u8]>],
) -> String {
    assert_eq!(facts.peer_certificate.as_ref(), certificates.first());
    let protocol = facts.protocol.map(<[u8]>::escape_ascii).map(|it| it.to_string());
    let certificates: Vec<_> =
        certificates.iter().map(|it| it.escape_ascii().to_string()).collect();
    let peer = peer.map(|peer| peer.ip());
    let LayerFacts { version, server_name, .. } = facts;
    let has_cipher = facts.cipher.is_some();
    format!("{peer:?} {version:?} {has_cipher} {protocol:?} {server_name:?} {certificates:?}")
}

#[test]
fn handler_gets_the_address_and_the_properties_of_tls() {
    for every in EVERY {
        let server = Running::start(every);
        let answer = server.client().get(&server.url("/facts")).send().unwrap().text().unwrap();
        let tls = match every.1 {
            Carrier::Plain => "None false None None []",
            Carrier::Tls => r#"Some("TLSv1.3") true Some("http/1.1") Some("localhost") []"#,
        };
        assert_eq!(answer, format!("Some(127.0.0.1) {tls}"), "{every:?}");
    }
}

#[test]
fn address_is_no_name_that_was_asked_for() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Tls));
        let url = format!("https://{}/facts", server.address);
        let answer = server.client().get(&url).send().unwrap().text().unwrap();
        assert!(answer.ends_with(r#"Some("http/1.1") None []"#), "{driver:?}: {answer}");
    }
}

#[test]
fn handler_gets_the_certificates_of_the_client() {
    for driver in DRIVERS {
        let setup = Setup { wants_certificate: true, ..Setup::default() };
        let server = Running::with((driver, Carrier::Tls), setup);
        let (issued, ca) = (CERTIFICATES.issue(Identity::Good).unwrap(), CERTIFICATES.ca_file());
        let authority = std::fs::read_to_string(&ca).unwrap();
        let chain = Pem::text(issued.certificate.pem() + &authority);
        let key = Pem::text(issued.key.serialize_pem());
        let client = Client::builder().ca_file(ca).client_identity(chain, key).build();
        // The second request is of a connection that resumes the session.
        for _ in 0..2 {
            let request = client.get(&server.url("/facts")).header("Connection", "close");
            let answer = request.send().unwrap().text().unwrap();
            let own = issued.certificate.der().escape_ascii().to_string();
            assert!(answer.contains(&format!("[{own:?}, \"")), "{driver:?}: {answer}");
            assert!(answer.contains(r#"Some("localhost")"#), "{driver:?}: {answer}");
        }
    }
}
