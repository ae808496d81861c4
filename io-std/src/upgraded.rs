//! Connections that have left HTTP/1.1.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use limpid_core::client::{Moved, Switched};
use limpid_core::transport::LayerError;

use crate::duplex::Duplex;
use crate::stream::Stream;

/// How much is read at a time.
const READ: usize = 16 * 1024;

/// A connection that carries another protocol now, or is a tunnel: what
/// [`Response::upgrade`](crate::Response::upgrade) gives.
///
/// What is written is sent at once, and what is read are the other side's bytes, through TLS and
/// proxies where there are any. Clones are the same connection, so that one thread can read while
/// another writes. It is closed when the last is dropped.
#[derive(Clone)]
pub struct Upgraded {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Duplex,
    switched: Mutex<Switched>,
    /// Where the transport is read to; the thread that reads holds it.
    incoming: Mutex<Vec<u8>>,
    /// What the transport is to take next; the thread that writes holds it.
    outgoing: Mutex<BytesMut>,
}

impl Upgraded {
    pub(crate) fn new(switched: Switched, stream: Stream) -> io::Result<Self> {
        Ok(Self {
            shared: Arc::new(Shared {
                transport: Duplex::new(stream)?,
                switched: Mutex::new(switched),
                incoming: Mutex::new(vec![0; READ]),
                outgoing: Mutex::new(BytesMut::new()),
            }),
        })
    }

    /// How long a read waits for bytes before it fails with [`ErrorKind::TimedOut`]. Without end by
    /// default.
    ///
    /// # Errors
    /// The time is zero, or the system refuses it.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.shared.transport.set_read_timeout(not_zero(timeout)?)
    }

    /// How long a write waits until some bytes are taken before it fails with
    /// [`ErrorKind::TimedOut`]. Without end by default.
    ///
    /// # Errors
    /// The time is zero, or the system refuses it.
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.shared.transport.set_write_timeout(not_zero(timeout)?)
    }

    /// Tells the other side that nothing more comes. What it sends can still be read.
    ///
    /// # Errors
    /// The connection failed.
    pub fn shutdown(&self) -> io::Result<()> {
        lock(&self.shared.switched).close();
        self.shared.flush(&mut lock(&self.shared.outgoing))?;
        self.shared.transport.shutdown()
    }
}

impl Shared {
    fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        let mut incoming = lock(&self.incoming);
        loop {
            let moved = lock(&self.switched).read(room).map_err(refused)?;
            match moved {
                Moved::Bytes(n) => return Ok(n),
                Moved::NeedRead => {}
                Moved::NeedWrite => match self.outgoing.try_lock() {
                    Ok(mut outgoing) => self.flush(&mut outgoing)?,
                    Err(TryLockError::Poisoned(poisoned)) => {
                        self.flush(&mut poisoned.into_inner())?;
                    }
                    // Another thread is writing, and takes this along.
                    Err(TryLockError::WouldBlock) => {}
                },
            }
            let n = self.transport.read(&mut incoming)?;
            let mut switched = lock(&self.switched);
            switched.space(n)[..n].copy_from_slice(&incoming[..n]);
            if n == 0 { switched.eof() } else { switched.filled(n) }
        }
    }

    fn write(&self, data: &[u8]) -> io::Result<usize> {
        let mut outgoing = lock(&self.outgoing);
        loop {
            let moved = lock(&self.switched).write(data).map_err(refused)?;
            if let Moved::Bytes(n) = moved {
                return match self.flush(&mut outgoing) {
                    // It was taken, and waits for the next write.
                    Err(error) if error.kind() == ErrorKind::TimedOut => Ok(n),
                    result => result.map(|()| n),
                };
            }
            self.flush(&mut outgoing)?;
        }
    }

    /// Lets the socket take everything that waits for it.
    fn flush(&self, outgoing: &mut BytesMut) -> io::Result<()> {
        loop {
            if outgoing.is_empty() {
                let mut switched = lock(&self.switched);
                outgoing.clear();
                outgoing.extend_from_slice(switched.out());
                switched.sent(outgoing.len());
            }
            if outgoing.is_empty() {
                return Ok(());
            }
            match self.transport.write(outgoing)? {
                0 => return Err(ErrorKind::WriteZero.into()),
                n => outgoing.advance(n),
            }
        }
    }
}

impl Read for &Upgraded {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.shared.read(room)
    }
}

impl Write for &Upgraded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.shared.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.shared.flush(&mut lock(&self.shared.outgoing))
    }
}

impl Read for Upgraded {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        (&*self).read(room)
    }
}

impl Write for Upgraded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        (&*self).write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgraded")
            .field("transport", &self.shared.transport)
            .finish_non_exhaustive()
    }
}

impl Drop for Shared {
    /// Ends both directions, as far as that is possible without waiting.
    fn drop(&mut self) {
        if self.transport.stop_waiting().is_ok() {
            lock(&self.switched).close();
            // Nobody is left who would care.
            let _ = self.flush(&mut lock(&self.outgoing));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(error: LayerError) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

fn not_zero(timeout: Option<Duration>) -> io::Result<Option<Duration>> {
    match timeout {
        Some(Duration::ZERO) => Err(ErrorKind::InvalidInput.into()),
        timeout => Ok(timeout),
    }
}
