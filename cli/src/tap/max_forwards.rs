//! The field Max-Forwards (RFC 9110 section 7.6.2): how many proxies may pass on TRACE and OPTIONS.

use limpid_core::error::Cause;
use limpid_core::http1::RequestHead;
use limpid_tokio::Exchange;

/// What Max-Forwards says about a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hops {
    /// Nothing.
    Any,
    /// It is passed on with this value.
    Left(u64),
    /// It is not passed on: this proxy answers.
    None,
}

/// The fields that a response to TRACE does not repeat (RFC 9110 section 9.3.8).
const SECRETS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

impl Hops {
    /// Reads the field, if the method is one that it applies to.
    pub(super) fn of(head: &RequestHead<'_>) -> Self {
        if !matches!(head.method, b"TRACE" | b"OPTIONS") {
            return Self::Any;
        }
        let value = head.fields.get("Max-Forwards").map(String::from_utf8_lossy);
        match value.and_then(|value| value.parse::<u64>().ok()) {
            None => Self::Any,
            Some(0) => Self::None,
            Some(hops) => Self::Left(hops - 1),
        }
    }
}

/// Answers a request that is not passed on, as the final recipient.
///
/// # Errors
/// The client has disconnected.
pub(super) fn answer(exchange: &mut Exchange) -> Result<(), Cause> {
    let head = exchange.head();
    if head.method == b"TRACE" {
        let message = repeated(&head);
        return exchange.field("Content-Type", "message/http").respond(200, message);
    }
    let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, CONNECT";
    exchange.field("Allow", methods).respond(200, "")
}

/// Returns the head as it was received, without its secrets.
fn repeated(head: &RequestHead<'_>) -> Vec<u8> {
    let version = format!(" HTTP/1.{}\r\n", head.version.minor());
    let mut message = [head.method, b" ", head.target, version.as_bytes()].concat();
    let is_secret =
        |name: &[u8]| SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret.as_bytes()));
    for field in head.fields.iter().filter(|field| !is_secret(field.name)) {
        message.extend([field.name, b": ", field.value, b"\r\n"].concat());
    }
    message.extend(b"\r\n");
    message
}

#[cfg(test)]
mod tests {
    use limpid_core::fields::FieldBlock;

    use super::*;

    #[test]
    fn only_trace_and_options_are_limited() {
        let hops = |method: &str, value: &str| {
            let mut fields = FieldBlock::new();
            fields.push(b"Max-Forwards", value.as_bytes());
            let fields = fields.fields();
            Hops::of(&RequestHead { method: method.as_bytes(), fields, ..RequestHead::NONE })
        };
        assert_eq!(hops("GET", "0"), Hops::Any);
        assert_eq!(hops("TRACE", "0"), Hops::None);
        assert_eq!(hops("OPTIONS", "10"), Hops::Left(9));
        assert_eq!(hops("OPTIONS", "x"), Hops::Any);
    }
}
