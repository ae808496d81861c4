//! Reading terminates, does not depend on the pieces, and accepts with tolerances all that it accepts
//! without.

use std::cell::RefCell;

use limpid_core::internal::transcript::{Chunking, Outcome, Setup, Transcript, play};
use limpid_core::limits::Lenient;
use limpid_core::trace::{
    EventKind, Interest, Logger, Meta, NoSink, OwnedTraceEvent, Sink, TraceEvent,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::bytes::{any_bytes, any_setup, cut, nearly_http};
use crate::config;

/// The events of the parser, except the fields that depend on how many bytes have arrived.
#[derive(Default)]
struct Events(RefCell<Vec<OwnedTraceEvent>>);

impl Sink for Events {
    fn interest(&self) -> Interest {
        let of_the_moment =
            Interest::only(EventKind::Switched).with(Interest::only(EventKind::ReuseDecided));
        Interest::logger(Logger::LimpidHttp1).without(of_the_moment)
    }

    fn event(&self, _: &Meta, event: &TraceEvent<'_>) {
        self.0.borrow_mut().push(event.into());
    }
}

/// Returns the messages, the outcome and the events of a run.
fn read(setup: &Setup<'_>, pieces: Vec<Vec<u8>>) -> (Transcript, Outcome, Vec<OwnedTraceEvent>) {
    let (mut transcript, events) = (Transcript::default(), Events::default());
    let outcome = play(setup, pieces, &events, |event| transcript.add(event)).unwrap();
    (transcript, outcome, events.0.into_inner())
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn reading_always_terminates(setup in any_setup(), bytes in any_bytes()) {
        for chunking in [Chunking::Whole, Chunking::Bytewise] {
            let mut events = 0;
            play(&setup, chunking.pieces(&bytes), &NoSink, |_| {
                events += 1;
                assert!(events <= 2 * bytes.len() + 2, "events do not end");
            }).unwrap();
        }
    }

    #[test]
    fn result_does_not_depend_on_the_pieces(
        setup in any_setup(),
        bytes in any_bytes(),
        places in vec(any::<Index>(), 0..8),
    ) {
        let whole = read(&setup, vec![bytes.clone()]);
        prop_assert_eq!(&read(&setup, cut(&bytes, &places)), &whole);
        let bytewise = bytes.iter().map(|byte| vec![*byte]).collect();
        prop_assert_eq!(&read(&setup, bytewise), &whole);
    }

    #[test]
    fn lenient_reads_all_that_strict_reads(setup in any_setup(), bytes in nearly_http()) {
        let lenient = Transcript::read(&setup, [&bytes]).unwrap();
        let config = { let mut config = setup.config; config.lenient = Lenient::NONE; config };
        let strict = Transcript::read(&Setup { config, ..setup }, [&bytes]).unwrap();
        match &strict.1 {
            Outcome::Rejected(_) => {
                prop_assert!(lenient.0.messages.starts_with(&strict.0.messages));
            }
            _ => prop_assert_eq!(&lenient, &strict),
        }
    }

    #[test]
    fn error_offset_is_within_the_input(setup in any_setup(), bytes in any_bytes()) {
        let (_, outcome) = Transcript::read(&setup, [&bytes]).unwrap();
        if let Outcome::Rejected(error) = outcome {
            let at = usize::try_from(error.offset).unwrap();
            prop_assert!(at <= bytes.len());
            // A folded value is validated after it is joined, with a space for the fold.
            let folded = bytes.windows(2).any(|two| matches!(two, [b'\n', b' ' | b'\t']));
            if let Some(byte) = error.byte.filter(|_| !folded) {
                prop_assert_eq!(byte, bytes[at]);
            }
        }
    }
}
