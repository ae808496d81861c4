//! Request bodies whose pieces another thread sends.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::signal::Signal;

/// The size of the buffer, in bytes, at which the sender blocks.
const FULL: usize = 64 * 1024;

/// The sender of a body that [`Body::channel`](crate::Body::channel) has created.
///
/// [`finish`](Self::finish) ends the body. If the sender is dropped before, the request fails,
/// because an incomplete body must not look complete.
#[must_use = "the request fails if this is dropped"]
pub struct BodySender {
    shared: Arc<Shared>,
}

/// The receiver of the pieces, for the driver.
pub(crate) struct Receiver {
    shared: Arc<Shared>,
    /// Wakes the driver, once it has had to wait.
    signal: Option<Arc<Signal>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<ChannelState>,
    /// Notified when there is room for another piece, or no more are taken.
    has_room: Condvar,
}

#[derive(Default)]
struct ChannelState {
    pieces: VecDeque<Bytes>,
    /// The total length of the pieces.
    len: usize,
    /// The end of the body, once known.
    end: Option<io::Result<()>>,
    /// No more pieces are taken.
    is_stopped: bool,
    /// Wakes the driver while it waits.
    waiting: Option<Arc<Signal>>,
}

/// Creates a sender and its receiver.
pub(crate) fn channel() -> (BodySender, Receiver) {
    let shared = Arc::new(Shared::default());
    (BodySender { shared: Arc::clone(&shared) }, Receiver { shared, signal: None })
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, ChannelState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChannelState {
    fn wake(&mut self) {
        if let Some(signal) = self.waiting.take() {
            signal.notify();
        }
    }
}

impl BodySender {
    /// Sends a piece. Blocks while 64 KiB or more are buffered.
    ///
    /// # Errors
    /// [`BrokenPipe`](ErrorKind::BrokenPipe): no more of the body is taken, because the server has
    /// answered early, the request has failed, or the response was dropped.
    pub fn send(&self, piece: impl Into<Bytes>) -> io::Result<()> {
        let piece = piece.into();
        let mut state = self.shared.lock();
        while state.len >= FULL && !state.is_stopped {
            state = self.shared.has_room.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_stopped {
            return Err(io::Error::new(ErrorKind::BrokenPipe, "no more of the body is taken"));
        }
        if !piece.is_empty() {
            state.len += piece.len();
            state.pieces.push_back(piece);
            state.wake();
        }
        Ok(())
    }

    /// Ends the body.
    pub fn finish(self) {
        self.end(Ok(()));
    }

    /// Fails the request with this error, because the body cannot be completed.
    pub fn fail(self, error: io::Error) {
        self.end(Err(error));
    }

    /// Returns whether no more of the body is taken.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.shared.lock().is_stopped
    }

    fn end(&self, end: io::Result<()>) {
        let mut state = self.shared.lock();
        if state.end.is_none() {
            state.end = Some(end);
            state.wake();
        }
    }
}

impl Drop for BodySender {
    fn drop(&mut self) {
        let error = "the sender of the body was dropped before its end";
        self.end(Err(io::Error::new(ErrorKind::UnexpectedEof, error)));
    }
}

/// Sends copies of the bytes.
impl Write for BodySender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = &bytes[..bytes.len().min(FULL)];
        self.send(Bytes::copy_from_slice(piece)).map(|()| piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for BodySender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodySender")
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}

impl Receiver {
    /// Returns the next piece of the body; `Ok(None)` at its end. If nothing is available yet,
    /// returns `None`, and the [`signal`](Self::signal) is notified later.
    pub(crate) fn try_next(&mut self) -> Option<io::Result<Option<Bytes>>> {
        let mut state = self.shared.lock();
        state.waiting = None;
        if let Some(piece) = state.pieces.pop_front() {
            let was_full = state.len >= FULL;
            state.len -= piece.len();
            if was_full && state.len < FULL {
                self.shared.has_room.notify_all();
            }
            return Some(Ok(Some(piece)));
        }
        match &mut state.end {
            Some(end) => return Some(mem::replace(end, Ok(())).map(|()| None)),
            None if self.signal.is_none() => match Signal::new() {
                Ok(signal) => self.signal = Some(Arc::new(signal)),
                Err(error) => return Some(Err(error)),
            },
            None => {}
        }
        state.waiting.clone_from(&self.signal);
        None
    }

    /// Returns the signal for the next piece, after [`try_next`](Self::try_next) has returned `None`.
    pub(crate) fn signal(&self) -> Option<&Signal> {
        self.signal.as_deref()
    }

    /// Takes no more pieces.
    pub(crate) fn stop(&self) {
        let mut state = self.shared.lock();
        (state.is_stopped, state.waiting) = (true, None);
        state.pieces.clear();
        state.len = 0;
        self.shared.has_room.notify_all();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn pieces_arrive_in_order_before_the_end() {
        let (sender, mut receiver) = channel();
        sender.send("one").unwrap();
        sender.send("").unwrap();
        sender.send("two").unwrap();
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap(), "one");
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap(), "two");
        assert!(receiver.try_next().is_none(), "an empty piece is skipped");
        sender.finish();
        assert!(receiver.try_next().unwrap().unwrap().is_none());
    }

    #[test]
    fn dropped_sender_fails_the_body() {
        let (sender, mut receiver) = channel();
        drop(sender);
        let error = receiver.try_next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn full_channel_blocks_its_sender_until_there_is_room() {
        let (sender, mut receiver) = channel();
        sender.send(vec![0; FULL]).unwrap();
        let sending = thread::spawn(move || sender.send("more").and_then(|()| sender.send("")));
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap().len(), FULL);
        sending.join().unwrap().unwrap();
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap(), "more");
    }

    #[test]
    fn blocked_sender_fails_when_no_more_is_taken() {
        let (sender, receiver) = channel();
        sender.send(vec![0; FULL]).unwrap();
        let sending = thread::spawn(move || sender.send("more"));
        drop(receiver);
        assert_eq!(sending.join().unwrap().unwrap_err().kind(), ErrorKind::BrokenPipe);
    }
}
