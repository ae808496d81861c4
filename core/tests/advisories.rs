//! Published advisories of other HTTP/1.1 parsers, each with the bytes that they accepted by mistake.
//! This crate refuses all of them, in any pieces.

#![cfg(test)]

use limpid_core::error::Rule;
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Outcome, Setup, Transcript};

/// Reads `bytes` as a server, and checks that the result is the same byte by byte.
fn server(bytes: impl AsRef<[u8]>) -> (Transcript, Outcome) {
    let setup = Setup { role: Role::Server, method: b"", config: Default::default(), eof: false };
    let bytes = bytes.as_ref();
    let whole = Transcript::read(&setup, Chunking::Whole.pieces(bytes)).unwrap();
    let bytewise = Transcript::read(&setup, Chunking::Bytewise.pieces(bytes)).unwrap();
    assert_eq!(whole, bytewise);
    whole
}

/// Returns the rule by which a server refuses `bytes` before it has read a message.
fn refused(bytes: impl AsRef<[u8]>) -> Rule {
    match server(bytes) {
        (transcript, Outcome::Rejected(error)) if transcript.messages.is_empty() => error.rule,
        other => panic!("not refused: {other:?}"),
    }
}

const CHUNKED: &str = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

mod h11 {
    use super::*;

    /// GHSA-vqfr-h8mv-ghfj: any two bytes were accepted as the CR LF after the data of a chunk.
    #[test]
    fn cve_2025_43859() {
        for end in ["XX", "\r\r", "\n\r", "0\r", "\rX"] {
            assert_eq!(refused(format!("{CHUNKED}3\r\nabc{end}0\r\n\r\n")), Rule::ChunkDataEnd);
        }
    }
}

mod llhttp {
    use super::*;

    /// A space between a field name and its colon was ignored, so that one parser read a length and
    /// another did not.
    #[test]
    fn cve_2021_22959() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello";
        assert_eq!(refused(head), Rule::SpaceBeforeColon);
    }

    /// Chunk extensions were skipped to the next LF, so that they could hide a line end.
    #[test]
    fn cve_2021_22960() {
        let bytes = format!("{CHUNKED}1;x\nA\r\n0\r\n\r\n");
        assert_eq!(refused(bytes), Rule::ChunkLineEnd);
    }

    /// Codings other than a final chunked were read as chunked.
    #[test]
    fn cve_2022_32213() {
        for (value, rule) in [
            ("chunkedchunked", Rule::TransferEncodingUnknown),
            ("chunked, identity", Rule::TransferEncodingNotFinal),
            ("chunked, chunked", Rule::TransferEncodingNotFinal),
            ("chunked\r\n , identity", Rule::ObsoleteFold),
        ] {
            let head = format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {value}\r\n\r\n");
            assert_eq!(refused(head), rule, "{value}");
        }
    }

    /// Lines of a head did not have to end with CR LF.
    #[test]
    fn cve_2022_32214() {
        let lf = "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n";
        assert_eq!(refused(lf), Rule::BareLf);
        let cr = "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n";
        assert_eq!(refused(cr), Rule::BareCr);
    }

    /// A folded Transfer-Encoding was not read to its end.
    #[test]
    fn cve_2022_32215() {
        let head =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked, x\r\n\r\n0\r\n\r\n";
        assert_eq!(refused(head), Rule::ObsoleteFold);
    }

    /// Fields that do not end with CR LF were accepted, including the last before the blank line.
    #[test]
    fn cve_2022_35256() {
        let head = "GET / HTTP/1.1\r\nHost: a\r\nX: y\n\r\n";
        assert_eq!(refused(head), Rule::BareLf);
        let head = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\n\r\n";
        assert_eq!(refused(head), Rule::BareLf);
    }

    /// A CR alone ended a field line, after an empty value.
    #[test]
    fn cve_2023_30589() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nX:\rTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(refused(head), Rule::BareCr);
    }

    /// Chunk extensions were read without a limit.
    #[test]
    fn cve_2024_22019() {
        let endless = format!("{CHUNKED}1;{}", "a".repeat(100_000));
        assert_eq!(refused(endless), Rule::ChunkLineTooLong);
        let many = format!("{CHUNKED}{}", "1;aaaaaaaa\r\nx\r\n".repeat(10_000));
        assert_eq!(refused(many), Rule::ChunkExtensionsTooLong);
    }

    /// A space before Content-Length hid the field from one of two parsers.
    #[test]
    fn cve_2024_27982() {
        let head = "GET / HTTP/1.1\r\nHost: a\r\n Content-Length: 38\r\n\r\n";
        assert_eq!(refused(head), Rule::ObsoleteFold);
        let first = "GET / HTTP/1.1\r\n Content-Length: 38\r\nHost: a\r\n\r\n";
        assert_eq!(refused(first), Rule::FoldFirst);
    }

    /// CR LF CR and any byte ended a head.
    #[test]
    fn cve_2025_23167() {
        let head = "GET / HTTP/1.1\r\nHost: a\r\n\rXGET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
        assert_eq!(refused(head), Rule::BareCr);
    }
}

mod hyper {
    use super::*;
    use limpid_core::error::Misuse;
    use limpid_core::fields::FieldBlock;
    use limpid_core::http1::{BodySize, Connection};
    use limpid_core::trace::{Cx, NoSink, Scope};

    /// Sends a GET request with this field and a body, or returns the reason for which it is refused.
    fn send(name: &[u8], value: &[u8], size: BodySize) -> Result<Vec<u8>, Misuse> {
        let mut scope = Scope::default();
        let mut cx = Cx::new(Default::default(), &NoSink, &mut scope);
        let mut connection = Connection::new(Role::Client, Default::default());
        let mut fields = FieldBlock::new();
        fields.push(b"Host", b"a");
        fields.push(name, value);
        let mut send = || {
            connection.send_request(&mut cx, b"GET", b"/", fields.fields(), size)?;
            connection.send_data(&mut cx, "GET /admin HTTP/1.1\r\n\r\n".into())?;
            connection.finish(&mut cx, Default::default())
        };
        let sent = send().map_err(|error| error.misuse);
        sent.map(|()| connection.out().concat())
    }

    /// Values with a line end were sent unchanged and split the message.
    #[test]
    fn rustsec_2017_0002() {
        let split = send(b"X", b"y\r\nZ: z", BodySize::None);
        assert_eq!(split, Err(Misuse::FieldValue(1)));
        let split = send(b"X\r\nZ", b"z", BodySize::None);
        assert_eq!(split, Err(Misuse::FieldName(1)));
    }

    /// The body of a GET request was sent without the field that announces it, and was read as the next
    /// request.
    #[test]
    fn rustsec_2020_0008() {
        assert_eq!(send(b"X", b"y", BodySize::None), Err(Misuse::NoBody));
        let sent = send(b"X", b"y", BodySize::Length(23)).unwrap();
        let (transcript, outcome) = server(sent);
        assert_eq!((transcript.messages.len(), outcome), (1, Outcome::Complete));
        let sent = send(b"X", b"y", BodySize::Unknown).unwrap();
        let (transcript, outcome) = server(sent);
        assert_eq!((transcript.messages.len(), outcome), (1, Outcome::Complete));
    }

    /// One chunked among several Transfer-Encoding fields was sufficient.
    #[test]
    fn rustsec_2021_0020() {
        for codings in ["chunked\r\nTransfer-Encoding: gzip", "gzip\r\nTransfer-Encoding: chunked"]
        {
            let head =
                format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: {codings}\r\n\r\n");
            assert_eq!(refused(head), Rule::TransferEncodingRepeated);
        }
    }

    /// Content-Length could have a plus sign.
    #[test]
    fn rustsec_2021_0078() {
        let head = "GET / HTTP/1.1\r\nHost: example.com\r\nContent-Length: +3\r\n\r\nabc";
        assert_eq!(refused(head), Rule::ContentLengthInvalid);
    }

    /// The size of a chunk wrapped around at 64 bits.
    #[test]
    fn rustsec_2021_0079() {
        let bytes = format!("{CHUNKED}f0000000000000003\r\nabc\r\n0\r\n\r\n");
        assert_eq!(refused(bytes), Rule::ChunkSizeTooLarge);
    }
}
