//! The work that hiding secrets takes, whatever a peer sends.

#![cfg(test)]

use std::time::{Duration, Instant};

use limpid_core::trace::Capture;

/// Texts that a peer could repeat to make the search start again and again.
const REPEATED: [&str; 24] = [
    "?=",
    "?a=",
    "?a=%3f",
    "&a=%25",
    ";a",
    "token=;",
    "?token=a;b",
    "a@",
    "a:b@",
    "//",
    "//a:x",
    "//a:x@",
    "/%",
    "='//a:x'",
    "='",
    "<\"",
    "eyJ",
    "eyJhbGci.",
    "eyJhbGci.a",
    "eyJa.b.c.",
    "Negotiate a,",
    "nonce=\"\\",
    "a=\" ,",
    "%25%32%35",
];

#[test]
fn hiding_secrets_takes_linear_time() {
    // Quadratic work would take minutes for one text.
    const LENGTH: usize = 64 * 1024;
    const MOST: Duration = Duration::from_secs(60);
    let start = Instant::now();
    for part in REPEATED {
        let text = part.repeat(LENGTH / part.len());
        let bytes = text.as_bytes();
        for capture in [Capture::Default, Capture::Redacted] {
            for name in ["X-Any", "Location", "Link", "WWW-Authenticate", "Server"] {
                let _ = capture.field(name.as_bytes(), bytes);
            }
            let _ = (
                capture.target(bytes),
                capture.line(bytes),
                capture.phrase(bytes),
                capture.text(&text),
            );
        }
        assert!(start.elapsed() < MOST, "{part}");
    }
}
