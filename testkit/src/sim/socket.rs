//! One end of a connection.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use limpid_io::server::Departure;

use super::faults::Course;
use super::os;
use super::pipe::{self, Pipe};
use super::world::World;

/// Which bytes have moved.
#[derive(Debug)]
pub(super) enum Moved {
    Out(io::Result<usize>),
    In(io::Result<usize>),
}

type Shared = Rc<RefCell<Pipe>>;

/// One end of a connection. Dropping it closes both directions.
///
/// The [module](super) has an example.
#[derive(Debug)]
pub struct Socket {
    world: World,
    incoming: Shared,
    outgoing: Shared,
    /// A reset is reported once: then reads return the end, and writes fail.
    was_reset: Cell<bool>,
}

impl Socket {
    /// Returns the two ends of a connection.
    pub(super) fn pair(world: &World, courses: [Course; 2]) -> (Self, Self) {
        let [there, back] = courses.map(|course| Rc::new(RefCell::new(Pipe::new(course))));
        let end = |incoming: &Shared, outgoing: &Shared| Self {
            world: world.clone(),
            incoming: Rc::clone(incoming),
            outgoing: Rc::clone(outgoing),
            was_reset: Cell::new(false),
        };
        (end(&back, &there), end(&there, &back))
    }

    /// Returns whether neither bytes nor the end have arrived.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        !self.incoming.borrow().is_readable(self.world.now())
    }

    /// Returns how the peer has disconnected, if it has. Bytes that arrived before can still be read.
    #[must_use]
    pub fn departure(&self) -> Option<Departure> {
        let incoming = self.incoming.borrow();
        if let Some(moment) = incoming.end_arrival() {
            // This schedules another check.
            let _ = self.world.poll_until(moment);
        }
        incoming.departure(self.world.now())
    }

    /// Takes some of the bytes, when there is room.
    ///
    /// # Errors
    /// The connection was closed or reset.
    pub async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        poll_fn(|_| match self.write_now(bytes) {
            Some(result) => Poll::Ready(result),
            None => Poll::Pending,
        })
        .await
    }

    /// Takes some of the bytes, if there is room now.
    #[must_use]
    pub fn write_now(&self, bytes: &[u8]) -> Option<io::Result<usize>> {
        if self.was_reset.get() {
            return Some(Err(os::broken()));
        }
        let world = &self.world;
        let written = self.outgoing.borrow_mut().write(bytes, world.now());
        if let Some(result) = &written {
            self.note(result);
        }
        written
    }

    /// Returns received bytes, when there are some; 0 is the end.
    ///
    /// # Errors
    /// The connection was reset.
    pub async fn receive(&self, room: &mut [u8]) -> io::Result<usize> {
        poll_fn(|_| {
            if let Some(result) = self.receive_now(room) {
                return Poll::Ready(result);
            }
            if let Some(moment) = self.incoming.borrow().next_arrival() {
                let _ = self.world.poll_until(moment);
            }
            Poll::Pending
        })
        .await
    }

    /// Returns received bytes, if there are some now; 0 is the end.
    pub(super) fn receive_now(&self, room: &mut [u8]) -> Option<io::Result<usize>> {
        let read = self.incoming.borrow_mut().read(room, self.world.now());
        match read {
            // Bytes that arrived before the reset can still be read.
            None | Some(Err(_)) if self.was_reset.get() => Some(Ok(0)),
            Some(result) => {
                self.note(&result);
                Some(result)
            }
            None => None,
        }
    }

    /// Sends some of these bytes, or receives, whichever is possible first.
    pub(super) async fn moves(&self, out: Option<&[u8]>, room: Option<&mut [u8]>) -> Moved {
        let mut write = pin!(self.write(out.unwrap_or_default()));
        let (is_read, room) = (room.is_some(), room.unwrap_or_default());
        let mut read = pin!(self.receive(room));
        poll_fn(|cx| {
            if out.is_some()
                && let Poll::Ready(written) = write.as_mut().poll(cx)
            {
                return Poll::Ready(Moved::Out(written));
            }
            if is_read && let Poll::Ready(read) = read.as_mut().poll(cx) {
                return Poll::Ready(Moved::In(read));
            }
            Poll::Pending
        })
        .await
    }

    /// Closes this direction.
    pub(super) fn close(&self) {
        self.outgoing.borrow_mut().close(self.world.now());
        self.world.moved();
    }

    /// Resets the connection.
    pub(super) fn reset(&self) {
        let now = self.world.now();
        self.outgoing.borrow_mut().break_off(now);
        self.incoming.borrow_mut().break_off(now);
        self.world.moved();
    }

    /// Notes a result, which may wake other tasks.
    fn note(&self, result: &io::Result<usize>) {
        self.was_reset.set(self.was_reset.get() || result.as_ref().is_err_and(pipe::is_reset));
        self.world.moved();
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let now = self.world.now();
        let unread = self.incoming.borrow_mut().stop_reading(now);
        let mut outgoing = self.outgoing.borrow_mut();
        if unread {
            outgoing.break_off(now);
        } else {
            outgoing.close(now);
        }
        self.world.moved();
    }
}
