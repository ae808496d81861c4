//! Opening connections.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// Opens a connection to `address` within `timeout`.
pub(crate) fn dial(address: SocketAddr, timeout: Option<Duration>) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    match timeout {
        Some(timeout) => socket.connect_timeout(&address.into(), timeout)?,
        None => socket.connect(&address.into())?,
    }
    // A head is sent whole: nothing is gained by waiting for more of it.
    socket.set_tcp_nodelay(true)?;
    Ok(socket.into())
}
