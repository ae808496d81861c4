//! Connections that are being opened, several at once where a host has several addresses.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use limpid_core::client::DialId;

use crate::socket::Socket;

/// The attempts that are under way: sockets that connect by themselves.
#[derive(Debug, Default)]
pub(crate) struct Dials(Vec<(DialId, Socket)>);

impl Dials {
    pub(crate) fn add(&mut self, dial: DialId, socket: Socket) {
        self.0.push((dial, socket));
    }

    /// Waits until one of them has connected or failed.
    pub(crate) async fn settled(&mut self) -> (DialId, io::Result<Socket>) {
        poll_fn(|cx| {
            for (index, (_, socket)) in self.0.iter().enumerate() {
                if let Poll::Ready(result) = socket.poll_open(cx) {
                    let (dial, socket) = self.0.swap_remove(index);
                    return Poll::Ready((dial, result.map(|()| socket)));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Closes one.
    pub(crate) fn abandon(&mut self, dial: DialId) {
        self.0.retain(|(id, _)| *id != dial);
    }
}
