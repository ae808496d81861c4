//! Conversions between `std::io::Error` and the errors of this crate.

use std::io::{self, ErrorKind};

use super::{Cause, Error, ErrorClass, OsError, OsErrorKind, TlsError};

/// The equivalent kinds.
const KINDS: [(ErrorKind, OsErrorKind); 11] = [
    (ErrorKind::ConnectionRefused, OsErrorKind::Refused),
    (ErrorKind::ConnectionReset, OsErrorKind::Reset),
    (ErrorKind::ConnectionAborted, OsErrorKind::Aborted),
    (ErrorKind::BrokenPipe, OsErrorKind::BrokenPipe),
    (ErrorKind::NetworkUnreachable, OsErrorKind::NetworkUnreachable),
    (ErrorKind::HostUnreachable, OsErrorKind::HostUnreachable),
    (ErrorKind::AddrNotAvailable, OsErrorKind::AddressUnavailable),
    (ErrorKind::AddrInUse, OsErrorKind::AddressInUse),
    (ErrorKind::TimedOut, OsErrorKind::TimedOut),
    (ErrorKind::NotFound, OsErrorKind::NotFound),
    (ErrorKind::PermissionDenied, OsErrorKind::Denied),
];

impl From<&io::Error> for OsError {
    /// Keeps the number of the operating system, and maps the kind to its equivalent or to `Other`.
    fn from(error: &io::Error) -> Self {
        let kind = KINDS.iter().find(|(kind, _)| *kind == error.kind());
        let kind = kind.map_or(OsErrorKind::Other, |(_, kind)| *kind);
        Self { code: error.raw_os_error().unwrap_or(0), kind }
    }
}

impl OsError {
    /// Returns the kind that an [`io::Error`] of this number and kind has.
    fn io_kind(self) -> ErrorKind {
        match KINDS.iter().find(|(_, kind)| *kind == self.kind) {
            Some((kind, _)) => *kind,
            None if self.code != 0 => io::Error::from_raw_os_error(self.code).kind(),
            None => ErrorKind::Other,
        }
    }
}

impl From<io::Error> for Error {
    /// Creates the error of a transport that failed. An error with more information than its kind and
    /// its number becomes the source. An [`Error`] that was converted to an [`io::Error`] is converted back.
    #[cold]
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(|error| {
            let os = OsError::from(&error);
            let is_described = error.get_ref().is_none() && os.kind != OsErrorKind::Other;
            let new = Self::from(os);
            if is_described { new } else { new.with_source(error) }
        })
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::new(error.io_kind(), error)
    }
}

impl Error {
    /// Creates the error of a request whose body could not be read, with `error` as its source.
    ///
    /// ```
    /// use std::io;
    /// use limpid_core::error::Error;
    ///
    /// let error = Error::body(io::Error::other("the disk is gone"));
    /// assert_eq!(error.to_string(), "failed: the request body could not be read");
    /// assert_eq!(error.body_error().unwrap().to_string(), "the disk is gone");
    /// ```
    #[cold]
    #[must_use]
    pub fn body(error: io::Error) -> Self {
        Self::new(Cause::Body(OsError::from(&error))).with_source(error)
    }

    /// Returns the kind of the [`io::Error`] that this error converts to: the kind of its source if
    /// that is an [`io::Error`], else the kind nearest to the cause.
    #[must_use]
    pub fn io_kind(&self) -> ErrorKind {
        let source = std::error::Error::source(self).and_then(|error| error.downcast_ref());
        match source {
            Some(error) => io::Error::kind(error),
            None => self.cause.io_kind(),
        }
    }
}

impl Cause {
    fn io_kind(&self) -> ErrorKind {
        match self {
            Self::Os(error) | Self::Body(error) => error.io_kind(),
            Self::TimedOut(_) => ErrorKind::TimedOut,
            Self::Tls(TlsError::EndOfStream) => ErrorKind::UnexpectedEof,
            Self::Tls(TlsError::Configuration) | Self::Misuse(_) | Self::NotHttps => {
                ErrorKind::InvalidInput
            }
            Self::Peer(error) if error.rule.class() == ErrorClass::EndOfStream => {
                ErrorKind::UnexpectedEof
            }
            Self::Tls(_) | Self::Socks(_) | Self::Peer(_) | Self::Coding(_) | Self::BadRedirect => {
                ErrorKind::InvalidData
            }
            Self::Cancelled | Self::Superseded | Self::PeerGone | Self::AnsweredEarly(_) => {
                ErrorKind::ConnectionAborted
            }
            Self::Proxy(_)
            | Self::Resolve(_)
            | Self::Layer(_)
            | Self::BodyConsumed
            | Self::TooManyRedirects => ErrorKind::Other,
        }
    }
}

impl From<Cause> for io::Error {
    fn from(cause: Cause) -> Self {
        Self::new(cause.io_kind(), cause)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as StdError;
    use std::string::ToString;

    use super::*;

    /// Returns the error after conversion to an [`Error`] and back.
    fn round_trip(error: io::Error) -> io::Error {
        io::Error::from(Error::from(error))
    }

    #[test]
    fn kind_survives_the_round_trip() {
        let kinds = [ErrorKind::InvalidData, ErrorKind::WriteZero, ErrorKind::NotConnected];
        for kind in KINDS.into_iter().map(|(kind, _)| kind).chain(kinds) {
            assert_eq!(round_trip(kind.into()).kind(), kind);
            assert_eq!(round_trip(io::Error::new(kind, "why")).kind(), kind);
        }
    }

    #[test]
    fn number_of_the_system_survives_the_round_trip() {
        // The numbers below 40 are the same on all Unix systems; other systems have some of them.
        for code in 1..40 {
            let before = io::Error::from_raw_os_error(code);
            let error = Error::from(io::Error::from_raw_os_error(code));
            assert!(matches!(error.cause, Cause::Os(os) if os.code == code));
            assert_eq!(io::Error::from(error).kind(), before.kind());
        }
    }

    #[test]
    fn kind_is_known_from_the_number_alone() {
        let error = io::Error::from_raw_os_error(if cfg!(windows) { 267 } else { 20 });
        assert_eq!(OsError::from(&error).io_kind(), error.kind());
    }

    #[test]
    fn error_of_a_kind_and_nothing_else_is_no_source() {
        assert!(Error::from(io::Error::from(ErrorKind::ConnectionReset)).source().is_none());
    }

    #[test]
    fn error_with_more_than_a_kind_is_the_source() {
        for error in [
            io::Error::new(ErrorKind::ConnectionRefused, "the relay is full"),
            io::Error::from(ErrorKind::WriteZero),
        ] {
            let text = error.to_string();
            assert_eq!(Error::from(error).source().unwrap().to_string(), text);
        }
    }

    #[test]
    fn error_survives_conversion_to_an_io_error() {
        let mut error = Error::new(Cause::Cancelled).with_proxy("p", 1);
        error.request_bytes = 7;
        let error = Error::from(io::Error::from(error));
        assert_eq!((error.cause, error.request_bytes), (Cause::Cancelled, 7));
        assert_eq!(error.proxy(), Some(("p", 1)));
    }
}
