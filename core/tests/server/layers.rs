//! What secures the connections of a server.

use std::sync::Arc;

use limpid_core::error::TlsError;
use limpid_core::server::{Do, Input, Options, Session};
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::{ConnectionId, NoSink};
use limpid_core::transport::LayerError;
use limpid_core::transport::socks5::Socks5;

const NOW: Mono = Mono::from_nanos(0);

fn secured() -> Session {
    let options = Options { secure: true, ..Options::default() };
    Session::new(ConnectionId(1), None, Arc::new(options))
}

#[test]
fn a_layer_is_asked_for_first_and_until_it_is_there() {
    let mut session = secured();
    assert_eq!(session.next(NOW, &NoSink), Do::Secure);
    assert_eq!(session.deadline(NOW).map(|until| until.why), Some(Waiting::Handshake));
    session.input(NOW, &NoSink, Input::Filled(0));
    assert_eq!(session.next(NOW, &NoSink), Do::Secure);
    assert!(session.is_idle(), "a shutdown would close it");
}

#[test]
fn without_a_layer_the_connection_is_closed() {
    for error in [LayerError::other(3, "no key"), TlsError::Configuration.into()] {
        let mut session = secured();
        assert_eq!(session.next(NOW, &NoSink), Do::Secure);
        session.input(NOW, &NoSink, Input::Failed(error.into()));
        assert_eq!(session.next(NOW, &NoSink), Do::Close { reset: false });
        assert_eq!(session.next(NOW, &NoSink), Do::Done);
    }
}

#[test]
fn a_layer_that_was_not_asked_for_is_not_used() {
    let mut session = Session::new(ConnectionId(1), None, Arc::default());
    assert_eq!(session.next(NOW, &NoSink), Do::Read);
    // This one would begin to speak at once.
    session.input(NOW, &NoSink, Input::Secured(Box::new(Socks5::new("localhost", 80, None))));
    assert_eq!(session.next(NOW, &NoSink), Do::Read);
    assert_eq!(session.out().concat(), b"");
}
