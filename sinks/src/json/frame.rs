//! The columns that do not depend on the event.

use std::time::UNIX_EPOCH;

use limpid_core::error::Phase;
use limpid_core::time::Mono;
use limpid_core::trace::{
    Capture, ConnectionId, EventKind, ExchangeId, Meta, Metadata, SpanId, TraceEvent,
};

use super::column::{Column, Columns, columns};
use super::fields;
use super::text::number;
use super::types::{Count, LevelName, LoggerName, Maybe, StageName, Text, Time};
use super::wall_clock::WallClock;
use crate::date::{DateFormat, Stamp, TimeZone};
use crate::time_base::TimeBase;

columns! {
    /// When an event occurred.
    Moment((at, time), _): (Mono, (&'v str, u32)) {
        /// The time of day of the event, in UTC.
        time: Time = time,
        /// Nanoseconds on the driver's clock, from an origin that the driver chooses.
        mono_ns: Count = at.as_nanos(),
    }

    /// Where an event occurred.
    Place(meta, _): &'v Meta {
        /// The number of the exchange; 0 if the event belongs to no exchange.
        exchange: Count = meta.exchange.0,
        /// The number of the request within the exchange, from 1: a redirect or a resend counts up; 0 outside one.
        hop: Count = meta.hop.into(),
        /// The number of the connection; 0 if the event belongs to no connection.
        connection: Count = meta.connection.0,
        /// The number of the attempt to connect, from 1; 0 before the first.
        attempt: Count = meta.attempt.into(),
        /// What the exchange was doing, in words.
        phase: Text = meta.phase.doing(),
    }

    /// The operation to which an event belongs.
    Operation(meta, _): &'v Meta {
        /// The operation that the event starts or ends, or in which it happens; 0 for none.
        span: Count = meta.span().0,
        /// The operation around that one; 0 for none.
        parent: Count = meta.parent().0,
    }

    /// What is particular to an event, or rare.
    Particular(meta, _): &'v Meta {
        /// The position among the events of a client's exchange or a server's connection: a gap means that some are lost.
        seq: Count = meta.seq,
        /// The tag of the request.
        tag: Maybe<Text> = meta.tag.as_deref(),
    }

    /// The kind of an event.
    Kind(metadata, _): &'v Metadata {
        /// The level.
        level: LevelName = metadata.level,
        /// The logger.
        logger: LoggerName = metadata.logger,
        /// The name in log lines.
        name: Text = metadata.name,
        /// Whether the event starts or ends an operation.
        stage: StageName = metadata.stage,
        /// The kind of event.
        event: Text = metadata.variant,
    }
}

/// The version of the format of the lines: it changes when programs that read them may have to.
pub const VERSION: u64 = 2;

/// Adds the descriptions of the columns that do not depend on the event.
pub(super) fn describe(columns: &mut Vec<Column>) {
    Moment::describe(columns);
    Place::describe(columns);
    Operation::describe(columns);
    Particular::describe(columns);
    Kind::describe(columns);
}

/// A line, in memory that it leaves to the next. Its start is often that of the line before.
pub(super) struct Line {
    text: Vec<u8>,
    /// What the start of the line depends on. `None` while it is incomplete.
    start: Option<Start>,
    /// The length of the line with the columns of [`Moment`].
    moment_len: usize,
    /// The length of the line with those of [`Place`] too.
    place_len: usize,
    /// The length of the line with those of [`Operation`] too.
    start_len: usize,
    clock: WallClock,
    date_format: DateFormat,
    stamp: Stamp,
}

/// The time, the place and the operation of an event.
type Start = (Mono, (ExchangeId, ConnectionId, [u16; 2], Phase), [SpanId; 2]);

impl Line {
    pub(super) fn new(clock: WallClock) -> Self {
        Self {
            text: Vec::new(),
            start: None,
            moment_len: 0,
            place_len: 0,
            start_len: 0,
            clock,
            date_format: "%Y-%m-%dT%H:%M:%S".parse().unwrap_or_else(|_| DateFormat::documented()),
            stamp: Stamp::new(TimeZone::Utc),
        }
    }

    /// Returns the line of an event, with its end.
    #[inline]
    pub(super) fn of(
        &mut self,
        meta: &Meta,
        event: &TraceEvent<'_>,
        known: &Known,
        capture: Capture,
    ) -> &[u8] {
        let place = (meta.exchange, meta.connection, [meta.hop, meta.attempt], meta.phase);
        let start = (meta.at, place, [meta.span(), meta.parent()]);
        if self.start == Some(start) {
            self.text.truncate(self.start_len);
        } else {
            self.begin(meta, start);
        }
        let out = &mut self.text;
        Particular::append(meta, capture, out);
        out.extend_from_slice(&known.columns);
        fields::append(event, &known.keys, capture, out);
        out.extend_from_slice(b"}\n");
        out
    }

    /// Returns the time of day at which the driver's clock showed 0. At `at`, an event has just occurred.
    pub(super) fn origin(&mut self, at: Mono) -> String {
        let origin = TimeBase::new(at, self.clock.at(at)).at(Mono::default());
        let micros = origin.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_micros();
        format!("{}.{micros:06}Z", self.stamp.show(origin, &self.date_format))
    }

    /// Writes the start of a line, as far as it differs from that of the line before.
    fn begin(&mut self, meta: &Meta, start: Start) {
        let before = self.start.take();
        let (is_same_moment, is_same_place) = before.map_or((false, false), |(at, place, _)| {
            (at == start.0, (at, place) == (start.0, start.1))
        });
        if is_same_place {
            self.text.truncate(self.place_len);
        } else {
            if is_same_moment {
                self.text.truncate(self.moment_len);
            } else {
                self.begin_moment(meta.at);
            }
            Place::append(meta, Capture::default(), &mut self.text);
            self.place_len = self.text.len();
        }
        Operation::append(meta, Capture::default(), &mut self.text);
        self.start_len = self.text.len();
        self.start = Some(start);
    }

    fn begin_moment(&mut self, at: Mono) {
        let time = self.clock.at(at);
        let micros = time.duration_since(UNIX_EPOCH).unwrap_or_default().subsec_micros();
        let second = self.stamp.show(time, &self.date_format);
        self.text.clear();
        self.text.extend_from_slice(b"{\"v\":");
        number(VERSION, &mut self.text);
        Moment::append((at, (second, micros)), Capture::default(), &mut self.text);
        self.moment_len = self.text.len();
    }
}

/// What the lines of one kind of event have in common.
pub(super) struct Known {
    /// The columns of the kind.
    columns: Box<[u8]>,
    /// The keys of the fields, each as `,"name":`.
    keys: Box<[Box<[u8]>]>,
}

impl Known {
    /// Returns what the lines of a kind have in common.
    pub(super) fn of(kind: EventKind) -> Self {
        let metadata = kind.metadata();
        let mut columns = Vec::new();
        Kind::append(metadata, Capture::default(), &mut columns);
        let key = |field| format!(",\"{}\":", fields::name(field)).into_bytes().into();
        Self { columns: columns.into(), keys: metadata.fields.iter().map(key).collect() }
    }
}
