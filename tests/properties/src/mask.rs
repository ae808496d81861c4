//! Masked bytes.

use limpid_core::http1::{Event, HeadInfo, Role};
use limpid_core::internal::transcript::{Chunking, Outcome, Setup, play_marked};
use limpid_core::internal::{Mark, ReceivedPart};
use limpid_core::trace::Capture;

use crate::input::Input;
use crate::setup::setup;

/// Bytes whose secrets are masked, and whose bodies are overwritten, are read as the originals are: the same
/// messages, framing, names, lengths and errors.
///
/// A byte has the role of the reader, a second one the mode; then follow the setup and what the reader receives.
///
/// # Panics
/// Panics if the property does not hold.
pub fn mask(data: &[u8]) {
    let mut input = Input::new(data);
    let role = if input.flag() { Role::Client } else { Role::Server };
    let capture = if input.flag() { Capture::Redacted } else { Capture::Default };
    let (setup, chunking) = setup(role, &mut input);
    let bytes = input.rest().to_vec();
    let original = Reading::of(&setup, chunking, &bytes);
    let once = original.masked(capture, &bytes);
    let masked = Reading::of(&setup, chunking, &once);
    assert_eq!(masked.parts, original.parts, "{}", once.escape_ascii());
    assert_eq!(masked.marks, original.marks, "{}", once.escape_ascii());
    match (&masked.outcome, &original.outcome) {
        (Outcome::Rejected(_), Outcome::Rejected(_)) if original.rest == ReceivedPart::Framing => {}
        // The end of a secret in a start line is not known if the line is invalid.
        (Outcome::Rejected(_), Outcome::Rejected(error))
            if error.offset <= original.end_of_start_line(&bytes) => {}
        // The byte that broke the rule may be of the secret.
        (Outcome::Rejected(masked), Outcome::Rejected(original)) => {
            assert_eq!((masked.rule, masked.offset), (original.rule, original.offset));
        }
        (masked, original) => assert_eq!(masked, original, "{}", once.escape_ascii()),
    }
}

/// What a reader has read.
#[derive(Debug)]
struct Reading {
    parts: Vec<Part>,
    outcome: Outcome,
    marks: Vec<Mark>,
    rest: ReceivedPart,
}

/// A part of a message: everything that a mask keeps.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Head { start: [usize; 2], status: u16, fields: Vec<(Vec<u8>, usize)>, info: Option<HeadInfo> },
    Data(usize),
    End(Vec<(Vec<u8>, usize)>),
}

impl Part {
    fn of(event: Event<'_>) -> Self {
        let names = |fields: limpid_core::fields::Fields<'_>| {
            fields.iter().map(|field| (field.name.to_vec(), field.value.len())).collect()
        };
        match event {
            Event::Request(head, info) => Self::Head {
                start: [head.method.len(), head.target.len()],
                status: 0,
                fields: names(head.fields),
                info: Some(info),
            },
            Event::Response(head, info) => Self::Head {
                start: [0, head.reason.len()],
                status: head.status,
                fields: names(head.fields),
                info: Some(info),
            },
            Event::Informational(head) => Self::Head {
                start: [0, head.reason.len()],
                status: head.status,
                fields: names(head.fields),
                info: None,
            },
            Event::Data(data) => Self::Data(data.len()),
            Event::End(trailers) => Self::End(names(trailers)),
        }
    }
}

impl Reading {
    fn of(setup: &Setup<'_>, chunking: Chunking, bytes: &[u8]) -> Self {
        let mut parts = Vec::new();
        let play = play_marked(setup, chunking.pieces(bytes), |event| parts.push(Part::of(event)));
        let Ok((outcome, marks, rest)) = play else { unreachable!("the methods are valid") };
        Self { parts, outcome, marks, rest }
    }

    /// Returns where the first line ends that is no part of a whole message.
    fn end_of_start_line(&self, bytes: &[u8]) -> u64 {
        let start: u64 = self.marks.iter().map(|mark| mark.len).sum();
        let rest = bytes.iter().skip(usize::try_from(start).unwrap_or(usize::MAX));
        start + rest.take_while(|byte| **byte != b'\n').count() as u64
    }

    /// Returns the bytes as a recording has them that keeps no bodies.
    fn masked(&self, capture: Capture, bytes: &[u8]) -> Vec<u8> {
        let mut masked = bytes.to_vec();
        let mut rest = &mut masked[..];
        for mark in &self.marks {
            let (part, after) = rest.split_at_mut(usize::try_from(mark.len).unwrap_or(usize::MAX));
            match mark.part {
                ReceivedPart::Head => capture.mask_head(part),
                ReceivedPart::Data => part.fill(0),
                ReceivedPart::Framing => {}
                ReceivedPart::Trailers => capture.mask_trailers(part),
            }
            rest = after;
        }
        match &self.outcome {
            Outcome::Switched(_) | Outcome::Surplus { .. } => {}
            _ => match self.rest {
                ReceivedPart::Head => capture.mask_head(rest),
                ReceivedPart::Trailers => capture.mask_trailers(rest),
                _ => capture.mask_framing(rest),
            },
        }
        masked
    }
}
