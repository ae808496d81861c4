//! Scripts: what a peer does on one connection, step by step.
//!
//! [`server`](crate::server) plays scripts on loopback, [`Scripts`](crate::Scripts) in memory, and
//! [`ScriptedClient`](crate::ScriptedClient) those of a client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;

/// One step.
///
/// [`Scripts`](crate::Scripts) has an example.
#[derive(Clone, Debug)]
pub enum Step {
    /// Read one request, head and body.
    ReadRequest,
    /// Read the head of one request.
    ReadHead,
    /// Read a response, head and body. Informational responses are responses of their own.
    ReadResponse,
    /// Read exactly these bytes. Others are a deviation from the script.
    Expect(Vec<u8>),
    /// Read the end: more bytes are a deviation from the script.
    ExpectEnd,
    /// Read exactly this many bytes.
    ReadBytes(usize),
    /// Send these bytes.
    Send(Vec<u8>),
    /// Wait for this time.
    Sleep(Duration),
    /// Become a TLS server on this connection.
    StartTls(Arc<ServerConfig>),
    /// Act as a SOCKS5 proxy, up to its reply (RFC 1928).
    Socks5(Socks5),
    /// Connect to this address and pass on bytes in both directions, until both have ended.
    Relay(SocketAddr),
    /// Close this direction of the transport, and continue to read.
    Shutdown,
    /// Send TLS's `close_notify`, and close.
    CloseNotify,
    /// Close at once.
    Close,
    /// Close with a reset.
    Reset,
}

/// How a SOCKS5 proxy behaves.
///
/// [`Scripts`](crate::Scripts) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socks5 {
    /// The authentication method that it selects, whatever the client offers. With 2 it reads a
    /// user name and a password (RFC 1929).
    pub method: u8,
    /// Whether it accepts these credentials.
    pub authenticates: bool,
    /// Its reply to the request; without a reply, the request is not read either.
    pub reply: Option<u8>,
}

/// The steps for one connection. If they do not close it, a server waits at their end for the client to
/// close; a client closes.
///
/// [`Scripts`](crate::Scripts) has an example.
pub type Script = Vec<Step>;

/// Returns the step that sends these bytes.
pub fn send(bytes: impl AsRef<[u8]>) -> Step {
    Step::Send(bytes.as_ref().to_vec())
}

/// Returns the step that reads exactly these bytes.
pub fn expect(bytes: impl AsRef<[u8]>) -> Step {
    Step::Expect(bytes.as_ref().to_vec())
}

/// Returns the steps that read a request and send these bytes.
pub fn answer(bytes: impl AsRef<[u8]>) -> Script {
    vec![Step::ReadRequest, send(bytes)]
}
