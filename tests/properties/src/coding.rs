//! Content codings of any bytes in any pieces.

use limpid_core::coding::{Coding, Codings, Decoder};
use limpid_core::error::{CodingError, CodingFault};
use limpid_core::limits::Limits;

use crate::input::Input;

const ALL: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];

/// The limit of a body, which keeps runs short.
const MOST: u64 = 256 * 1024;

/// A body is decoded alike whether it arrives whole, byte by byte or in other pieces; it never exceeds its
/// limit, and decoding ends.
///
/// The lower bits of the first byte choose two codings, of which the second is used if the fifth bit is
/// set; the second byte is the length of a piece. The coded body follows.
///
/// # Panics
/// Panics if the property does not hold.
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

/// A decoded body and its result.
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

/// The data before an error may be truncated, but never differs.
fn agree(one: &Decoded, other: &Decoded, is_stacked: bool) {
    let (longer, shorter) = if one.0.len() < other.0.len() { (other, one) } else { (one, other) };
    assert!(longer.0.starts_with(&shorter.0));
    match (one.1, other.1) {
        // Which of two errors is found first depends on the pieces: zstd reads a complete frame in another
        // order, either of two codings may be invalid, and a limit is checked by piece.
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
