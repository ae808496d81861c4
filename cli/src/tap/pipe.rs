//! The way of a request's body from the server to the client of the proxy: one piece at a time, on demand.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use bytes::Bytes;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::framing::Framing;
use limpid_tokio::{Body, NextPiece, Pieces};

/// A body that is passed on piece by piece. The client of the proxy asks for a piece when it has sent the one before.
#[derive(Clone, Default)]
pub(super) struct Pipe(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// The client of the proxy waits for a piece.
    is_wanted: bool,
    piece: Option<Bytes>,
    has_ended: bool,
    trailers: FieldBlock,
    waker: Option<Waker>,
}

impl Pipe {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether a piece is asked for.
    pub(super) fn is_wanted(&self) -> bool {
        self.lock().is_wanted
    }

    /// Returns whether a piece can be passed, asked for or not.
    pub(super) fn has_room(&self) -> bool {
        let state = self.lock();
        state.piece.is_none() && !state.has_ended
    }

    /// Passes a piece, for which there is room.
    pub(super) fn put(&self, piece: Bytes) {
        self.change(|state| state.piece = Some(piece));
    }

    /// Passes the end with these trailers.
    pub(super) fn end(&self, trailers: FieldBlock) {
        self.change(|state| (state.has_ended, state.trailers) = (true, trailers));
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let waker = {
            let mut state = self.lock();
            change(&mut state);
            state.is_wanted = false;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Returns the body of a request that was received with this framing.
    pub(super) fn body(&self, framing: Framing) -> Body {
        match framing {
            Framing::Length(length @ 1..) => Body::pieces(self.clone(), Some(length)),
            Framing::Chunked => {
                let trailers = self.clone();
                Body::pieces(self.clone(), None).trailers(move |fields| {
                    fields.copy_from(trailers.lock().trailers.fields());
                })
            }
            _ => Body::none(),
        }
    }
}

impl Pieces for Pipe {
    fn next(&mut self) -> NextPiece<'_> {
        Box::pin(poll_fn(|cx| {
            let mut state = self.lock();
            match state.piece.take() {
                Some(piece) => Poll::Ready(Ok(Some(piece))),
                None if state.has_ended => Poll::Ready(Ok(None)),
                None => {
                    (state.is_wanted, state.waker) = (true, Some(cx.waker().clone()));
                    Poll::Pending
                }
            }
        }))
    }
}

/// Adds those trailers to `block` that a sender may send (RFC 9110 section 6.5.1). A recipient discards others.
pub(super) fn add_trailers(trailers: Fields<'_>, mut add: impl FnMut(&[u8], &[u8])) {
    for field in trailers.iter().filter(|field| limpid_core::http1::may_be_trailer(field.name)) {
        add(field.name, field.value);
    }
}
