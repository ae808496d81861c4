//! What a certificate says about itself, for errors about it.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use limpid_core::error::CertificateProblem;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Version;

/// The number of names that are shown, and of characters of the subject and of the issuer.
const MOST_NAMES: usize = 8;
const MOST_CHARACTERS: usize = 160;

/// Parses a certificate (RFC 5280 section 4.1).
pub(crate) fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| certificate)
}

/// Returns whether a certificate has no extensions, because it is of version 1 of X.509.
pub(crate) fn is_version_1(der: &[u8]) -> bool {
    parse(der).is_some_and(|certificate| certificate.version() == X509Version::V1)
}

/// Writes what a rejected certificate says about itself, and what would help.
pub(crate) fn describe(
    der: &[u8],
    problem: CertificateProblem,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let Some(certificate) = parse(der) else {
        return write!(f, " (its {} bytes are no X.509 certificate)", der.len());
    };
    let shown = |name: String| shorten(if name.is_empty() { "empty" } else { &name });
    write!(
        f,
        " (subject {}; issuer {}; ",
        shown(certificate.subject().to_string()),
        shown(certificate.issuer().to_string())
    )?;
    write_names(&names(&certificate), f)?;
    let validity = certificate.validity();
    write!(f, "; valid from {} to {}", Time(validity.not_before), Time(validity.not_after))?;
    if certificate.version() == X509Version::V1 {
        f.write_str("; X.509 version 1")?;
    }
    write!(f, "; {})", help(&certificate, problem))
}

/// Returns whether a server of TLS may use a certificate (RFC 5280 sections 4.2.1.3 and 4.2.1.12), as
/// OpenSSL determines it; `None` if an extension cannot be parsed.
pub(crate) fn is_for_servers(certificate: &X509Certificate<'_>) -> Option<bool> {
    let has_usage = certificate.key_usage().ok()?.is_none_or(|usage| {
        let usage = usage.value;
        usage.digital_signature() || usage.key_encipherment() || usage.key_agreement()
    });
    let purposes = certificate.extended_key_usage().ok()?;
    let has_purpose =
        purposes.is_none_or(|purposes| purposes.value.any || purposes.value.server_auth);
    Some(has_usage && has_purpose)
}

/// Returns what would make a certificate acceptable.
fn help(certificate: &X509Certificate<'_>, problem: CertificateProblem) -> &'static str {
    match problem {
        _ if certificate.version() == X509Version::V1 => {
            "the server needs one of version 3, which has extensions"
        }
        _ if is_for_servers(certificate) == Some(false) => {
            "the server needs one whose key usage includes servers"
        }
        CertificateProblem::UnknownIssuer => {
            "trust its issuer if you know it, or let the server send all intermediate certificates"
        }
        CertificateProblem::SelfSigned => "trust this certificate itself if it is the expected one",
        CertificateProblem::Expired => {
            "the server needs a new one, unless the clock of this machine is ahead"
        }
        CertificateProblem::NotYetValid => "the clock of this machine may be behind",
        CertificateProblem::WrongName if names(certificate).is_empty() => {
            "the server needs one with a subjectAltName, because no other name is read"
        }
        CertificateProblem::WrongName => "use one of its names, or another server",
        CertificateProblem::Revoked => "the server needs a new one",
        _ if certificate.is_ca() => {
            "it is an authority's: trust this certificate itself if it is the expected one"
        }
        _ => "the server needs another one",
    }
}

/// Returns the DNS names and the addresses for which a certificate is (RFC 5280 section 4.2.1.6).
pub(crate) fn names<'c>(certificate: &'c X509Certificate<'_>) -> Vec<Cow<'c, str>> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let names = extension.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(shorten(name).into()),
            GeneralName::IPAddress(bytes) => address(bytes).map(|ip| ip.to_string().into()),
            _ => None,
        })
        .collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn write_names(names: &[Cow<'_, str>], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some((first, rest)) = names.split_first() else { return f.write_str("for no name") };
    write!(f, "for {first}")?;
    for name in rest.iter().take(MOST_NAMES - 1) {
        write!(f, ", {name}")?;
    }
    match names.len().checked_sub(MOST_NAMES) {
        Some(more @ 1..) => write!(f, " and {more} more"),
        _ => Ok(()),
    }
}

/// Returns the beginning of a peer's text, on one line.
fn shorten(text: &str) -> String {
    let mut shown: String = text.escape_debug().take(MOST_CHARACTERS).collect();
    if shown.len() < text.len() && shown.chars().count() == MOST_CHARACTERS {
        shown.push_str("...");
    }
    shown
}

/// Shows a time in UTC.
pub(crate) struct Time(pub(crate) ASN1Time);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0.to_datetime();
        let (date, hour, minute) = (time.date(), time.hour(), time.minute());
        write!(f, "{date} {hour:02}:{minute:02}:{:02} UTC", time.second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_malicious_names_are_shown_in_part_on_one_line() {
        assert_eq!(shorten("CN=a\r\n\u{1b}b"), "CN=a\\r\\n\\u{1b}b");
        assert_eq!(shorten(&"a".repeat(MOST_CHARACTERS)), "a".repeat(MOST_CHARACTERS));
        assert_eq!(shorten(&"a".repeat(1000)), "a".repeat(MOST_CHARACTERS) + "...");
    }

    #[test]
    fn addresses_of_any_other_length_are_left_out() {
        assert_eq!(address(&[127, 0, 0, 1]), Some("127.0.0.1".parse().unwrap()));
        assert_eq!(address(&[0; 16]), Some("::".parse().unwrap()));
        assert_eq!(address(&[0; 8]), None);
    }
}
