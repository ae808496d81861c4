//! Helpers that encode and decode bodies.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use limpid_core::coding::{Coding, Codings, Decoder};
use limpid_core::error::CodingError;
use limpid_core::limits::Limits;

/// "hello hello hello hello" in br, by another encoder.
#[cfg(feature = "brotli")]
pub(crate) const HELLOS_BR: &[u8] =
    b"\x1b\x16\x00\xf8\x8d\x94\x6e\xde\x44\x55\x86\x96\x6c\x20\x6f\x21\x4f\x1c\xe0\x38";

/// The decoded content of these bodies.
pub(crate) const HELLOS: &[u8] = b"hello hello hello hello";

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn raw_deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[cfg(feature = "zstd")]
pub(crate) fn zstd(body: &[u8]) -> Vec<u8> {
    let mut context = zstd_safe::CCtx::create();
    context.set_parameter(zstd_safe::CParameter::ChecksumFlag(true)).unwrap();
    let mut coded = vec![0; zstd_safe::compress_bound(body.len())];
    let len = context.compress2(&mut coded[..], body).unwrap();
    coded.truncate(len);
    coded
}

/// Returns "hello hello hello hello" in each coding that is built in.
pub(crate) fn hellos() -> Vec<(Coding, Vec<u8>)> {
    vec![
        (Coding::Gzip, gzip(HELLOS)),
        (Coding::Deflate, zlib(HELLOS)),
        (Coding::Deflate, raw_deflate(HELLOS)),
        #[cfg(feature = "brotli")]
        (Coding::Brotli, HELLOS_BR.to_vec()),
        #[cfg(feature = "zstd")]
        (Coding::Zstd, zstd(HELLOS)),
    ]
}

/// Returns this many MiB of zeros in gzip, with one member for each.
pub(crate) fn zeros(mib: usize) -> Vec<u8> {
    gzip(&[0; 1 << 20]).repeat(mib)
}

/// Returns random bytes, which no coding can compress.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}

pub(crate) fn decoder(codings: &[Coding], limits: &Limits) -> Decoder {
    let mut all = Codings::default();
    for coding in codings {
        all.push(*coding).unwrap();
    }
    Decoder::new(all, limits).unwrap()
}

/// Decodes all of `input`, and calls `each` with the pieces.
pub(crate) fn feed(
    decoder: &mut Decoder,
    mut input: &[u8],
    mut each: impl FnMut(&[u8]),
) -> Result<(), CodingError> {
    loop {
        let taken = decoder.decode(input)?;
        input = &input[taken..];
        if decoder.piece().is_empty() {
            assert!(input.is_empty(), "there is no output, and not all input was taken");
            return Ok(());
        }
        each(decoder.piece());
    }
}

/// Decodes the parts of a coded body.
pub(crate) fn decode(
    codings: &[Coding],
    pieces: impl IntoIterator<Item: AsRef<[u8]>>,
) -> Result<Vec<u8>, CodingError> {
    let mut decoder = decoder(codings, &Limits::default());
    let mut body = Vec::new();
    for piece in pieces {
        feed(&mut decoder, piece.as_ref(), |bytes| body.extend_from_slice(bytes))?;
    }
    decoder.finish()?;
    Ok(body)
}
