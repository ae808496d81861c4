//! The causes of failures of an exchange.

use core::fmt;

use super::{CodingError, MisuseError, OsError, PeerError};
use crate::time::Waiting;

/// The failure to resolve a host name.
///
/// A driver reports it as an [`Error`](super::Error), which has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResolveError {
    /// The host does not exist.
    NotFound,
    /// The resolver did not answer. A retry may succeed.
    Temporary,
    /// The host exists, but has no address of the requested kind.
    NoAddress,
    /// The zone of an IPv6 address is no interface of this machine.
    UnknownZone,
    /// Another error, with the number of the resolver.
    Other(i32),
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("name or service not known"),
            Self::Temporary => f.write_str("temporary failure in name resolution"),
            Self::NoAddress => f.write_str("the name has no address"),
            Self::UnknownZone => {
                f.write_str("the zone of the address is no interface of this machine")
            }
            Self::Other(code) => write!(f, "the resolver failed with {code}"),
        }
    }
}

impl core::error::Error for ResolveError {}

/// The reason for which a certificate is refused.
///
/// It is a part of a [`TlsError`], which a driver reports as an [`Error`](super::Error) (with an example).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// No trusted certificate authority has issued it.
    UnknownIssuer,
    /// It is self-signed.
    SelfSigned,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It is for another host.
    WrongName,
    /// It was revoked.
    Revoked,
    /// Its signature, encoding or purpose is wrong.
    Invalid,
}

/// The failure of a TLS handshake or connection.
///
/// A driver reports it as an [`Error`](super::Error), which has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsError {
    /// The server's certificate is not acceptable.
    Certificate(CertificateProblem),
    /// The peer's response is not TLS.
    NotTls,
    /// The peer refused the handshake with this alert (RFC 8446 section 6).
    Alert(u8),
    /// The peer closed the connection within the handshake.
    EndOfStream,
    /// The peer closed the connection without the closing message of TLS, where that is the end of a
    /// body or of a tunnel (RFC 8446 section 6.1).
    CloseNotifyMissing,
    /// Both sides have no TLS version or no cipher suite in common.
    NothingInCommon,
    /// The peer selected a protocol other than HTTP/1.1, or offered only others (ALPN, RFC 7301).
    ApplicationProtocol,
    /// The peer violated the TLS protocol.
    Protocol,
    /// The TLS configuration is not usable for this connection.
    Configuration,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self {
            Self::Certificate(problem) => *problem,
            Self::NotTls => return f.write_str("the peer does not speak TLS on this port"),
            Self::Alert(alert) => {
                return write!(f, "the peer refused with TLS alert {alert}{}", meaning(*alert));
            }
            Self::EndOfStream => {
                return f.write_str("the peer closed the connection within the TLS handshake");
            }
            Self::CloseNotifyMissing => {
                return f.write_str(
                    "the peer closed the connection without close_notify: data may be missing",
                );
            }
            Self::NothingInCommon => {
                return f.write_str("no TLS version or cipher suite in common");
            }
            Self::ApplicationProtocol => {
                return f.write_str(
                    "the peer uses another protocol than HTTP/1.1, such as HTTP/2 (ALPN)",
                );
            }
            Self::Protocol => return f.write_str("the peer broke the TLS protocol"),
            Self::Configuration => return f.write_str("the TLS configuration is unusable"),
        };
        f.write_str("the certificate is not trusted: ")?;
        f.write_str(match problem {
            CertificateProblem::UnknownIssuer => "its issuer is unknown",
            CertificateProblem::SelfSigned => "it is self-signed",
            CertificateProblem::Expired => "it has expired",
            CertificateProblem::NotYetValid => "it is not valid yet",
            CertificateProblem::WrongName => "it is for another host name",
            CertificateProblem::Revoked => "it was revoked",
            CertificateProblem::Invalid => "it is invalid",
        })
    }
}

impl core::error::Error for TlsError {}

/// Returns the meaning of an alert that a client may receive (RFC 8446 section 6.2), after a comma.
const fn meaning(alert: u8) -> &'static str {
    match alert {
        40 => ", handshake failure",
        42 => ", bad certificate",
        43 => ", unsupported certificate",
        44 => ", certificate revoked",
        45 => ", certificate expired",
        46 => ", certificate unknown",
        47 => ", illegal parameter",
        48 => ", unknown certificate authority",
        49 => ", access denied",
        50 => ", decode error",
        51 => ", decrypt error",
        70 => ", protocol version",
        71 => ", insufficient security",
        80 => ", internal error",
        90 => ", user canceled",
        109 => ", missing extension",
        110 => ", unsupported extension",
        112 => ", unrecognized name",
        116 => ", certificate required",
        // ALPN (RFC 7301 section 3.2).
        120 => ", no application protocol: it does not accept HTTP/1.1, but perhaps HTTP/2",
        _ => "",
    }
}

/// The failure of a SOCKS5 proxy to open a connection.
///
/// A driver reports it as an [`Error`](super::Error), which has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocksError {
    /// The proxy refused the user name and the password.
    Credentials,
    /// The client offered the first authentication method; the proxy requires the second (RFC 1928
    /// section 3).
    Method(u8, u8),
    /// The proxy could not open the connection, for this reason (RFC 1928 section 6).
    Reply(u8),
    /// The proxy's response is not SOCKS5.
    Malformed,
}

impl SocksError {
    /// Returns the description of a reply code.
    #[must_use]
    pub const fn reply(code: u8) -> &'static str {
        match code {
            1 => "General SOCKS server failure",
            2 => "Connection not allowed by ruleset",
            3 => "Network unreachable",
            4 => "Host unreachable",
            5 => "Connection refused",
            6 => "TTL expired",
            7 => "Command not supported",
            8 => "Address type not supported",
            _ => "UNKNOWN",
        }
    }

    /// Returns the name of an authentication method.
    #[must_use]
    pub const fn method(code: u8) -> &'static str {
        match code {
            0 => "NO AUTHENTICATION REQUIRED",
            1 => "GSSAPI",
            2 => "USERNAME/PASSWORD",
            0xff => "NO ACCEPTABLE METHODS",
            _ => "UNKNOWN",
        }
    }
}

impl fmt::Display for SocksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials => {
                f.write_str("the SOCKS proxy refused the user name and the password")
            }
            Self::Method(asked, got) => write!(
                f,
                "the client offered {} to the SOCKS proxy, which requires {}",
                Self::method(*asked),
                Self::method(*got)
            ),
            Self::Reply(code) => {
                write!(f, "the SOCKS proxy could not connect: {}", Self::reply(*code))
            }
            Self::Malformed => f.write_str("the proxy does not speak SOCKS5"),
        }
    }
}

impl core::error::Error for SocksError {}

/// The cause of the failure of an exchange.
///
/// [`Error`](super::Error) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The HTTP proxy refused to open a tunnel, with this status.
    Proxy(u16),
    /// The SOCKS5 proxy refused.
    Socks(SocksError),
    /// The transport failed.
    Os(OsError),
    /// A deadline passed.
    TimedOut(Waiting),
    /// The host name has no address.
    Resolve(ResolveError),
    /// TLS failed.
    Tls(TlsError),
    /// A layer between HTTP and the transport failed, with this number, which the layer defines.
    Layer(u32),
    /// The peer broke a rule of HTTP.
    Peer(PeerError),
    /// The request must not be sent as it is.
    Misuse(MisuseError),
    /// The caller dropped the response before its end.
    Cancelled,
    /// The server responded with this status before it received the whole request, the rest of which was not
    /// sent.
    AnsweredEarly(u16),
    /// A connection to another address of the host was established first.
    Superseded,
    /// The peer closed the connection during an exchange, and the transport reported no error.
    PeerGone,
    /// The request's body could not be read.
    Body(OsError),
    /// The request's body must be sent again, but can be read only once.
    BodyConsumed,
    /// The Location of a redirect is not a URL for a request. The error has it, and a `UrlError` as its source.
    BadRedirect,
    /// The URL of the request or of a redirect is one without TLS, and only those with it are permitted
    /// ([`Options::https_only`](crate::client::Options::https_only)). The error has the Location of the redirect.
    NotHttps,
    /// The redirects exceed their limit.
    TooManyRedirects,
    /// The response's body cannot be decoded, or exceeds a limit when decoded.
    Coding(CodingError),
}

/// Declares the names of the variants of [`Cause`]: the function and the list.
macro_rules! names {
    ($($pattern:pat => $name:literal,)+) => {
        impl Cause {
            /// The names of all causes.
            pub const NAMES: &'static [&'static str] = &[$($name),+];

            /// Returns the name of the kind of cause, by which programs can distinguish causes.
            ///
            /// ```
            /// use limpid_core::error::{Cause, ResolveError};
            ///
            /// assert_eq!(Cause::Resolve(ResolveError::NotFound).name(), "resolve");
            /// ```
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $($pattern => $name,)+ }
            }
        }
    };
}

names! {
    Self::Proxy(_) => "proxy",
    Self::Socks(_) => "socks",
    Self::Os(_) => "os",
    Self::TimedOut(_) => "timed_out",
    Self::Resolve(_) => "resolve",
    Self::Tls(_) => "tls",
    Self::Layer(_) => "layer",
    Self::Peer(_) => "peer",
    Self::Misuse(_) => "misuse",
    Self::Cancelled => "cancelled",
    Self::AnsweredEarly(_) => "answered_early",
    Self::Superseded => "superseded",
    Self::PeerGone => "peer_gone",
    Self::Body(_) => "body",
    Self::BodyConsumed => "body_consumed",
    Self::BadRedirect => "bad_redirect",
    Self::NotHttps => "not_https",
    Self::TooManyRedirects => "too_many_redirects",
    Self::Coding(_) => "coding",
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proxy(status) => {
                write!(f, "the proxy refused to open a tunnel, with status {status}")?;
                match status {
                    407 => f.write_str(
                        ": it requires a user and a password, or other ones; write them into the \
                         URL of the proxy, as user:password and an @ before the host",
                    ),
                    _ => Ok(()),
                }
            }
            Self::Socks(error) => error.fmt(f),
            Self::Os(error) => error.fmt(f),
            Self::TimedOut(why) => write!(f, "the time for {why} is up"),
            Self::Resolve(error) => error.fmt(f),
            Self::Tls(error) => error.fmt(f),
            Self::Layer(0) => f.write_str("the layer below HTTP failed"),
            Self::Layer(code) => write!(f, "the layer below HTTP failed with code {code}"),
            Self::Peer(error) => error.fmt(f),
            Self::Misuse(error) => error.fmt(f),
            Self::Cancelled => f.write_str("the response was dropped before its end"),
            Self::AnsweredEarly(status) => {
                write!(
                    f,
                    "the server answered with status {status} before it had the whole request"
                )
            }
            Self::Superseded => f.write_str("another address was faster"),
            Self::PeerGone => f.write_str("the peer closed the connection during the exchange"),
            Self::Body(error) => write!(f, "the request body could not be read: {error}"),
            Self::BodyConsumed => {
                f.write_str("the request body must be sent again, but can be read only once")
            }
            Self::BadRedirect => f.write_str("the redirect cannot be followed"),
            Self::NotHttps => {
                f.write_str("the URL is not https, and nothing else is permitted (https_only)")
            }
            Self::TooManyRedirects => f.write_str("there are more redirects than may be followed"),
            Self::Coding(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Cause {}
