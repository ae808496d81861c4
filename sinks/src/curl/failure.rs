//! Failures in the words of curl.

use std::io;
use std::time::Duration;

use limpid_core::error::{
    Cause, CertificateProblem, OsError, Phase, ResolveError, Rule, SocksError, TlsError,
};
use limpid_core::time::Waiting;
use limpid_core::trace::Failure;

use super::state::Exchange;

/// Returns the line of a failure. Those without a line of curl have limpid's words.
pub(super) fn line(failure: &Failure<'_>, exchange: &Exchange, elapsed: Duration) -> String {
    let millis = elapsed.as_millis();
    let Exchange { host, port, name, .. } = exchange;
    match failure.cause {
        Cause::Resolve(ResolveError::NotFound | ResolveError::NoAddress) => {
            format!("Could not resolve host: {host}")
        }
        Cause::TimedOut(why) => timed_out(*why, failure, millis),
        Cause::Os(error) => match failure.phase {
            Phase::Resolve | Phase::Connect => {
                format!(
                    "Failed to connect to {host} port {port} after {millis} ms: Couldn't connect to server"
                )
            }
            Phase::SendHead | Phase::SendBody => format!("Send failure: {}", system(*error)),
            Phase::ReceiveHead | Phase::ReceiveBody => format!("Recv failure: {}", system(*error)),
            _ => failure.to_string(),
        },
        Cause::Tls(TlsError::Certificate(CertificateProblem::WrongName)) => {
            format!(
                "SSL: no alternative certificate subject name matches target host name '{name}'"
            )
        }
        Cause::Tls(TlsError::Certificate(problem)) => match certificate(*problem) {
            Some(words) => format!("SSL certificate problem: {words}"),
            None => failure.cause.to_string(),
        },
        Cause::Peer(error) => match error.rule {
            Rule::EndBeforeResponse => "Empty reply from server".to_owned(),
            Rule::EndInBody => {
                let (received, announced) = failure.body;
                let left = announced.saturating_sub(received);
                format!("transfer closed with {left} bytes remaining to read")
            }
            Rule::EndInChunks => "transfer closed with outstanding read data remaining".to_owned(),
            _ => failure.cause.to_string(),
        },
        Cause::Proxy(status) => tunnel(*status),
        Cause::Socks(SocksError::Reply(code)) => {
            format!("Can't complete SOCKS5 connection to {host}. ({code})")
        }
        _ => failure.cause.to_string(),
    }
}

/// Returns the line of a proxy that opens no tunnel.
pub(super) fn tunnel(status: u16) -> String {
    format!("CONNECT tunnel failed, response {status}")
}

fn timed_out(why: Waiting, failure: &Failure<'_>, millis: u128) -> String {
    match failure.phase {
        Phase::Resolve => format!("Resolving timed out after {millis} milliseconds"),
        Phase::Connect | Phase::Tls => format!("Connection timed out after {millis} milliseconds"),
        _ if why == Waiting::Pool => failure.cause.to_string(),
        _ => {
            let (received, announced) = failure.body;
            let of = match announced {
                0 => String::new(),
                announced => format!("out of {announced} "),
            };
            format!(
                "Operation timed out after {millis} milliseconds with {received} {of}bytes received"
            )
        }
    }
}

const fn certificate(problem: CertificateProblem) -> Option<&'static str> {
    Some(match problem {
        CertificateProblem::UnknownIssuer => "unable to get local issuer certificate",
        CertificateProblem::SelfSigned => "self-signed certificate",
        CertificateProblem::Expired => "certificate has expired",
        CertificateProblem::NotYetValid => "certificate is not yet valid",
        CertificateProblem::Revoked => "certificate revoked",
        _ => return None,
    })
}

/// Returns the error in the words of the operating system, as curl shows it.
pub(super) fn system(error: OsError) -> String {
    if error.code == 0 {
        return error.kind.description().to_owned();
    }
    let text = io::Error::from_raw_os_error(error.code).to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}
