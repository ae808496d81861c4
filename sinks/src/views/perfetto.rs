//! A trace in the format of Chromium's trace events, which Perfetto, speedscope and others show.
//!
//! Exchanges and connections are two processes of the trace. A track of the first has exchanges that do not overlap; each
//! connection has a track of its own. An arrow leads from a request on a connection to the next that reuses it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;
use limpid_core::time::Mono;
use limpid_core::trace::ConnectionId;
use serde_json::{Value, json as value};

use super::json;
use super::row::Row;
use super::url::plain_url;
use crate::exchanges::{Connection, Exchange, Model, Slice};

/// The processes of the trace.
const EXCHANGES: u64 = 1;
const CONNECTIONS: u64 = 2;

/// Writes a trace.
pub(super) fn write(model: &Model, out: &mut dyn Write) -> io::Result<()> {
    let mut trace = Trace { events: Vec::new(), flows: 0 };
    trace.name_process(EXCHANGES, "exchanges");
    trace.name_process(CONNECTIONS, "connections");
    trace.exchanges(model);
    trace.connections(model);
    let started = model.exchanges.first().map(|exchange| model.base.at(exchange.started));
    let started = started.and_then(|time| Timestamp::try_from(time).ok());
    let document = value!({
        "traceEvents": trace.events,
        "displayTimeUnit": "ms",
        "otherData": {
            "writer": concat!("limpid ", env!("CARGO_PKG_VERSION")),
            "started": started.map(|time| format!("{time:.6}")),
            "exchanges_left_out": model.left_out,
        },
    });
    json::write(&document, out)
}

struct Trace {
    events: Vec<Value>,
    /// Number of arrows so far.
    flows: u64,
}

/// A track: a process and a thread of the trace.
type Track = (u64, u64);

impl Trace {
    fn name_process(&mut self, pid: u64, name: &str) {
        let event =
            value!({ "ph": "M", "name": "process_name", "pid": pid, "args": { "name": name } });
        self.events.push(event);
    }

    fn name_track(&mut self, (pid, tid): Track, name: &str) {
        let args = value!({ "name": name });
        let event =
            value!({ "ph": "M", "name": "thread_name", "pid": pid, "tid": tid, "args": args });
        self.events.push(event);
    }

    fn slice(
        &mut self,
        track: Track,
        kind: &str,
        name: &str,
        (start, end): (Mono, Mono),
        args: &Value,
    ) {
        let (pid, tid) = track;
        let (ts, dur) = (micros(start), micros(end.max(start)) - micros(start));
        self.events.push(value!({
            "ph": "X", "cat": kind, "name": name, "pid": pid, "tid": tid, "ts": ts, "dur": dur, "args": args,
        }));
    }

    fn instant(&mut self, (pid, tid): Track, name: &str, at: Mono) {
        let ts = micros(at);
        self.events.push(value!({
            "ph": "i", "s": "t", "cat": "decision", "name": name, "pid": pid, "tid": tid, "ts": ts,
        }));
    }

    /// Adds an arrow between two times on tracks.
    fn arrow(&mut self, name: &str, from: (Track, Mono), to: (Track, Mono)) {
        self.flows += 1;
        for (phase, ((pid, tid), at)) in [("s", from), ("f", to)] {
            let mut event = value!({
                "ph": phase, "cat": "reuse", "name": name, "id": self.flows, "pid": pid, "tid": tid,
                "ts": micros(at),
            });
            if phase == "f" {
                // It ends at the slice around this time.
                event["bp"] = "e".into();
            }
            self.events.push(event);
        }
    }

    /// Adds the exchanges, each on the first track that is free then.
    fn exchanges(&mut self, model: &Model) {
        let mut free_from: Vec<Mono> = Vec::new();
        let mut last_on: BTreeMap<ConnectionId, Mono> = BTreeMap::new();
        for exchange in &model.exchanges {
            let end = end_of(exchange);
            let lane = free_from.iter().position(|from| *from <= exchange.started);
            let lane = lane.unwrap_or_else(|| {
                free_from.push(end);
                free_from.len() - 1
            });
            free_from[lane] = end;
            let track = (EXCHANGES, lane as u64 + 1);
            self.exchange(exchange, end, track, &mut last_on);
        }
        for lane in 1..=free_from.len() as u64 {
            self.name_track((EXCHANGES, lane), &format!("requests {lane}"));
        }
    }

    fn exchange(
        &mut self,
        exchange: &Exchange,
        end: Mono,
        track: Track,
        last_on: &mut BTreeMap<ConnectionId, Mono>,
    ) {
        let name =
            exchange.hops.first().map_or_else(String::new, |hop| name(&Row { exchange, hop }));
        let args = value!({
            "exchange": exchange.id.0,
            "tag": exchange.tag.as_deref(),
            "error": exchange.failed.as_ref().map(|failed| &failed.text),
        });
        self.slice(track, "exchange", &name, (exchange.started, end), &args);
        for hop in &exchange.hops {
            let row = Row { exchange, hop };
            let end = row.end().min(end);
            self.slice(track, "request", &name_of_hop(&row), (hop.started, end), &args_of(&row));
            // A slice without a duration would seem to be around those that begin then.
            for slice in row.slices() {
                self.part(track, slice, end);
            }
            for decision in &hop.decisions {
                self.instant(track, &decision.to_string(), decision.at);
            }
            let Some(connection) = hop.connection else { continue };
            if let Some(last) = last_on.insert(connection, end).filter(|_| hop.reuse.is_some()) {
                let from = ((CONNECTIONS, connection.0), last);
                self.arrow("reused", from, (track, hop.started));
            }
        }
    }

    fn part(&mut self, track: Track, slice: &Slice, end: Mono) {
        let times = (slice.start.min(end), slice.end.min(end));
        self.slice(track, "part", slice.part.name(), times, &value!({}));
    }

    fn connections(&mut self, model: &Model) {
        for connection in model.connections.values() {
            let track = (CONNECTIONS, connection.id.0);
            let rows = model
                .exchanges
                .iter()
                .flat_map(|exchange| exchange.hops.iter().map(move |hop| Row { exchange, hop }));
            let rows: Vec<_> =
                rows.filter(|row| row.hop.connection == Some(connection.id)).collect();
            let start = rows.iter().map(|row| row.hop.started).fold(connection.started, Mono::min);
            let end = rows.iter().map(Row::end).fold(connection.closed.unwrap_or(start), Mono::max);
            self.name_track(track, &name_of(connection));
            let args = value!({
                "local": connection.local.map(|local| local.to_string()),
                "peer": connection.peer.map(|peer| peer.to_string()),
                "tls": connection.tls.as_ref().and_then(|tls| tls.version.as_deref()),
                "cipher": connection.tls.as_ref().and_then(|tls| tls.cipher.as_deref()),
                "certificate": connection.certificate.as_ref().map(|shown| &shown.subject),
                "closed": connection.why_closed,
            });
            self.slice(track, "connection", &name_of(connection), (start, end), &args);
            for slice in connection.parts.slices().iter().filter(|slice| slice.start < slice.end) {
                self.part(track, slice, end);
            }
            for row in rows {
                let times = (row.hop.started, row.end());
                self.slice(track, "request", &name_of_hop(&row), times, &args_of(&row));
            }
            for decision in &connection.decisions {
                self.instant(track, &decision.to_string(), decision.at);
            }
        }
    }
}

fn end_of(exchange: &Exchange) -> Mono {
    let hops = exchange.hops.iter().map(|hop| Row { exchange, hop }.end());
    exchange.ended.unwrap_or(exchange.started).max(hops.max().unwrap_or_default())
}

fn name(row: &Row<'_>) -> String {
    format!("{} {}", row.hop.method, plain_url(&row.hop.url))
}

fn name_of_hop(row: &Row<'_>) -> String {
    format!("{} {}", row.status(), name(row))
}

fn name_of(connection: &Connection) -> String {
    let to = match (&connection.origin, connection.peer) {
        (Some((host, port)), _) => format!(" to {host}:{port}"),
        (None, Some(peer)) => format!(" of {peer}"),
        (None, None) => String::new(),
    };
    format!("connection {}{to}", connection.id.0)
}

fn args_of(row: &Row<'_>) -> Value {
    let hop = row.hop;
    value!({
        "hop": hop.number,
        "connection": hop.connection.map(|id| id.0),
        "status": hop.response.as_ref().map(|response| response.status),
        "request_body": hop.request_body.size,
        "response_body": row.size(),
        "error": hop.failed.as_ref().map(|failed| &failed.text),
    })
}

/// Returns a time in microseconds, as the format has it.
#[expect(clippy::cast_precision_loss, reason = "clocks of weeks lose nanoseconds")]
fn micros(at: Mono) -> f64 {
    at.as_nanos() as f64 / 1e3
}
