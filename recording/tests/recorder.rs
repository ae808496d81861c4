//! The recorder: its file, its bounds, and its failures.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use limpid_core::client::{Exchange, Input, Options, Request};
use limpid_core::error::Cause;
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, ExchangeId, NoSink};
use limpid_recording::{ExchangeRecorder, Recorder, RecorderOptions, Recording, Stop};

/// A directory that is removed when it is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("limpid-recorder-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("recording")
    }

    /// Returns the names of its files.
    fn names(&self) -> Vec<String> {
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| name(entry.unwrap())).collect();
        names.sort();
        names
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // It is in the system's temporary directory.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn everything(change: impl FnOnce(&mut RecorderOptions)) -> RecorderOptions {
    RecorderOptions::with(|options| {
        options.capture = Capture::Everything;
        change(options);
    })
}

/// Records an exchange of this number that begins and is cancelled, with a path of this length in its URL.
fn record(recorder: &Arc<Recorder>, number: u64, len: usize) {
    let mut recording = ExchangeRecorder::new(Arc::clone(recorder));
    let url = format!("http://127.0.0.1/{}", "a".repeat(len)).parse().unwrap();
    let request = Request::builder(b"GET", url).build_shared();
    let (id, options, now) = (ExchangeId(number), Arc::<Options>::default(), Mono::default());
    recording.begin(id, &request, &options, now);
    let mut exchange = Exchange::new(id, request, options);
    recording.poll(now);
    let _ = exchange.poll(now, &NoSink);
    for input in [Input::Opened(ConnectionId(number)), Input::Failed(Cause::Cancelled.into())] {
        let input = recording.input(input, &mut exchange, now);
        let _ = input.hand_to(&mut exchange, now, &NoSink);
    }
}

/// Returns how many exchanges a replay finds, and how many it cannot replay.
fn exchanges(path: &Path) -> (u64, u64) {
    let replayed = Recording::open(path).unwrap().replay(&NoSink).unwrap();
    (replayed.exchanges, replayed.skipped + replayed.incomplete)
}

#[test]
fn closed_recording_is_whole() {
    let directory = Directory::new();
    let recorder = Recorder::create(directory.file(), everything(|_| {})).unwrap();
    (1..=3).for_each(|number| record(&recorder, number, 10));
    recorder.close();
    assert!(matches!(recorder.stop(), Some(Stop::Closed)));
    let recording = Recording::open(directory.file()).unwrap();
    assert!(matches!(recording.stop(), Some(Stop::Closed)) && !recording.is_truncated());
    assert_eq!(exchanges(&directory.file()), (3, 0));
    record(&recorder, 4, 10);
    assert!(recorder.missing() > 0, "what comes later is counted");
}

#[cfg(unix)]
#[test]
fn file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let directory = Directory::new();
    fs::write(directory.file(), "public before").unwrap();
    fs::set_permissions(directory.file(), fs::Permissions::from_mode(0o644)).unwrap();
    drop(Recorder::create(directory.file(), everything(|_| {})).unwrap());
    let mode = fs::metadata(directory.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn recorded_inputs_are_in_the_file_before_the_recorder_is_closed() {
    let directory = Directory::new();
    let recorder = Recorder::create(directory.file(), everything(|_| {})).unwrap();
    record(&recorder, 1, 10);
    let begin = Instant::now();
    loop {
        if Recording::open(directory.file())
            .is_ok_and(|recording| recording.replay(&NoSink).unwrap().exchanges == 1)
        {
            break;
        }
        // Far more than the 100 milliseconds of an idle machine.
        assert!(begin.elapsed() < Duration::from_secs(60), "nothing is written");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Recording::open(directory.file()).unwrap().is_truncated());
}

#[test]
fn full_file_ends_the_recording_and_says_so() {
    let directory = Directory::new();
    let size = 256 * 1024;
    let options = everything(|options| options.size = size);
    let recorder = Recorder::create(directory.file(), options).unwrap();
    for number in 0..2000 {
        record(&recorder, number, 1000);
    }
    assert!(matches!(recorder.stop(), Some(Stop::Full)));
    assert!(recorder.missing() > 0);
    recorder.close();
    let len = fs::metadata(directory.file()).unwrap().len();
    assert!(len <= size && len > size / 4, "{len}");
    let recording = Recording::open(directory.file()).unwrap();
    assert!(matches!(recording.stop(), Some(Stop::Full)));
    let (exchanges, lost) = exchanges(&directory.file());
    assert!(exchanges > 50 && lost == 0, "{exchanges}, {lost}");
}

#[test]
fn full_file_is_rotated_and_each_file_is_readable() {
    let directory = Directory::new();
    let size = 256 * 1024;
    let options = everything(|options| (options.size, options.files) = (size, 3));
    let recorder = Recorder::create(directory.file(), options).unwrap();
    for number in 0..2000 {
        record(&recorder, number, 1000);
    }
    recorder.close();
    assert!(recorder.missing() == 0 && matches!(recorder.stop(), Some(Stop::Closed)));
    assert_eq!(directory.names(), ["recording", "recording.1", "recording.2"]);
    let mut alone = 0;
    for name in directory.names() {
        let path = directory.0.join(name);
        assert!(fs::metadata(&path).unwrap().len() <= size);
        let recording = Recording::read(&fs::read(&path).unwrap()[..]).unwrap();
        assert!(recording.stop().is_some());
        let replayed = recording.replay(&NoSink).unwrap();
        assert!(replayed.exchanges > 0 && replayed.skipped <= 1, "{replayed:?}");
        alone += replayed.exchanges;
    }
    assert_eq!(exchanges(&directory.file()).0, alone, "they are read as one");
    fs::remove_file(directory.0.join("recording.1")).unwrap();
    assert!(exchanges(&directory.file()).0 < alone, "the files before a missing one are not read");
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_ends_the_recording_and_not_the_exchange() {
    let recorder = Recorder::create("/dev/full", everything(|_| {})).unwrap();
    for number in 0..200 {
        record(&recorder, number, 1000);
    }
    recorder.close();
    assert!(matches!(recorder.stop(), Some(Stop::Failed(_))), "{:?}", recorder.stop());
    assert!(recorder.missing() > 0);
}

#[test]
fn file_that_cannot_be_created_is_an_error() {
    let directory = Directory::new();
    assert!(Recorder::create(directory.0.join("none/recording"), everything(|_| {})).is_err());
}

#[test]
fn files_of_an_earlier_recording_are_not_read() {
    let directory = Directory::new();
    for number in 1..=2 {
        let recorder = Recorder::create(directory.file(), everything(|_| {})).unwrap();
        record(&recorder, number, 10);
        recorder.close();
        fs::copy(directory.file(), directory.0.join("recording.1")).unwrap();
    }
    assert_eq!(exchanges(&directory.file()), (1, 0));
}
