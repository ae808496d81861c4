//! Reading a HAR file, such as one of a browser, into a model.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use limpid_core::http1::Role;
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, ExchangeId, SpanId};

use super::document::{Entry, Har, Pair, Size, Time, Tls};
use crate::exchanges::{
    Body, Certificate, Connection, Exchange, Failed, Field, Hop, Model, Negotiated, Part, Request,
    Response, Slice,
};
use crate::time_base::TimeBase;

/// Why a HAR file cannot be read.
///
/// [`read`] returns it.
#[derive(Debug)]
#[non_exhaustive]
pub enum HarError {
    /// It is no JSON, or a member has a type that HAR does not give it.
    Json(serde_json::Error),
    /// It has no member `log` with a version.
    NoLog,
}

impl Display for HarError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "it is no HAR file: {error}"),
            Self::NoLog => f.write_str(
                "it is no HAR file: it has no log with a version; export one from a browser, or write one with --har",
            ),
        }
    }
}

impl std::error::Error for HarError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::NoLog => None,
        }
    }
}

/// Reads a HAR file into a model, whose values show what `capture` shows.
///
/// An entry becomes an exchange with one hop. Entries that limpid has written become hops of their exchanges. What HAR does
/// not have is missing, such as decisions.
///
/// # Errors
/// The text is no HAR.
///
/// ```
/// use limpid_core::trace::Capture;
/// use limpid_sinks::views::har;
///
/// let text = r#"{"log": {"version": "1.2", "creator": {}, "entries": [{
///     "startedDateTime": "2026-01-01T00:00:00Z",
///     "request": {"method": "GET", "url": "https://example.com/?token=tiger"}
/// }]}}"#;
/// let model = har::read(text.as_bytes(), Capture::Default)?;
/// assert_eq!(model.exchanges[0].hops[0].url, "https://example.com/?token=[secure]");
/// # Ok::<(), har::HarError>(())
/// ```
pub fn read(json: &[u8], capture: Capture) -> Result<Model, HarError> {
    // Some programs write a byte order mark.
    let json = json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json);
    let har: Har = serde_json::from_slice(json).map_err(HarError::Json)?;
    if har.log.version.is_empty() {
        return Err(HarError::NoLog);
    }
    let mut entries: Vec<_> =
        har.log.entries.into_iter().map(|entry| (started(&entry), entry)).collect();
    entries.sort_by_key(|(started, _)| *started);
    let origin = entries.first().map_or(SystemTime::UNIX_EPOCH, |(started, _)| *started);
    let mut model =
        Model { base: TimeBase::new(Mono::default(), origin), capture, ..Model::default() };
    let mut ids = HashMap::new();
    let mut exchanges: BTreeMap<u64, Exchange> = BTreeMap::new();
    let first_free = entries.iter().filter_map(|(_, entry)| entry.exchange).max().unwrap_or(0);
    for (index, (started, entry)) in (1..).zip(&entries) {
        let started = started.duration_since(origin).unwrap_or_default();
        let started = Mono::from_nanos(u64::try_from(started.as_nanos()).unwrap_or(u64::MAX));
        let mut hop = hop(entry, started, capture);
        if let Some(name) = &entry.connection {
            let next = ids.len() as u64 + 1;
            let id = ConnectionId(*ids.entry(name.clone()).or_insert(next));
            hop.connection = Some(id);
            let connection = model
                .connections
                .entry(id)
                .or_insert_with(|| Connection::new(id, role(entry), started));
            describe(connection, entry);
        }
        let id = entry.exchange.unwrap_or(first_free.saturating_add(index));
        add(&mut exchanges, id, hop, entry);
    }
    model.exchanges = exchanges.into_values().collect();
    model.exchanges.sort_by_key(|exchange| (exchange.started, exchange.id));
    Ok(model)
}

/// Adds a hop to its exchange.
fn add(exchanges: &mut BTreeMap<u64, Exchange>, id: u64, hop: Hop, entry: &Entry) {
    let exchange = exchanges.entry(id).or_insert_with(|| Exchange {
        id: ExchangeId(id),
        role: role(entry),
        tag: entry.tag.as_deref().map(Into::into),
        span: SpanId(0),
        parent: SpanId(0),
        started: hop.started,
        ended: None,
        hops: Vec::new(),
        left_out: 0,
        failed: None,
        timings: None,
        transferred: None,
        trace_context: None,
    });
    exchange.ended = hop.ended;
    exchange.failed.clone_from(&hop.failed);
    exchange.hops.push(hop);
}

fn started(entry: &Entry) -> SystemTime {
    let time = entry.started_date_time.parse::<Timestamp>();
    time.map_or(SystemTime::UNIX_EPOCH, SystemTime::from)
}

fn role(entry: &Entry) -> Role {
    if entry.role.as_deref() == Some("server") { Role::Server } else { Role::Client }
}

fn hop(entry: &Entry, started: Mono, capture: Capture) -> Hop {
    let (request, response) = (&entry.request, &entry.response);
    let url = capture.url(&request.url).into_owned();
    let mut hop = Hop::new(entry.hop.unwrap_or(1), started, request.method.clone(), url);
    let end = parts(&mut hop, entry);
    hop.ended = (entry.unfinished != Some(true)).then_some(end);
    let target = request.url.split_once("://").map_or("", |(_, rest)| rest);
    let target = target.find('/').map_or("/", |start| &target[start..]);
    hop.request = Some(Request {
        method: request.method.clone(),
        target: crate::exchanges::text(&capture.target(target.as_bytes())),
        version: request.http_version.clone(),
        fields: fields(&request.headers, capture),
        size: size(request.headers_size).unwrap_or(0),
    });
    hop.request_body.size = size(request.body_size);
    if let Some(data) = &request.post_data {
        let text = data.text.as_deref();
        body(&mut hop.request_body, text, data.encoding.as_deref(), capture);
    }
    let error = entry.error.as_ref().or(response.error.as_ref());
    if response.status == 0 || error.is_some() {
        let text = error.map_or("there is no response", |error| &**error);
        let text = capture.text(text).into_owned();
        hop.failed = Some(Failed { at: end, name: "har", text, excerpt: String::new() });
    }
    if response.status != 0 {
        hop.response = Some(Response {
            version: response.http_version.clone(),
            status: response.status,
            reason: crate::exchanges::text(&capture.phrase(response.status_text.as_bytes())),
            fields: fields(&response.headers, capture),
            size: size(response.headers_size).unwrap_or(0),
        });
        let content = &response.content;
        hop.response_body.size = size(response.body_size);
        hop.response_body.decoded = size(content.size);
        body(&mut hop.response_body, content.text.as_deref(), content.encoding.as_deref(), capture);
    }
    hop
}

/// Adds the parts in the order in which HAR has them. Returns the end of the last.
fn parts(hop: &mut Hop, entry: &Entry) -> Mono {
    let timings = &entry.timings;
    let ssl = time(timings.ssl);
    let connect =
        time(timings.connect).map(|connect| connect.saturating_sub(ssl.unwrap_or_default()));
    let all = [
        (Part::Pool, time(timings.blocked)),
        (Part::Resolve, time(timings.dns)),
        (Part::Connect, connect),
        (Part::Tls, ssl),
        (Part::Send, time(timings.send)),
        (Part::Wait, time(timings.wait)),
        (Part::Receive, time(timings.receive)),
    ];
    let mut start = hop.started;
    for (part, time) in all {
        if let Some(time) = time {
            let end = after(start, time);
            hop.parts.add(Slice { part, start, end });
            start = end;
        }
    }
    start
}

fn after(start: Mono, time: Duration) -> Mono {
    let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Mono::from_nanos(start.as_nanos().saturating_add(time))
}

/// Returns a duration that applies.
fn time(Time(milliseconds): Time) -> Option<Duration> {
    Duration::try_from_secs_f64(milliseconds / 1e3).ok()
}

fn size(Size(bytes): Size) -> Option<u64> {
    bytes.try_into().ok()
}

fn fields(pairs: &[Pair], capture: Capture) -> Vec<Field> {
    let field =
        |pair: &Pair| crate::exchanges::field(pair.name.as_bytes(), pair.value.as_bytes(), capture);
    pairs.iter().map(field).collect()
}

/// Takes the bytes of a body, if they may be shown.
fn body(body: &mut Body, text: Option<&str>, encoding: Option<&str>, capture: Capture) {
    if let Some(text) = text.filter(|_| capture.shows_bytes()) {
        body.bytes = match encoding {
            Some("base64") => STANDARD.decode(text).ok(),
            _ => Some(text.as_bytes().to_vec()),
        };
        body.is_decoded = true;
    }
}

/// Takes what an entry says about its connection.
fn describe(connection: &mut Connection, entry: &Entry) {
    connection.requests += 1;
    let ip = entry.server_ip_address.as_deref().map(|ip| ip.trim_matches(['[', ']']).parse());
    if let Some(Ok(ip)) = ip {
        let ip: IpAddr = ip;
        let default = if entry.request.url.starts_with("https:") { 443 } else { 80 };
        connection.peer = Some(SocketAddr::new(ip, entry.server_port.unwrap_or(default)));
    }
    let address = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    connection.local = connection.local.or(address(&entry.local_address));
    connection.peer = connection.peer.or(address(&entry.client_address));
    connection.is_secure |= entry.request.url.starts_with("https:") || entry.tls.is_some();
    if let Some(Tls { version, cipher, key_exchange, protocol, handshake, server_name }) =
        entry.tls.clone()
    {
        connection.tls =
            Some(Negotiated { version, cipher, key_exchange, protocol, handshake, server_name });
    }
    connection.certificate = entry.certificate.clone().map(|certificate| Certificate {
        accepted: certificate.accepted,
        subject: certificate.subject,
        issuer: certificate.issuer,
        names: certificate.names,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        sha256: certificate.sha256,
    });
}
