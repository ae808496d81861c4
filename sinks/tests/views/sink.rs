//! The sink that writes views.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use limpid_core::error::{Cause, Phase};
use limpid_core::trace::{Failure, TraceEvent};
use limpid_sinks::views::{View, ViewSink};

use crate::sample::Script;

/// A file that is removed.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("limpid-{}-{name}", std::process::id())))
    }

    fn entries(&self) -> usize {
        let har: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&self.0).unwrap()).unwrap();
        har["log"]["entries"].as_array().unwrap().len()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn file_is_valid_from_the_start_and_complete_at_the_end() {
    let file = Temporary::new("valid.har");
    fs::write(&file.0, "something longer that was there before\n".repeat(1000)).unwrap();
    let sink = ViewSink::new().file(
        "requests",
        View::Har,
        File::options().write(true).open(&file.0).unwrap(),
    );
    assert_eq!(file.entries(), 0);
    Script::new(&sink, 1, 0).start("GET", "http://a.test/");
    Script::new(&sink, 2, 0).start("GET", "http://b.test/");
    drop(sink);
    assert_eq!(file.entries(), 2);
}

#[test]
fn file_is_written_after_a_failure() {
    let file = Temporary::new("failure.har");
    let sink = ViewSink::new().file("requests", View::Har, File::create(&file.0).unwrap());
    // The start counts as writing, and the pause between two times is a second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let mut script = Script::new(&sink, 1, 0);
    script.start("GET", "http://a.test/");
    let event = TraceEvent::ExchangeFailed {
        failure: Failure::new(Phase::Connect, &Cause::Cancelled),
        sent: 0,
        received: 0,
        request_body: 0,
        response_body: 0,
        timings: &limpid_core::client::Timings::default(),
    };
    script.emit(0, event);
    assert_eq!(file.entries(), 1);
    drop(sink);
}

/// A writer that keeps what is written, or fails.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>, bool);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.1 {
            return Err(io::Error::other("disk full"));
        }
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn writer_that_fails_affects_no_other() {
    let (failing, working) = (Shared(Arc::default(), true), Shared::default());
    let sink = ViewSink::new().output("requests of a test", View::Har, failing).output(
        "requests of a test",
        View::Har,
        working.clone(),
    );
    Script::new(&sink, 1, 0).start("GET", "http://a.test/");
    assert!(working.0.lock().unwrap().is_empty(), "a stream is written once");
    drop(sink);
    let written = working.0.lock().unwrap();
    assert!(String::from_utf8_lossy(&written).contains("http://a.test/"));
}
