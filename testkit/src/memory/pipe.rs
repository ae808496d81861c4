//! The two ends of a connection.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// The size of the buffer of a direction, in bytes.
const CAPACITY: usize = 64 * 1024;

/// Returns the two ends of a new connection.
///
/// [`End`] has an example.
#[must_use]
pub fn pair() -> (End, End) {
    let shared = Arc::<Shared>::default();
    (End { shared: Arc::clone(&shared), sends: 0 }, End { shared, sends: 1 })
}

/// One end of a connection in memory, for threads and for tasks. Dropping it closes both directions.
///
/// It is a transport of both drivers, with the features `std` and `tokio`. A server on tokio, for example, serves one end,
/// and the test has the other:
///
/// ```
/// # #[cfg(feature = "tokio")] {
/// use limpid_test::memory::pair;
/// use limpid_tokio::{Exchange, Server};
/// use std::sync::Arc;
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let (mut client, end) = pair();
/// let server = Server::builder().name(None);
/// let (settings, handle) = (Arc::new(server.settings()), limpid_tokio::Handle::new(Arc::default()));
/// let handler = |mut exchange: Exchange| async move { exchange.respond(204, "") };
/// let serving = Server::serve_connection(end, None, &settings, &handle, handler);
/// let asking = async {
///     client.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
///     let mut response = String::new();
///     client.read_to_string(&mut response).await.map(|_| response)
/// };
/// let ((), response) = tokio::join!(serving, asking);
/// assert!(response.unwrap().starts_with("HTTP/1.1 204 No Content\r\n"));
/// # });
/// # }
/// ```
pub struct End {
    shared: Arc<Shared>,
    /// The index of the direction that it sends in.
    sends: usize,
}

#[derive(Default)]
struct Shared {
    directions: Mutex<[Direction; 2]>,
    changed: Condvar,
}

#[derive(Default)]
struct Direction {
    bytes: VecDeque<u8>,
    end: Option<Ended>,
    /// The receiving end was dropped.
    is_unread: bool,
    /// The tasks that wait to read and to write.
    wakers: [Option<Waker>; 2],
}

/// How a direction has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// After the bytes in the buffer.
    Closed,
    Reset,
}

/// An operation to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) read: bool,
    pub(crate) write: bool,
}

impl Direction {
    fn can_read(&self) -> bool {
        !self.bytes.is_empty() || self.end.is_some()
    }

    fn can_write(&self) -> bool {
        self.bytes.len() < CAPACITY || self.end.is_some() || self.is_unread
    }

    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match self.end {
            Some(Ended::Reset) => Err(ErrorKind::ConnectionReset.into()),
            None if self.bytes.is_empty() => Err(ErrorKind::WouldBlock.into()),
            _ => self.bytes.read(room),
        }
    }

    fn write(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.end {
            Some(Ended::Closed) => return Err(ErrorKind::BrokenPipe.into()),
            Some(Ended::Reset) => return Err(ErrorKind::ConnectionReset.into()),
            None if self.is_unread => return Err(ErrorKind::BrokenPipe.into()),
            None => {}
        }
        let before = self.bytes.len();
        let bytes = slices.iter().flat_map(|slice| slice.iter().copied());
        self.bytes.extend(bytes.take(CAPACITY - before));
        match self.bytes.len() - before {
            0 if slices.iter().any(|slice| !slice.is_empty()) => Err(ErrorKind::WouldBlock.into()),
            n => Ok(n),
        }
    }

    fn wake(&mut self) {
        self.wakers.iter_mut().filter_map(Option::take).for_each(Waker::wake);
    }
}

impl End {
    fn lock(&self) -> MutexGuard<'_, [Direction; 2]> {
        self.shared.directions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes both directions, the incoming one first. What waits is woken if something has changed: two ends that only
    /// find nothing to read would wake each other for ever.
    fn change<T, E>(
        &self,
        change: impl FnOnce(&mut Direction, &mut Direction) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut directions = self.lock();
        let [first, second] = &mut *directions;
        let (incoming, outgoing) = if self.sends == 0 { (second, first) } else { (first, second) };
        let changed = change(incoming, outgoing);
        if changed.is_ok() {
            directions.iter_mut().for_each(Direction::wake);
            self.shared.changed.notify_all();
        }
        changed
    }

    /// Changes both directions in any case.
    fn set(&self, change: impl FnOnce(&mut Direction, &mut Direction)) {
        let Ok(()) = self.change::<_, Infallible>(|incoming, outgoing| {
            change(incoming, outgoing);
            Ok(())
        });
    }

    /// Reads without blocking; 0 bytes at the end.
    pub(crate) fn read_now(&self, room: &mut [u8]) -> io::Result<usize> {
        self.change(|incoming, _| incoming.read(room))
    }

    /// Writes some of these bytes without blocking.
    pub(crate) fn write_now(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.change(|_, outgoing| outgoing.write(slices))
    }

    /// Waits until an operation may be possible. Returns false if `deadline` has passed.
    pub(crate) fn wait_for(&self, wanted: Wanted, deadline: Option<Instant>) -> bool {
        let mut directions = self.lock();
        loop {
            let [incoming, outgoing] = [&directions[1 - self.sends], &directions[self.sends]];
            if (wanted.read && incoming.can_read()) || (wanted.write && outgoing.can_write()) {
                return true;
            }
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let changed = &self.shared.changed;
            directions = match left {
                Some(Duration::ZERO) => return false,
                Some(left) => match changed.wait_timeout(directions, left) {
                    Ok((directions, _)) => directions,
                    Err(poisoned) => poisoned.into_inner().0,
                },
                None => changed.wait(directions).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Returns the result of an operation, once it is possible without blocking.
    pub(crate) fn poll_now<T>(
        &self,
        wanted: Wanted,
        cx: &Context<'_>,
        operation: impl FnOnce() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        match operation() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => return Poll::Ready(result),
        }
        // It may have become possible since.
        let mut directions = self.lock();
        let (index, role) = if wanted.read { (1 - self.sends, 0) } else { (self.sends, 1) };
        let direction = &mut directions[index];
        if (wanted.read && direction.can_read()) || (wanted.write && direction.can_write()) {
            cx.waker().wake_by_ref();
        } else {
            direction.wakers[role] = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    /// Returns whether neither bytes nor the end have arrived.
    pub(crate) fn has_nothing(&self) -> bool {
        !self.lock()[1 - self.sends].can_read()
    }

    /// Ends the sending direction. What was sent can still be read.
    pub fn close(&self) {
        self.set(|_, outgoing| _ = outgoing.end.get_or_insert(Ended::Closed));
    }

    /// Ends both directions with a reset: what was sent and not read is lost.
    pub fn reset(&self) {
        self.set(|incoming, outgoing| {
            for direction in [incoming, outgoing] {
                direction.bytes.clear();
                direction.end = Some(Ended::Reset);
            }
        });
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.set(|incoming, outgoing| {
            incoming.is_unread = true;
            outgoing.end.get_or_insert(Ended::Closed);
        });
    }
}

impl fmt::Debug for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("End")
    }
}

#[cfg(feature = "std")]
impl limpid_std::Transport for End {
    fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        self.read_now(room)
    }

    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.write_now(slices)
    }

    fn wait(&self, interest: limpid_std::Interest, deadline: Option<Instant>) -> io::Result<()> {
        self.wait_for(Wanted { read: interest.read, write: interest.write }, deadline);
        Ok(())
    }

    fn is_silent(&self) -> bool {
        self.has_nothing()
    }

    fn shutdown(&self) -> io::Result<()> {
        self.close();
        Ok(())
    }
}
