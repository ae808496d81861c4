//! Valid coded bodies, and deviations that are tolerated.

use limpid_core::coding::Coding;
use limpid_core::limits::Limits;

use crate::make::{HELLOS, decode, decoder, feed, gzip, hellos, noise, raw_deflate, zlib};

#[test]
fn every_coding_is_decoded_from_any_pieces() {
    for (coding, coded) in hellos() {
        for cut in 0..=coded.len() {
            let (first, second) = coded.split_at(cut);
            let body = decode(&[coding], [first, second]);
            assert_eq!(body.as_deref(), Ok(HELLOS), "{coding:?} cut at {cut}");
        }
        assert_eq!(decode(&[coding], coded.chunks(1)).as_deref(), Ok(HELLOS), "{coding:?}");
    }
}

#[test]
fn codings_are_decoded_from_the_last_to_the_first() {
    let coded = gzip(&zlib(&gzip(HELLOS)));
    let codings = [Coding::Gzip, Coding::Deflate, Coding::Gzip];
    for size in 1..coded.len() {
        assert_eq!(decode(&codings, coded.chunks(size)).as_deref(), Ok(HELLOS));
    }
    assert_eq!(decode(&[Coding::Gzip; 5], [&*wrap(5)]).as_deref(), Ok(HELLOS));
}

/// Returns "hello hello hello hello" in gzip, applied this many times.
fn wrap(times: usize) -> Vec<u8> {
    (0..times).fold(HELLOS.to_vec(), |body, _| gzip(&body))
}

#[test]
fn long_body_is_returned_in_pieces_of_bounded_length() {
    let mut body = noise(300_000);
    body.extend(vec![b'a'; 5_000_000]);
    for (coding, coded) in [
        (Coding::Gzip, gzip(&body)),
        (Coding::Deflate, zlib(&body)),
        #[cfg(feature = "zstd")]
        (Coding::Zstd, crate::make::zstd(&body)),
    ] {
        for size in [coded.len(), 1_000] {
            let mut decoder = decoder(&[coding], &Limits::default());
            let mut decoded = Vec::new();
            for piece in coded.chunks(size) {
                feed(&mut decoder, piece, |bytes| {
                    assert!(bytes.len() <= 32 * 1024);
                    decoded.extend_from_slice(bytes);
                })
                .unwrap();
            }
            decoder.finish().unwrap();
            assert!(decoded == body, "{coding:?} in pieces of {size}");
            assert_eq!(decoder.progress(), (coded.len() as u64, body.len() as u64));
        }
    }
}

#[test]
fn decoder_returns_all_available_output() {
    use flate2::{Compress, Compression, FlushCompress};
    let mut coded = Vec::with_capacity(100);
    let mut encoder = Compress::new(Compression::fast(), true);
    encoder.compress_vec(HELLOS, &mut coded, FlushCompress::Sync).unwrap();
    let mut decoder = decoder(&[Coding::Deflate], &Limits::default());
    let mut body = Vec::new();
    feed(&mut decoder, &coded, |bytes| body.extend_from_slice(bytes)).unwrap();
    assert_eq!(body, HELLOS);
    assert!(decoder.finish().is_err(), "more is to come");
}

#[test]
fn empty_coded_body_is_an_empty_body() {
    for (coding, _) in hellos() {
        assert_eq!(decode(&[coding], [b""; 0]).as_deref(), Ok(&b""[..]));
        assert_eq!(decode(&[coding, coding], [&b""[..]]).as_deref(), Ok(&b""[..]));
    }
}

#[test]
fn consecutive_gzip_members_are_one_body() {
    let coded = [gzip(b"hello hello"), gzip(b""), gzip(b" hello hello")].concat();
    for size in 1..=coded.len() {
        assert_eq!(decode(&[Coding::Gzip], coded.chunks(size)).as_deref(), Ok(HELLOS));
    }
}

#[cfg(feature = "zstd")]
#[test]
fn consecutive_zstd_frames_are_one_body() {
    use crate::make::zstd;
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
    let coded = [&*zstd(b"hello hello"), skippable, &*zstd(b" hello hello")].concat();
    for size in 1..=coded.len() {
        assert_eq!(decode(&[Coding::Zstd], coded.chunks(size)).as_deref(), Ok(HELLOS));
    }
}

#[test]
fn gzip_header_may_have_all_optional_parts() {
    let mut header = vec![0x1f, 0x8b, 8, 0x1f, 1, 2, 3, 4, 0, 255];
    header.extend(b"\x03\0abc");
    header.extend(b"a name\0");
    header.extend(b"a comment\0");
    let mut crc = flate2::Crc::new();
    crc.update(&header);
    header.extend(&crc.sum().to_le_bytes()[..2]);
    let rest = &gzip(HELLOS)[10..];
    let coded = [&header[..], rest].concat();
    for size in 1..=coded.len() {
        assert_eq!(decode(&[Coding::Gzip], coded.chunks(size)).as_deref(), Ok(HELLOS));
    }
    for index in 10..header.len() {
        header[index] ^= 1;
        assert!(decode(&[Coding::Gzip], [&header[..], rest]).is_err(), "byte {index}");
        header[index] ^= 1;
    }
}

#[test]
fn bytes_after_the_end_are_skipped() {
    for (coding, coded) in hellos() {
        if coding == Coding::Zstd {
            // Only another frame may follow a frame.
            assert!(decode(&[coding], [&*coded, b"\0\0\0\0"]).is_err());
            continue;
        }
        for rest in [&b"\0"[..], b"\x1f", b"\x1fa", b"garbage", &[0; 1000]] {
            let coded = [&coded, rest].concat();
            for size in 1..=coded.len().min(50) {
                let body = decode(&[coding], coded.chunks(size));
                assert_eq!(body.as_deref(), Ok(HELLOS), "{coding:?} and {rest:?}");
            }
        }
    }
}

#[test]
fn short_raw_deflate_is_not_mistaken_for_zlib() {
    for len in 0..300 {
        let body = noise(len);
        let coded = raw_deflate(&body);
        assert_eq!(decode(&[Coding::Deflate], [&*coded]), Ok(body));
    }
}
