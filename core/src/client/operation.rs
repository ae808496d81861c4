//! What an exchange does, in httpcore's terms.

/// An operation of httpcore's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    ConnectTcp,
    ConnectUnixSocket,
    StartTls,
    ProxyStartTls,
    SocksConnectTcp,
    SetupSocks5,
    SocksStartTls,
    /// Waiting before the next attempt, after this operation failed.
    Retry(Attempt),
    SendHead,
    SendBody,
    ReceiveHead,
    ReceiveBody,
    ResponseClosed,
    Close,
}

impl Operation {
    pub(super) const fn connects_by_tcp(self) -> bool {
        matches!(self, Self::ConnectTcp | Self::Retry(Attempt::ConnectTcp))
    }
}

/// The step of an attempt at connecting that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    ConnectTcp,
    ConnectUnixSocket,
    StartTls,
}
