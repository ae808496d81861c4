//! The list of intended differences from other readers of heads, each with an example.

use limpid_core::error::Rule;
use limpid_core::http1::Role;

/// A reader to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// httparse, in Rust.
    Httparse,
    /// picohttpparser, in C.
    Pico,
}

/// A rule by which limpid rejects what others accept. [`Rule::section`] has its section.
#[derive(Clone, Copy, Debug)]
pub struct Stricter {
    /// The rule.
    pub rule: Rule,
    /// The readers that accept it.
    pub than: &'static [Reader],
    /// What they accept.
    pub what: &'static str,
    /// The side that reads the example.
    pub role: Role,
    /// A head that they accept.
    pub example: &'static [u8],
}

const BOTH: &[Reader] = &[Reader::Httparse, Reader::Pico];
const HTTPARSE: &[Reader] = &[Reader::Httparse];
const PICO: &[Reader] = &[Reader::Pico];

macro_rules! stricter {
    ($( $rule:ident $than:ident $what:literal: $role:ident $example:literal, )+) => {
        &[$(
            Stricter {
                rule: Rule::$rule,
                than: $than,
                what: $what,
                role: Role::$role,
                example: $example,
            },
        )+]
    };
}

/// Everything that others accept and limpid rejects by a rule of HTTP.
pub const STRICTER: &[Stricter] = stricter! {
    // Two readers that disagree about the end of a line enable attacks, so limpid does not use the
    // permission of RFC 9112 section 2.2.
    BareLf BOTH "lines that end in LF alone": Server b"GET / HTTP/1.1\nHost: a\n\n",
    BlankLineFirst HTTPARSE "blank lines before a response": Client b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    ObsoleteFold PICO "folded values in requests":
        Server b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",

    // Start lines.
    RequestLineForm PICO "an empty method": Server b" / HTTP/1.1\r\nHost: a\r\n\r\n",
    MethodCharacter PICO "methods that are no tokens": Server b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
    TargetCharacter BOTH "bytes above ASCII in targets":
        Server b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
    TargetForm BOTH "targets of none of the four forms":
        Server b"GET a HTTP/1.1\r\nHost: a\r\n\r\n",
    TargetHostEmpty BOTH "targets without a host":
        Server b"GET http://:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
    ConnectPort BOTH "CONNECT to port 0": Server b"CONNECT a:0 HTTP/1.1\r\nHost: a\r\n\r\n",
    VersionForm PICO "minor versions of several digits":
        Server b"GET / HTTP/1.11\r\nHost: a\r\n\r\n",
    StatusLineForm PICO "the same in responses": Client b"HTTP/1.11 200 OK\r\n\r\n",
    VersionUnsupported PICO "HTTP/1.2 and later": Server b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
    StatusCode BOTH "codes below 100": Client b"HTTP/1.1 099 x\r\n\r\n",

    SpaceBeforeColon HTTPARSE "spaces and tabs before the colon in responses":
        Client b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n",

    // They read lines without the meaning of fields.
    HostMissing BOTH "no Host": Server b"GET / HTTP/1.1\r\n\r\n",
    HostRepeated BOTH "two Hosts": Server b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    HostInvalid BOTH "an invalid Host": Server b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    ContentLengthInvalid BOTH "a length that is no number":
        Client b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
    ContentLengthTooLarge BOTH "a length beyond 63 bits":
        Client b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n",
    ContentLengthRepeated BOTH "a length given twice":
        Client b"HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
    ContentLengthConflict BOTH "two lengths":
        Client b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    LengthAndTransferEncoding BOTH "a length beside a transfer coding":
        Client b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    TransferEncodingUnknown BOTH "transfer codings other than chunked":
        Client b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    TransferEncodingNotFinal BOTH "chunked before another coding":
        Client b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
    TransferEncodingRepeated BOTH "two lines of transfer codings":
        Client b"HTTP/1.1 200 OK\r\nTransfer-Encoding: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    TransferEncodingVersion BOTH "a transfer coding in HTTP/1.0":
        Client b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ConnectWithBody BOTH "CONNECT with a body":
        Server b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n",
    TooManyBlankLines HTTPARSE "any number of blank lines before a request":
        Server b"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
};

/// Limits of limpid. Others have different limits, or no limits.
pub const LIMITS: &[Rule] = &[Rule::TooManyFields, Rule::StartLineTooLong, Rule::HeadTooLong];

/// What limpid accepts and others reject, and the reason.
#[derive(Clone, Copy, Debug)]
pub struct Looser {
    /// The reader that rejects it.
    pub than: Reader,
    /// What it rejects.
    pub what: &'static str,
    /// The section that permits it.
    pub section: &'static str,
    /// Returns whether these accepted bytes are of that kind.
    pub is: fn(&[u8]) -> bool,
    /// The side that reads the example.
    pub role: Role,
    /// A head that limpid accepts.
    pub example: &'static [u8],
}

/// Everything that limpid accepts and others reject.
pub const LOOSER: &[Looser] = &[
    Looser {
        than: Reader::Pico,
        what: "a status line without a reason and the space before it",
        section: "RFC 9112 section 4",
        is: |bytes| bytes.starts_with(b"HTTP/1.") && bytes.get(12) == Some(&b'\r'),
        role: Role::Client,
        example: b"HTTP/1.1 204\r\n\r\n",
    },
    Looser {
        than: Reader::Pico,
        what: "more than one blank line before a request",
        section: "RFC 9112 section 2.2",
        is: |bytes| bytes.starts_with(b"\r\n\r\n"),
        role: Role::Server,
        example: b"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    },
];

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;
    use std::path::Path;

    use limpid_core::internal::INTENDED;
    use limpid_core::limits::Lenient;

    use super::*;
    use crate::differential::Verdict;
    use crate::differential::readers::{ours, theirs};

    #[test]
    fn where_we_are_stricter_the_others_are_not() {
        for Stricter { rule, than, what, role, example } in STRICTER {
            assert_eq!(
                ours(*role, Lenient::NONE, example),
                Verdict::Rejected(Some(*rule)),
                "{what}"
            );
            for reader in *than {
                let theirs = theirs(*reader, *role, example);
                assert!(
                    matches!(theirs, Verdict::Head(_) | Verdict::Accepted),
                    "{reader:?}, {what}: {theirs:?}"
                );
            }
        }
    }

    /// The page of the differences from httparse.
    fn page() -> String {
        let mut page = "# Two readers\n\n\
            Where two readers of HTTP take a message differently, an attacker can hide a request from one of them (RFC 9112\n\
            section 11.2). With the feature `cross-check`, limpid-core reads each head and each trailer section that it accepts\n\
            with httparse too, as it came. If the two readings differ, the message is refused under the rule\n\
            `ReadersDisagree`, at the byte from which they differ, and the event `Refused` tells it. The feature is off by\n\
            default, and on in the property tests, in fuzzing and in the simulation. It is meant for gateways that want two\n\
            parsers to agree. The intended differences are below; all else is refused.\n\n\
            This page is generated from the source; `tests/properties/src/differential/differences.rs` says how.\n\n\
            ## What limpid accepts\n\n\
            - httparse keeps the line ends of a folded value, which limpid joins with one space (RFC 9112 section 5.2).\n\
            - httparse returns no reason phrase that has a byte above ASCII (RFC 9112 section 4).\n\
            - httparse refuses what a tolerance of limpid permits, where the message needs that tolerance:\n\n\
            | rule that may be broken | what limpid reads then |\n|---|---|\n"
            .to_owned();
        for intended in INTENDED {
            writeln!(page, "| `{}` | {} |", intended.rule.name(), intended.what).unwrap();
        }
        page += "\n## What limpid refuses\n\n\
            httparse reads these; limpid refuses them by a rule of HTTP, unless a tolerance permits them.\n\n\
            | rule | what httparse reads | source |\n|---|---|---|\n";
        for Stricter { rule, than, what, .. } in STRICTER {
            if than.contains(&Reader::Httparse) {
                writeln!(page, "| `{}` | {what} | {} |", rule.name(), rule.section()).unwrap();
            }
        }
        page
    }

    /// `LIMPID_BLESS=1 cargo test -p limpid-properties` writes the page anew.
    #[test]
    fn page_of_differences_is_current() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/CROSS_CHECK.md");
        if std::env::var_os("LIMPID_BLESS").is_some() {
            fs::write(&path, page()).unwrap();
        }
        assert_eq!(
            fs::read_to_string(path).unwrap(),
            page(),
            "set LIMPID_BLESS=1 to write it anew"
        );
    }

    #[test]
    fn where_we_are_looser_a_section_allows_it() {
        for Looser { than, what, section, is, role, example } in LOOSER {
            assert!(matches!(ours(*role, Lenient::NONE, example), Verdict::Head(_)), "{what}");
            assert!(is(example), "{what}");
            assert_eq!(theirs(*than, *role, example), Verdict::Rejected(None), "{what}");
            assert!(section.starts_with("RFC 9112 section "), "{what}");
        }
    }
}
