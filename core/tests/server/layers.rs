//! The layers of a server's connections.

use std::sync::Arc;

use limpid_core::error::{Call, Misuse, TlsError};
use limpid_core::server::{Action, Interest, Options, Session};
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::{ConnectionId, NoSink};
use limpid_core::transport::LayerError;
use limpid_core::transport::socks5::Socks5;

const NOW: Mono = Mono::from_nanos(0);

fn secured() -> Session {
    let options = Options::with(|options| options.secure = true);
    Session::new(ConnectionId(1), None, Arc::new(options))
}

#[test]
fn layer_is_requested_first_and_once() {
    let mut session = secured();
    assert_eq!(session.poll(NOW, &NoSink), Action::Secure);
    assert_eq!(session.poll(NOW, &NoSink), Action::Wait(Interest::NONE));
    assert_eq!(session.deadline(NOW).map(|until| until.why), Some(Waiting::Handshake));
    assert!(session.handle_received(0, NOW, &NoSink).is_err(), "no read was requested");
    assert_eq!(session.poll(NOW, &NoSink), Action::Wait(Interest::NONE));
    assert!(session.is_idle(), "a shutdown closes it");
}

#[test]
fn missing_layer_closes_the_connection() {
    for error in [LayerError::other(3, "no key"), TlsError::Configuration.into()] {
        let mut session = secured();
        assert_eq!(session.poll(NOW, &NoSink), Action::Secure);
        session.handle_failed(error.into(), NOW, &NoSink);
        assert_eq!(session.poll(NOW, &NoSink), Action::Close { reset: false });
        assert_eq!(session.poll(NOW, &NoSink), Action::Done);
    }
}

#[test]
fn unexpected_layer_is_refused() {
    let mut session = Session::new(ConnectionId(1), None, Arc::default());
    assert_eq!(session.poll(NOW, &NoSink), Action::Wait(Interest::READ));
    // This layer would send at once.
    let layer = Box::new(Socks5::new("localhost", 80, None));
    let refused = session.handle_secured(layer, NOW, &NoSink).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleSecured, Misuse::State));
    assert_eq!(session.poll(NOW, &NoSink), Action::Wait(Interest::READ));
    assert_eq!(session.out().concat(), b"");
}

#[cfg(feature = "rustls")]
#[test]
fn without_a_configuration_of_tls_the_connection_is_closed() {
    let mut session = secured();
    let none = None::<Arc<rustls::ServerConfig>>;
    let refused = session.secure_with(none.clone(), NOW, &NoSink).unwrap_err();
    assert_eq!((refused.call, refused.misuse), (Call::HandleSecured, Misuse::State));
    assert_eq!(session.poll(NOW, &NoSink), Action::Secure);
    session.secure_with(none, NOW, &NoSink).unwrap();
    assert_eq!(session.poll(NOW, &NoSink), Action::Close { reset: false });
}
