//! Where an exchange stands, as far as its events tell.

use limpid_core::trace::{Interest, Stage};

/// The events by which an exchange ends, or may: nothing follows but the closing of its connection,
/// another attempt at connecting, or the next hop of a redirect.
///
/// The catalogue has no event for an exchange as a whole; should it get one, this is the place.
pub(crate) fn ends() -> Interest {
    Interest::matching(|event| match event.name {
        "response_closed" | "close" => {
            matches!(event.stage, Stage::Complete | Stage::Failed)
        }
        "connect_tcp"
        | "connect_unix_socket"
        | "start_tls"
        | "setup_socks5_connection"
        | "retry" => event.stage == Stage::Failed,
        _ => false,
    })
}

/// The events that tell a failure of an exchange. A lookup or an address that failed is a part of
/// connecting, which fails too if no other helps.
pub(crate) fn failures() -> Interest {
    Interest::matching(|event| event.stage == Stage::Failed && !event.logger.is_within("limpid"))
}

#[cfg(test)]
mod tests {
    use limpid_core::trace::EventKind;

    use super::*;

    #[test]
    fn an_exchange_ends_with_its_response_or_without_a_connection() {
        let ends = ends();
        for kind in [
            EventKind::ResponseClosedComplete,
            EventKind::ResponseClosedFailed,
            EventKind::ConnectTcpFailed,
            EventKind::ConnectUnixSocketFailed,
            EventKind::StartTlsFailed,
            EventKind::ProxyStartTlsFailed,
            EventKind::SocksConnectTcpFailed,
            EventKind::SetupSocks5ConnectionFailed,
            EventKind::SocksStartTlsFailed,
            EventKind::CloseComplete,
        ] {
            assert!(ends.contains(kind), "{kind:?}");
        }
        for kind in [
            EventKind::ReceiveResponseBodyComplete,
            EventKind::ReceiveResponseHeadersFailed,
            EventKind::DialFailed,
            EventKind::ResolveFailed,
            EventKind::RetryComplete,
        ] {
            assert!(!ends.contains(kind), "{kind:?}");
        }
    }

    #[test]
    fn a_part_that_fails_is_no_failure_of_the_whole() {
        assert!(failures().contains(EventKind::ConnectTcpFailed));
        assert!(!failures().contains(EventKind::DialFailed));
    }
}
