//! The transport of a script: a socket of the system, or one of a simulated network.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

/// How long a single step of a script waits for its peer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// One end of a connection.
pub(crate) trait Wire: Sized {
    /// Reads available bytes; 0 is the end. Returns `None` when a time limit has passed.
    async fn read(
        &mut self,
        room: &mut [u8],
        patience: Option<Duration>,
    ) -> io::Result<Option<usize>>;

    /// Writes all of it.
    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Waits for this time.
    async fn sleep(&self, time: Duration);

    /// Opens another connection.
    async fn connect(&self, target: SocketAddr) -> io::Result<Self>;

    /// Closes this direction.
    fn close(&mut self) -> io::Result<()>;

    /// Makes the connection end in a reset.
    fn reset(&mut self) -> io::Result<()>;
}

/// A socket blocks, so these futures never wait: see [`at_once`].
impl Wire for Socket {
    async fn read(
        &mut self,
        room: &mut [u8],
        patience: Option<Duration>,
    ) -> io::Result<Option<usize>> {
        self.set_read_timeout(patience)?;
        match Read::read(self, room) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        Write::write_all(self, bytes)
    }

    async fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }

    async fn connect(&self, target: SocketAddr) -> io::Result<Self> {
        let socket = Self::new(Domain::for_address(target), Type::STREAM, None)?;
        socket.connect_timeout(&target.into(), PATIENCE)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(socket)
    }

    fn close(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }

    fn reset(&mut self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }
}

/// Returns the result of a future that does not wait.
pub(crate) fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
