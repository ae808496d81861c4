//! The kinds of spans, and the attributes that they have.

use std::sync::LazyLock;

use limpid_core::trace::{EventKind, Level, Logger, SpanKind};

use super::super::columns::{Pairs, Shown};
use crate::json;

/// Declares the roles: name, logger, level, the spans of the catalogue whose events give it attributes, and the
/// attributes that it has besides these.
macro_rules! roles {
    ($( $(#[$doc:meta])+ $role:ident $name:literal $logger:ident $level:ident [$($span:ident)*] [$($more:literal)*]; )+) => {
        /// The kind of a span of `tracing`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Role {
            $( $(#[$doc])+ $role, )+
        }

        impl Role {
            pub(super) const ALL: &[Self] = &[$( Self::$role, )+];

            pub(super) const fn name(self) -> &'static str {
                match self { $( Self::$role => $name, )+ }
            }

            pub(super) const fn logger(self) -> Logger {
                match self { $( Self::$role => Logger::$logger, )+ }
            }

            pub(super) const fn level(self) -> Level {
                match self { $( Self::$role => Level::$level, )+ }
            }

            /// Returns the role of an operation, if it becomes a span, or a part of one.
            pub(super) const fn of(span: SpanKind) -> Option<Self> {
                match span {
                    $( $( SpanKind::$span => Some(Self::$role), )* )+
                    // These are very short, and remain events.
                    _ => None,
                }
            }

            const fn more(self) -> &'static [&'static str] {
                match self { $( Self::$role => &[$($more),*], )+ }
            }
        }
    };
}

roles! {
    /// A client's exchange.
    Exchange "exchange" LimpidClient Info [Exchange] ["otel.kind" "exchange" "tag"];
    /// One request of an exchange, with everything that it takes.
    Hop "hop" LimpidClient Info [] [
        "otel.kind" "otel.status_description" "error.type" "hop" "connection"
        "http.request.method" "http.request.resend_count" "url.full" "server.address" "server.port"
        "network.peer.address" "network.peer.port" "network.local.address" "network.local.port"
        "network.protocol.version" "http.response.status_code"
    ];
    /// Acquiring a connection, or permission to open one.
    Acquire "acquire" LimpidClient Debug [Acquire] [];
    /// An attempt to connect, with its handshakes and requests to proxies.
    Connect "connect" LimpidClient Debug [ConnectTcp ConnectUnixSocket SocksConnectTcp] [
        "attempt" "connection"
        "network.peer.address" "network.peer.port" "network.local.address" "network.local.port"
    ];
    /// Looking up addresses.
    Resolve "resolve" LimpidClient Debug [Resolve] [];
    /// Connecting to one address.
    Dial "dial" LimpidClient Debug [Dial] [];
    /// Requesting a connection from a SOCKS5 proxy.
    Socks "socks5" LimpidClient Debug [SetupSocks5Connection] [];
    /// A client's TLS handshake.
    Tls "tls" LimpidClient Debug [StartTls ProxyStartTls SocksStartTls] [];
    /// The delay before another attempt to connect.
    Retry "retry" LimpidClient Debug [RetryConnectTcp RetryConnectUnixSocket RetryStartTls] ["attempt"];
    /// Sending a request.
    Send "send" LimpidClient Debug [SendRequestHeaders SendRequestBody] [];
    /// Waiting for a response.
    Wait "wait" LimpidClient Debug [] ["otel.status_description" "error.type" "cause"];
    /// Receiving a response.
    Receive "receive" LimpidClient Debug [ReceiveResponseHeaders ReceiveResponseBody] [];
    /// A served connection.
    Connection "connection" LimpidServer Debug [Serve] ["otel.kind" "connection"];
    /// A server's TLS handshake.
    Accept "tls" LimpidServer Debug [AcceptTls] [];
    /// A request that a server answers.
    Request "request" LimpidServer Info [Answer] [
        "otel.kind" "exchange" "connection" "tag" "url.scheme"
        "client.address" "network.peer.address" "network.peer.port"
    ];
}

/// The roles of the events that start or end an operation.
static OF_EVENTS: LazyLock<Vec<Option<Role>>> = LazyLock::new(|| {
    let mut roles = vec![None; EventKind::ALL.len()];
    for span in SpanKind::ALL {
        for kind in [span.started(), span.complete(), span.failed()] {
            roles[kind as usize] = Role::of(*span);
        }
    }
    roles
});

/// Causes of ends that are no errors.
const USUAL: [&str; 3] = ["answered_early", "cancelled", "superseded"];

impl Role {
    /// Returns the role of the operation that an event starts or ends.
    pub(super) fn of_event(kind: EventKind) -> Option<Self> {
        OF_EVENTS[kind as usize]
    }

    /// Returns the roles in one of which a span of this role is, the first that is open.
    pub(super) const fn around(self) -> &'static [Self] {
        match self {
            Self::Exchange | Self::Connection | Self::Request => &[],
            Self::Hop => &[Self::Exchange],
            Self::Acquire | Self::Connect | Self::Retry => &[Self::Hop, Self::Exchange],
            // A request is sent while a connection is being opened if it is one to a proxy.
            Self::Resolve | Self::Dial | Self::Socks | Self::Tls => {
                &[Self::Connect, Self::Hop, Self::Exchange]
            }
            Self::Send | Self::Wait | Self::Receive => &[Self::Connect, Self::Hop, Self::Exchange],
            Self::Accept => &[Self::Connection],
        }
    }

    /// Returns whether its end is the end of the spans that were opened later.
    pub(super) const fn contains_others(self) -> bool {
        matches!(
            self,
            Self::Exchange | Self::Hop | Self::Connect | Self::Connection | Self::Request
        )
    }

    /// Returns the names of the attributes of a span of this role, each once.
    pub(super) fn attribute_names(self) -> Vec<&'static str> {
        // The status comes before its description, which is a part of it.
        let mut names = vec!["otel.status_code"];
        names.extend_from_slice(self.more());
        for span in SpanKind::ALL.iter().filter(|span| Self::of(**span) == Some(self)) {
            for kind in [span.started(), span.complete(), span.failed()] {
                for column in json::names(kind) {
                    // Once in the life of the program.
                    names.extend_from_slice(self.attributes_of(column.leak()).as_ref());
                }
                if kind == span.failed() {
                    names.push("cause");
                }
            }
        }
        let mut seen = Vec::new();
        names.retain(|name| {
            let is_new = !seen.contains(name);
            seen.push(name);
            is_new
        });
        names
    }

    /// Returns the names of the attributes that a column becomes: those of OpenTelemetry's conventions for HTTP,
    /// if there are any.
    fn attributes_of(self, column: &'static str) -> Names {
        let name = match column {
            "address" | "peer" => return Names::two("network.peer.address", "network.peer.port"),
            "local" => return Names::two("network.local.address", "network.local.port"),
            "target" => return Names::two("url.path", "url.query"),
            "method" => "http.request.method",
            "url" => "url.full",
            "version" => "network.protocol.version",
            "status" => "http.response.status_code",
            "host" => "server.address",
            "port" => "server.port",
            "cause" => "error.type",
            "error" => "otel.status_description",
            "fields" => "head_fields",
            "request_body" => "http.request.body.size",
            "response_body" => "http.response.body.size",
            "received" if matches!(self, Self::Request) => "http.request.body.size",
            "sent" if matches!(self, Self::Request) => "http.response.body.size",
            name => name,
        };
        Names { names: [name, ""], len: 1 }
    }

    /// Returns the attributes that columns become.
    pub(super) fn attributes(self, columns: &Pairs) -> Pairs {
        let mut attributes = Pairs::new();
        for (column, value) in columns {
            let names = self.attributes_of(column);
            match (names.as_ref(), value) {
                ([address, port], Shown::Address(value)) => {
                    attributes.push((address, Shown::Text(value.ip().to_string())));
                    attributes.push((port, Shown::count(value.port())));
                }
                (_, Shown::Text(text)) if text.is_empty() => {}
                ([path, query], Shown::Text(target)) => {
                    let (before, after) = target.split_once('?').unwrap_or((target, ""));
                    attributes.push((path, Shown::Text(before.to_owned())));
                    if !after.is_empty() {
                        attributes.push((query, Shown::Text(after.to_owned())));
                    }
                }
                (["network.protocol.version"], Shown::Text(version)) => {
                    let version = version.strip_prefix("HTTP/").unwrap_or(version);
                    attributes.push(("network.protocol.version", Shown::Text(version.to_owned())));
                }
                (names, value) => {
                    attributes.extend(names.first().map(|name| (*name, value.clone())));
                }
            }
        }
        attributes
    }
}

/// Returns the attributes of a failure, from all attributes of the event.
pub(super) fn failure(mut attributes: Pairs) -> Pairs {
    let is_usual = |(key, value): &(&str, Shown)| matches!((*key, value), ("error.type", Shown::Text(cause)) if USUAL.contains(&cause.as_str()));
    if attributes.iter().any(is_usual) {
        attributes.retain(|(key, _)| *key != "otel.status_description");
        attributes
            .iter_mut()
            .filter(|(key, _)| *key == "error.type")
            .for_each(|(key, _)| *key = "cause");
    } else {
        attributes.push(("otel.status_code", Shown::text("ERROR")));
    }
    attributes
}

/// Returns the attributes of a status code that is an error, from `least` on.
pub(super) fn failure_status(attributes: &Pairs, least: i64) -> Pairs {
    let is_it = |(key, value): &&(&str, Shown)| {
        *key == "http.response.status_code"
            && matches!(value, Shown::Integer(status) if *status >= least)
    };
    match attributes.iter().find(is_it) {
        Some((_, Shown::Integer(status))) => {
            vec![("otel.status_code", Shown::text("ERROR")), ("error.type", Shown::text(status))]
        }
        _ => Pairs::new(),
    }
}

/// One or two names.
struct Names {
    names: [&'static str; 2],
    len: usize,
}

impl Names {
    const fn two(first: &'static str, second: &'static str) -> Self {
        Self { names: [first, second], len: 2 }
    }
}

impl AsRef<[&'static str]> for Names {
    fn as_ref(&self) -> &[&'static str] {
        &self.names[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_role_except_for_ends_of_connections() {
        let without: Vec<_> =
            SpanKind::ALL.iter().filter(|span| Role::of(**span).is_none()).collect();
        assert_eq!(without, [&SpanKind::Close, &SpanKind::ResponseClosed]);
    }

    #[test]
    fn attributes_of_a_span_have_a_bit_each() {
        for role in Role::ALL {
            let mut names = role.attribute_names();
            let all = names.len();
            assert!(all <= 128, "{role:?}");
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{role:?}: {names:?}");
            for reserved in ["message", "name", "target", "level", "span", "fields", "trace_id"] {
                assert!(!names.contains(&reserved), "{role:?}: {names:?}");
            }
        }
    }
}
