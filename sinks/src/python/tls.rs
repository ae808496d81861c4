//! TLS failures, as Python's `ssl` module raises them with OpenSSL 3.0.

use std::fmt::{self, Display, Formatter, Write};
use std::net::IpAddr;

use limpid_core::error::{CertificateProblem, TlsError};

use super::repr::{Exception, Str};

/// The `SSLError`, or its sub-class, for a failure of TLS.
pub(super) struct TlsException<'a> {
    pub(super) error: TlsError,
    /// The expected name of the certificate.
    pub(super) host: &'a [u8],
    /// The line of `_ssl.c` that the text names.
    pub(super) line: u16,
}

impl Display for TlsException<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let line = self.line;
        let reason = match self.error {
            TlsError::Certificate(problem) => {
                let why = Why { problem, host: self.host };
                return numbered(
                    f,
                    "SSLCertVerificationError",
                    1,
                    format_args!(
                        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {why} \
                     (_ssl.c:{line})"
                    ),
                );
            }
            TlsError::EndOfStream => {
                return numbered(
                    f,
                    "SSLEOFError",
                    8,
                    format_args!(
                        "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol \
                     (_ssl.c:{line})"
                    ),
                );
            }
            TlsError::Alert(alert) => alert_reason(alert),
            TlsError::NotTls => Some("WRONG_VERSION_NUMBER"),
            TlsError::NothingInCommon => Some("UNSUPPORTED_PROTOCOL"),
            TlsError::Protocol => Some("UNEXPECTED_MESSAGE"),
            // OpenSSL has no equivalent: limpid's description.
            other => return Exception("SSLError", (Str(other),)).fmt(f),
        };
        match reason {
            Some(reason) => {
                let words = InWords(reason);
                numbered(f, "SSLError", 1, format_args!("[SSL: {reason}] {words} (_ssl.c:{line})"))
            }
            None => numbered(f, "SSLError", 1, format_args!("[SSL] unknown error (_ssl.c:{line})")),
        }
    }
}

/// Writes an exception whose arguments are a number and a text.
fn numbered(
    f: &mut Formatter<'_>,
    class: &'static str,
    number: i32,
    text: fmt::Arguments<'_>,
) -> fmt::Result {
    Exception(class, (number, Str(text))).fmt(f)
}

/// OpenSSL's text for a problem of a certificate.
struct Why<'a> {
    problem: CertificateProblem,
    host: &'a [u8],
}

impl Display for Why<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self.problem {
            CertificateProblem::UnknownIssuer => "unable to get local issuer certificate",
            CertificateProblem::SelfSigned => "self-signed certificate",
            CertificateProblem::Expired => "certificate has expired",
            CertificateProblem::NotYetValid => "certificate is not yet valid",
            CertificateProblem::Revoked => "certificate revoked",
            CertificateProblem::WrongName => {
                let host = self.host.utf8_chunks().next().map_or("", |chunk| chunk.valid());
                let what = if host.parse::<IpAddr>().is_ok() { "IP address" } else { "Hostname" };
                return write!(f, "{what} mismatch, certificate is not valid for '{host}'.");
            }
            _ => "unspecified certificate verification error",
        })
    }
}

/// Returns OpenSSL's name of a peer's alert (RFC 8446 section 6, and earlier versions).
const fn alert_reason(alert: u8) -> Option<&'static str> {
    Some(match alert {
        10 => "SSLV3_ALERT_UNEXPECTED_MESSAGE",
        20 => "SSLV3_ALERT_BAD_RECORD_MAC",
        21 => "TLSV1_ALERT_DECRYPTION_FAILED",
        22 => "TLSV1_ALERT_RECORD_OVERFLOW",
        30 => "SSLV3_ALERT_DECOMPRESSION_FAILURE",
        40 => "SSLV3_ALERT_HANDSHAKE_FAILURE",
        41 => "SSLV3_ALERT_NO_CERTIFICATE",
        42 => "SSLV3_ALERT_BAD_CERTIFICATE",
        43 => "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        44 => "SSLV3_ALERT_CERTIFICATE_REVOKED",
        45 => "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        46 => "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        47 => "SSLV3_ALERT_ILLEGAL_PARAMETER",
        48 => "TLSV1_ALERT_UNKNOWN_CA",
        49 => "TLSV1_ALERT_ACCESS_DENIED",
        50 => "TLSV1_ALERT_DECODE_ERROR",
        51 => "TLSV1_ALERT_DECRYPT_ERROR",
        60 => "TLSV1_ALERT_EXPORT_RESTRICTION",
        70 => "TLSV1_ALERT_PROTOCOL_VERSION",
        71 => "TLSV1_ALERT_INSUFFICIENT_SECURITY",
        80 => "TLSV1_ALERT_INTERNAL_ERROR",
        86 => "TLSV1_ALERT_INAPPROPRIATE_FALLBACK",
        90 => "TLSV1_ALERT_USER_CANCELLED",
        100 => "TLSV1_ALERT_NO_RENEGOTIATION",
        109 => "TLSV13_ALERT_MISSING_EXTENSION",
        110 => "TLSV1_UNSUPPORTED_EXTENSION",
        111 => "TLSV1_CERTIFICATE_UNOBTAINABLE",
        112 => "TLSV1_UNRECOGNIZED_NAME",
        113 => "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
        114 => "TLSV1_BAD_CERTIFICATE_HASH_VALUE",
        116 => "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        _ => return None,
    })
}

/// A name that is displayed in words: one such as `WRONG_VERSION_NUMBER` as `wrong version number`.
struct InWords(&'static str);

impl Display for InWords {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '_' => f.write_char(' '),
            c => f.write_char(c.to_ascii_lowercase()),
        })
    }
}
