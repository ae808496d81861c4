//! Connection attempts, of which several can be in progress for a host with several addresses.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

use limpid_core::client::{Dial, DialId};
use limpid_io::Exclusive;

use crate::connect::{Connecting, Connector};
use crate::socket::Socket;
use crate::stream::Stream;

/// The attempts in progress.
#[derive(Debug, Default)]
pub(crate) struct Dials(Vec<(DialId, Attempt)>);

/// A connection attempt.
pub(crate) enum Attempt {
    /// A socket, which the system connects in the background. It is taken once it is connected.
    Socket(Option<Socket>),
    /// The future of a caller's connector.
    Custom(Exclusive<Connecting>),
}

impl Attempt {
    /// Starts to open a connection.
    pub(crate) fn begin(connector: &Connector, dial: Dial<'_>) -> io::Result<Self> {
        if let Some(connect) = connector.custom() {
            return Ok(Self::Custom(Exclusive::new(connect.connect(dial))));
        }
        let Dial { target, from, options, .. } = dial;
        Socket::begin(target, from, options).map(|socket| Self::Socket(Some(socket)))
    }

    /// Returns the connection once it is open, or why it cannot be opened.
    pub(crate) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        match self {
            Self::Socket(slot) => {
                let Some(socket) = slot else { return Poll::Pending };
                ready!(socket.poll_open(cx))?;
                slot.take().map_or(Poll::Pending, |socket| Poll::Ready(Ok(Stream::Socket(socket))))
            }
            Self::Custom(connecting) => connecting.get_mut().as_mut().poll(cx).map_ok(Stream::from),
        }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(socket) => socket.fmt(f),
            Self::Custom(_) => f.write_str("Connecting"),
        }
    }
}

impl Dials {
    pub(crate) fn add(&mut self, dial: DialId, attempt: Attempt) {
        self.0.push((dial, attempt));
    }

    /// Waits until one of them has connected or failed.
    pub(crate) async fn settled(&mut self) -> (DialId, io::Result<Stream>) {
        poll_fn(|cx| {
            for (index, (_, attempt)) in self.0.iter_mut().enumerate() {
                if let Poll::Ready(result) = attempt.poll_open(cx) {
                    let (dial, _) = self.0.swap_remove(index);
                    return Poll::Ready((dial, result));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Closes an attempt.
    pub(crate) fn abandon(&mut self, dial: DialId) {
        self.0.retain(|(id, _)| *id != dial);
    }
}
