//! The error of an exchange: its phase, its cause, and whether a retry is safe.

use crate::values::Arc;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::error::Error as StdError;
use core::fmt;
use core::time::Duration;

#[cfg(feature = "std")]
use super::sources;
use super::{
    Cause, MisuseError, OsError, OsErrorKind, PeerError, Phase, ResolveError, Rule, TlsError,
};
#[cfg(feature = "std")]
use crate::stored::{Reader, Stored};
use crate::time::Waiting;

/// A boxed error of any type.
///
/// [`Error`] has an example.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The error of an exchange.
///
/// The fields describe the failure in terms that are the same for every driver, without allocation. Details
/// that only some failures have are allocated when they exist: the error that caused this one
/// ([`source`](StdError::source)), the [certificate](Self::certificate) that was refused, and the
/// [proxy](Self::proxy) that failed.
///
/// [`Display`](fmt::Display) does not repeat the text of the source, so that a chain of errors can be printed
/// as a whole.
///
/// To report that it could not perform an action, a driver creates an error from an
/// [`io::Error`](std::io::Error), a [`ResolveError`], a [`TlsError`] or any other [`Cause`]. The
/// exchange adds the other fields.
///
/// ```
/// use limpid_core::error::{Cause, Error, OsError, OsErrorKind};
///
/// let error = Error::from(OsError { code: 111, kind: OsErrorKind::Refused });
/// assert_eq!(error.to_string(), "failed: connection refused (os error 111)");
///
/// let error = Error::new(Cause::Cancelled).with_source("the page was closed");
/// assert!(std::error::Error::source(&error).is_some());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Error {
    /// The phase in which the exchange failed.
    pub phase: Phase,
    /// The cause of the failure.
    pub cause: Cause,
    /// Whether the connection used TLS.
    pub secure: bool,
    /// Whether the method of the request is idempotent (RFC 9110 section 9.2.2).
    pub is_idempotent: bool,
    /// Maximum number of bytes of the request that the transport accepted, including those of requests that
    /// were redirected. Over TLS, bytes count as soon as any part of their record was sent.
    pub request_bytes: u64,
    /// Number of bytes of the last response that arrived.
    pub response_bytes: u64,
    /// Details that only some failures have.
    detail: Option<Box<Detail>>,
}

/// The details of a failure.
#[derive(Default)]
struct Detail {
    source: Option<BoxError>,
    certificate: Option<Vec<u8>>,
    proxy: Option<(Box<str>, u16)>,
    location: Option<Box<str>>,
    limit: Option<Duration>,
    rate: Option<u32>,
}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, certificate, proxy, location, limit, rate } = self;
        f.debug_struct("Detail")
            .field("source", source)
            // Its bytes say nothing to people.
            .field("certificate_len", &certificate.as_ref().map(Vec::len))
            .field("proxy", proxy)
            .field("location", location)
            .field("limit", limit)
            .field("rate", rate)
            .finish()
    }
}

impl Error {
    /// Creates the error of an exchange that failed before it sent or received anything.
    #[must_use]
    pub const fn new(cause: Cause) -> Self {
        Self {
            phase: Phase::Idle,
            cause,
            secure: false,
            is_idempotent: false,
            request_bytes: 0,
            response_bytes: 0,
            detail: None,
        }
    }

    /// Adds the error that caused this one, which [`source`](StdError::source) returns. For an error in an
    /// [`Arc`], which several exchanges can share, `source` returns the error in it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.detail().source = Some(source.into());
        self
    }

    /// Adds the certificate that was refused, in DER (RFC 5280 section 4.1).
    #[must_use]
    pub fn with_certificate(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.detail().certificate = Some(der.into());
        self
    }

    /// Adds the proxy that failed.
    #[must_use]
    pub fn with_proxy(mut self, host: &str, port: u16) -> Self {
        self.detail().proxy = Some((host.into(), port));
        self
    }

    /// Adds the length of the timeout that has passed.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.detail().limit = Some(limit);
        self
    }

    /// Adds the minimum rate that the peer has missed, in bytes per second.
    #[must_use]
    pub fn with_rate(mut self, rate: u32) -> Self {
        self.detail().rate = Some(rate);
        self
    }

    /// Adds the Location of a redirect that cannot be followed, without secrets.
    #[must_use]
    pub fn with_location(mut self, location: &str) -> Self {
        self.detail().location = Some(location.into());
        self
    }

    /// Stores the error with the texts of its sources as `show` returns them, for a recording.
    #[cfg(feature = "std")]
    #[doc(hidden)]
    pub fn store_shown(&self, show: &dyn Fn(&str) -> String, to: &mut Vec<u8>) {
        let detail = self.detail.as_deref().map(|detail| {
            let texts = sources::texts(detail.source.as_deref());
            let source = sources::of_texts(texts.iter().map(|text| show(text)).collect());
            let Detail { certificate, proxy, location, limit, rate, .. } = detail;
            let (certificate, proxy) = (certificate.clone(), proxy.clone());
            let (location, limit, rate) = (location.clone(), *limit, *rate);
            Box::new(Detail { source, certificate, proxy, location, limit, rate })
        });
        Self { detail, ..*self }.store(to);
    }

    fn detail(&mut self) -> &mut Detail {
        self.detail.get_or_insert_default()
    }

    /// Returns the certificate that was refused, in DER (RFC 5280 section 4.1): that of the peer, not
    /// those of its issuers. Returns `None` if the failure has another cause, or if the TLS layer does
    /// not provide the certificate.
    #[must_use]
    pub fn certificate(&self) -> Option<&[u8]> {
        self.detail.as_ref()?.certificate.as_deref()
    }

    /// Returns the host and the port of the proxy, if the exchange failed while it connected to the proxy,
    /// requested a tunnel, or sent a request through the proxy without a tunnel. Returns `None` if the origin
    /// server failed, even at the end of a tunnel.
    #[must_use]
    pub fn proxy(&self) -> Option<(&str, u16)> {
        self.detail.as_ref()?.proxy.as_ref().map(|(host, port)| (&**host, *port))
    }

    /// Returns the proxy that failed as `host:port`, with an IPv6 address in brackets.
    #[must_use]
    pub fn proxy_authority(&self) -> Option<String> {
        self.proxy().map(|(host, port)| HostPort(host, port).to_string())
    }

    /// Returns the length of the timeout that has passed, if that was the failure
    /// ([`Cause::TimedOut`]).
    #[must_use]
    pub fn limit(&self) -> Option<Duration> {
        self.detail.as_ref()?.limit
    }

    /// Returns the minimum rate that the peer has missed, in bytes per second, if that was the failure
    /// ([`Waiting::Rate`]). [`limit`](Self::limit) is how late it was.
    #[must_use]
    pub fn rate(&self) -> Option<u32> {
        self.detail.as_ref()?.rate
    }

    /// Returns the Location of a redirect that cannot be followed, if that was the failure
    /// ([`Cause::BadRedirect`]). It is shortened, and secrets in it are hidden.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.detail.as_ref()?.location.as_deref()
    }

    /// Returns the error of the request's body, if reading the body failed. It is also the
    /// [`source`](StdError::source).
    #[must_use]
    pub fn body_error(&self) -> Option<&(dyn StdError + 'static)> {
        if matches!(self.cause, Cause::Body(_)) { self.source() } else { None }
    }

    /// Returns the [`source`](StdError::source) by value, if it is of this type.
    ///
    /// ```
    /// use std::io;
    /// use limpid_core::error::Error;
    ///
    /// let error = Error::body(io::Error::other("the disk is gone"));
    /// assert_eq!(error.downcast::<io::Error>().unwrap().kind(), io::ErrorKind::Other);
    /// ```
    ///
    /// # Errors
    /// Returns this error unchanged if there is no source, or if the source is of another type.
    pub fn downcast<E: StdError + 'static>(mut self) -> Result<E, Self> {
        match self.detail.as_mut().and_then(|detail| detail.source.take()) {
            Some(source) => match source.downcast::<E>() {
                Ok(source) => Ok(*source),
                Err(source) => Err(self.with_source(source)),
            },
            None => Err(self),
        }
    }

    /// Returns whether a deadline of the exchange or of the operating system ended the exchange.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(
            self.cause,
            Cause::TimedOut(_) | Cause::Os(OsError { kind: OsErrorKind::TimedOut, .. })
        )
    }

    /// Returns whether the exchange failed before it had an open connection: while it resolved the host name,
    /// connected to an address, or set up TLS or a tunnel.
    #[must_use]
    pub const fn is_connect(&self) -> bool {
        matches!(self.phase, Phase::Resolve | Phase::Connect | Phase::Tls)
            || matches!(self.cause, Cause::Proxy(_))
    }

    /// Returns whether a part of the request may have reached the server, which may have acted on it.
    #[must_use]
    pub const fn request_was_sent(&self) -> bool {
        self.request_bytes > 0
    }

    /// Returns whether sending the same request again cannot perform it twice: either no part of it was
    /// sent, or its method is idempotent (RFC 9110 section 9.2.2).
    ///
    /// A retry that is safe does not necessarily succeed: a certificate that is not trusted now is not
    /// trusted a moment later either. The result is valid only for requests that have the semantics of
    /// their method, so not for a GET request that increments a counter, for example.
    #[must_use]
    pub const fn is_safe_to_retry(&self) -> bool {
        self.is_idempotent || !self.request_was_sent()
    }

    /// Returns whether the peer closed the connection before it sent a byte of a response.
    #[must_use]
    pub const fn is_empty_reply(&self) -> bool {
        self.response_bytes == 0
            && matches!(
                self.cause,
                Cause::Peer(PeerError { rule: Rule::EndBeforeResponse | Rule::EndInHead, .. })
            )
    }
}

impl fmt::Display for Error {
    /// Formats the phase, the proxy if it failed, and the cause unless the source says it. The alternate
    /// form (`{:#}`) leaves out the proxy, for a text that names it elsewhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.phase.failed_while() {
            Some(phase) => write!(f, "failed while {phase}")?,
            None => f.write_str("failed")?,
        }
        match self.proxy() {
            Some((host, port)) if !f.alternate() => write!(f, " (proxy {})", HostPort(host, port))?,
            _ => {}
        }
        match (&self.cause, self.source()) {
            (Cause::BadRedirect, _) => {
                let location = self.location().unwrap_or_default();
                write!(f, ": the redirect to {location:?} cannot be followed")
            }
            (cause @ Cause::NotHttps, _) => match self.location() {
                Some(location) => {
                    write!(f, ": the redirect to {location:?} cannot be followed: {cause}")
                }
                None => write!(f, ": {cause}"),
            },
            (Cause::TimedOut(why), _) => self.fmt_timeout(*why, f),
            // The text of the source describes the error.
            (Cause::Os(OsError { kind: OsErrorKind::Other, .. }), Some(_)) => Ok(()),
            (Cause::Body(_), Some(_)) => f.write_str(": the request body could not be read"),
            (cause, Some(source)) if source.to_string().contains(&cause.to_string()) => Ok(()),
            (cause, _) => write!(f, ": {cause}"),
        }
    }
}

impl Error {
    /// Writes which timeout has passed, its length, and the setting that changes it.
    fn fmt_timeout(&self, why: Waiting, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (why.timeout(), self.limit(), self.rate()) {
            (Some((name, setting)), Some(late), Some(rate)) => write!(
                f,
                ": the transfer is {late:?} behind the {name} of {rate} bytes per second \
                 ({setting} changes it)"
            ),
            (Some((name, setting)), Some(limit), None) => {
                write!(f, ": the {name} of {limit:?} has passed ({setting} changes it)")
            }
            _ => write!(f, ": {}", self.cause),
        }
    }
}

/// A host and a port, with an IPv6 address in brackets.
struct HostPort<'h>(&'h str, u16);

impl fmt::Display for HostPort<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(host, port) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self(host, port) => write!(f, "{host}:{port}"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = &**self.detail.as_ref()?.source.as_ref()?;
        // The source is the shared error itself rather than the `Arc`.
        match source.downcast_ref::<Arc<dyn StdError + Send + Sync>>() {
            Some(shared) => Some(&**shared),
            None => Some(source),
        }
    }
}

impl From<Cause> for Error {
    #[cold]
    fn from(cause: Cause) -> Self {
        Self::new(cause)
    }
}

macro_rules! from_causes {
    ($( $error:ident => $cause:ident, )+) => {$(
        impl From<$error> for Error {
            #[cold]
            fn from(error: $error) -> Self {
                Self::new(Cause::$cause(error))
            }
        }
    )+};
}

from_causes! {
    OsError => Os,
    ResolveError => Resolve,
    TlsError => Tls,
    PeerError => Peer,
    MisuseError => Misuse,
}

#[cfg(feature = "std")]
crate::stored::stored_struct! {
    Error { phase cause secure is_idempotent request_bytes response_bytes detail }
}

#[cfg(feature = "std")]
impl Stored for Box<Detail> {
    /// Stores the texts of the sources in place of the errors, which can be of any type.
    fn store(&self, to: &mut Vec<u8>) {
        let Detail { source, certificate, proxy, location, limit, rate } = &**self;
        sources::texts(source.as_deref()).store(to);
        certificate.store(to);
        proxy.store(to);
        location.store(to);
        (*limit, *rate).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self::new(Detail {
            source: sources::of_texts(from.read()?),
            certificate: from.read()?,
            proxy: from.read()?,
            location: from.read()?,
            limit: from.read()?,
            rate: from.read()?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    const REFUSED: OsError = OsError { code: 111, kind: OsErrorKind::Refused };
    const OTHER: OsError = OsError { code: 0, kind: OsErrorKind::Other };

    /// Returns the texts of an error and of its sources, as programs print them.
    fn chain(error: &dyn StdError) -> String {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            text += &std::format!(": {error}");
            source = error.source();
        }
        text
    }

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn error_is_as_small_as_its_cause_and_numbers() {
        assert_eq!(size_of::<Cause>(), 32);
        assert_eq!(size_of::<Error>(), 64);
        assert_eq!(size_of::<Option<Error>>(), 64);
    }

    #[test]
    fn error_without_detail_has_no_detail() {
        let error = Error::from(REFUSED);
        assert!(error.detail.is_none());
        assert!(error.source().is_none() && error.body_error().is_none());
        assert!(error.certificate().is_none() && error.proxy().is_none());
    }

    #[test]
    fn detail_is_returned_as_it_was_added() {
        let error = Error::from(TlsError::NotTls)
            .with_source("a source")
            .with_certificate(vec![0x30, 0])
            .with_proxy("proxy.test", 3128);
        assert_eq!(error.source().unwrap().to_string(), "a source");
        assert_eq!(error.certificate(), Some(&[0x30, 0][..]));
        assert_eq!(error.proxy(), Some(("proxy.test", 3128)));
        let error = error.downcast::<TlsError>().unwrap_err();
        assert_eq!(error.source().unwrap().to_string(), "a source", "it is of another type");
    }

    #[test]
    fn debug_has_the_length_of_the_certificate_and_not_its_bytes() {
        let error = Error::from(TlsError::NotTls).with_certificate(vec![0x30, 0xab, 0xcd]);
        let debug = std::format!("{error:?}");
        assert!(debug.contains("certificate_len: Some(3)"), "{debug}");
        assert!(!debug.contains("171") && !debug.to_lowercase().contains("ab, "), "{debug}");
    }

    #[test]
    fn shared_source_is_the_error_within() {
        let shared: Arc<dyn StdError + Send + Sync> = Arc::new(ResolveError::Temporary);
        for _ in 0..2 {
            let error = Error::from(TlsError::NotTls).with_source(Arc::clone(&shared));
            assert!(error.source().unwrap().is::<ResolveError>());
        }
    }

    #[test]
    fn source_is_returned_by_value() {
        let error = Error::from(TlsError::NotTls).with_source(ResolveError::Temporary);
        assert_eq!(error.downcast::<ResolveError>().unwrap(), ResolveError::Temporary);
        assert!(Error::from(TlsError::NotTls).downcast::<ResolveError>().is_err());
    }

    #[test]
    fn body_error_is_the_source_of_a_body_that_failed() {
        let error = Error::new(Cause::Body(OTHER)).with_source("the disk is gone");
        assert_eq!(error.body_error().unwrap().to_string(), "the disk is gone");
        assert!(Error::from(OTHER).with_source("the disk is gone").body_error().is_none());
    }

    #[test]
    fn display_does_not_repeat_the_source() {
        let examples = [
            (Error::from(REFUSED), "failed: connection refused (os error 111)"),
            (
                Error::from(REFUSED).with_proxy("::1", 80),
                "failed (proxy [::1]:80): connection refused (os error 111)",
            ),
            (
                Error::from(REFUSED).with_source("connection refused (os error 111) by a relay"),
                "failed: connection refused (os error 111) by a relay",
            ),
            (
                Error::new(Cause::TimedOut(Waiting::Read)).with_limit(Duration::from_millis(300)),
                "failed: the read timeout of 300ms has passed (read_timeout changes it)",
            ),
            (
                Error::new(Cause::TimedOut(Waiting::Rate))
                    .with_limit(Duration::from_secs(30))
                    .with_rate(1000),
                "failed: the transfer is 30s behind the minimum rate of 1000 bytes per second \
                 (minimum_rate changes it)",
            ),
            (
                Error::new(Cause::TimedOut(Waiting::Idle)),
                "failed: the time for the next request is up",
            ),
            (Error::from(OTHER).with_source("no carrier"), "failed: no carrier"),
            (
                Error::new(Cause::Body(OTHER)).with_source("the disk is gone"),
                "failed: the request body could not be read: the disk is gone",
            ),
            (
                Error::new(Cause::Body(REFUSED)),
                "failed: the request body could not be read: connection refused (os \
                 error 111)",
            ),
            (
                Error::from(ResolveError::Temporary).with_source("server 192.0.2.1 is silent"),
                "failed: temporary failure in name resolution: server 192.0.2.1 is \
                 silent",
            ),
        ];
        for (error, expected) in examples {
            assert_eq!(chain(&error), expected);
        }
    }

    #[test]
    fn is_timeout_covers_deadlines_and_the_operating_system() {
        assert!(Error::new(Cause::TimedOut(Waiting::Read)).is_timeout());
        assert!(Error::from(OsError { code: 110, kind: OsErrorKind::TimedOut }).is_timeout());
        assert!(!Error::from(REFUSED).is_timeout());
    }

    #[test]
    fn is_connect_covers_the_phases_before_a_connection_is_open() {
        let fails = |phase, cause| Error { phase, ..Error::new(cause) }.is_connect();
        assert!(fails(Phase::Connect, Cause::Os(REFUSED)));
        assert!(fails(Phase::ReceiveHead, Cause::Proxy(407)), "a tunnel is a part of connecting");
        assert!(!fails(Phase::ReceiveHead, Cause::Os(OTHER)));
        assert!(!fails(Phase::Pool, Cause::TimedOut(Waiting::Pool)));
    }
}
