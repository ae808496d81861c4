//! Exit codes: curl's, where curl has one for the case.

use std::error::Error as _;
use std::fmt::Write;
use std::process::ExitCode;

use limpid_core::client::{UrlError, UrlProblem};
use limpid_core::error::{Cause, ErrorClass, Phase, Rule, TlsError};
use limpid_io::{Error, TlsSetupError};

macro_rules! codes {
    ($( $name:ident = $code:literal $meaning:literal, )+) => {
        /// A nonzero exit code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Exit { $( $name = $code, )+ }

        /// Returns the table at the end of `--help`.
        pub(crate) fn table() -> String {
            let mut table = String::from("Exit codes:\n   0  success");
            for (code, meaning) in [$( ($code, $meaning), )+] {
                // Writing to a string does not fail.
                let _ = write!(table, "\n{code:>4}  {meaning}");
            }
            table
        }
    };
}

codes! {
    Protocol = 1 "the URL's scheme, or the protocol or version that the server speaks, is not supported",
    Usage = 2 "the arguments are wrong, or the environment names an invalid proxy",
    Url = 3 "the URL is malformed",
    ResolveProxy = 5 "the name of the proxy was not resolved",
    Resolve = 6 "the host name was not resolved",
    Connect = 7 "no connection could be opened",
    Reply = 8 "the response violates the rules of HTTP/1.1",
    Partial = 18 "the body ended before it was complete",
    Status = 22 "the status is 400 or above, with -f",
    Write = 23 "the output could not be written",
    Read = 26 "the data to send could not be read",
    Timeout = 28 "a time limit was reached",
    Range = 33 "the server does not resume the download of -C",
    Tls = 35 "the TLS handshake failed",
    Argument = 43 "the request is invalid and was not sent",
    Redirects = 47 "too many redirects",
    Empty = 52 "the server sent nothing",
    Send = 55 "sending failed",
    Receive = 56 "receiving failed",
    ClientCertificate = 58 "the client's certificate or key cannot be used",
    Ciphers = 59 "no cipher suite of --ciphers or --tls13-ciphers can be offered",
    Certificate = 60 "the server's certificate is not trusted",
    Coding = 61 "the body cannot be decoded, or exceeds the limit, or its transfer coding is unknown",
    TooLarge = 63 "the body is longer than --max-filesize allows",
    Rewind = 65 "the data has to be sent again, and can be read only once",
    Login = 67 "the URL has a user, with --disallow-username-in-url",
    CaFile = 77 "the trusted certificates could not be read",
    Proxy = 97 "the SOCKS proxy refused",
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    /// Returns the exit code of a command that has ended so.
    pub(crate) fn code(ended: Result<(), Self>) -> ExitCode {
        ended.map_or_else(ExitCode::from, |()| ExitCode::SUCCESS)
    }

    /// Returns the code for a failed request.
    pub(crate) fn of(error: &Error) -> Self {
        match error {
            Error::Url(error) => Self::of_url(*error),
            Error::TlsSetup(TlsSetupError::Identity(..)) => Self::ClientCertificate,
            Error::TlsSetup(TlsSetupError::KeyLog(..)) => Self::Write,
            Error::TlsSetup(TlsSetupError::CipherSuites) => Self::Ciphers,
            Error::TlsSetup(_) => Self::CaFile,
            Error::Exchange { error, .. } => Self::of_exchange(error),
            _ => Self::Receive,
        }
    }

    fn of_exchange(error: &limpid_core::error::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        if error.is_empty_reply() {
            return Self::Empty;
        }
        match (error.cause, error.phase) {
            (Cause::Resolve(_), _) if error.proxy().is_some() => Self::ResolveProxy,
            (Cause::Resolve(_), _) => Self::Resolve,
            (Cause::Tls(TlsError::Certificate(_)), _) => Self::Certificate,
            (Cause::Tls(_), Phase::Tls) | (_, Phase::Tls) => Self::Tls,
            (Cause::Misuse(_), _) => Self::Argument,
            (Cause::TooManyRedirects, _) => Self::Redirects,
            (Cause::NotHttps, _) => Self::Protocol,
            (Cause::BadRedirect, _) => Self::of_location(error),
            (Cause::Coding(_), _) => Self::Coding,
            (Cause::Proxy(_), _) => Self::Receive,
            (Cause::Socks(_), _) => Self::Proxy,
            (Cause::BodyConsumed, _) => Self::Rewind,
            (Cause::Body(_), _) => Self::Read,
            (Cause::Peer(error), phase) => Self::of_rule(error.rule, phase),
            (_, Phase::Resolve | Phase::Connect) => Self::Connect,
            (_, Phase::SendHead | Phase::SendBody) => Self::Send,
            _ => Self::Receive,
        }
    }

    /// Returns the code for a Location that cannot be followed.
    fn of_location(error: &limpid_core::error::Error) -> Self {
        match error.source().and_then(|source| source.downcast_ref::<UrlError>()) {
            Some(error) => Self::of_url(*error),
            None => Self::Url,
        }
    }

    /// Returns the code for a URL that is not valid.
    pub(crate) const fn of_url(error: UrlError) -> Self {
        match error.problem {
            UrlProblem::UnknownScheme => Self::Protocol,
            _ => Self::Url,
        }
    }

    const fn of_rule(rule: Rule, phase: Phase) -> Self {
        match (rule.class(), phase) {
            (ErrorClass::EndOfStream, Phase::ReceiveBody) => Self::Partial,
            (ErrorClass::EndOfStream, _) => Self::Receive,
            (_, Phase::ReceiveBody) => Self::Receive,
            _ => Self::of_head(rule),
        }
    }

    /// Returns the code for a refused head.
    const fn of_head(rule: Rule) -> Self {
        match rule {
            Rule::TlsRecord
            | Rule::Http2
            | Rule::Shoutcast
            | Rule::OtherGreeting
            | Rule::DocumentFirst
            | Rule::StatusLineMissing
            | Rule::StatusLineForm
            | Rule::StatusCode
            | Rule::VersionForm
            | Rule::VersionUnsupported => Self::Protocol,
            Rule::TransferEncodingUnknown
            | Rule::TransferEncodingNotFinal
            | Rule::TransferEncodingRepeated => Self::Coding,
            Rule::StartLineTooLong | Rule::HeadTooLong | Rule::TooManyFields => Self::Receive,
            _ => Self::Reply,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readme_has_the_exit_codes() {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
        let readme = readme.unwrap();
        let (_, section) = readme.split_once("### Exit codes").unwrap();
        let rows = section.lines().filter_map(|line| {
            let (code, meaning) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
            let code: u8 = code.parse().ok()?;
            Some(format!("{code:>4}  {}", meaning.replace('`', "")))
        });
        let rows: Vec<String> = rows.collect();
        assert_eq!(rows, table().lines().skip(1).collect::<Vec<_>>());
    }
}
