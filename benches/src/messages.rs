//! The messages of the benchmarks.

/// The response head in the documentation of httpx's logging: 13 fields, and no body.
pub const RESPONSE_13: &[u8] = b"HTTP/1.1 200 OK\r\n\
    Content-Encoding: gzip\r\n\
    Accept-Ranges: bytes\r\n\
    Age: 407727\r\n\
    Cache-Control: max-age=604800\r\n\
    Content-Type: text/html; charset=UTF-8\r\n\
    Date: Sat, 28 Sep 2024 13:27:42 GMT\r\n\
    Etag: \"3147526947+gzip\"\r\n\
    Expires: Sat, 05 Oct 2024 13:27:42 GMT\r\n\
    Last-Modified: Thu, 17 Oct 2019 07:18:26 GMT\r\n\
    Server: ECAcc (dcd/7D43)\r\n\
    Vary: Accept-Encoding\r\n\
    X-Cache: HIT\r\n\
    Content-Length: 0\r\n\r\n";

/// A response without a body, with five fields.
pub const RESPONSE_5: &[u8] = b"HTTP/1.1 200 OK\r\n\
    Server: limpid-benches\r\n\
    Date: Sat, 28 Sep 2024 13:27:42 GMT\r\n\
    Content-Type: text/plain\r\n\
    Connection: keep-alive\r\n\
    Content-Length: 0\r\n\r\n";

/// The user agent of every client.
pub const USER_AGENT: &str = "limpid-benches";

/// The fields of every client's request, except for Host.
pub const REQUEST_FIELDS: [(&str, &str); 4] = [
    ("User-Agent", USER_AGENT),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
    ("Connection", "keep-alive"),
];

/// Returns the request that clients without a library send.
#[must_use]
pub fn request(host: &str) -> Vec<u8> {
    let mut request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n");
    for (name, value) in REQUEST_FIELDS {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request.push_str("\r\n");
    request.into_bytes()
}

/// Returns the head of a response with this field.
#[must_use]
pub fn response_head(field: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nServer: limpid-benches\r\nDate: Sat, 28 Sep 2024 13:27:42 GMT\r\n\
         Content-Type: text/plain\r\n{field}\r\n\r\n"
    )
    .into_bytes()
}

/// Returns chunks of this size, without the last one.
#[must_use]
pub fn chunks(count: usize, size: usize) -> Vec<u8> {
    let mut chunk = format!("{size:x}\r\n").into_bytes();
    chunk.resize(chunk.len() + size, b'x');
    chunk.extend_from_slice(b"\r\n");
    chunk.repeat(count)
}

/// Returns a response in chunks of this size.
#[must_use]
pub fn chunked_response(count: usize, size: usize) -> Vec<u8> {
    let mut response = response_head("Transfer-Encoding: chunked");
    response.extend(chunks(count, size));
    response.extend_from_slice(b"0\r\n\r\n");
    response
}

/// Returns the head of a response with at least this length, in at most 100 fields.
#[must_use]
pub fn long_response(len: usize) -> Vec<u8> {
    let mut response = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".to_vec();
    let value = "x".repeat(len / 100);
    while response.len() < len {
        let name = format!("X-{}: ", response.len());
        response.extend_from_slice(name.as_bytes());
        response.extend_from_slice(value.as_bytes());
        response.extend_from_slice(b"\r\n");
    }
    response.extend_from_slice(b"\r\n");
    response
}

/// Returns the lengths of a head and of the body after it, for clients without a library: it finds only the
/// end of the head and the field Content-Length.
#[must_use]
pub fn lengths(bytes: &[u8]) -> Option<(usize, usize)> {
    let head = memchr::memmem::find(bytes, b"\r\n\r\n")? + 4;
    let name = b"Content-Length: ";
    let length = memchr::memmem::find(&bytes[..head], name).map_or(0, |at| {
        let digits = bytes[at + name.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0'))
    });
    Some((head, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_head_and_of_the_body() {
        assert_eq!(lengths(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nabc"), Some((39, 12)));
        assert_eq!(lengths(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n"), None);
    }

    #[test]
    fn long_response_has_requested_length() {
        let response = long_response(60_000);
        assert!((60_000..61_000).contains(&response.len()));
        assert!(response.iter().filter(|byte| **byte == b'\n').count() < 120);
    }
}
