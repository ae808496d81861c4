//! Heads as types of the crate `http`.

use limpid_core::client::Url;
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{RequestHead, ResponseHead, Version};
use limpid_std::http::header::{HeaderMap, HeaderValue};
use limpid_std::http::{self, Uri};

fn block(fields: &[(&str, &str)]) -> FieldBlock {
    fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect()
}

fn pairs(fields: Fields<'_>) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    fields.iter().map(|field| (text(field.name), text(field.value))).collect()
}

#[test]
fn fields_become_a_map_in_the_order_of_each_name() {
    let block = block(&[("Vary", "a"), ("Age", "1"), ("vary", "b"), ("VARY", "c")]);
    let map = HeaderMap::try_from(block.fields()).unwrap();
    assert_eq!(map.get_all("vary").iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!((map.len(), &map["age"]), (4, &HeaderValue::from_static("1")));
}

#[test]
fn map_becomes_fields_with_bytes_above_ascii() {
    let mut map = HeaderMap::new();
    map.append("X-Name", HeaderValue::from_bytes(b"caf\xe9").unwrap());
    map.append("x-name", HeaderValue::from_static("tea"));
    let block = FieldBlock::from(&map);
    let values: Vec<&[u8]> = block.fields().all("X-Name").collect();
    assert_eq!(values, [&b"caf\xe9"[..], b"tea"]);
    assert!(block.fields().iter().all(|field| field.name == b"x-name"));
}

#[test]
fn fields_survive_the_way_there_and_back() {
    let sent = block(&[("a", "1"), ("b", ""), ("set-cookie", "c=1"), ("set-cookie", "d=2")]);
    let back = FieldBlock::from(&HeaderMap::try_from(sent.fields()).unwrap());
    assert_eq!(pairs(back.fields()), pairs(sent.fields()));
}

#[test]
fn field_that_http_does_not_know_is_an_error() {
    for (name, value) in [("a b", "c"), ("a", "b\x01c"), ("a", "b\x7f")] {
        assert!(
            HeaderMap::try_from(block(&[(name, value)]).fields()).is_err(),
            "{name}: {value:?}"
        );
    }
}

#[test]
fn more_fields_than_a_map_takes_are_an_error() {
    let many: FieldBlock =
        (0..40_000).map(|n| format!("x-{n}")).fold(FieldBlock::new(), |mut block, name| {
            block.push(name.as_bytes(), b"");
            block
        });
    assert!(HeaderMap::try_from(many.fields()).is_err());
}

#[test]
fn versions_are_those_of_http_1() {
    assert_eq!(http::Version::from(Version::HTTP_10), http::Version::HTTP_10);
    assert_eq!(http::Version::from(Version::HTTP_11), http::Version::HTTP_11);
    assert_eq!(Version::try_from(http::Version::HTTP_11), Ok(Version::HTTP_11));
    let error = Version::try_from(http::Version::HTTP_2).unwrap_err();
    assert_eq!(error.to_string(), "HTTP/2.0 is not supported: only HTTP/1.0 and HTTP/1.1 are");
}

#[test]
fn urls_and_uris_are_the_same_text() {
    let url: Url = "http://example.com:8080/a%20b?c=d#fragment".parse().unwrap();
    let uri = Uri::try_from(&url).unwrap();
    assert_eq!(uri, "http://example.com:8080/a%20b?c=d");
    assert_eq!(Url::try_from(&uri).unwrap().as_str(), "http://example.com:8080/a%20b?c=d");
    // A relative reference is no URL.
    assert!(Url::try_from(&Uri::from_static("/path")).is_err());
}

#[test]
fn head_of_a_request_keeps_its_target() {
    for (method, target) in [
        ("GET", "/a?b=c"),
        ("OPTIONS", "*"),
        ("CONNECT", "a.example:443"),
        ("GET", "http://b.example/"),
    ] {
        let fields = block(&[("Host", "a.example")]);
        let head = RequestHead {
            method: method.as_bytes(),
            target: target.as_bytes(),
            version: Version::HTTP_10,
            fields: fields.fields(),
        };
        let request = http::Request::try_from(head).unwrap();
        assert_eq!(
            (request.method().as_str(), request.uri().to_string()),
            (method, target.to_owned())
        );
        assert_eq!(request.version(), http::Version::HTTP_10);
        assert_eq!(request.headers()["host"], "a.example");
    }
}

#[test]
fn head_of_a_response_keeps_status_and_fields() {
    let fields = block(&[("Server", "x")]);
    let head = ResponseHead {
        version: Version::HTTP_11,
        status: 799,
        reason: b"Odd",
        fields: fields.fields(),
    };
    let response = http::Response::try_from(head).unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["server"]),
        (799, &HeaderValue::from_static("x"))
    );
}
