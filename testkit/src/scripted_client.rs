//! Scripted clients, for tests of servers.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};

use crate::message::Message;
use crate::peer::Peer;
use crate::script::Step;
use crate::wire::{PATIENCE, at_once};

/// A client that sends exactly these bytes and expects those, for tests of servers.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use limpid_std::{Exchange, Server};
/// use limpid_test::ScriptedClient;
/// use limpid_test::script::{Step, expect, send};
///
/// let server = Server::builder().name(None).bind(("127.0.0.1", 0))?;
/// let (address, handle) = (server.local_addr().unwrap(), server.handle());
/// let serving = std::thread::spawn(|| {
///     server.serve(|mut exchange: Exchange<'_>| exchange.respond(200, "hello"))
/// });
///
/// // A head in two parts, and a second request before the first response.
/// let responses = ScriptedClient::play(address, &[
///     send("GET / HTTP/1.1\r\nHo"),
///     send("st: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
///     Step::ReadResponse,
///     Step::ReadResponse,
///     Step::ExpectEnd,
/// ])?;
/// assert_eq!(responses[1].status(), Some(200));
/// assert_eq!(responses[1].body, b"hello");
///
/// // What is no request at all.
/// let responses = ScriptedClient::play(address, &[
///     send("hello\r\n\r\n"),
///     expect("HTTP/1.1 400 Bad Request\r\n"),
/// ])?;
/// handle.shutdown(std::time::Duration::ZERO);
/// serving.join().unwrap()?;
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ScriptedClient;

impl ScriptedClient {
    /// Connects to a server and plays a script, which closes the connection at its end. Returns the messages that it has
    /// read.
    ///
    /// # Errors
    /// The server does not do what a step requires; no step waits longer than 15 seconds.
    pub fn play(address: SocketAddr, script: &[Step]) -> io::Result<Vec<Message>> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.connect_timeout(&address.into(), PATIENCE)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.set_tcp_nodelay(true)?;
        let played = at_once(Peer::new(socket).play_client(script));
        played.unwrap_or_else(|| Err(ErrorKind::WouldBlock.into()))
    }
}
