//! Writing of lines.

mod common;

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use common::tell;
use limpid_core::http1::Version;
use limpid_core::trace::{Interest, Logger, Sink, TraceEvent};
use limpid_sinks::{DateFormat, Levels, LineSink, Template, TimeZone};

const CLOSED: [TraceEvent<'static>; 2] =
    [TraceEvent::CloseStarted {}, TraceEvent::CloseComplete {}];

/// Returns a sink of bare messages.
fn bare<W: Write>(writer: W) -> LineSink<W> {
    let template = "%(message)s".parse::<Template>();
    LineSink::new(writer).template(template.unwrap_or_default())
}

/// Keeps each write separate, and counts the flushes.
#[derive(Default)]
struct Writes {
    writes: Vec<Vec<u8>>,
    flushes: usize,
}

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushes += 1;
        Ok(())
    }
}

#[test]
fn a_line_is_one_write() {
    let sink = bare(Writes::default());
    tell(&sink, &CLOSED);
    let Writes { writes, flushes } = sink.into_writer();
    assert_eq!(writes, [&b"close.started\n"[..], b"close.complete\n"]);
    assert_eq!(flushes, 2);
}

#[test]
fn levels_select_lines() {
    let levels: Levels = "off,httpcore.http11=debug".parse().unwrap();
    let sink = bare(Writes::default()).levels(&levels);
    assert_eq!(sink.interest(), Interest::logger(Logger::Http11));
    tell(&sink, &CLOSED);
    tell(&sink, &[TraceEvent::ResponseClosedStarted {}]);
    assert_eq!(sink.into_writer().writes, [b"response_closed.started\n"]);
}

#[test]
fn time_follows_format_and_zone() {
    let at = |sink: LineSink<Vec<u8>>| {
        let sink = sink
            .template("%(asctime)s".parse().unwrap())
            .time_zone(TimeZone::Utc)
            .clock(|| std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_727_544_461_042));
        tell(&sink, &CLOSED[..1]);
        String::from_utf8(sink.into_writer()).unwrap()
    };
    assert_eq!(at(LineSink::new(Vec::new())), "2024-09-28 17:27:41\n");
    let python = LineSink::new(Vec::new()).date_format(DateFormat::python());
    assert_eq!(at(python), "2024-09-28 17:27:41,042\n");
    let format = "%d %b %H:%M".parse().unwrap();
    assert_eq!(at(LineSink::new(Vec::new()).date_format(format)), "28 Sep 17:27\n");
}

#[test]
fn clock_is_not_read_without_time_in_template() {
    let sink = bare(Vec::new()).clock(|| unreachable!());
    tell(&sink, &CLOSED);
}

#[test]
fn control_characters_of_peer_are_escaped_on_terminal() {
    let event = TraceEvent::HttpRequest {
        method: b"GET",
        url: "http://h",
        version: Version::HTTP_11,
        status: 200,
        reason: b"\x1b]0;owned\x07\r",
    };
    let written = |terminal| {
        let template = "%(levelname)s %(message)s".parse().unwrap();
        let sink = LineSink::new(Vec::new()).template(template).terminal(terminal).colour(true);
        tell(&sink, &[event]);
        String::from_utf8(sink.into_writer()).unwrap()
    };
    assert_eq!(
        written(true),
        "\x1b[32mINFO\x1b[0m HTTP Request: GET http://h \"HTTP/1.1 200 \\x1b]0;owned\\x07\\r\"\n"
    );
    assert_eq!(
        written(false),
        "INFO HTTP Request: GET http://h \"HTTP/1.1 200 \x1b]0;owned\x07\r\"\n"
    );
}

/// A writer that fails the first few times.
struct Full {
    failures_left: usize,
    written: Vec<u8>,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failures_left == 0 {
            return self.written.write(bytes);
        }
        self.failures_left -= 1;
        Err(io::Error::new(io::ErrorKind::StorageFull, "disk full"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn failing_writer_is_counted_and_retried() {
    let sink = bare(Full { failures_left: 3, written: Vec::new() });
    assert_eq!(sink.failures().lines, 0);
    tell(&sink, &CLOSED);
    tell(&sink, &CLOSED);
    let failures = sink.failures();
    assert_eq!(failures.lines, 3);
    assert_eq!(failures.first.unwrap().kind(), io::ErrorKind::StorageFull);
    assert_eq!(sink.into_writer().written, b"close.complete\n");
}

/// A writer that panics on the first write.
struct Panics {
    has_panicked: bool,
    written: Vec<u8>,
}

impl Write for Panics {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(std::mem::replace(&mut self.has_panicked, true), "the writer panics");
        self.written.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn lines_after_panic_of_writer_are_complete() {
    let sink = bare(Panics { has_panicked: false, written: Vec::new() });
    assert!(catch_unwind(AssertUnwindSafe(|| tell(&sink, &CLOSED[..1]))).is_err());
    tell(&sink, &CLOSED[1..]);
    assert_eq!(sink.failures().lines, 0);
    assert_eq!(sink.into_writer().written, b"close.complete\n");
}

/// A writer that takes a few bytes at a time and yields to other threads between.
#[derive(Default)]
struct Slow(Vec<u8>);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        thread::yield_now();
        self.0.write(&bytes[..bytes.len().min(7)])
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn lines_of_many_threads_do_not_mix() {
    let sink = bare(Slow::default());
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| (0..50).for_each(|_| tell(&sink, &CLOSED)));
        }
    });
    let written = String::from_utf8(sink.into_writer().0).unwrap();
    let count = |text| written.lines().filter(|line| *line == text).count();
    assert_eq!(written.lines().count(), 1000);
    assert_eq!((count("close.started"), count("close.complete")), (500, 500));
}

#[test]
fn a_sink_can_be_shared() {
    fn shared<T: Sink + Send + Sync>(_: &T) {}
    shared(&LineSink::stderr());
    shared(&Arc::new(LineSink::new(Vec::new())));
}
