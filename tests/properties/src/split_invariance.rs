//! The pieces of the input affect neither the result nor the events.

use std::cell::RefCell;

use limpid_core::error::MisuseError;
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Outcome, Setup, Transcript, play};
use limpid_core::trace::{EventKind, Interest, Meta, OwnedTraceEvent, Sink, TraceEvent};

use crate::input::Input;
use crate::setup::setup;

/// The bytes arrive whole, byte by byte, at random and in the pieces of the input, with equal results.
///
/// After the setup come a byte that chooses the role, and up to 15 cuts of two bytes each, after their
/// number.
///
/// # Panics
/// Panics if the property does not hold.
pub fn split_invariance(data: &[u8]) {
    let mut input = Input::new(data);
    let role = if input.flag() { Role::Client } else { Role::Server };
    let (setup, random) = setup(role, &mut input);
    let cuts: Vec<u16> = (0..input.below(16)).map(|_| input.number()).collect();
    let bytes = input.rest();

    let whole = run(&setup, [bytes]);
    assert_eq!(run(&setup, Chunking::Bytewise.pieces(bytes)), whole, "byte by byte");
    assert_eq!(run(&setup, random.pieces(bytes)), whole, "{random}");
    assert_eq!(run(&setup, cut(bytes, cuts)), whole, "at the cuts");
}

/// Returns the pieces of `bytes` between `cuts`, which are taken modulo their number.
fn cut(bytes: &[u8], cuts: Vec<u16>) -> Vec<&[u8]> {
    let mut cuts: Vec<usize> =
        cuts.into_iter().map(|cut| usize::from(cut) % (bytes.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(bytes.len());
    let mut start = 0;
    cuts.into_iter().map(|end| &bytes[std::mem::replace(&mut start, end)..end]).collect()
}

/// The observable result of a run.
#[derive(Debug, PartialEq)]
struct Run {
    transcript: Transcript,
    outcome: Result<Outcome, MisuseError>,
    told: Vec<OwnedTraceEvent>,
}

fn run(setup: &Setup<'_>, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Run {
    let (mut transcript, notes) = (Transcript::default(), Notes::default());
    let outcome = play(setup, pieces, &notes, |event| transcript.add(event));
    Run { transcript, outcome, told: notes.0.into_inner() }
}

/// Keeps the trace events, except for those that contain the number of received bytes.
#[derive(Default)]
struct Notes(RefCell<Vec<OwnedTraceEvent>>);

impl Sink for Notes {
    fn interest(&self) -> Interest {
        let by_arrival =
            Interest::only(EventKind::Switched).with(Interest::only(EventKind::ReuseDecided));
        Interest::ALL.without(by_arrival)
    }

    fn event(&self, _: &Meta, event: &TraceEvent<'_>) {
        self.0.borrow_mut().push(event.into());
    }
}
