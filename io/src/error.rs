//! What can go wrong with a request.

use std::fmt;
use std::io;
use std::path::PathBuf;

use limpid_core::client::{Sizes, Timings, Url, UrlError};
use limpid_core::error::Error as CoreError;
use limpid_core::trace::{ExchangeId, Trace};

/// A request failed.
///
/// [`Display`](fmt::Display) says what failed, and [`source`](std::error::Error::source) returns what led
/// to it: the error of a body's source, of a resolver or a connector, or that of the TLS library. Neither
/// repeats the other, so that the whole chain can be printed. [`exchange`](Self::exchange) has the same in
/// typed form.
///
/// It becomes an [`io::Error`] of the kind that comes nearest, and that of the [`io::Error`] which led to
/// it if there is one.
///
/// ```
/// use std::io;
/// use limpid_core::client::Url;
/// use limpid_io::Error;
///
/// let error = Error::from("ftp://www.example.com/".parse::<Url>().unwrap_err());
/// assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidInput);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The URL is not an http or https URL. Nothing was sent.
    Url(UrlError),
    /// The body of a request that is to be sent many times comes from a source that yields it once.
    /// Nothing was sent.
    BodyOnce,
    /// The TLS configuration could not be made. Nothing was sent.
    TlsSetup(TlsSetupError),
    /// The exchange failed: where, why, and whether trying again is safe.
    Exchange {
        /// The URL of the request.
        url: Box<Url>,
        /// What happened.
        error: CoreError,
        /// What led to it.
        history: Box<History>,
    },
    /// The server answered with this status, and did not leave HTTP/1.1 as it was asked to. It has
    /// had the request.
    NotUpgraded(u16),
}

/// What is known of an exchange that has failed, beside why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct History {
    /// The number by which its events are known.
    pub exchange: ExchangeId,
    /// Where its time went.
    pub timings: Timings,
    /// How many bytes it has moved.
    pub sizes: Sizes,
    /// Its events, if the client's sink keeps any.
    pub trace: Trace,
}

impl Error {
    /// What a failed exchange ended with: the phase, the cause, and how many bytes had passed.
    #[must_use]
    pub const fn exchange(&self) -> Option<&CoreError> {
        match self {
            Self::Exchange { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Whether a deadline, ours or the system's, ended the exchange.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.exchange().is_some_and(CoreError::is_timeout)
    }

    /// Returns whether the exchange failed before it had an open connection: in looking up the
    /// host's addresses, in connecting to one, or in setting up TLS or a proxy's tunnel.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.exchange().is_some_and(CoreError::is_connect)
    }

    /// Returns the certificate that was refused, in DER (RFC 5280 section 4.1). `None` if the failure
    /// is about something else.
    #[must_use]
    pub fn certificate(&self) -> Option<&[u8]> {
        self.exchange()?.certificate()
    }

    /// Returns the host and the port of the proxy that failed, or that was talked to when the exchange
    /// failed. `None` where the failure is one of the origin server.
    #[must_use]
    pub fn proxy(&self) -> Option<(&str, u16)> {
        self.exchange()?.proxy()
    }

    /// Returns the error of the source of the request's body, if that is what failed.
    #[must_use]
    pub fn body_error(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.exchange()?.body_error()
    }

    /// Whether any of the request can have reached the server, which may have acted on it then.
    #[must_use]
    pub fn request_was_sent(&self) -> bool {
        match self {
            Self::Url(_) | Self::BodyOnce | Self::TlsSetup(_) => false,
            Self::Exchange { error, .. } => error.request_was_sent(),
            Self::NotUpgraded(_) => true,
        }
    }

    /// Whether sending the same request again cannot do its work twice: either none of it was sent,
    /// or its method is idempotent (RFC 9110 section 9.2.2). It does not say that it would help.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        self.exchange().is_some_and(CoreError::is_safe_to_retry) || !self.request_was_sent()
    }

    /// Where the time of the exchange went; `None` if there was no exchange.
    #[must_use]
    pub fn timings(&self) -> Option<&Timings> {
        self.history().map(|history| &history.timings)
    }

    /// The last events of the exchange, if the client's [sink](crate::ClientBuilder::sink) keeps
    /// events, as the ring of limpid-sinks does, be it behind other sinks. They have their secrets:
    /// show them through a sink, which hides those.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.history().map(|history| &history.trace).filter(|trace| !trace.is_empty())
    }

    /// What is known of the exchange beside why it failed; `None` if there was no exchange.
    #[must_use]
    pub fn history(&self) -> Option<&History> {
        match self {
            Self::Exchange { history, .. } => Some(history),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => error.fmt(f),
            Self::BodyOnce => f.write_str(
                "the body can be had once only: prepare the request with bytes, or send it at once",
            ),
            Self::TlsSetup(error) => error.fmt(f),
            Self::Exchange { url, error, .. } => {
                write!(f, "{}:{}: {error}", url.host(), url.port())
            }
            Self::NotUpgraded(status) => {
                write!(f, "the server answered with status {status} and stays with HTTP/1.1")
            }
        }
    }
}

impl std::error::Error for Error {
    /// What the errors within this one say, it says itself: their sources are its own.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Url(_) | Self::BodyOnce | Self::NotUpgraded(_) => None,
            Self::TlsSetup(error) => error.source(),
            Self::Exchange { error, .. } => error.source(),
        }
    }
}

impl From<UrlError> for Error {
    fn from(error: UrlError) -> Self {
        Self::Url(error)
    }
}

impl From<TlsSetupError> for Error {
    fn from(error: TlsSetupError) -> Self {
        Self::TlsSetup(error)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Exchange { error, .. } => error.io_kind(),
            Error::Url(_) | Error::BodyOnce => io::ErrorKind::InvalidInput,
            Error::TlsSetup(error) => error.io().map_or(io::ErrorKind::InvalidInput, Self::kind),
            Error::NotUpgraded(_) => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

/// The TLS configuration could not be made: certificates or keys cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// This file or directory cannot be read.
    Unreadable(PathBuf, io::Error),
    /// This file is not PEM, or one of its certificates cannot be used.
    Invalid(PathBuf),
    /// There is no certificate in this file or directory.
    Empty(PathBuf),
    /// This file, which is to have the client's certificate or its key, cannot be used.
    Identity(PathBuf, IdentityProblem),
    /// Secrets cannot be added to this file.
    KeyLog(PathBuf, io::Error),
    /// rustls refuses the configuration.
    #[cfg(feature = "rustls")]
    Refused(rustls::Error),
    /// There is nothing to make it with: no feature brings an implementation of TLS or a provider of
    /// cryptography for it.
    Missing,
}

/// What is wrong with the file of a client's certificate or key.
#[derive(Debug)]
#[non_exhaustive]
pub enum IdentityProblem {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It has no certificate.
    NoCertificate,
    /// A certificate in it is not PEM, or cannot be understood.
    BadCertificate,
    /// It has no key.
    NoKey,
    /// The key in it is encrypted.
    EncryptedKey,
    /// The key in it is not PEM, cannot be understood, or is of a kind that is not supported.
    BadKey,
    /// The key in it is not that of the certificate.
    OtherKey,
}

impl fmt::Display for IdentityProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable(_) => "it cannot be read",
            Self::NoCertificate => "it has no certificate in PEM form",
            Self::BadCertificate => "its certificate is no usable one in PEM form",
            Self::NoKey => "it has no private key in PEM form",
            Self::EncryptedKey => "its private key is encrypted; write it without a passphrase",
            Self::BadKey => "its private key is no usable one in PEM form",
            Self::OtherKey => "its private key is not that of the certificate",
        })
    }
}

impl fmt::Display for TlsSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, _) => {
                write!(f, "cannot read certificates from {}", path.display())
            }
            Self::Invalid(path) => write!(
                f,
                "{} has something that is no usable certificate in PEM form",
                path.display()
            ),
            Self::Empty(path) => write!(f, "there is no certificate in {}", path.display()),
            Self::Identity(path, problem) => {
                write!(f, "{} cannot be used as client certificate: {problem}", path.display())
            }
            Self::KeyLog(path, _) => {
                write!(f, "cannot add the secrets of TLS to {}", path.display())
            }
            #[cfg(feature = "rustls")]
            Self::Refused(_) => f.write_str("the TLS configuration is refused"),
            Self::Missing => f.write_str(
                "there is no TLS: enable the feature ring or aws-lc-rs, or hand over a configuration or \
                 layers",
            ),
        }
    }
}

impl std::error::Error for TlsSetupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            #[cfg(feature = "rustls")]
            Self::Refused(error) => Some(error),
            _ => self.io().map(|error| error as _),
        }
    }
}

impl TlsSetupError {
    /// Returns the error of the system, if a file could not be read or written.
    const fn io(&self) -> Option<&io::Error> {
        match self {
            Self::Unreadable(_, error)
            | Self::KeyLog(_, error)
            | Self::Identity(_, IdentityProblem::Unreadable(error)) => Some(error),
            _ => None,
        }
    }
}
