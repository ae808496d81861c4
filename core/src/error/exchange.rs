//! The error of an exchange: what it was doing, why it failed, and whether it is safe to try again.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::error::Error as StdError;
use core::fmt;

use super::{
    Cause, MisuseError, OsError, OsErrorKind, PeerError, Phase, ResolveError, Rule, TlsError,
};

/// An error of any type, as [`Error`] keeps it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// An exchange failed.
///
/// The fields say what failed in terms that are the same for every driver and cost nothing. What
/// only some failures have is kept apart, in memory that is allocated when there is something to
/// keep: the error beneath this one ([`source`](StdError::source)), the
/// [certificate](Self::certificate) that was refused, and the [proxy](Self::proxy) that failed.
///
/// [`Display`](fmt::Display) does not repeat what the source says, so that a chain of errors can be
/// printed as a whole.
///
/// A driver makes one of an [`io::Error`](std::io::Error), a [`ResolveError`], a [`TlsError`] or any
/// other [`Cause`] to tell that it could not do what it was asked to. The exchange completes it.
///
/// ```
/// use limpid_core::error::{Cause, Error, OsError, OsErrorKind};
///
/// let error = Error::from(OsError { code: 111, kind: OsErrorKind::Refused });
/// assert_eq!(error.to_string(), "failed while idle: connection refused (os error 111)");
///
/// let error = Error::new(Cause::Cancelled).with_source("the page was closed");
/// assert!(std::error::Error::source(&error).is_some());
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Error {
    /// What the exchange was doing.
    pub phase: Phase,
    /// Why it failed.
    pub cause: Cause,
    /// Whether TLS carried the connection.
    pub secure: bool,
    /// Whether the method that was asked for is idempotent (RFC 9110 section 9.2.2).
    pub is_idempotent: bool,
    /// How many bytes of the request the transport can have taken, those of the requests included
    /// that were answered with redirects. Over TLS, bytes count as soon as any of the records that
    /// they stand in has left.
    pub request_bytes: u64,
    /// How many bytes of the last response had arrived.
    pub response_bytes: u64,
    /// What few failures have.
    detail: Option<Box<Detail>>,
}

/// What is known of a failure beside its cause.
#[derive(Debug, Default)]
struct Detail {
    source: Option<BoxError>,
    certificate: Option<Vec<u8>>,
    proxy: Option<(Box<str>, u16)>,
}

impl Error {
    /// Creates the error of an exchange that failed before it did anything.
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

    /// Adds the error that led to this one: [`source`](StdError::source) returns it. Of one in an
    /// [`Arc`], which several exchanges share, it returns the error within.
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

    fn detail(&mut self) -> &mut Detail {
        self.detail.get_or_insert_default()
    }

    /// Returns the certificate that was refused, in DER (RFC 5280 section 4.1): that of the peer, not
    /// those of its issuers. `None` if the failure is about something else, or if the layer that
    /// refused the certificate does not hand it out.
    #[must_use]
    pub fn certificate(&self) -> Option<&[u8]> {
        self.detail.as_ref()?.certificate.as_deref()
    }

    /// Returns the host and the port of the proxy that the exchange was talking to when it failed:
    /// while it connected to the proxy, asked it for a tunnel or let it forward the request. `None`
    /// where the failure is one of the origin server, even at the other end of a tunnel.
    #[must_use]
    pub fn proxy(&self) -> Option<(&str, u16)> {
        self.detail.as_ref()?.proxy.as_ref().map(|(host, port)| (&**host, *port))
    }

    /// Returns the error of the source of the request's body, if that is what failed. It is the
    /// [`source`](StdError::source) then.
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
    /// The source is of another type, or there is none: this error, as it was.
    pub fn downcast<E: StdError + 'static>(mut self) -> Result<E, Self> {
        match self.detail.as_mut().and_then(|detail| detail.source.take()) {
            Some(source) => match source.downcast::<E>() {
                Ok(source) => Ok(*source),
                Err(source) => Err(self.with_source(source)),
            },
            None => Err(self),
        }
    }

    /// Returns whether a deadline, ours or the system's, ended the exchange.
    #[must_use]
    pub const fn is_timeout(&self) -> bool {
        matches!(
            self.cause,
            Cause::TimedOut(_) | Cause::Os(OsError { kind: OsErrorKind::TimedOut, .. })
        )
    }

    /// Returns whether the exchange failed before it had an open connection: in looking up the
    /// host's addresses, in connecting to one, or in setting up TLS or a proxy's tunnel.
    #[must_use]
    pub const fn is_connect(&self) -> bool {
        matches!(self.phase, Phase::Resolve | Phase::Connect | Phase::Tls)
            || matches!(self.cause, Cause::Proxy(_))
    }

    /// Whether any of the request can have reached the server, which may have acted on it then.
    #[must_use]
    pub const fn request_was_sent(&self) -> bool {
        self.request_bytes > 0
    }

    /// Whether sending the same request again cannot do its work twice: either none of it was sent,
    /// or its method is idempotent (RFC 9110 section 9.2.2).
    ///
    /// It does not say that trying again would help: a certificate that is not trusted now will
    /// hardly be in a moment. And whoever gave the request a meaning that its method does not have,
    /// such as a GET that counts, has to know better.
    #[must_use]
    pub const fn is_safe_to_retry(&self) -> bool {
        self.is_idempotent || !self.request_was_sent()
    }

    /// Whether the peer closed the connection before it sent a byte of a response.
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
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed while {}", self.phase)?;
        match self.proxy() {
            Some((host, port)) if host.contains(':') => write!(f, " (proxy [{host}]:{port})")?,
            Some((host, port)) => write!(f, " (proxy {host}:{port})")?,
            None => {}
        }
        match (&self.cause, self.source()) {
            // The source says which error it is.
            (Cause::Os(OsError { kind: OsErrorKind::Other, .. }), Some(_)) => Ok(()),
            (Cause::Body(_), Some(_)) => f.write_str(": the request body could not be read"),
            (cause, _) => write!(f, ": {cause}"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = &**self.detail.as_ref()?.source.as_ref()?;
        // An error that several exchanges share is the source itself, and not what shares it.
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

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};
    use std::vec;

    use super::*;
    use crate::time::Waiting;

    const REFUSED: OsError = OsError { code: 111, kind: OsErrorKind::Refused };
    const OTHER: OsError = OsError { code: 0, kind: OsErrorKind::Other };

    /// What an error says, and what led to it, as programs print it.
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
    fn display_says_each_thing_once() {
        let examples = [
            (Error::from(REFUSED), "failed while idle: connection refused (os error 111)"),
            (
                Error::from(REFUSED).with_proxy("::1", 80),
                "failed while idle (proxy [::1]:80): connection refused (os error 111)",
            ),
            (Error::from(OTHER).with_source("no carrier"), "failed while idle: no carrier"),
            (
                Error::new(Cause::Body(OTHER)).with_source("the disk is gone"),
                "failed while idle: the request body could not be read: the disk is gone",
            ),
            (
                Error::new(Cause::Body(REFUSED)),
                "failed while idle: the request body could not be read: connection refused (os \
                 error 111)",
            ),
            (
                Error::from(ResolveError::Temporary).with_source("server 192.0.2.1 is silent"),
                "failed while idle: temporary failure in name resolution: server 192.0.2.1 is \
                 silent",
            ),
        ];
        for (error, expected) in examples {
            assert_eq!(chain(&error), expected);
        }
    }

    #[test]
    fn timeouts_are_deadlines_and_the_systems_own() {
        assert!(Error::new(Cause::TimedOut(Waiting::Read)).is_timeout());
        assert!(Error::from(OsError { code: 110, kind: OsErrorKind::TimedOut }).is_timeout());
        assert!(!Error::from(REFUSED).is_timeout());
    }

    #[test]
    fn connecting_fails_before_there_is_a_connection() {
        let fails = |phase, cause| Error { phase, ..Error::new(cause) }.is_connect();
        assert!(fails(Phase::Connect, Cause::Os(REFUSED)));
        assert!(fails(Phase::ReceiveHead, Cause::Proxy(407)), "a tunnel is a part of connecting");
        assert!(!fails(Phase::ReceiveHead, Cause::Os(OTHER)));
        assert!(!fails(Phase::Pool, Cause::TimedOut(Waiting::Pool)));
    }
}
