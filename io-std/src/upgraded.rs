//! Connections that have left HTTP/1.1.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use limpid_core::transport::LayerError;
use limpid_io::Tunnel;

use crate::deadline::deadline_after;
use crate::stream::Stream;
use crate::transport::{Interest, Transport};

/// A connection that has left HTTP/1.1 for another protocol, or is a tunnel.
/// [`Response::upgrade`](crate::Response::upgrade) and
/// [`Exchange::upgrade`](crate::Exchange::upgrade) return it.
///
/// Writes are sent at once, and reads return the peer's bytes, through TLS and proxies where there
/// are any. Clones share the connection, so that one thread can read while another writes, without
/// blocking each other. The connection is closed when the last clone is dropped.
#[derive(Clone)]
pub struct Upgraded {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Box<dyn Transport>,
    /// Not locked while a thread waits.
    switched: Mutex<Tunnel>,
    timeouts: Mutex<Timeouts>,
}

/// How long operations wait; `None` means no limit.
#[derive(Clone, Copy, Default)]
struct Timeouts {
    read: Option<Duration>,
    write: Option<Duration>,
}

impl Upgraded {
    pub(crate) fn new(switched: Tunnel, stream: Stream) -> io::Result<Self> {
        Ok(Self {
            shared: Arc::new(Shared {
                transport: stream.into_transport()?,
                switched: Mutex::new(switched),
                timeouts: Mutex::default(),
            }),
        })
    }

    /// Sets how long a read waits for bytes before it fails with [`ErrorKind::TimedOut`]. No limit by
    /// default.
    ///
    /// # Errors
    /// The time is zero.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        lock(&self.shared.timeouts).read = not_zero(timeout)?;
        Ok(())
    }

    /// Sets how long a write waits until some bytes are taken before it fails with
    /// [`ErrorKind::TimedOut`]. No limit by default.
    ///
    /// # Errors
    /// The time is zero.
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        lock(&self.shared.timeouts).write = not_zero(timeout)?;
        Ok(())
    }

    /// Ends this side's direction. Bytes of the peer can still be read.
    ///
    /// # Errors
    /// The connection failed.
    pub fn shutdown(&self) -> io::Result<()> {
        lock(&self.shared.switched).close();
        self.shared.flush()?;
        self.shared.transport.shutdown()
    }
}

impl Shared {
    fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        let mut deadline = None;
        loop {
            let mut switched = lock(&self.switched);
            if let Some(n) = switched.read(room).map_err(refused)? {
                return Ok(n);
            }
            // TLS may have output of its own, and another thread may have left some.
            self.write_out(&mut switched)?;
            match self.transport.read(switched.space()) {
                Ok(0) => switched.handle_eof(),
                Ok(n) => switched.handle_received(n).map_err(io::Error::other)?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let interest = Interest { read: true, write: !switched.out().is_empty() };
                    drop(switched);
                    self.wait(interest, &mut deadline, |timeouts| timeouts.read)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn write(&self, data: &[u8]) -> io::Result<usize> {
        if data.is_empty() {
            return Ok(0);
        }
        let mut deadline = None;
        loop {
            let mut switched = lock(&self.switched);
            if switched.is_closed() {
                return Err(ErrorKind::BrokenPipe.into());
            }
            let n = switched.write(data).map_err(refused)?;
            drop(switched);
            if n > 0 {
                return match self.flush() {
                    // The bytes were taken, and are sent by the next write or read.
                    Err(error) if error.kind() == ErrorKind::TimedOut => Ok(n),
                    result => result.map(|()| n),
                };
            }
            self.wait(Interest::WRITE, &mut deadline, |timeouts| timeouts.write)?;
            self.write_out(&mut lock(&self.switched))?;
        }
    }

    /// Sends all output.
    fn flush(&self) -> io::Result<()> {
        let mut deadline = None;
        loop {
            let mut switched = lock(&self.switched);
            if self.write_out(&mut switched)? {
                deadline = None;
            }
            if switched.out().is_empty() {
                return Ok(());
            }
            drop(switched);
            self.wait(Interest::WRITE, &mut deadline, |timeouts| timeouts.write)?;
        }
    }

    /// Sends what the transport takes without blocking. Returns whether it took anything.
    fn write_out(&self, switched: &mut Tunnel) -> io::Result<bool> {
        let mut has_moved = false;
        while !switched.out().is_empty() {
            match self.transport.write(&[IoSlice::new(switched.out())]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => {
                    has_moved = true;
                    switched.handle_sent(n).map_err(io::Error::other)?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(has_moved)
    }

    /// Waits for the transport. `deadline` is that of the operation, once it has waited.
    fn wait(
        &self,
        interest: Interest,
        deadline: &mut Option<Option<Instant>>,
        timeout: impl FnOnce(&Timeouts) -> Option<Duration>,
    ) -> io::Result<()> {
        let deadline =
            *deadline.get_or_insert_with(|| deadline_after(timeout(&lock(&self.timeouts))));
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(ErrorKind::TimedOut.into());
        }
        self.transport.wait(interest, deadline)
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
        self.shared.flush()
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
        f.debug_struct("Upgraded").finish_non_exhaustive()
    }
}

impl Drop for Shared {
    /// Ends both directions, as far as possible without blocking.
    fn drop(&mut self) {
        let mut switched = lock(&self.switched);
        switched.close();
        // The connection is over; an error changes nothing.
        if self.write_out(&mut switched).is_ok() && switched.out().is_empty() {
            let _ = self.transport.shutdown();
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
