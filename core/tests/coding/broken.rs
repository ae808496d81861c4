//! Invalid coded bodies.

use limpid_core::coding::Coding;
use limpid_core::error::CodingFault;

use crate::make::{HELLOS, decode, gzip, hellos, zlib};

/// Returns the fault of a body.
fn fault(coding: Coding, coded: &[u8]) -> CodingFault {
    decode(&[coding], [coded]).unwrap_err().fault
}

#[test]
fn truncated_body_is_refused() {
    for (coding, coded) in hellos() {
        for len in 1..coded.len() {
            let error = decode(&[coding], [&coded[..len]]).unwrap_err();
            assert_eq!(error.fault, CodingFault::Truncated, "{coding:?} after {len}");
            assert_eq!((error.coding, error.offset), (coding, len as u64));
        }
    }
}

#[test]
fn changed_bit_never_yields_another_body() {
    for (coding, coded) in hellos() {
        // Neither has a checksum, so that a changed body cannot be detected.
        let is_checked = coding != Coding::Brotli && coded[0] != 0xcb;
        for index in 0..coded.len() * 8 {
            let mut coded = coded.clone();
            coded[index / 8] ^= 1 << (index % 8);
            for size in [1, 3, coded.len()] {
                let body = decode(&[coding], coded.chunks(size));
                assert!(
                    !is_checked || body.as_ref().map_or(true, |body| body == HELLOS),
                    "{coding:?} with another bit {index} is {body:?}"
                );
            }
        }
    }
}

#[test]
fn fault_is_classified() {
    let coded = gzip(HELLOS);
    let with = |index: usize, byte: u8| {
        let mut coded = coded.clone();
        coded[index] = byte;
        coded
    };
    let end = coded.len();
    for (coded, expected) in [
        (b"<!doctype html>".to_vec(), CodingFault::Header),
        (with(2, 7), CodingFault::Header),
        (with(3, 0x20), CodingFault::Header),
        (with(10, 0xff), CodingFault::Data),
        (with(end - 5, 1), CodingFault::Checksum),
        (with(end - 1, 1), CodingFault::Length),
    ] {
        assert_eq!(fault(Coding::Gzip, &coded), expected, "{coded:?}");
    }
    let mut coded = zlib(HELLOS);
    *coded.last_mut().unwrap() ^= 1;
    assert_eq!(fault(Coding::Deflate, &coded), CodingFault::Checksum);
    assert_eq!(fault(Coding::Deflate, b"\x78\xbbabcd"), CodingFault::Header, "a dictionary");
    assert_eq!(fault(Coding::Deflate, b"<!doctype html>"), CodingFault::Data);
    #[cfg(feature = "brotli")]
    assert_eq!(fault(Coding::Brotli, b"<!doctype html>"), CodingFault::Data);
    #[cfg(feature = "zstd")]
    assert_eq!(fault(Coding::Zstd, b"<!doctype html>"), CodingFault::Header);
}

#[test]
fn fault_of_nested_codings_has_the_coding_that_failed() {
    let mut inner = gzip(HELLOS);
    inner[2] = 7;
    let coded = zlib(&inner);
    let error = decode(&[Coding::Gzip, Coding::Deflate], [&*coded]).unwrap_err();
    assert_eq!((error.coding, error.fault), (Coding::Gzip, CodingFault::Header));
    let inner = &gzip(HELLOS)[..20];
    let error = decode(&[Coding::Gzip, Coding::Deflate], [&*zlib(inner)]).unwrap_err();
    assert_eq!((error.coding, error.fault), (Coding::Gzip, CodingFault::Truncated));
}

#[test]
fn error_has_the_offset_of_the_last_byte_read() {
    let mut coded = gzip(HELLOS);
    coded[3] = 0x80;
    for size in 1..coded.len() {
        assert_eq!(decode(&[Coding::Gzip], coded.chunks(size)).unwrap_err().offset, 4);
    }
}
