//! What is known of a request when it is over.

use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::error::Phase;
use limpid_core::fields::FieldBlock;
use limpid_core::http1::Version;
use limpid_io::{Error, Sizes, Timings};

use crate::driver::{Body, Response};
use crate::exit::Exit;

/// What is known of a request when it is over.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    /// The URL as it was given, and which of them it is, from 0.
    pub(super) url: String,
    pub(super) number: u64,
    pub(super) method: String,
    pub(super) filename: Option<String>,
    pub(super) response: Option<Head>,
    pub(super) timings: Timings,
    pub(super) sizes: Sizes,
    /// In what it failed, if it did.
    failed: Option<Phase>,
    pub(super) exit: Option<Exit>,
    pub(super) error: Option<String>,
}

/// What is known of a response.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) url: String,
    pub(super) scheme: &'static str,
    /// Where it leads, if it is a redirect.
    pub(super) redirect: Option<String>,
    pub(super) status: u16,
    pub(super) version: Version,
    pub(super) fields: FieldBlock,
    pub(super) local: Option<SocketAddr>,
    pub(super) remote: Option<SocketAddr>,
}

impl Transfer {
    /// A request that is to be sent.
    pub(crate) fn new(url: &str, number: usize, method: &str) -> Self {
        let (url, method) = (url.to_owned(), method.to_owned());
        Self { url, number: number as u64, method, ..Self::default() }
    }

    /// Its body goes to this file.
    pub(crate) fn written_to(&mut self, name: &str) {
        self.filename = Some(name.to_owned());
    }

    /// The head of the response has come.
    pub(crate) fn head(&mut self, response: &Response<'_>) {
        (self.timings, self.sizes) = (response.timings(), response.sizes());
        let url = response.url();
        let is_redirect = (300..400).contains(&response.status());
        let location = response.fields().get("Location").filter(|_| is_redirect);
        let location = location.map(|location| String::from_utf8_lossy(location).into_owned());
        self.response = Some(Head {
            url: url.as_str().to_owned(),
            scheme: if url.scheme().is_secure() { "https" } else { "http" },
            redirect: location
                .and_then(|location| Some(url.join(&location).ok()?.as_str().to_owned())),
            status: response.status(),
            version: response.version(),
            fields: response.fields().into(),
            local: response.local_addr(),
            remote: response.remote_addr(),
        });
    }

    /// The body has come, or is given up.
    pub(crate) fn body(&mut self, body: &Body<'_>) {
        (self.timings, self.sizes) = body.totals();
    }

    /// It has failed, and this is what a person is told.
    pub(crate) fn failed(&mut self, exit: Exit, error: String) {
        (self.exit, self.error) = (Some(exit), Some(error));
    }

    /// It has failed for this reason.
    pub(crate) fn failed_with(&mut self, error: &Error) {
        self.failed = error.exchange().map(|error| error.phase);
        if let Some(history) = error.history() {
            (self.timings, self.sizes) = (history.timings, history.sizes);
        }
    }

    /// The value of the first field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&[u8]> {
        self.response.as_ref()?.fields.fields().get(name)
    }

    /// How much time had passed when the host name was resolved, when the connection was open, when
    /// TLS was, when the request was sent and when the first byte had come; zero for what has not
    /// happened.
    pub(super) fn points(&self) -> [Duration; 5] {
        let Timings { pool, resolve, connect, tls, send, wait, receive, .. } = self.timings;
        let came_to = |phase: Phase| self.failed.is_none_or(|failed| rank(failed) > rank(phase));
        let mut passed = pool.unwrap_or_default();
        [
            (resolve, came_to(Phase::Resolve)),
            (connect, connect.is_some() && came_to(Phase::Connect)),
            (tls, tls.is_some() && came_to(Phase::Tls)),
            (send, came_to(Phase::SendBody)),
            (wait, receive.is_some()),
        ]
        .map(|(part, happened)| {
            passed += part.unwrap_or_default();
            if happened { passed } else { Duration::ZERO }
        })
    }

    /// How much time had passed when the request could be sent; zero if it could not.
    pub(super) fn ready(&self) -> Duration {
        let Timings { pool, resolve, connect, tls, send, .. } = self.timings;
        let parts = [pool, resolve, connect, tls].into_iter().flatten();
        if send.is_some() { parts.sum() } else { Duration::ZERO }
    }
}

/// The order of phases. What has failed before any of them has come to none.
const fn rank(phase: Phase) -> u8 {
    match phase {
        Phase::Pool => 0,
        Phase::Resolve => 1,
        Phase::Connect => 2,
        Phase::Tls => 3,
        Phase::SendHead | Phase::SendBody => 4,
        _ => 5,
    }
}
