//! Reading Content-Encoding.

use limpid_core::coding::{ACCEPTED, Coding, Codings, NotDecodable};
use limpid_core::fields::FieldBlock;

/// Reads the codings of these values of Content-Encoding.
fn read(values: &[&str]) -> Result<Vec<Coding>, NotDecodable> {
    let mut fields = FieldBlock::new();
    for value in values {
        fields.push(b"content-encoding", value.as_bytes());
    }
    Codings::read(fields.fields()).map(|codings| codings.iter().collect())
}

#[test]
fn codings_are_in_the_order_of_application() {
    assert_eq!(read(&["gzip"]), Ok(vec![Coding::Gzip]));
    assert_eq!(read(&["GZip , ,deflate"]), Ok(vec![Coding::Gzip, Coding::Deflate]));
    assert_eq!(read(&["x-gzip", "deflate"]), Ok(vec![Coding::Gzip, Coding::Deflate]));
}

#[test]
fn identity_is_not_a_coding() {
    assert_eq!(read(&[]), Ok(vec![]));
    assert_eq!(read(&["identity, Identity", ""]), Ok(vec![]));
    assert_eq!(read(&["identity, gzip"]), Ok(vec![Coding::Gzip]));
}

#[test]
fn unknown_coding_is_not_decodable() {
    for value in ["compress", "gzip, aes128gcm", "gzip;q=1", "utf-8"] {
        assert_eq!(read(&[value]), Err(NotDecodable::Unknown), "{value}");
    }
    assert_eq!(read(&["br"]).is_ok(), cfg!(feature = "brotli"));
    assert_eq!(read(&["zstd"]).is_ok(), cfg!(feature = "zstd"));
}

#[test]
fn more_than_five_codings_are_refused() {
    assert_eq!(read(&["gzip,gzip,gzip", "gzip,gzip"]), Ok(vec![Coding::Gzip; Codings::MOST]));
    assert_eq!(read(&["gzip,gzip,gzip,gzip,gzip,gzip"]), Err(NotDecodable::TooMany));
}

#[test]
fn accepted_codings_are_built_in() {
    assert!(ACCEPTED.starts_with("gzip, deflate"));
    for name in ACCEPTED.split(", ") {
        let coding = Coding::of(name.as_bytes()).unwrap();
        assert!(coding.is_built_in());
        assert_eq!(coding.name(), name);
    }
}
