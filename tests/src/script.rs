//! What a scripted server does on one connection, step by step.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;

/// One step.
#[derive(Clone, Debug)]
pub enum Step {
    /// Read one request, head and body.
    ReadRequest,
    /// Read the head of one request.
    ReadHead,
    /// Read exactly so many bytes.
    ReadBytes(usize),
    /// Send these bytes.
    Send(Vec<u8>),
    /// Do nothing for a while.
    Sleep(Duration),
    /// Become a TLS server on this connection.
    StartTls(Arc<ServerConfig>),
    /// Play a SOCKS5 proxy, up to its reply (RFC 1928).
    Socks5(Socks5),
    /// Connect to this address and pass on what comes from either side, until both have closed.
    Relay(SocketAddr),
    /// Close our direction of the transport, and go on reading.
    Shutdown,
    /// Say that nothing more comes, as TLS does, and close.
    CloseNotify,
    /// Close at once.
    Close,
    /// Close with a reset.
    Reset,
}

/// How a SOCKS5 proxy behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socks5 {
    /// The authentication method that it selects, whatever the client offers. With 2 it reads a
    /// user name and a password (RFC 1929).
    pub method: u8,
    /// Whether it is content with these.
    pub authenticates: bool,
    /// What it answers to the request; without a reply, the request is not read either.
    pub reply: Option<u8>,
}

/// The steps for one connection. When they end without closing it, the server waits for the client
/// to do so.
pub type Script = Vec<Step>;

/// Sends these bytes.
pub fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

/// Reads a request and sends these bytes.
pub fn answer(bytes: impl AsRef<[u8]>) -> Script {
    vec![Step::ReadRequest, send(bytes)]
}
