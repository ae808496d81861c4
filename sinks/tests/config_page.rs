//! The two examples of docs/LOGGING.md print what the page says.

#![cfg(test)]
#![cfg(feature = "config")]

mod common;

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::documented::{FIELDS, events};
use common::{fields, tell};
use limpid_sinks::config::HandlerConfig;
use limpid_sinks::{LineSink, Logging, LoggingConfig, TimeZone};

const PAGE: &str = include_str!("../../docs/LOGGING.md");

/// Returns the first block of code in a language.
fn block(language: &str) -> String {
    let (_, block) = PAGE.split_once(&format!("\n```{language}\n")).unwrap();
    // A page that was checked out on Windows may have CRLF line ends.
    block.split_once("```").unwrap().0.replace("\r\n", "\n")
}

/// Returns a clock that shows 17:27:40 for three lines, and the next second from then on.
fn clock() -> impl Fn() -> SystemTime + Send + Sync {
    let lines = AtomicU64::new(0);
    move || {
        let line = lines.fetch_add(1, Ordering::Relaxed);
        UNIX_EPOCH + Duration::from_secs(1_727_544_460 + u64::from(line >= 3))
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn first_example_prints_page() {
    let block_of_fields = fields(&FIELDS);
    let sink = LineSink::new(Vec::new()).time_zone(TimeZone::Utc).clock(clock());
    tell(&sink, &events(block_of_fields.fields()));
    assert_eq!(String::from_utf8(sink.into_writer()).unwrap(), block("text"));
}

#[test]
fn second_example_prints_page_in_each_language() {
    let block_of_fields = fields(&FIELDS);
    for config in [
        LoggingConfig::from_json(&block("json")).unwrap(),
        LoggingConfig::from_toml(&block("toml")).unwrap(),
        LoggingConfig::from_yaml(&block("yaml")).unwrap(),
    ] {
        // The same handler with a writer that the test can read.
        let log = Log::default();
        let default = HandlerConfig::writer(log.clone()).formatter("http");
        let logging = Logging::from_config(config.handler("default", default)).unwrap();
        let logging = logging.time_zone(TimeZone::Utc).clock(clock());
        tell(&logging, &events(block_of_fields.fields()));
        assert_eq!(String::from_utf8(log.0.lock().unwrap().clone()).unwrap(), block("text"));
    }
}
