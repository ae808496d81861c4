//! The documented sample: its lines and its response.

use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};

use crate::lines::normalise;

/// The sample in its documented form.
const SAMPLE: &str = include_str!("../data/documented/sample.log");

const HEAD: &str = "HTTP/1.1 200 OK\r\n\
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
    Content-Length: 648\r\n\r\n";

/// Returns a gzip body of 648 bytes. Its content is stored and not compressed, so that it does not depend
/// on the version of the encoder.
///
/// # Errors
/// There is no known failure.
pub fn body() -> io::Result<Vec<u8>> {
    // gzip's framing has 23 bytes.
    let page: Vec<u8> = b"<p>An example.</p>\n".iter().copied().cycle().take(648 - 23).collect();
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::none());
    encoder.write_all(&page)?;
    encoder.finish()
}

/// Returns the whole response.
///
/// # Errors
/// The errors of [`body`].
pub fn response() -> io::Result<Vec<u8>> {
    Ok([HEAD.as_bytes(), &body()?].concat())
}

/// Returns the documented lines, without what differs between runs.
#[must_use]
pub fn lines() -> Vec<String> {
    let aside =
        [("www.example.com", "HOST"), ("port=443", "port=PORT"), ("/path/to/cacert.pem", "CAFILE")];
    normalise(SAMPLE, &aside)
}

/// Returns the documented lines for a URL of plain http.
#[must_use]
pub fn plain_lines() -> Vec<String> {
    let is_plain = |line: &String| !line.contains("start_tls") && !line.contains(" load_");
    lines().into_iter().filter(is_plain).map(|line| line.replace("https://", "http://")).collect()
}

/// Returns the log of a request to a port of localhost, without what differs between runs.
#[must_use]
pub fn normalised(log: &str, port: u16, ca_file: Option<&Path>) -> Vec<String> {
    let authority = format!("localhost:{port}");
    let argument = format!("port={port}");
    let mut aside =
        vec![(authority.as_str(), "HOST"), ("localhost", "HOST"), (argument.as_str(), "port=PORT")];
    let ca_file = ca_file.map(Path::to_string_lossy);
    aside.extend(ca_file.as_deref().map(|file| (file, "CAFILE")));
    normalise(log, &aside)
}

/// Returns the lines without what depends on the server or the source of trust: the fields of the response,
/// the path of the URL and the name of the file.
#[must_use]
pub fn shapes(lines: &[String]) -> Vec<String> {
    let shape = |line: &String| match (line.split_once(", ["), line.split_once(" cafile=")) {
        (Some((before, _)), _) => format!("{before}, FIELDS"),
        (_, Some((before, _))) => format!("{before} CAFILE"),
        _ => line.replace("HOST/ ", "HOST "),
    };
    lines.iter().map(shape).collect()
}
