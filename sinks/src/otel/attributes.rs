//! Attributes by the conventions of OpenTelemetry for HTTP.

use std::net::SocketAddr;

use limpid_core::client::Url;
use limpid_core::http1::Role;
use opentelemetry::KeyValue;
use opentelemetry::trace::Status;

use crate::conventions::known_method;
use crate::exchanges::{Connection, Failed, Hop};

/// The method, and the one that was sent if it is not well known.
pub(super) fn method(hop: &Hop) -> (&'static str, Option<&str>) {
    match known_method(hop.method.as_bytes()) {
        known if known == hop.method => (known, None),
        other => (other, Some(&hop.method)),
    }
}

/// Causes of ends that are no errors.
const USUAL: [&str; 3] = ["answered_early", "cancelled", "superseded"];

/// Returns the value of `error.type`, if a failure is an error.
pub(super) fn error_of(failed: Option<&Failed>) -> Option<&'static str> {
    failed.map(|failed| failed.name).filter(|name| !USUAL.contains(name))
}

/// Returns the value of `error.type` of a request, if it is an error: a failure, or a status that is one.
pub(super) fn error_type(hop: &Hop, role: Role) -> Option<String> {
    let least = if role == Role::Client { 400 } else { 500 };
    let status = hop.response.as_ref().map(|response| response.status);
    let of_status = status.filter(|status| *status >= least).map(|status| status.to_string());
    error_of(hop.failed.as_ref()).map(str::to_owned).or(of_status)
}

pub(super) fn status(hop: &Hop, role: Role) -> Status {
    match (error_of(hop.failed.as_ref()), &hop.failed) {
        (Some(_), Some(failed)) => Status::error(failed.text.clone()),
        _ if error_type(hop, role).is_some() => Status::error(""),
        _ => Status::Unset,
    }
}

/// What measurements of requests have too: those attributes that have few values.
pub(super) fn common(hop: &Hop, role: Role) -> Vec<KeyValue> {
    let mut all = vec![KeyValue::new("http.request.method", method(hop).0)];
    if let Ok(url) = hop.url.parse::<Url>() {
        let scheme = if url.scheme().is_secure() { "https" } else { "http" };
        all.push(KeyValue::new("url.scheme", scheme));
        if role == Role::Client {
            all.extend(server(url.host(), url.port()));
        }
    }
    if let Some(response) = &hop.response {
        all.push(KeyValue::new("http.response.status_code", i64::from(response.status)));
        let version = response.version.to_string();
        let version = version.strip_prefix("HTTP/").unwrap_or(&version).to_owned();
        all.push(KeyValue::new("network.protocol.version", version));
    }
    all.extend(error_type(hop, role).map(|error| KeyValue::new("error.type", error)));
    all
}

/// Returns the attributes of a span of a request.
pub(super) fn of_hop(hop: &Hop, role: Role, connection: Option<&Connection>) -> Vec<KeyValue> {
    let mut all = common(hop, role);
    if let (_, Some(original)) = method(hop) {
        all.push(KeyValue::new("http.request.method_original", original.to_owned()));
    }
    match role {
        Role::Client => {
            all.push(KeyValue::new("url.full", hop.url.clone()));
            if hop.number > 1 {
                let count = i64::from(hop.number) - 1;
                all.push(KeyValue::new("http.request.resend_count", count));
            }
        }
        Role::Server => all.extend(of_target(hop)),
    }
    if let Some(agent) = hop.request.as_ref().and_then(|request| request.get("user-agent")) {
        all.push(KeyValue::new("user_agent.original", agent.to_owned()));
    }
    for (name, body) in [
        ("http.request.body.size", &hop.request_body),
        ("http.response.body.size", &hop.response_body),
    ] {
        all.extend(body.size.map(|size| KeyValue::new(name, number(size))));
    }
    if let Some(connection) = connection {
        all.extend(of_connection(connection, role));
    }
    all
}

/// Returns the attributes of the target that a server received.
fn of_target(hop: &Hop) -> Vec<KeyValue> {
    let Ok(url) = hop.url.parse::<Url>() else {
        return vec![KeyValue::new("url.path", hop.url.clone())];
    };
    let mut all = server(url.host(), url.port());
    let (path, query) = url.target().split_once('?').unwrap_or((url.target(), ""));
    all.push(KeyValue::new("url.path", path.to_owned()));
    if !query.is_empty() {
        all.push(KeyValue::new("url.query", query.to_owned()));
    }
    all
}

fn of_connection(connection: &Connection, role: Role) -> Vec<KeyValue> {
    let mut all = Vec::new();
    if let Some(peer) = connection.peer {
        all.extend(address(peer, "network.peer.address", "network.peer.port"));
        if role == Role::Server {
            all.push(KeyValue::new("client.address", peer.ip().to_string()));
        }
    }
    if let Some(local) = connection.local {
        all.extend(address(local, "network.local.address", "network.local.port"));
    }
    all.push(KeyValue::new("limpid.connection", number(connection.id.0)));
    if let Some(tls) = &connection.tls {
        if let Some(version) = &tls.version {
            let version = version.strip_prefix("TLSv").unwrap_or(version).to_owned();
            all.push(KeyValue::new("tls.protocol.version", version));
        }
        all.extend(tls.cipher.clone().map(|cipher| KeyValue::new("tls.cipher", cipher)));
    }
    all
}

pub(super) fn address(
    address: SocketAddr,
    host: &'static str,
    port: &'static str,
) -> [KeyValue; 2] {
    [KeyValue::new(host, address.ip().to_string()), KeyValue::new(port, i64::from(address.port()))]
}

/// Returns the attributes of a server.
pub(super) fn server(host: &str, port: u16) -> Vec<KeyValue> {
    vec![
        KeyValue::new("server.address", host.to_owned()),
        KeyValue::new("server.port", i64::from(port)),
    ]
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
