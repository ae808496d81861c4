//! Why an exchange failed.

use core::fmt;

use super::{CodingError, MisuseError, OsError, PeerError};
use crate::time::Waiting;

/// A host name that could not be resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResolveError {
    /// No such host.
    NotFound,
    /// The resolver did not answer; it may later.
    Temporary,
    /// The host exists and has no address of the kind asked for.
    NoAddress,
    /// Anything else, with the resolver's own number.
    Other(i32),
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("name or service not known"),
            Self::Temporary => f.write_str("temporary failure in name resolution"),
            Self::NoAddress => f.write_str("the name has no address"),
            Self::Other(code) => write!(f, "the resolver failed with {code}"),
        }
    }
}

impl core::error::Error for ResolveError {}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// No trusted certificate authority vouches for it.
    UnknownIssuer,
    /// It vouches for itself.
    SelfSigned,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for other hosts.
    WrongName,
    /// It was revoked.
    Revoked,
    /// Its signature, encoding or purpose is wrong.
    Invalid,
}

/// TLS failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsError {
    /// The server's certificate is not acceptable.
    Certificate(CertificateProblem),
    /// The peer answers in something that is not TLS.
    NotTls,
    /// The peer refused with this alert (RFC 8446 section 6).
    Alert(u8),
    /// The peer closed the connection within the handshake.
    EndOfStream,
    /// The two sides share no version or cipher suite.
    NothingInCommon,
    /// The peer chose to speak another protocol than HTTP/1.1 (ALPN, RFC 7301).
    ApplicationProtocol,
    /// The peer broke the protocol.
    Protocol,
    /// The TLS configuration cannot serve this connection.
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
            Self::NothingInCommon => {
                return f.write_str("no TLS version or cipher suite in common");
            }
            Self::ApplicationProtocol => {
                return f.write_str("the peer chose another protocol than HTTP/1.1 (ALPN)");
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

/// What an alert that a client may see means (RFC 8446 section 6.2), behind a comma.
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
        120 => ", no application protocol",
        _ => "",
    }
}

/// A SOCKS5 proxy will not serve us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocksError {
    /// It does not take the user name and the password.
    Credentials,
    /// It was offered the first authentication method, and wants the second (RFC 1928 section 3).
    Method(u8, u8),
    /// It could not open the connection, with its reason (RFC 1928 section 6).
    Reply(u8),
    /// It speaks something else.
    Malformed,
}

impl SocksError {
    /// The reason of a reply in words.
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

    /// An authentication method in words.
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
                f.write_str("the SOCKS proxy does not take the user name and the password")
            }
            Self::Method(asked, got) => write!(
                f,
                "the SOCKS proxy was offered {} and wants {}",
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

/// Why an exchange failed.
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
    /// A layer between HTTP and the transport failed, with a number of its own.
    Layer(u32),
    /// The peer broke a rule of HTTP.
    Peer(PeerError),
    /// The request must not be sent as it is.
    Misuse(MisuseError),
    /// The caller let go of the response before its end.
    Cancelled,
    /// The server has answered with this status before it had the whole request, the rest of which is not
    /// sent.
    AnsweredEarly(u16),
    /// Another address of the host was connected first: this one is not needed.
    Superseded,
    /// The peer closed the connection while an exchange was open, and no error of the transport says so.
    PeerGone,
    /// The caller's body could not be produced.
    Body(OsError),
    /// The caller's body was to be sent again, and can be read only once.
    BodyConsumed,
    /// A redirect does not say to which URL.
    BadRedirect,
    /// One redirect more than may be followed.
    TooManyRedirects,
    /// The response's body cannot be decoded, or would become too much.
    Coding(CodingError),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proxy(status) => {
                write!(f, "the proxy refused to open a tunnel, with status {status}")
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
                f.write_str("the request body was to be sent again, and can be read only once")
            }
            Self::BadRedirect => f.write_str("the redirect does not lead to a URL of HTTP"),
            Self::TooManyRedirects => f.write_str("there are more redirects than may be followed"),
            Self::Coding(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Cause {}
