//! Which handlers receive which events: the rules of Python's `logging`.

#![cfg(test)]
#![cfg(feature = "config")]

mod common;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use common::tell;
use limpid_core::http1::Version;
use limpid_core::trace::{Capture, EventKind, Interest, Level, Logger, Sink, TraceEvent};
use limpid_sinks::config::{
    FormatterConfig, HandlerConfig, LogLevel, LoggerConfig, LoggingConfig, Stream,
};
use limpid_sinks::python::{Profile, StreamClass};
use limpid_sinks::{DateFormat, Logging, Style, Template, TimeZone};

/// The output of all handlers, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Returns a handler that writes here, with `tag` before each line.
    fn handler(&self, tag: &str) -> HandlerConfig {
        HandlerConfig::writer(Tagged { tag: tag.into(), log: self.clone() })
    }

    /// Removes the output and returns it as one line.
    fn take(&self) -> String {
        let written = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(written).unwrap().lines().collect::<Vec<_>>().join(" | ")
    }
}

struct Tagged {
    tag: String,
    log: Log,
}

impl Write for Tagged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.log.0.lock().unwrap();
        log.extend_from_slice(self.tag.as_bytes());
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer that always fails.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::StorageFull, "disk full"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const REQUEST: TraceEvent<'static> = TraceEvent::HttpRequest {
    method: b"GET",
    url: "https://h/?token=tiger",
    version: Version::HTTP_11,
    status: 200,
    reason: b"OK",
};

/// One event each of `httpcore.connection`, `httpcore.http11`, `httpx` and `limpid.http1`.
const EVENTS: [TraceEvent<'static>; 4] = [
    TraceEvent::CloseStarted {},
    TraceEvent::ResponseClosedStarted {},
    REQUEST,
    TraceEvent::FramingChosen { framing: "none", length: None, why: "HEAD" },
];

/// Returns handlers A and B that show the names of loggers, and filters of `httpx` and of all events.
fn handlers(log: &Log) -> LoggingConfig {
    LoggingConfig::new()
        .formatter("name", FormatterConfig::new("%(name)s".parse().unwrap()))
        .filter("httpx", "httpx")
        .filter("all", "")
        .handler("A", log.handler("A ").formatter("name"))
        .handler("B", log.handler("B ").formatter("name"))
}

fn logger() -> LoggerConfig {
    LoggerConfig::new()
}

fn debug() -> LoggerConfig {
    LoggerConfig::new().level(Level::Debug)
}

#[track_caller]
fn assert_written(expected: &str, configure: impl FnOnce(LoggingConfig) -> LoggingConfig) {
    let log = Log::default();
    let logging = Logging::from_config(configure(handlers(&log))).unwrap();
    tell(&logging, &EVENTS);
    assert_eq!(log.take(), expected);
}

#[test]
fn event_reaches_ancestor_handlers_innermost_first() {
    assert_written("A httpcore.connection | B httpcore.connection | B httpx", |config| {
        config
            .logger("httpcore.connection", debug().handler("A"))
            .logger("httpx", debug())
            .root(logger().handler("B"))
    });
}

#[test]
fn ancestor_levels_do_not_filter_propagated_events() {
    assert_written("B httpcore.connection", |config| {
        config
            .logger("httpcore.connection", debug())
            .logger("httpcore", logger().level(Level::Critical).handler("B"))
    });
}

#[test]
fn propagate_false_stops_at_logger() {
    assert_written("A httpcore.connection | A httpcore.http11 | B httpx", |config| {
        config
            .logger("httpcore", debug().handler("A").propagate(false))
            .logger("httpx", debug())
            .root(logger().handler("B"))
    });
}

#[test]
fn handler_writes_once_for_each_logger_it_is_attached_to() {
    assert_written("A httpx | B httpx | A httpx", |config| {
        config
            .logger("httpx", debug().handler("A").handler("B").handler("A"))
            .root(logger().handler("A"))
    });
}

#[test]
fn logger_filter_applies_to_own_events_only() {
    assert_written("A httpcore.http11 | A httpx", |config| {
        config
            .logger("httpcore", debug().handler("A").filter("httpx"))
            .logger("httpcore.connection", logger().filter("httpx"))
            .logger("httpx", debug().handler("A").filter("httpx").filter("all"))
    });
}

#[test]
fn a_handler_has_a_level_and_filters() {
    let log = Log::default();
    let config = handlers(&log)
        .handler("A", log.handler("A ").formatter("name").filter("httpx").filter("all"))
        .handler("B", log.handler("B ").formatter("name").level(LogLevel(11)))
        .logger("httpcore", debug().handler("A").handler("B"))
        .logger("httpx", debug().handler("A").handler("B"));
    tell(&Logging::from_config(config).unwrap(), &EVENTS);
    assert_eq!(log.take(), "A httpx | B httpx");
}

#[test]
fn root_logger_has_aliases() {
    for name in ["", "root"] {
        assert_written("A httpcore.connection | A httpcore.http11 | A httpx", |config| {
            config.logger(name, debug().handler("A")).disable_existing_loggers(false)
        });
    }
}

#[test]
fn root_without_level_passes_all_but_limpid_events() {
    let everything = logger().level(LogLevel::NOT_SET).handler("A");
    assert_written("A httpcore.connection | A httpcore.http11", |config| {
        config.root(everything.clone())
    });
    assert_written("A httpcore.connection | A httpcore.http11 | A httpx", |config| {
        config.root(everything.clone()).disable_existing_loggers(false)
    });
    assert_written("A httpcore.connection | A httpcore.http11 | A limpid.http1", |config| {
        config.root(everything.clone()).logger("limpid", debug())
    });
}

#[test]
fn interest_is_union_of_handlers() {
    let interest = |config| Logging::from_config(config).unwrap().interest();
    let log = Log::default();
    let [failed, refused, exhausted] =
        [EventKind::HandlerFailed, EventKind::ForwardFailed, EventKind::ResourcesExhausted]
            .map(Interest::only);
    let warnings = failed.with(refused).with(exhausted);
    assert_eq!(interest(LoggingConfig::new()), warnings, "by the handler of last resort");
    assert_eq!(interest(handlers(&log).logger("httpx", debug())), warnings, "no handler");
    assert_eq!(
        interest(handlers(&log).logger("httpcore.http11", debug().handler("A"))),
        Interest::logger(Logger::Http11).with(warnings)
    );
    let with_level = handlers(&log)
        .handler("A", HandlerConfig::stream(Stream::Stdout).level(Level::Info))
        .logger("httpx", debug().handler("A"));
    assert_eq!(interest(with_level), Interest::only(EventKind::HttpRequest).with(warnings));
    let null = LoggingConfig::new()
        .handler("null", HandlerConfig::null())
        .logger("httpx", debug().handler("null"));
    assert_eq!(interest(null), warnings);
}

#[test]
fn second_configuration_keeps_existing_loggers() {
    let log = Log::default();
    let logging = Logging::from_config(
        handlers(&log)
            .logger("httpcore.connection", debug().handler("A").propagate(false).filter("all"))
            .root(debug().handler("B")),
    )
    .unwrap();
    let written = |config: LoggingConfig| {
        logging.configure(config).unwrap();
        tell(&logging, &EVENTS);
        log.take()
    };
    assert_eq!(
        written(handlers(&log).logger("httpcore", debug().handler("A"))),
        "A httpcore.connection | B httpcore.connection | A httpcore.http11 | B httpcore.http11",
        "children of a named logger are reset, the root is as it was, and httpx stays disabled"
    );
    assert_eq!(
        written(handlers(&log).logger("httpcore.connection", logger())),
        "A httpcore.connection | B httpcore.connection",
        "what is not named is disabled, and its handlers still get what its children tell"
    );
    assert_eq!(
        written(
            handlers(&log)
                .disable_existing_loggers(false)
                .logger("httpcore", logger().level(LogLevel::NOT_SET))
        ),
        "B httpcore.connection | B httpx",
        "what is not named is enabled, but for the children of what is"
    );
    assert_eq!(
        written(handlers(&log).root(logger().handler("A")).logger("httpcore.http11", logger())),
        "A httpcore.http11",
        "the root has new handlers and keeps its level"
    );
}

#[test]
fn incremental_configuration_changes_only_levels() {
    let log = Log::default();
    let config =
        handlers(&log).logger("httpcore", debug().handler("A")).root(logger().handler("B"));
    let logging = Logging::from_config(config).unwrap();
    let written = |config: &str| {
        logging.configure(LoggingConfig::from_json(config).unwrap()).unwrap();
        tell(&logging, &EVENTS);
        log.take()
    };
    let change = r#"{"version": 1, "incremental": true, "formatters": 1,
        "handlers": {"B": {"level": "INFO", "class": "ignored"}},
        "loggers": {"httpx": {"level": 20, "handlers": ["ignored"]},
                    "httpcore": {"propagate": false}}}"#;
    assert_eq!(written(change), "A httpcore.connection | A httpcore.http11 | B httpx");
    let change = r#"{"version": 1, "incremental": true,
        "handlers": {"A": {}, "B": {"level": "NOTSET"}},
        "loggers": {"httpcore": {"propagate": true}, "httpx": {"level": "ERROR"}}}"#;
    assert_eq!(
        written(change),
        "A httpcore.connection | B httpcore.connection | A httpcore.http11 | B httpcore.http11"
    );

    let unnamed = LoggingConfig::new().incremental(true).handler("C", HandlerConfig::existing());
    let error = logging.configure(unnamed).unwrap_err().to_string();
    assert_eq!(error, "handlers.C: there is no \"C\" among the handlers, which are A and B");
}

#[test]
fn rejected_configuration_changes_nothing() {
    let log = Log::default();
    let config = handlers(&log).logger("httpcore", debug().handler("A"));
    let logging = Logging::from_config(config).unwrap();
    let bad =
        handlers(&log).logger("httpx", debug().handler("B")).root(logger().handler("missing"));
    assert!(logging.configure(bad).is_err());
    tell(&logging, &EVENTS);
    assert_eq!(log.take(), "A httpcore.connection | A httpcore.http11");
}

#[test]
fn document_equals_configuration_by_methods() {
    let http = FormatterConfig::new(Template::documented()).date_format(DateFormat::documented());
    let default = HandlerConfig::stream(Stream::Stderr).formatter("http");
    let built = LoggingConfig::new()
        .formatter("http", http)
        .handler("default", default)
        .logger("httpx", debug().handler("default"))
        .logger("httpcore", debug().handler("default"));
    let json = LoggingConfig::from_json(include_str!("data/logging.json")).unwrap();
    let toml = LoggingConfig::from_toml(include_str!("data/logging.toml")).unwrap();
    assert_eq!(format!("{json:?}"), format!("{built:?}"));
    assert_eq!(format!("{toml:?}"), format!("{built:?}"));
}

#[test]
fn references_are_resolved() {
    let json = r#"{"version": "cfg://mine.version",
        "mine": {"version": 1, "handlers": ["default"], "levels": [10, "cfg://mine.low"],
                 "low": "TRACE", "stream": "ext://sys.stderr"},
        "handlers": {"default": {"class": "logging.StreamHandler", "stream": "cfg://mine.stream"}},
        "loggers": {"httpx": {"handlers": "cfg://mine.handlers", "level": "cfg://mine.levels[1]"},
                    "httpcore": {"level": "cfg://loggers[httpx].level"}}}"#;
    let built = LoggingConfig::new()
        .handler("default", HandlerConfig::stream(Stream::Stderr))
        .logger("httpx", logger().handler("default").level(Level::Trace))
        .logger("httpcore", logger().level(Level::Trace));
    assert_eq!(format!("{:?}", LoggingConfig::from_json(json).unwrap()), format!("{built:?}"));
}

#[test]
fn formatter_applies_style_and_date_format() {
    let written = |formatter: &str| {
        let json = format!(r#"{{"version": 1, "formatters": {{"f": {formatter}}}}}"#);
        let log = Log::default();
        let config = LoggingConfig::from_json(&json)
            .unwrap()
            .handler("A", log.handler("").formatter("f"))
            .logger("httpx", debug().handler("A"));
        let logging = Logging::from_config(config)
            .unwrap()
            .time_zone(TimeZone::Utc)
            .clock(|| UNIX_EPOCH + Duration::from_millis(1_727_544_461_042));
        tell(&logging, &[REQUEST]);
        log.take()
    };
    let message = "HTTP Request: GET https://h/?token=[secure] \"HTTP/1.1 200 OK\"";
    assert_eq!(written("{}"), message);
    assert_eq!(written(r#"{"format": "", "datefmt": "", "class": "logging.Formatter"}"#), message);
    assert_eq!(
        written(r#"{"format": "{levelname:<6}|{asctime}", "style": "{"}"#),
        "INFO  |2024-09-28 17:27:41,042"
    );
    assert_eq!(
        written(r#"{"format": "$name ${asctime}", "style": "$", "datefmt": "%H:%M"}"#),
        "httpx 17:27"
    );
    assert_eq!(written(r#"{"format": "always the same", "validate": false}"#), "always the same");
}

#[test]
fn redaction_and_the_class_of_streams_are_set_as_on_a_sink_of_lines() {
    let log = Log::default();
    let config = || {
        LoggingConfig::new()
            .handler("A", log.handler(""))
            .logger("httpx", debug().handler("A"))
            .logger("httpcore", debug().handler("A"))
    };
    let stream = limpid_core::trace::StreamId { connection: 1, layer: 0 };
    let connected = TraceEvent::ConnectTcpComplete { stream };
    let logging = Logging::from_config(config()).unwrap();
    tell(&logging, &[REQUEST, connected]);
    let written = log.take();
    assert!(written.contains("[secure]") && written.contains("sync.SyncStream"), "{written}");
    let logging = logging.capture(Capture::Private).stream_class(StreamClass::AnyIo);
    tell(&logging, &[REQUEST, connected]);
    let written = log.take();
    assert!(written.contains("tiger") && written.contains("anyio.AnyIOStream"), "{written}");
}

/// Returns the lines of some loggers' configuration under a profile, without messages.
fn names_under(profile: Profile, config: LoggingConfig) -> String {
    let log = Log::default();
    let config = config
        .formatter("name", FormatterConfig::new("%(name)s".parse().unwrap()))
        .handler("A", log.handler("").formatter("name").filter("some"));
    tell(&Logging::with_profile(config, profile).unwrap(), &EVENTS);
    log.take()
}

#[test]
fn profile_names_the_loggers_of_a_configuration() {
    let logger = || debug().handler("A");
    let of_httpx = || {
        LoggingConfig::new()
            .logger("httpx", logger())
            .logger("httpcore", logger())
            .filter("some", "httpcore")
    };
    let of_httpx2 = || {
        LoggingConfig::new()
            .logger("httpx2", logger())
            .logger("httpcore2.http11", logger())
            .logger("httpcore", logger())
            .filter("some", "")
    };
    let [httpx, httpx2] = [Profile::HTTPX_0_28, Profile::HTTPX2_2_16];
    assert_eq!(names_under(httpx, of_httpx()), "httpcore.connection | httpcore.http11");
    assert_eq!(names_under(httpx2, of_httpx()), "httpcore2.connection | httpcore2.http11");
    assert_eq!(names_under(httpx2, of_httpx2()), "httpcore2.http11 | httpx2");
    assert_eq!(names_under(httpx, of_httpx2()), "httpcore.connection | httpcore.http11");
}

#[test]
fn failing_handler_does_not_affect_others() {
    let log = Log::default();
    let config = handlers(&log)
        .handler("full", HandlerConfig::writer(Full))
        .logger("httpcore", debug().handler("full").handler("A"));
    let logging = Logging::from_config(config).unwrap();
    tell(&logging, &EVENTS);
    assert_eq!(log.take(), "A httpcore.connection | A httpcore.http11");
    let failures = logging.failures();
    assert_eq!(failures.len(), 1);
    let (name, failures) = &failures[0];
    assert_eq!((&**name, failures.lines), ("full", 2));
    assert_eq!(failures.first.as_ref().unwrap().kind(), io::ErrorKind::StorageFull);
}

/// Keeps each write separate, for handlers that write concurrently.
#[derive(Clone, Default)]
struct Writes(Arc<Mutex<Vec<String>>>);

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        thread::yield_now();
        self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn lines_of_ten_threads_and_several_handlers_do_not_mix() {
    let writes = Writes::default();
    let style = |format| FormatterConfig::new(Template::parse(format, Style::Dollar).unwrap());
    let handler = |formatter| HandlerConfig::writer(writes.clone()).formatter(formatter);
    let logging = Logging::from_config(
        LoggingConfig::new()
            .formatter("a", style("a $message"))
            .formatter("b", style("b $message"))
            .handler("A", handler("a"))
            .handler("B", handler("b"))
            .logger("httpcore.connection", debug().handler("A"))
            .logger("httpcore", debug().handler("B")),
    )
    .unwrap();
    let events = [TraceEvent::CloseStarted {}, TraceEvent::CloseComplete {}];
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| (0..50).for_each(|_| tell(&logging, &events)));
        }
        // Configuring during the writes loses no line either.
        let more = LoggingConfig::new().incremental(true).logger("httpx", debug());
        logging.configure(more).unwrap();
    });
    let writes = writes.0.lock().unwrap();
    for line in
        ["a close.started\n", "b close.started\n", "a close.complete\n", "b close.complete\n"]
    {
        assert_eq!(writes.iter().filter(|write| *write == line).count(), 500, "{line}");
    }
    assert_eq!(writes.len(), 2000);
}

#[test]
fn a_line_allocates_nothing_once_the_buffer_has_grown() {
    let config = LoggingConfig::new()
        .formatter("f", FormatterConfig::new(Template::documented()))
        .handler("A", HandlerConfig::writer(io::sink()).formatter("f"))
        .logger("httpcore", debug().handler("A"))
        .root(logger().handler("A"));
    let logging = Logging::from_config(config).unwrap();
    tell(&logging, &EVENTS);
    let count = allocation_counter::measure(|| tell(&logging, &EVENTS));
    assert_eq!(count.count_total, 0);
}

#[test]
fn logging_can_be_shared() {
    fn shared<T: Sink + Send + Sync>(_: &T) {}
    shared(&Logging::from_config(LoggingConfig::new()).unwrap());
}
