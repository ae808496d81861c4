//! Bodies that exceed the limits when decoded.

use limpid_core::coding::Coding;
use limpid_core::error::{CodingError, CodingFault};
use limpid_core::limits::Limits;

use crate::make::{decoder, feed, gzip, noise, zeros};

/// Decodes a bomb repeatedly until it fails, and returns the number of decoded bytes and the error.
fn explode(codings: &[Coding], coded: &[u8], limits: &Limits) -> (u64, CodingError) {
    let mut decoder = decoder(codings, limits);
    let mut total = 0;
    let error = loop {
        // The same bytes repeatedly: the bomb is endless.
        match feed(&mut decoder, coded, |bytes| total += bytes.len() as u64) {
            Ok(()) => assert!(total < 100 * Limits::UNSUSPICIOUS, "decoding does not stop"),
            Err(error) => break error,
        }
    };
    (total, error)
}

#[test]
fn zeros_in_gzip_stop_at_the_limit() {
    let (total, error) = explode(&[Coding::Gzip], &zeros(20), &Limits::default());
    assert_eq!((error.coding, error.fault), (Coding::Gzip, CodingFault::Expansion(200)));
    assert!(total <= Limits::UNSUSPICIOUS, "{total}");
    assert!(error.offset < 32 * 1024, "{error}");
    assert!(error.to_string().ends_with("raise the limit \"expansion\""), "{error}");
}

#[test]
fn expansion_limit_can_be_raised() {
    let limits = Limits::with(|limits| limits.expansion = u64::MAX);
    let mut decoder = decoder(&[Coding::Gzip], &limits);
    let mut total = 0;
    feed(&mut decoder, &zeros(17), |bytes| total += bytes.len()).unwrap();
    assert_eq!(total, 17 << 20);
}

#[test]
fn repetitive_text_is_within_the_expansion_limit() {
    let line: Vec<u8> = noise(60).iter().map(|byte| b'a' + byte % 26).collect();
    let mut body = Vec::new();
    for number in 0..25_000 {
        body.extend_from_slice(&line);
        body.extend_from_slice(format!(" {number}\n").as_bytes());
    }
    assert!(body.len() as u64 * 11 > Limits::UNSUSPICIOUS);
    let mut decoder = decoder(&[Coding::Gzip], &Limits::default());
    let mut total = 0;
    feed(&mut decoder, &gzip(&body).repeat(11), |bytes| total += bytes.len()).unwrap();
    assert_eq!(total, body.len() * 11);
}

#[test]
fn gzip_in_gzip_stops_at_the_limit() {
    let coded = gzip(&zeros(20));
    assert!(coded.len() < 3_000, "{}", coded.len());
    let (total, error) = explode(&[Coding::Gzip; 2], &coded, &Limits::default());
    assert_eq!(error.fault, CodingFault::Expansion(200));
    assert!(total <= Limits::UNSUSPICIOUS, "{total}");
}

#[test]
fn bomb_without_output_stops_at_the_limit() {
    // A million empty members.
    let coded = gzip(&gzip(b"").repeat(50_000)).repeat(20);
    let mut decoder = decoder(&[Coding::Gzip; 2], &Limits::default());
    let error = feed(&mut decoder, &coded, |bytes| panic!("{bytes:?}")).unwrap_err();
    assert_eq!(error.fault, CodingFault::Expansion(200));
}

#[test]
fn body_limit_applies_to_the_decoded_body() {
    let limits = Limits::with(|limits| limits.body = 100_000);
    let (total, error) = explode(&[Coding::Gzip], &gzip(&vec![b'a'; 100_001]), &limits);
    assert_eq!(error.fault, CodingFault::TooLong(100_000));
    assert!(total <= 100_000);
    let mut decoder = decoder(&[Coding::Gzip], &limits);
    let mut total = 0;
    feed(&mut decoder, &gzip(&[b'a'; 100_000]), |bytes| total += bytes.len()).unwrap();
    assert_eq!(total, 100_000);
}

/// 64 MiB of zeros in br: 106 bytes.
#[cfg(feature = "brotli")]
const ZEROS_BR: &[u8] =
    b"\xcb\xff\xff\x3f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x8f\xff\xff\x7f\xf0\x4f\x00\xc4\x61\
    \x11\x80\xee\xfd\x1f\xff\xff\xff\xe0\x9f\x00\x88\xc3\x02\x00\xdd\xfb\x3f\xfe\xff\xff\xc1\
    \x3f\x01\x10\x87\x05\x00\xba\xf7\x7f\xfc\xff\xff\x83\x7f\x02\x20\x0e\x0b\x00\x74\xef\xff\
    \xf8\xff\xff\x07\xff\x04\x40\x1c\x16\x00\xe8\xde\xff\xf1\xff\xff\x0f\xfe\x09\x80\x38\x2c\
    \x00\xd0\xbd\xff\xcb\xff\xff\x3f\xfc\x13\x00\x71\x58\x00\xa0\x7b\xff\x07";

#[cfg(feature = "brotli")]
#[test]
fn zeros_in_br_stop_at_the_limit() {
    let (total, error) = explode(&[Coding::Brotli], ZEROS_BR, &Limits::default());
    assert_eq!(error.fault, CodingFault::Expansion(200));
    assert!(total <= Limits::UNSUSPICIOUS, "{total}");
}

#[cfg(feature = "brotli")]
#[test]
fn br_refuses_windows_beyond_its_specification() {
    // A window of 1 GiB, which only "large window brotli" permits.
    let coded = b"\x11\x5e\x9c\x0f\xe0\x97\x0a\x13\x8b\xca\xc2\x00\xa0\x05";
    let (total, error) = explode(&[Coding::Brotli], coded, &Limits::default());
    assert_eq!((total, error.fault), (0, CodingFault::Data));
}

#[cfg(feature = "zstd")]
#[test]
fn zeros_in_zstd_stop_at_the_limit() {
    let coded = crate::make::zstd(&vec![0; 1 << 20]);
    let (total, error) = explode(&[Coding::Zstd], &coded, &Limits::default());
    assert_eq!(error.fault, CodingFault::Expansion(200));
    assert!(total <= Limits::UNSUSPICIOUS, "{total}");
}

#[cfg(feature = "zstd")]
#[test]
fn zstd_refuses_windows_above_8_mib() {
    // The window descriptor of a frame: an exponent over 1 KiB in its upper five bits.
    let frame = |exponent: u8| [0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3, 1, 0, 0];
    let decoded = |exponent| crate::make::decode(&[Coding::Zstd], [&frame(exponent)[..]]);
    assert_eq!(decoded(13), Ok(Vec::new()));
    assert_eq!(decoded(14).unwrap_err().fault, CodingFault::Window);
    assert_eq!(decoded(31).unwrap_err().fault, CodingFault::Window);
}
