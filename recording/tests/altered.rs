//! Recordings whose bytes were altered: they are refused, or their replay is another.

#![cfg(test)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use limpid_core::client::{Action, Exchange, Input, Options, Request};
use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, ExchangeId, Meta, OwnedTraceEvent};
use limpid_recording::format::{FrameKind, FrameReader, FrameWriter, Header};
use limpid_recording::{ExchangeRecorder, Recorder, RecorderOptions, Recording, Replayed};
use limpid_sinks::EventList;

const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nhello\r\n0\r\nT: 1\r\n\r\n";

const NOW: Mono = Mono::from_nanos(5);

/// The events of a recording, and what else a reader of it learns.
type Content = (Vec<(Meta, OwnedTraceEvent)>, Replayed, Header, String);

/// Replays a file. Returns the error as text.
fn replay(file: &[u8]) -> Result<Content, String> {
    let recording = Recording::read(file).map_err(|error| error.to_string())?;
    let (header, stop) = (recording.header().clone(), format!("{:?}", recording.stop()));
    let events = EventList::new();
    let replayed = recording.replay(&events).map_err(|error| error.to_string())?;
    Ok((events.events(), replayed, header, stop))
}

/// Passes a call to an exchange, and to its recording.
struct Client {
    recording: ExchangeRecorder,
    exchange: Exchange,
    events: EventList,
}

impl Client {
    fn input(&mut self, input: Input<'_>) {
        let input = self.recording.input(input, &mut self.exchange, NOW);
        input.hand_to(&mut self.exchange, NOW, &self.events).unwrap();
    }

    fn poll(&mut self) -> Action {
        self.recording.poll(NOW);
        self.exchange.poll(NOW, &self.events)
    }

    fn run(&mut self) {
        let mut response = RESPONSE;
        loop {
            match self.poll() {
                Action::Acquire => self.input(Input::Opened(ConnectionId(1))),
                Action::Resolve => self.input(Input::Resolved(&["192.0.2.1:80".parse().unwrap()])),
                Action::Dial(dial) => self.input(Input::Dialed(dial)),
                Action::Wait(interest) if interest.write => {
                    let n = self.exchange.out().concat().len();
                    self.input(Input::Sent(n));
                }
                Action::Wait(_) => {
                    let n = response.len().min(9);
                    self.exchange.space(n)[..n].copy_from_slice(&response[..n]);
                    response = &response[n..];
                    self.input(Input::Received(n));
                }
                Action::Done | Action::Failed => return,
                _ => {}
            }
        }
    }
}

/// Returns a small recording, and the events of its run.
fn recording() -> (Vec<u8>, EventList) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("limpid-altered-{}-{count}", std::process::id());
    let path: PathBuf = env::temp_dir().join(name);
    let options = RecorderOptions::with(|options| options.capture = Capture::Everything);
    let recorder = Recorder::create(&path, options).unwrap();
    let url = "http://h.test/".parse().unwrap();
    let request = Request::builder(b"GET", url).build_shared();
    let (id, options) = (ExchangeId(7), Arc::<Options>::default());
    let mut recording = ExchangeRecorder::new(Arc::clone(&recorder));
    recording.begin(id, &request, &options, NOW);
    let exchange = Exchange::new(id, request, options);
    let mut client = Client { recording, exchange, events: EventList::new() };
    client.run();
    let events = client.events.clone();
    drop(client);
    recorder.close();
    let file = fs::read(&path).unwrap();
    fs::remove_file(path).unwrap();
    (file, events)
}

#[test]
fn every_altered_byte_changes_the_result() {
    let (mut file, events) = recording();
    let content = replay(&file);
    assert!(content.as_ref().is_ok_and(|content| content.0 == events.events()));
    for place in 0..file.len() {
        let byte = file[place];
        for other in [byte ^ 1, byte ^ 0x80, !byte] {
            file[place] = other;
            assert_ne!(replay(&file), content, "byte {place} was {byte} and is {other}");
        }
        file[place] = byte;
    }
}

/// Returns the frames of a file.
fn frames(file: &[u8]) -> (Header, Vec<(FrameKind, Vec<u8>)>) {
    let mut reader = FrameReader::new(file).unwrap();
    let header = reader.header().clone();
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame().unwrap() {
        frames.push((frame.kind, frame.payload.to_vec()));
    }
    (header, frames)
}

/// Returns the file of these frames, with valid checksums.
fn written(header: &Header, frames: &[(FrameKind, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = FrameWriter::new(header, &mut file);
    for (kind, payload) in frames {
        writer.write(*kind, payload, &mut file);
    }
    file
}

#[test]
fn every_altered_byte_of_a_tape_changes_the_events_although_its_checksum_is_valid() {
    let (file, events) = recording();
    let (header, mut frames) = frames(&file);
    assert_eq!(written(&header, &frames), file);
    let mut altered = 0;
    for index in 0..frames.len() {
        if frames[index].0 != FrameKind::Tape {
            continue;
        }
        // The numbers of the connection and of the stream come first.
        for place in 2..frames[index].1.len() {
            let byte = frames[index].1[place];
            for other in [byte ^ 1, byte ^ 0x20, 0, b'\n'] {
                if other != byte {
                    frames[index].1[place] = other;
                    let replayed = replay(&written(&header, &frames));
                    let is_same = replayed.is_ok_and(|replayed| replayed.0 == events.events());
                    assert!(!is_same, "byte {place} of tape {index} is {other}");
                    altered += 1;
                }
            }
            frames[index].1[place] = byte;
        }
    }
    assert!(altered > RESPONSE.len(), "{altered}");
}

#[test]
fn altered_payload_with_a_valid_checksum_never_panics() {
    let (file, _) = recording();
    let (header, frames) = frames(&file);
    for index in 0..frames.len() {
        for place in 0..frames[index].1.len() {
            for other in [0, 1, 0x7f, 0x80, 0xff] {
                let mut altered = frames.clone();
                altered[index].1[place] = other;
                // It is an error, or another replay.
                let _ = replay(&written(&header, &altered));
            }
        }
        let mut without = frames.clone();
        without.remove(index);
        let _ = replay(&written(&header, &without));
        let mut twice = frames.clone();
        twice.insert(index, frames[index].clone());
        let _ = replay(&written(&header, &twice));
    }
}
