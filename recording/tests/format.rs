//! The format: what was written is read, and nothing else is.

#![cfg(test)]

use limpid_recording::format::{FrameKind, FrameReader, FrameWriter, Header, MOST, ReadError};

/// The frames of a file, whether it is truncated, and the error.
type Content = (Header, Vec<(FrameKind, Vec<u8>)>, bool);

fn read(file: &[u8]) -> Result<Content, ReadError> {
    let mut reader = FrameReader::new(file)?;
    let mut frames = Vec::new();
    while let Some(frame) = reader.next_frame()? {
        frames.push((frame.kind, frame.payload.to_vec()));
    }
    Ok((reader.header().clone(), frames, reader.is_truncated()))
}

/// Returns a file with frames of these payloads, and a last one.
fn file(payloads: &[&[u8]]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = FrameWriter::new(&Header::default(), &mut file);
    for payload in payloads {
        writer.write(FrameKind::Tape, payload, &mut file);
    }
    writer.write(FrameKind::End, b"", &mut file);
    file
}

#[test]
fn frames_are_read_as_they_were_written() {
    for len in [0, 1, 127, 128, 16_383, 16_384, MOST] {
        let payload = vec![7; len];
        let (header, frames, is_truncated) = read(&file(&[b"first", &payload])).unwrap();
        assert_eq!(header, Header::default());
        let last = (FrameKind::End, Vec::new());
        let expected = [(FrameKind::Tape, b"first".to_vec()), (FrameKind::Tape, payload), last];
        assert!(frames == expected, "a payload of {len} bytes");
        assert!(!is_truncated);
    }
}

#[test]
fn payload_above_the_maximum_is_refused() {
    let error = read(&file(&[&vec![7; MOST + 1]])).unwrap_err();
    assert!(matches!(error, ReadError::Damaged { .. }), "{error}");
}

#[test]
fn file_with_an_altered_byte_is_read_differently() {
    let whole = file(&[b"GET / HTTP/1.1\r\n", &[0; 200], b""]);
    let content = read(&whole).unwrap();
    let mut altered = whole;
    for place in 0..altered.len() {
        let byte = altered[place];
        for other in [byte ^ 1, byte ^ 0x80, byte.wrapping_add(16), 0, b'\n'] {
            if other != byte {
                altered[place] = other;
                let read = read(&altered).ok();
                assert_ne!(read.as_ref(), Some(&content), "byte {place} is {other}");
            }
        }
        altered[place] = byte;
    }
}

#[test]
fn truncated_file_has_the_frames_before_its_end() {
    let whole = file(&[b"first", b"second"]);
    let (_, frames, _) = read(&whole).unwrap();
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for len in 0..whole.len() {
        match read(&whole[..len]) {
            Ok((_, some, is_truncated)) => {
                assert!(is_truncated && frames.starts_with(&some) && some.len() < frames.len());
            }
            Err(error) => assert!(len < header, "{error}"),
        }
    }
}

#[test]
fn frame_that_is_missing_or_moved_is_an_error() {
    let [both, first, second] =
        [&[&b"first"[..], b"other"][..], &[b"first"], &[b"other"]].map(file);
    let header = both.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let len = b"first".len() + 6;
    let swapped =
        [&both[..header], &both[header + len..header + 2 * len], &both[header..]].concat();
    let without = [&both[..header], &both[header + len..]].concat();
    for file in [swapped, without] {
        assert!(matches!(read(&file), Err(ReadError::Damaged { .. })));
    }
    assert!(read(&first).is_ok() && read(&second).is_ok());
}

#[test]
fn bytes_behind_the_last_frame_are_an_error() {
    let mut file = file(&[]);
    file.push(0);
    assert!(matches!(read(&file), Err(ReadError::Invalid { .. })));
}

#[test]
fn other_files_are_refused_with_what_to_do() {
    let line = Header::default().to_string();
    for (text, expected) in [
        (String::new(), "the file is no recording of limpid: its first line is another"),
        (line.clone(), "the file is no recording of limpid: its first line is another"),
        ("{\"log\":{}}\n".into(), "the file is no recording of limpid: its first line is another"),
        (
            format!("{}\n", line.replace("recording 1", "recording 2")),
            "the recording has the format \"2\", and this version of limpid reads 1; use the version that wrote it",
        ),
        (
            format!("{}\n", line.replace("everything", "every")),
            "the first line of the recording has no valid \"capture\"; it was changed after it was written",
        ),
        (
            format!("{}\n", line.replace("part: 1", "part: one")),
            "the first line of the recording has no valid \"part\"; it was changed after it was written",
        ),
    ] {
        assert_eq!(read(text.as_bytes()).unwrap_err().to_string(), expected);
    }
}
