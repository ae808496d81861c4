//! Content codings: whatever the bytes, and however they are cut.

use limpid_core::coding::{Coding, Codings, Decoder};
use limpid_core::error::{CodingError, CodingFault};
use limpid_core::limits::Limits;

use crate::input::Input;

const ALL: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];

/// How long a body may become here, so that a run is short.
const MOST: u64 = 256 * 1024;

/// A body is decoded to the same whether it comes whole, byte by byte or in other pieces; it never
/// becomes more than it may, and decoding ends.
///
/// The first byte has two codings in its lower bits, of which the second is used if the fifth bit is
/// set; the second byte is the length of a piece. What follows is the coded body.
///
/// # Panics
/// A property is broken.
pub fn coding(data: &[u8]) {
    let mut input = Input::new(data);
    let (choice, size) = (input.byte(), usize::from(input.byte()).max(1));
    let mut codings = Codings::default();
    let inner = (choice & 16 != 0).then_some(ALL[usize::from(choice >> 2 & 3)]);
    for coding in inner.into_iter().chain([ALL[usize::from(choice & 3)]]) {
        assert_eq!(codings.push(coding), Ok(()));
    }
    let coded = input.rest();
    let whole = decode(codings, coded, coded.len().max(1));
    let is_stacked = inner.is_some();
    agree(&whole, &decode(codings, coded, 1), is_stacked);
    agree(&whole, &decode(codings, coded, size), is_stacked);
}

/// What came of a body, and how it ended.
type Decoded = (Vec<u8>, Result<(), CodingError>);

fn decode(codings: Codings, coded: &[u8], size: usize) -> Decoded {
    let limits = Limits::with(|limits| limits.body = MOST);
    let Some(mut decoder) = Decoder::new(codings, &limits) else {
        unreachable!("there is a coding");
    };
    let mut body = Vec::new();
    let mut result = Ok(());
    for piece in coded.chunks(size) {
        result = feed(&mut decoder, piece, &mut body);
        if result.is_err() {
            break;
        }
    }
    let (taken, given) = decoder.progress();
    assert!(taken <= coded.len() as u64);
    assert!(body.len() as u64 <= MOST && body.len() as u64 <= given);
    let result = result.and_then(|()| {
        assert_eq!((taken, given), (coded.len() as u64, body.len() as u64));
        decoder.finish()
    });
    if let Err(error) = result {
        assert!(error.offset <= coded.len() as u64);
        assert!(!error.to_string().is_empty());
    }
    (body, result)
}

fn feed(decoder: &mut Decoder, mut piece: &[u8], body: &mut Vec<u8>) -> Result<(), CodingError> {
    loop {
        let taken = decoder.decode(piece)?;
        piece = &piece[taken..];
        if decoder.piece().is_empty() {
            assert!(piece.is_empty(), "nothing came of it, and not all was taken");
            return Ok(());
        }
        body.extend_from_slice(decoder.piece());
    }
}

/// What comes before a fault may be cut short with it, but is never something else.
fn agree(one: &Decoded, other: &Decoded, is_stacked: bool) {
    let (longer, shorter) = if one.0.len() < other.0.len() { (other, one) } else { (one, other) };
    assert!(longer.0.starts_with(&shorter.0));
    match (one.1, other.1) {
        // Which of two faults is met first is a matter of the pieces: zstd looks at a frame in another
        // order when all of it has come, of two codings either may be broken, and a limit is met by
        // pieces.
        (Err(a), Err(b)) => {
            let either = is_stacked || a.coding == Coding::Zstd;
            assert!(either || a.fault == b.fault || is_limit(a) || is_limit(b));
        }
        (a, b) => assert_eq!((a, &one.0), (b, &other.0)),
    }
}

const fn is_limit(error: CodingError) -> bool {
    matches!(error.fault, CodingFault::Expansion(_) | CodingFault::TooLong(_))
}
