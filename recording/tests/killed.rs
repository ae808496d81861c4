//! A process that is killed while it records: the recording has all but the last moments.

#![cfg(test)]
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, thread};

use limpid_core::client::{Options, Request};
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ExchangeId, NoSink};
use limpid_recording::{ExchangeRecorder, Recorder, RecorderOptions, Recording};

/// The variable that makes this test the process that records, to the file that it names.
const FILE: &str = "LIMPID_TEST_RECORDING";

/// The variable with the number of exchanges after which that process waits to be killed.
const PAUSE: &str = "LIMPID_TEST_PAUSE";

/// About the number of bytes of a record.
const LEN: usize = 1000;

/// What a killed process may lose.
const LOST: usize = 64 * 1024;

/// Records exchanges, and prints how many after each.
fn record(path: &str, pause: u64) {
    let options = RecorderOptions::with(|options| options.capture = Capture::Everything);
    let recorder = Recorder::create(path, options).unwrap();
    let url = format!("http://h.test/{}", "a".repeat(LEN)).parse().unwrap();
    let request = Request::builder(b"GET", url).build_shared();
    let client = Arc::<Options>::default();
    let mut recording = ExchangeRecorder::new(recorder);
    for number in 1.. {
        recording.begin(ExchangeId(number), &request, &client, Mono::default());
        // The parent closes its end when it has seen enough.
        if writeln!(stdout(), "recorded {number}").is_err() || number == pause {
            break;
        }
    }
    // Until it is killed.
    thread::sleep(Duration::from_secs(60));
}

/// Starts a process that records, and kills it after it has recorded `least` exchanges and `wait` has passed. Returns how
/// many it has recorded.
fn kill(path: &Path, pause: u64, least: u64, wait: Duration) -> u64 {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "killed_process_records", "--nocapture"]);
    command.env(FILE, path).env(PAUSE, pause.to_string()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut recorded = 0;
    while recorded < least {
        // The line of the test itself may be before it.
        let line = lines.next().unwrap().unwrap();
        if let Some((_, number)) = line.split_once("recorded ") {
            recorded = number.parse().unwrap();
        }
    }
    thread::sleep(wait);
    child.kill().unwrap();
    child.wait().unwrap();
    recorded
}

/// Returns how many exchanges a replay finds.
fn replayed(path: &Path) -> u64 {
    let recording = Recording::open(path).unwrap();
    assert!(recording.is_truncated() && recording.stop().is_none());
    recording.replay(&NoSink).unwrap().exchanges
}

#[test]
fn killed_process_records() {
    if let (Ok(path), Ok(pause)) = (env::var(FILE), env::var(PAUSE)) {
        record(&path, pause.parse().unwrap());
    }
}

#[test]
fn recording_of_a_process_killed_later_has_everything() {
    let path = env::temp_dir().join(format!("limpid-killed-late-{}", std::process::id()));
    // Ten times as long as bytes may be in memory, since the machine may be busy.
    let recorded = kill(&path, 5, 5, Duration::from_secs(1));
    assert_eq!(replayed(&path), recorded);
    fs::remove_file(path).unwrap();
}

#[test]
fn recording_of_a_process_killed_at_any_time_lacks_at_most_64_kib() {
    for least in [1, 100, 1000] {
        let path = env::temp_dir().join(format!("limpid-killed-{least}-{}", std::process::id()));
        let recorded = kill(&path, u64::MAX, least, Duration::ZERO);
        // A kill before the first bytes leaves an empty file.
        if fs::metadata(&path).unwrap().len() > 0 {
            let lost = recorded.saturating_sub(replayed(&path));
            assert!(lost <= (LOST / LEN) as u64, "{lost} of {recorded}");
        } else {
            assert!(recorded <= (LOST / LEN) as u64, "{recorded}");
        }
        fs::remove_file(path).unwrap();
    }
}
