//! Errors of requests.

use std::fmt;
use std::io;
use std::path::PathBuf;

use limpid_core::client::{ProxyError, Sizes, Timings, Url, UrlError};
use limpid_core::error::{Cause, Error as CoreError, TlsError};
use limpid_core::trace::{ExchangeId, Trace};

use crate::pem::Pem;

/// The error of a request.
///
/// [`Display`](fmt::Display) describes what failed, and [`source`](std::error::Error::source) returns
/// the underlying error: that of the body's source, of a resolver, of a connector, or of the TLS
/// library. Neither repeats the other, so that the whole chain can be printed.
/// `{:?}`, which `main` and `unwrap` print, has the whole chain in one line, and `{:#?}` has the details too.
/// [`exchange`](Self::exchange) returns them in typed form. The description of a certificate that
/// is not trusted has its subject, issuer, names and dates, and what would help.
///
/// It converts to an [`io::Error`] of the closest kind, which is that of the underlying [`io::Error`]
/// if there is one.
///
/// ```
/// use std::io;
/// use limpid_core::client::Url;
/// use limpid_io::Error;
///
/// let error = Error::from("ftp://www.example.com/".parse::<Url>().unwrap_err());
/// assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidInput);
/// ```
#[non_exhaustive]
pub enum Error {
    /// The URL is not a valid http or https URL. Nothing was sent.
    Url(UrlError),
    /// The URL of a proxy of the client is not valid. Nothing was sent.
    Proxy(ProxyError),
    /// The body of a request to prepare comes from a source that yields it only once. Nothing was
    /// sent.
    BodyOnce,
    /// The TLS configuration could not be created. Nothing was sent.
    TlsSetup(TlsSetupError),
    /// The response has a field that is not valid in the crate `http`. The server has received the request.
    #[cfg(feature = "http")]
    Http(http::Error),
    /// The exchange failed.
    Exchange {
        /// The URL of the request.
        url: Box<Url>,
        /// The phase, the cause, and whether a retry is safe.
        error: CoreError,
        /// The history of the exchange.
        history: Box<History>,
    },
    /// The server answered with this status, and did not leave HTTP/1.1 as requested. It has received
    /// the request.
    NotUpgraded(u16),
    /// The server answered with this status of 400 or above, which the caller has made an error.
    Status {
        /// The status code.
        status: u16,
        /// The URL of the request.
        url: Box<Url>,
    },
    /// The body of the response is longer than what is read into memory.
    BodyTooLong {
        /// The limit in bytes.
        limit: u64,
    },
    /// The caller's writer did not take the body of the response.
    Writer(io::Error),
    /// The value for the body of the request cannot be written as JSON. Nothing was sent.
    #[cfg(feature = "json")]
    ToJson(serde_json::Error),
    /// The body of the response is not the JSON that the caller expects.
    #[cfg(feature = "json")]
    FromJson {
        /// The URL of the request.
        url: Box<Url>,
        /// Where the JSON ends or differs, and how.
        error: serde_json::Error,
    },
}

/// The history of a failed exchange.
///
/// [`Error`] has an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct History {
    /// The number that its events carry.
    pub exchange: ExchangeId,
    /// The durations of its phases.
    pub timings: Timings,
    /// How many bytes it sent and received.
    pub sizes: Sizes,
    /// Its events, if the client's sink keeps them.
    pub trace: Trace,
}

impl Error {
    /// Returns the error of the exchange: the phase, the cause, and how many bytes were transferred.
    #[must_use]
    pub const fn exchange(&self) -> Option<&CoreError> {
        match self {
            Self::Exchange { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Returns whether a deadline ended the exchange, one of limpid or of the system.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.exchange().is_some_and(CoreError::is_timeout)
    }

    /// Returns whether the exchange failed before it had an open connection: in the lookup of the
    /// host, in connecting, or in setting up TLS or a proxy's tunnel.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.exchange().is_some_and(CoreError::is_connect)
    }

    /// Returns the rejected certificate in DER form (RFC 5280 section 4.1); `None` if that was not
    /// the failure.
    #[must_use]
    pub fn certificate(&self) -> Option<&[u8]> {
        self.exchange()?.certificate()
    }

    /// Returns the host and the port of the proxy that failed, or that was in use when the exchange
    /// failed; `None` if the failure is one of the origin server.
    #[must_use]
    pub fn proxy(&self) -> Option<(&str, u16)> {
        self.exchange()?.proxy()
    }

    /// Returns the error of the source of the request's body, if that failed.
    #[must_use]
    pub fn body_error(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.exchange()?.body_error()
    }

    /// Returns whether a part of the request may have reached the server, which may have acted on it.
    #[must_use]
    pub fn request_was_sent(&self) -> bool {
        match self {
            Self::Url(_) | Self::Proxy(_) | Self::BodyOnce | Self::TlsSetup(_) => false,
            #[cfg(feature = "json")]
            Self::ToJson(_) => false,
            Self::Exchange { error, .. } => error.request_was_sent(),
            _ => true,
        }
    }

    /// Returns the status of the response, if that is the error.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::NotUpgraded(status) => Some(*status),
            _ => None,
        }
    }

    /// Returns the URL of the request that failed; `None` if it had no valid one, or the error has none.
    #[must_use]
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Exchange { url, .. } | Self::Status { url, .. } => Some(url),
            #[cfg(feature = "json")]
            Self::FromJson { url, .. } => Some(url),
            _ => None,
        }
    }

    /// Returns whether a retry cannot have the effect of the request twice: nothing was sent, or the
    /// method is idempotent (RFC 9110 section 9.2.2). A retry may fail again.
    #[must_use]
    pub fn is_safe_to_retry(&self) -> bool {
        self.exchange().is_some_and(CoreError::is_safe_to_retry) || !self.request_was_sent()
    }

    /// Returns the number of the exchange, which its events have; `None` if there was no exchange.
    #[must_use]
    pub fn exchange_id(&self) -> Option<ExchangeId> {
        self.history().map(|history| history.exchange)
    }

    /// Returns the durations of the exchange's phases; `None` if there was no exchange.
    #[must_use]
    pub fn timings(&self) -> Option<&Timings> {
        self.history().map(|history| &history.timings)
    }

    /// Returns the last events of the exchange, if the client's [sink](crate::ClientBuilder::sink)
    /// keeps events, as the ring of limpid-sinks does, alone or behind other sinks. They contain
    /// secrets: print them through a sink, which hides those.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.history().map(|history| &history.trace).filter(|trace| !trace.is_empty())
    }

    /// Returns the history of the exchange; `None` if there was no exchange.
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
            Self::Proxy(error) => write!(f, "the URL of a proxy is not valid: {error}"),
            Self::BodyOnce => f.write_str(
                "the body can be read only once: prepare the request with bytes, or send it directly",
            ),
            Self::TlsSetup(error) => error.fmt(f),
            Self::Exchange { url, error, .. } => {
                match error.proxy_authority() {
                    Some(proxy) => write!(f, "proxy {proxy}, for {}: {error:#}", url.host_and_port())?,
                    None => write!(f, "{}: {error}", url.host_and_port())?,
                }
                if matches!(error.cause, Cause::Tls(TlsError::NotTls)) {
                    f.write_str(" (is it an http:// URL?)")?;
                }
                #[cfg(feature = "rustls")]
                if let (Cause::Tls(TlsError::Certificate(problem)), Some(der)) =
                    (error.cause, error.certificate())
                {
                    crate::certificate::describe(der, problem, f)?;
                }
                Ok(())
            }
            #[cfg(feature = "http")]
            Self::Http(error) => {
                write!(f, "the response has a field that the crate http does not allow: {error}")
            }
            Self::NotUpgraded(status) => {
                write!(f, "the server answered with status {status} and did not leave HTTP/1.1")
            }
            Self::Status { status, url } => {
                write!(f, "the server answered with status {status} for {}", url.redacted())
            }
            Self::BodyTooLong { limit } => write!(
                f,
                "the body is longer than the limit of {limit} bytes for reading it into memory: read it in pieces, \
                 or raise in_memory_limit"
            ),
            Self::Writer(_) => f.write_str("the writer did not take the body of the response"),
            #[cfg(feature = "json")]
            Self::ToJson(_) => f.write_str("the value for the request's body cannot be written as JSON"),
            #[cfg(feature = "json")]
            Self::FromJson { url, .. } => {
                write!(f, "the body of the response from {} is not the expected JSON", url.redacted())
            }
        }
    }
}

impl fmt::Debug for Error {
    /// Formats the descriptions of the error and of its sources, because `main` and `unwrap` print this form. The
    /// alternate form (`{:#?}`) has the details of the exchange too.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use std::error::Error as _;
        if f.alternate() {
            return f
                .debug_struct("Error")
                .field("description", &format_args!("{self}"))
                .field("source", &self.source())
                .field("url", &self.url())
                .field("exchange", &self.exchange())
                .field("history", &self.history())
                .finish();
        }
        write!(f, "{self}")?;
        let mut next = self.source();
        while let Some(source) = next {
            write!(f, ": {source}")?;
            next = source.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    /// Returns the sources of the inner errors, whose descriptions are part of this one's.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::TlsSetup(error) => error.source(),
            Self::Exchange { error, .. } => error.source(),
            Self::Writer(error) => Some(error),
            #[cfg(feature = "json")]
            Self::ToJson(error) | Self::FromJson { error, .. } => Some(error),
            _ => None,
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
            Error::Url(_) | Error::Proxy(_) | Error::BodyOnce => io::ErrorKind::InvalidInput,
            Error::TlsSetup(error) => error.io().map_or(io::ErrorKind::InvalidInput, Self::kind),
            #[cfg(feature = "http")]
            Error::Http(_) => io::ErrorKind::InvalidData,
            Error::NotUpgraded(_) | Error::Status { .. } => io::ErrorKind::Other,
            Error::BodyTooLong { .. } => io::ErrorKind::InvalidData,
            Error::Writer(error) => error.kind(),
            #[cfg(feature = "json")]
            Error::ToJson(_) => io::ErrorKind::InvalidInput,
            #[cfg(feature = "json")]
            Error::FromJson { .. } => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

/// The error for a TLS configuration that could not be created.
///
/// [`Error`] has an example.
#[derive(Debug)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// This file or directory cannot be read.
    Unreadable(PathBuf, io::Error),
    /// This is not PEM, or contains an unusable certificate.
    Invalid(Pem),
    /// This file or text, or this directory, contains no certificate.
    Empty(Pem),
    /// This, for the client's certificate or its key, cannot be used.
    Identity(Pem, IdentityProblem),
    /// Secrets cannot be appended to this file.
    KeyLog(PathBuf, io::Error),
    /// The provider of cryptography has none of the
    /// [cipher suites](crate::ClientBuilder::cipher_suites) that are allowed.
    CipherSuites,
    /// rustls rejects the configuration.
    #[cfg(feature = "rustls")]
    Refused(rustls::Error),
    /// No implementation of TLS, or no provider of cryptography for it, is built in.
    Missing,
}

/// The kind of an error in the file of a client's certificate or key.
///
/// [`Error`] has an example.
#[derive(Debug)]
#[non_exhaustive]
pub enum IdentityProblem {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It contains no certificate.
    NoCertificate,
    /// A certificate in it is not PEM, or cannot be parsed.
    BadCertificate,
    /// It contains no key.
    NoKey,
    /// The key in it is encrypted.
    EncryptedKey,
    /// The key in it is not PEM, cannot be parsed, or is of an unsupported kind.
    BadKey,
    /// A certificate in it is of version 1 of X.509, which rustls does not support.
    Version1,
    /// The key in it does not belong to the certificate.
    OtherKey,
}

impl fmt::Display for IdentityProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable(_) => "it cannot be read",
            Self::NoCertificate => "it contains no certificate in PEM form",
            Self::BadCertificate => "its certificate is not a usable one in PEM form",
            Self::NoKey => "it contains no private key in PEM form",
            Self::EncryptedKey => "its private key is encrypted; write it without a passphrase",
            Self::BadKey => "its private key is not a usable one in PEM form",
            Self::Version1 => {
                "its certificate is of X.509 version 1, which is not supported; issue one of version 3, \
                 which has extensions"
            }
            Self::OtherKey => "its private key does not belong to the certificate",
        })
    }
}

impl fmt::Display for TlsSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, _) => {
                write!(f, "cannot read certificates from {}", path.display())
            }
            Self::Invalid(pem) => {
                write!(f, "{pem} contains something that is not a usable certificate in PEM form")
            }
            Self::Empty(pem) => write!(f, "there is no certificate in {pem}"),
            Self::Identity(pem, problem) => {
                write!(f, "{pem} cannot be used as client certificate: {problem}")
            }
            Self::KeyLog(path, _) => {
                write!(f, "cannot append the secrets of TLS to {}", path.display())
            }
            Self::CipherSuites => f.write_str(
                "none of the cipher suites that are allowed is offered; allow one of TLS 1.3 or of ECDHE with \
                 AES-GCM or ChaCha20",
            ),
            #[cfg(feature = "rustls")]
            Self::Refused(_) => f.write_str("rustls rejects the TLS configuration"),
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
