//! Responses in content codings.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Returns a response whose body is `body` in gzip, in this many members.
///
/// # Errors
/// There is no known failure.
pub fn in_gzip(body: &[u8], members: usize) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body)?;
    let coded = encoder.finish()?.repeat(members);
    let length = coded.len();
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n");
    Ok([head.as_bytes(), &coded].concat())
}
