//! The page of the tolerances is generated from the code.
//!
//! `LIMPID_BLESS=1 cargo test -p limpid-core --test tolerances` rewrites it.

#![cfg(test)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use limpid_core::limits::{Config, Lenient};

/// Returns the names of httpx's tolerances.
fn httpx() -> String {
    let names = Config::HTTPX.lenient.names().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(" and ")
}

/// The end of the page.
const CURL: &str = "
## Compared with curl

curl 7.88 reads these, and a client of limpid refuses them by default:

| what a server sends | what curl does | why limpid refuses it | what reads it |
|---|---|---|---|
| a head that ends with the connection, before its blank line | takes what has come as a response without a body | the response is incomplete (RFC 9112 section 8) | |
| 101 to a request that has no Upgrade field | writes the bytes of the other protocol as a body | a server must not switch unasked (RFC 9110 section 7.8) | a request with Upgrade, in the library |
| `Transfer-Encoding: gzip` or `deflate`, with and without `chunked` | decodes it | no request asks for it with TE (RFC 9110 section 10.1.4) | `unknown-coding`, which leaves the content coded |
| a coding after `chunked` | decodes both, or fails | few clients read it | `unknown-coding`, until the close (RFC 9112 section 6.3) |
| chunk lines that end with LF alone | reads them | the end of a chunk is not for the peer to choose; few clients read them | `bare-lf-in-chunks` |
| CR within a field value | keeps it | it can hide a field from another reader (RFC 9110 section 5.5) | `nul-in-value` |
| `HTTP/2` in a status line | reads it as HTTP/2 | the connection has no HTTP/2 frames | `version-2` |
| several Content-Length fields that differ, or one above 63 bits | takes one of them, or reads until the close | the peer could choose where the message ends (RFC 9112 section 6.3) | |
| more than 1,000 fields | reads them | the limit bounds the memory | `Limits::fields`, in the library |

limpid reads these, and curl 7.88 refuses them: a minor version above 1, and a field line of more than 100 KB.
Where both refuse, the exit code is curl's, except that limpid has 8 for a head that breaks a rule where curl has
18 or 43, and 56 for one that ends early where curl has 18 or 52.
";

fn page() -> String {
    let mut page = "# Tolerances\n\n\
        A tolerance permits one kind of violation of HTTP/1.1. Each is one bit of `Lenient`, under a name. A client\n\
        starts with `Lenient::CLIENT`: what most clients read, and what the RFCs recommend reading. With\n\
        `ClientBuilder::like_httpx`, it has those of `Config::HTTPX` instead, which are what httpx reads:\n\
        @HTTPX@. Servers, bare connections and\n\
        `limpid parse` start with no tolerances. Each use emits the trace event `LeniencyUsed` with the rule, its section\n\
        of the RFC and the offset of the byte.\n\n\
        `limpid --lenient NAME,...` adds tolerances, and `--strict` removes all of them. On the command line, names are\n\
        lower-case with hyphens, such as `bare-lf`; `all` adds every tolerance. If tolerances would have permitted a\n\
        rejected response, the command's error message names them, one or two, at its end:\n\
        `(--lenient bare-lf reads it)`.\n\n\
        Generated from `core/src/error/lenient.rs`; do not edit by hand. A test compares this page with the code and, when\n\
        run with `LIMPID_BLESS=1`, rewrites it.\n\n\
        | name | in a client by default | what it permits |\n|---|---|---|\n"
        .replace("@HTTPX@", &httpx());
    for ((name, tolerance), description) in Lenient::NAMED.iter().zip(Lenient::DESCRIPTIONS) {
        let is_on = if Lenient::CLIENT.allows(*tolerance) { "yes" } else { "" };
        writeln!(page, "| `{name}` | {is_on} | {} |", description.trim()).unwrap();
    }
    page + CURL
}

#[test]
fn page_of_tolerances_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/TOLERANCES.md");
    if std::env::var_os("LIMPID_BLESS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), page(), "set LIMPID_BLESS=1 to write it anew");
}
