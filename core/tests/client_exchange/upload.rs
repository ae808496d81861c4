//! An upload in virtual time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::{Action, Exchange, Interest, Options, Request, RequestBuilder};
use limpid_core::error::Error;
use limpid_core::http1::BodySize;
use limpid_core::time::{Mono, Waiting};
use limpid_core::trace::{ConnectionId, ExchangeId};

use crate::bench::Names;

/// Starts an upload.
pub(crate) fn post() -> RequestBuilder {
    Request::builder(b"POST", "http://localhost/".parse().unwrap())
}

/// An upload, whose driver does nothing by itself.
pub(crate) struct Upload {
    pub(crate) exchange: Exchange,
    pub(crate) now: Mono,
    pub(crate) names: Names,
}

impl Upload {
    pub(crate) fn new(length: u64, options: Options) -> Self {
        Self::of(BodySize::Length(length), options)
    }

    pub(crate) fn of(size: BodySize, options: Options) -> Self {
        Self::making(post().body(size).build(), options)
    }

    pub(crate) fn making(request: Request, options: Options) -> Self {
        let mut upload = Self {
            exchange: Exchange::new(ExchangeId(1), request, Arc::new(options)),
            now: Mono::default(),
            names: Names::default(),
        };
        let (now, names) = (upload.now, &upload.names);
        let exchange = &mut upload.exchange;
        assert_eq!(exchange.poll(now, names), Action::Acquire);
        exchange.handle_opened(ConnectionId(1), now, names).unwrap();
        assert_eq!(exchange.poll(now, names), Action::Resolve);
        exchange.handle_resolved(&["127.0.0.1:80".parse().unwrap()], now, names).unwrap();
        let Action::Dial(dial) = exchange.poll(now, names) else { panic!() };
        exchange.handle_dialed(dial, now, names).unwrap();
        assert_eq!(upload.poll(), Action::Wait(Interest::WRITE));
        let head = upload.exchange.out().concat().len();
        upload.transport_accepts(head);
        upload.names();
        upload
    }

    pub(crate) fn poll(&mut self) -> Action {
        self.exchange.poll(self.now, &self.names)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.names.take()
    }

    /// Reports that the transport accepted this many bytes.
    pub(crate) fn transport_accepts(&mut self, n: usize) {
        self.exchange.handle_sent(n, self.now, &self.names).unwrap();
    }

    /// Passes in this many bytes of the body.
    pub(crate) fn source_yields(&mut self, n: usize) {
        let data = Bytes::from(vec![b'x'; n]);
        self.exchange.handle_body(data, self.now, &self.names).unwrap();
    }

    /// Receives bytes of the server.
    pub(crate) fn server_sends(&mut self, bytes: &str) {
        self.exchange.space(bytes.len())[..bytes.len()].copy_from_slice(bytes.as_bytes());
        self.exchange.handle_received(bytes.len(), self.now, &self.names).unwrap();
    }

    /// Returns the deadline in milliseconds from the start, and its purpose.
    pub(crate) fn until(&mut self) -> Option<(u128, Waiting)> {
        let until = self.exchange.deadline(self.now)?;
        Some((until.at.since(Mono::default()).as_millis(), until.why))
    }

    pub(crate) fn advance(&mut self, milliseconds: u64) {
        self.now = self.now + Duration::from_millis(milliseconds);
        self.exchange.handle_timeout(self.now, &self.names);
    }

    pub(crate) fn error(&mut self) -> Error {
        while self.poll() != Action::Failed {}
        self.exchange.take_error().unwrap()
    }
}
