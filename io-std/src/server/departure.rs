//! Detects that a client has disconnected while its handler works.

use std::mem::MaybeUninit;
use std::time::Duration;

use limpid_io::server::Departure;
use rustix::event::{PollFd, PollFlags, poll};
use socket2::Socket;

use crate::deadline::poll_timeout;

/// Returns how the client has disconnected, if it has. Neither reads nor blocks.
pub(super) fn departure(socket: &Socket) -> Option<Departure> {
    let mut fds = [PollFd::new(socket, READ_CLOSED)];
    poll(&mut fds, poll_timeout(Some(Duration::ZERO)).as_ref()).ok()?;
    let events = fds[0].revents();
    if events.contains(PollFlags::ERR) {
        return Some(Departure::Gone(socket.take_error().ok().flatten()));
    }
    if events.contains(PollFlags::HUP) && HUP_IS_BOTH {
        return Some(Departure::Gone(None));
    }
    let is_half_closed = if HUP_IS_BOTH {
        events.contains(READ_CLOSED)
    } else {
        // The end is visible only without unread bytes before it.
        events.contains(PollFlags::IN) && matches!(socket.peek(&mut [MaybeUninit::uninit()]), Ok(0))
    };
    is_half_closed.then_some(Departure::HalfClosed)
}

/// The event of a peer that has closed its direction.
#[cfg(any(target_os = "linux", target_os = "android"))]
const READ_CLOSED: PollFlags = PollFlags::RDHUP;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const READ_CLOSED: PollFlags = PollFlags::IN;

/// Whether the system reports a hangup only when both directions are closed. Other systems also do if
/// only the client has closed its own.
const HUP_IS_BOTH: bool = cfg!(any(target_os = "linux", target_os = "android"));
