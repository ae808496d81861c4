//! The end of a peer that has a thread.

use std::io::{self, ErrorKind, IoSlice};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::pipe::{End, Wanted};
use crate::wire::Wire;

/// An end whose operations block, so that its futures never wait.
#[derive(Debug)]
pub(super) struct Blocking(pub(super) End);

impl Wire for Blocking {
    async fn read(
        &mut self,
        room: &mut [u8],
        patience: Option<Duration>,
    ) -> io::Result<Option<usize>> {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let wanted = Wanted { read: true, write: false };
        if self.0.wait_for(wanted, deadline) { self.0.read_now(room).map(Some) } else { Ok(None) }
    }

    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.0.wait_for(Wanted { read: false, write: true }, None);
            let n = self.0.write_now(&[IoSlice::new(bytes)])?;
            bytes = &bytes[n..];
        }
        Ok(())
    }

    async fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }

    async fn connect(&self, _: SocketAddr) -> io::Result<Self> {
        Err(unsupported())
    }

    fn close(&mut self) -> io::Result<()> {
        self.0.close();
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.0.reset();
        Ok(())
    }
}

/// Returns the error of a peer that should open a connection.
pub(super) fn unsupported() -> io::Error {
    io::Error::new(ErrorKind::Unsupported, "a peer in memory opens no connections")
}
