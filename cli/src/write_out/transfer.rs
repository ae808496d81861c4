//! The results of a finished request.

use std::net::SocketAddr;
use std::time::Duration;

use limpid_core::client::Url;
use limpid_core::error::{Cause, CertificateProblem, Phase, TlsError};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::Version;
use limpid_core::trace::ExchangeId;
use limpid_io::{Error, Sizes, Timings};

use crate::driver::{Body, Response};
use crate::exit::Exit;

/// The status of a response to a condition that is not met.
pub(crate) const NOT_MODIFIED: u16 = 304;

/// The results of a finished request.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    /// The URL as given, and its index, from 0.
    pub(super) url: String,
    pub(super) number: u64,
    pub(super) method: String,
    pub(super) referer: Option<String>,
    exchange: ExchangeId,
    pub(super) filename: Option<String>,
    pub(super) response: Option<Head>,
    pub(super) timings: Timings,
    pub(super) sizes: Sizes,
    /// The phase in which it failed, if it did.
    failed: Option<Phase>,
    /// The status of the last response before a failure, or 0.
    pub(super) last_status: u16,
    /// Why the certificate was rejected, as a number of OpenSSL.
    pub(super) verify_result: u64,
    pub(super) exit: Option<Exit>,
    pub(super) error: Option<String>,
}

/// The head of a response.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) url: String,
    pub(super) scheme: &'static str,
    /// The target of a redirect.
    pub(super) redirect: Option<String>,
    pub(super) status: u16,
    pub(super) version: Version,
    pub(super) fields: FieldBlock,
    pub(super) local: Option<SocketAddr>,
    pub(super) remote: Option<SocketAddr>,
}

impl Transfer {
    /// Returns a transfer that has not begun.
    pub(crate) fn new(url: &str, number: usize, method: &str) -> Self {
        let (url, method) = (url.to_owned(), method.to_owned());
        Self { url, number: number as u64, method, ..Self::default() }
    }

    /// Sets the Referer of the first request.
    pub(crate) fn referer(self, referer: Option<&str>) -> Self {
        Self { referer: referer.map(str::to_owned), ..self }
    }

    /// Sets the file of the body.
    pub(crate) fn written_to(&mut self, name: &str) {
        self.filename = Some(name.to_owned());
    }

    /// Takes the head of the response.
    pub(crate) fn head(&mut self, response: &Response<'_>) {
        (self.timings, self.sizes) = (response.timings(), response.sizes());
        self.exchange = response.exchange_id();
        let url = response.url();
        let is_redirect = (300..400).contains(&response.status());
        let location = response.fields().get("Location").filter(|_| is_redirect);
        let location = location.map(|location| String::from_utf8_lossy(location).into_owned());
        self.response = Some(Head {
            url: with_path(url),
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

    /// Notes that the content has not changed; the status says so, as in curl, whatever the server's is.
    pub(crate) fn unchanged(&mut self) {
        if let Some(response) = &mut self.response {
            response.status = NOT_MODIFIED;
        }
    }

    /// Takes the totals of the body, complete or cancelled.
    pub(crate) fn body(&mut self, body: &Body<'_>) {
        (self.timings, self.sizes) = body.totals();
    }

    /// Sets the exit code and message of a failure.
    pub(crate) fn failed(&mut self, exit: Exit, error: String) {
        (self.exit, self.error) = (Some(exit), Some(error));
    }

    /// Sets the phase and timings of a failure.
    pub(crate) fn failed_with(&mut self, error: &Error) {
        self.failed = error.exchange().map(|error| error.phase);
        if let Some(Cause::Tls(TlsError::Certificate(problem))) = error.exchange().map(|e| &e.cause)
        {
            self.verify_result = verify_result(*problem);
        }
        self.exchange = error.exchange_id().unwrap_or(self.exchange);
        if let Some(history) = error.history() {
            (self.timings, self.sizes) = (history.timings, history.sizes);
        }
    }

    /// Sets the status of the last response before a failure.
    pub(crate) const fn failed_after(&mut self, status: u16) {
        self.last_status = status;
    }

    /// Returns the status and the fields of the response, if there is one.
    pub(crate) fn answer(&self) -> Option<(u16, Fields<'_>)> {
        self.response.as_ref().map(|response| (response.status, response.fields.fields()))
    }

    /// Returns the number of the last exchange; 0 before the first.
    pub(crate) const fn exchange(&self) -> ExchangeId {
        self.exchange
    }

    /// Returns the value of the first field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<&[u8]> {
        self.response.as_ref()?.fields.fields().get(name)
    }

    /// Returns the times when the host name was resolved, the connection opened, TLS established, the
    /// request sent and the first byte received; zero for steps that did not occur.
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

    /// Returns the time when the request could be sent, or zero.
    pub(super) fn ready(&self) -> Duration {
        let Timings { pool, resolve, connect, tls, send, .. } = self.timings;
        let parts = [pool, resolve, connect, tls].into_iter().flatten();
        if send.is_some() { parts.sum() } else { Duration::ZERO }
    }
}

/// Returns OpenSSL's number for a problem, as curl shows it; 1, which is unspecified, where it has none. curl compares the
/// name itself.
const fn verify_result(problem: CertificateProblem) -> u64 {
    match problem {
        CertificateProblem::NotYetValid => 9,
        CertificateProblem::Expired => 10,
        CertificateProblem::SelfSigned => 18,
        CertificateProblem::UnknownIssuer => 20,
        CertificateProblem::Revoked => 23,
        CertificateProblem::WrongName => 0,
        _ => 1,
    }
}

/// Returns the text of a URL, whose path is / if it has none.
fn with_path(url: &Url) -> String {
    let text = url.as_str();
    let authority = text.find("://").map_or(0, |at| at + 3);
    let end = text[authority..].find(['/', '?', '#']).map_or(text.len(), |at| authority + at);
    let (before, rest) = text.split_at(end);
    let slash = if rest.starts_with('/') { "" } else { "/" };
    [before, slash, rest].concat()
}

/// Returns the rank of a phase, or 0 for those before the first step.
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
