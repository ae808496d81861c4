//! Every conformance vector, in any pieces.

use limpid_core::internal::transcript::{Chunking, Transcript};
use limpid_tests::conformance::load;

const CHUNKINGS: [Chunking; 7] = [
    Chunking::Whole,
    Chunking::Bytewise,
    Chunking::Random(1),
    Chunking::Random(2),
    Chunking::Random(3),
    Chunking::Random(4),
    Chunking::Random(5),
];

#[test]
fn vectors_read_as_expected_in_any_pieces() {
    let cases = load().unwrap();
    assert_eq!(cases.len(), 438);
    let mut wrong = Vec::new();
    for case in &cases {
        for chunking in CHUNKINGS {
            let pieces = chunking.pieces(&case.input);
            let (transcript, outcome) = Transcript::read(&case.setup(), pieces).unwrap();
            if let Some(difference) = case.difference(&transcript, &outcome) {
                wrong.push(format!("{} ({}), {chunking}: {difference}", case.id, case.rfc));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn outcome_is_independent_of_pieces() {
    for case in load().unwrap() {
        let whole = Transcript::read(&case.setup(), Chunking::Whole.pieces(&case.input)).unwrap();
        for chunking in CHUNKINGS {
            let pieces = chunking.pieces(&case.input);
            let cut = Transcript::read(&case.setup(), pieces).unwrap();
            assert_eq!(cut, whole, "{}, {chunking}", case.id);
        }
    }
}
