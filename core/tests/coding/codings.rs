//! Content-Encoding: what it says of a body.

use limpid_core::coding::{ACCEPTED, Coding, Codings, NotDecodable};
use limpid_core::fields::FieldBlock;

/// The codings that these values of Content-Encoding name.
fn read(values: &[&str]) -> Result<Vec<Coding>, NotDecodable> {
    let mut fields = FieldBlock::new();
    for value in values {
        fields.push(b"content-encoding", value.as_bytes());
    }
    Codings::read(fields.fields()).map(|codings| codings.iter().collect())
}

#[test]
fn they_stand_in_the_order_in_which_they_were_applied() {
    assert_eq!(read(&["gzip"]), Ok(vec![Coding::Gzip]));
    assert_eq!(read(&["GZip , ,deflate"]), Ok(vec![Coding::Gzip, Coding::Deflate]));
    assert_eq!(read(&["x-gzip", "deflate"]), Ok(vec![Coding::Gzip, Coding::Deflate]));
}

#[test]
fn identity_is_none() {
    assert_eq!(read(&[]), Ok(vec![]));
    assert_eq!(read(&["identity, Identity", ""]), Ok(vec![]));
    assert_eq!(read(&["identity, gzip"]), Ok(vec![Coding::Gzip]));
}

#[test]
fn what_is_not_known_cannot_be_undone() {
    for value in ["compress", "gzip, aes128gcm", "gzip;q=1", "utf-8"] {
        assert_eq!(read(&[value]), Err(NotDecodable::Unknown), "{value}");
    }
    assert_eq!(read(&["br"]).is_ok(), cfg!(feature = "brotli"));
    assert_eq!(read(&["zstd"]).is_ok(), cfg!(feature = "zstd"));
}

#[test]
fn five_are_enough_for_anybody() {
    assert_eq!(read(&["gzip,gzip,gzip", "gzip,gzip"]), Ok(vec![Coding::Gzip; Codings::MOST]));
    assert_eq!(read(&["gzip,gzip,gzip,gzip,gzip,gzip"]), Err(NotDecodable::TooMany));
}

#[test]
fn what_is_asked_for_can_be_undone() {
    assert!(ACCEPTED.starts_with("gzip, deflate"));
    for name in ACCEPTED.split(", ") {
        let coding = Coding::of(name.as_bytes()).unwrap();
        assert!(coding.is_built_in());
        assert_eq!(coding.name(), name);
    }
}
