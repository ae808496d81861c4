//! Bodies of requests whose pieces another thread sends.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::signal::Signal;

/// How much may wait to be sent before the one who sends it waits.
const FULL: usize = 64 * 1024;

/// Sends the pieces of a body that was made by [`Body::channel`](crate::Body::channel).
///
/// The body ends with [`finish`](Self::finish). If this is dropped before, the request fails: a body that
/// is cut off must not look complete.
#[must_use = "the request fails if this is dropped"]
pub struct BodySender {
    shared: Arc<Shared>,
}

/// What takes the pieces, for the driver.
pub(crate) struct Receiver {
    shared: Arc<Shared>,
    /// What wakes the driver, once it has had to wait.
    signal: Option<Arc<Signal>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is room for another piece, or none will be taken any more.
    has_room: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Bytes>,
    /// How many bytes these are.
    len: usize,
    /// How the body ends, once that is known.
    end: Option<io::Result<()>>,
    /// No more pieces are taken.
    is_stopped: bool,
    /// What wakes the driver, while it waits.
    waiting: Option<Arc<Signal>>,
}

/// Makes both ends.
pub(crate) fn channel() -> (BodySender, Receiver) {
    let shared = Arc::new(Shared::default());
    (BodySender { shared: Arc::clone(&shared) }, Receiver { shared, signal: None })
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(signal) = self.waiting.take() {
            signal.notify();
        }
    }
}

impl BodySender {
    /// Sends a piece. While 64 KiB or more wait to be sent, this waits too.
    ///
    /// # Errors
    /// [`BrokenPipe`](ErrorKind::BrokenPipe): no more of the body is taken, because the server has answered
    /// without it, the request has failed, or the response was dropped.
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

    /// Fails the request with this error: the body cannot be completed.
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
    /// Returns what comes next of the body, and at its end `Ok(None)`. If there is nothing yet, it returns
    /// `None`, and the [`signal`](Self::signal) tells when there is.
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

    /// Returns what tells that there is more, after [`try_next`](Self::try_next) has found nothing.
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
    fn pieces_come_in_order_and_then_the_end() {
        let (sender, mut receiver) = channel();
        sender.send("one").unwrap();
        sender.send("").unwrap();
        sender.send("two").unwrap();
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap(), "one");
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap(), "two");
        assert!(receiver.try_next().is_none(), "an empty piece is none");
        sender.finish();
        assert!(receiver.try_next().unwrap().unwrap().is_none());
    }

    #[test]
    fn a_sender_that_is_dropped_fails_the_body() {
        let (sender, mut receiver) = channel();
        drop(sender);
        let error = receiver.try_next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_full_channel_makes_its_sender_wait_until_there_is_room() {
        let (sender, mut receiver) = channel();
        sender.send(vec![0; FULL]).unwrap();
        let sending = thread::spawn(move || sender.send("more").and_then(|()| sender.send("")));
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap().len(), FULL);
        sending.join().unwrap().unwrap();
        assert_eq!(receiver.try_next().unwrap().unwrap().unwrap(), "more");
    }

    #[test]
    fn a_sender_that_waits_learns_that_nothing_more_is_taken() {
        let (sender, receiver) = channel();
        sender.send(vec![0; FULL]).unwrap();
        let sending = thread::spawn(move || sender.send("more"));
        drop(receiver);
        assert_eq!(sending.join().unwrap().unwrap_err().kind(), ErrorKind::BrokenPipe);
    }
}
