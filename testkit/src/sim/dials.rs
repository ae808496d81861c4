//! Pending connections.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use limpid_core::client::DialId;

use super::socket::Socket;

type Dial = Pin<Box<dyn Future<Output = io::Result<Socket>>>>;

/// Pending connections by their ids.
#[derive(Default)]
pub(super) struct Dials(Vec<(DialId, Dial)>);

impl fmt::Debug for Dials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl Dials {
    pub(super) fn add(
        &mut self,
        id: DialId,
        dial: impl Future<Output = io::Result<Socket>> + 'static,
    ) {
        self.0.push((id, Box::pin(dial)));
    }

    pub(super) fn abandon(&mut self, id: DialId) {
        self.0.retain(|(other, _)| *other != id);
    }

    /// Returns the result of the first connection that opens or fails.
    pub(super) async fn settled(&mut self) -> (DialId, io::Result<Socket>) {
        poll_fn(|cx| {
            for index in 0..self.0.len() {
                if let Poll::Ready(result) = self.0[index].1.as_mut().poll(cx) {
                    return Poll::Ready((self.0.remove(index).0, result));
                }
            }
            Poll::Pending
        })
        .await
    }
}
