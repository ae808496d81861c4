//! Writing a model as HAR.

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use limpid_core::http1::Role;
use limpid_core::trace::Capture;

use super::super::body::{as_text, decoded};
use super::super::json;
use super::super::url::plain_url;
use super::cookies;
use super::document::{
    Cache, Certificate, Content, Creator, Decided, Entry, Har, Informational, Log, Pair, PostData,
    Request, Response, Reused, Route, Size, Time, Timings, Tls,
};
use crate::exchanges::{self, Body, Connection, Decision, Exchange, Field, Hop, Model, Part};

/// Writes the model as a file of HAR 1.2.
pub(in super::super) fn write(model: &Model, out: &mut dyn Write) -> io::Result<()> {
    json::write(&document(model), out)
}

fn document(model: &Model) -> Har {
    let mut hops: Vec<_> = model
        .exchanges
        .iter()
        .flat_map(|exchange| exchange.hops.iter().map(move |hop| (exchange, hop)))
        .collect();
    hops.sort_by_key(|(exchange, hop)| (hop.started, exchange.id, hop.number));
    let mut notes = Vec::new();
    if model.capture != Capture::Everything {
        notes.push("bodies are left out; --capture everything keeps them".to_owned());
    }
    if !model.capture.shows_secrets() {
        notes.push("secrets are hidden; --capture private shows them".to_owned());
    }
    if model.left_out > 0 {
        notes.push(format!("{} more exchanges are left out", model.left_out));
    }
    let creator = Creator { name: "limpid".into(), version: env!("CARGO_PKG_VERSION").into() };
    Har {
        log: Log {
            version: "1.2".into(),
            creator,
            entries: hops.into_iter().map(|(exchange, hop)| entry(model, exchange, hop)).collect(),
            comment: (!notes.is_empty()).then(|| notes.join("; ")),
        },
    }
}

fn entry(model: &Model, exchange: &Exchange, hop: &Hop) -> Entry {
    let connection = hop.connection.and_then(|id| model.connections.get(&id));
    let is_client = exchange.role == Role::Client;
    let peer = connection.and_then(|connection| connection.peer);
    let (timings, time) = timings(hop);
    let list = |decisions: &[Decision]| decisions.iter().map(decided).collect();
    Entry {
        started_date_time: date_time(model.base.at(hop.started)),
        time,
        request: request(hop, model.capture),
        response: response(hop, model.capture),
        cache: Cache {},
        timings,
        server_ip_address: peer.filter(|_| is_client).map(|peer| peer.ip().to_string()),
        connection: hop.connection.map(|id| id.0.to_string()),
        comment: None,
        exchange: Some(exchange.id.0),
        hop: Some(hop.number),
        role: Some(if is_client { "client" } else { "server" }.into()),
        tag: exchange.tag.as_ref().map(ToString::to_string),
        server_port: peer.filter(|_| is_client).map(|peer| peer.port()),
        local_address: connection.and_then(|it| it.local).map(|local| local.to_string()),
        client_address: peer.filter(|_| !is_client).map(|peer| peer.to_string()),
        reused: hop.reuse.map(|reuse| Reused {
            age: milliseconds(reuse.age.unwrap_or_default()),
            requests: reuse.requests,
        }),
        route: connection.and_then(route),
        tls: connection.and_then(|connection| connection.tls.as_ref()).map(tls),
        certificate: connection.and_then(certificate),
        informational: (!hop.informational.is_empty())
            .then(|| hop.informational.iter().map(informational).collect()),
        decisions: (!hop.decisions.is_empty()).then(|| list(&hop.decisions)),
        error: hop.failed.as_ref().map(|failed| failed.text.clone()),
        unfinished: hop.ended.is_none().then_some(true),
    }
}

/// Returns the timings, and the sum of those that apply.
fn timings(hop: &Hop) -> (Timings, f64) {
    let time = |part| hop.parts.time(part);
    let or_none = |time: Option<Duration>| Time(time.map_or(-1.0, milliseconds));
    let or_zero = |time: Option<Duration>| Time(time.map_or(0.0, milliseconds));
    let tls = time(Part::Tls);
    let connect = match (time(Part::Connect), tls) {
        (None, None) => None,
        (connect, tls) => Some(connect.unwrap_or_default() + tls.unwrap_or_default()),
    };
    let all: Duration = Part::ALL.into_iter().filter_map(time).sum();
    let timings = Timings {
        blocked: or_none(time(Part::Pool)),
        dns: or_none(time(Part::Resolve)),
        connect: or_none(connect),
        ssl: or_none(tls),
        send: or_zero(time(Part::Send)),
        wait: or_zero(time(Part::Wait)),
        receive: or_zero(time(Part::Receive)),
    };
    (timings, milliseconds(all))
}

fn request(hop: &Hop, capture: Capture) -> Request {
    let fields = hop.request.as_ref().map_or(&[][..], |head| &head.fields);
    let url = &*plain_url(&hop.url);
    let body = &hop.request_body;
    let has_body = body.size != Some(0) && body.framing.is_some_and(|framing| framing != "none");
    let mime_type = value(fields, "content-type").unwrap_or_default();
    Request {
        method: hop.method.clone(),
        http_version: hop.request.as_ref().map_or(String::new(), |head| head.version.clone()),
        cookies: cookies::sent(fields),
        headers: pairs(fields),
        query_string: query(url),
        headers_size: Size::from(hop.request.as_ref().map(|head| head.size)),
        body_size: Size::from(body.size),
        post_data: has_body.then(|| post_data(body, fields, mime_type, capture)),
        trailers: (!body.trailers.is_empty()).then(|| pairs(&body.trailers)),
        url: url.to_owned(),
    }
}

fn post_data(body: &Body, fields: &[Field], mime_type: String, capture: Capture) -> PostData {
    let shown = shown(body, fields);
    let comment = comment(body, shown.is_some(), capture);
    let (text, encoding) = shown.map_or((None, None), |shown| (Some(shown.text), shown.encoding));
    PostData { mime_type, text, encoding, comment }
}

fn response(hop: &Hop, capture: Capture) -> Response {
    let error = hop.failed.as_ref().map(|failed| failed.text.clone());
    let Some(head) = &hop.response else {
        let content =
            Content { size: Size(0), mime_type: "x-unknown".into(), ..Content::default() };
        return Response { content, error, ..Response::default() };
    };
    let body = &hop.response_body;
    Response {
        status: head.status,
        status_text: head.reason.clone(),
        http_version: head.version.clone(),
        cookies: cookies::set(&head.fields),
        headers: pairs(&head.fields),
        content: content(body, &head.fields, capture),
        redirect_url: head.get("location").unwrap_or_default().to_owned(),
        headers_size: Size::from(Some(head.size)),
        body_size: Size::from(body.size),
        trailers: (!body.trailers.is_empty()).then(|| pairs(&body.trailers)),
        error,
    }
}

fn content(body: &Body, fields: &[Field], capture: Capture) -> Content {
    let shown = shown(body, fields);
    let comment = comment(body, shown.is_some(), capture);
    let decoded = match (&shown, body.decoded) {
        (_, Some(decoded)) => Some(decoded),
        (Some(shown), None) if shown.is_decoded && body.is_whole() => Some(shown.size),
        _ => None,
    };
    let size = decoded.or(body.size).unwrap_or(0);
    let signed = |size: u64| i64::try_from(size).unwrap_or(i64::MAX);
    let compression =
        decoded.zip(body.size).map(|(decoded, size)| signed(decoded).saturating_sub(signed(size)));
    let (text, encoding) = shown.map_or((None, None), |shown| (Some(shown.text), shown.encoding));
    Content {
        size: Size(signed(size)),
        mime_type: value(fields, "content-type").unwrap_or_else(|| "x-unknown".into()),
        compression: compression.filter(|saved| *saved != 0),
        text,
        encoding,
        comment,
    }
}

/// Captured bytes as text.
struct Shown {
    text: String,
    encoding: Option<String>,
    /// Number of bytes that the text stands for.
    size: u64,
    is_decoded: bool,
}

fn shown(body: &Body, fields: &[Field]) -> Option<Shown> {
    let (bytes, is_coded) = decoded(body, fields)?;
    let (text, encoding) = match as_text(&bytes) {
        Some(text) if !is_coded => (text.to_owned(), None),
        _ => (STANDARD.encode(&*bytes), Some("base64".into())),
    };
    Some(Shown { text, encoding, size: bytes.len() as u64, is_decoded: !is_coded })
}

/// Returns why a body is not there as a whole.
fn comment(body: &Body, is_shown: bool, capture: Capture) -> Option<String> {
    match (body.size, is_shown) {
        (Some(0), _) => None,
        (_, false) if capture == Capture::Everything => Some("the bytes were not captured".into()),
        (_, false) => Some("the bytes are kept with --capture everything".into()),
        (_, true) if body.is_whole() => None,
        (_, true) => {
            let kept = body.bytes.as_ref().map_or(0, Vec::len);
            let all = body.size.map_or_else(String::new, |size| format!(" of {size}"));
            Some(format!("the first {kept}{all} bytes of the body"))
        }
    }
}

fn query(url: &str) -> Vec<Pair> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pair = |(name, value): (Cow<'_, str>, Cow<'_, str>)| Pair {
        name: name.into_owned(),
        value: value.into_owned(),
    };
    form_urlencoded::parse(query.as_bytes()).map(pair).collect()
}

fn pairs(fields: &[Field]) -> Vec<Pair> {
    let pair = |field: &Field| Pair { name: field.name.clone(), value: field.value.clone() };
    fields.iter().map(pair).collect()
}

fn value(fields: &[Field], name: &str) -> Option<String> {
    exchanges::get(fields, name).map(str::to_owned)
}

fn informational(head: &exchanges::Response) -> Informational {
    Informational {
        status: head.status,
        status_text: head.reason.clone(),
        headers: pairs(&head.fields),
    }
}

fn decided(decision: &Decision) -> Decided {
    let pair =
        |(name, value): &(&str, String)| Pair { name: (*name).to_owned(), value: value.clone() };
    Decided {
        about: decision.subject(),
        outcome: decision.outcome.to_owned(),
        why: decision.why.to_owned(),
        facts: decision.facts.iter().map(pair).collect(),
    }
}

fn route(connection: &Connection) -> Option<Route> {
    connection.route.as_ref().map(|route| Route {
        via: route.via.to_owned(),
        why: route.why.to_owned(),
        proxy: route.proxy.clone(),
    })
}

fn tls(tls: &exchanges::Negotiated) -> Tls {
    let exchanges::Negotiated {
        version,
        cipher,
        key_exchange,
        protocol,
        handshake,
        server_name,
        ..
    } = tls.clone();
    Tls { version, cipher, key_exchange, protocol, handshake, server_name }
}

fn certificate(connection: &Connection) -> Option<Certificate> {
    connection.certificate.clone().map(|certificate| Certificate {
        accepted: certificate.accepted,
        subject: certificate.subject,
        issuer: certificate.issuer,
        names: certificate.names,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        sha256: certificate.sha256,
    })
}

/// Returns a time of day in UTC (RFC 3339), in microseconds.
fn date_time(time: SystemTime) -> String {
    Timestamp::try_from(time)
        .map_or_else(|_| Timestamp::UNIX_EPOCH.to_string(), |time| format!("{time:.6}"))
}

/// Returns a duration in milliseconds, rounded to nanoseconds.
#[expect(clippy::cast_precision_loss, reason = "only durations of weeks lose nanoseconds")]
fn milliseconds(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e6
}
