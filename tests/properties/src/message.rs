//! Messages from an input, and their sending.

use bytes::Bytes;
use limpid_core::error::MisuseError;
use limpid_core::fields::{Field, FieldBlock, Fields};
use limpid_core::http1::{BodySize, Connection};
use limpid_core::trace::{Cx, NoSink, Scope};

use crate::input::Input;

/// The parts of a message after its start line.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) fields: FieldBlock,
    pub(crate) size: BodySize,
    pub(crate) pieces: Vec<Bytes>,
    pub(crate) trailers: FieldBlock,
}

impl Draft {
    /// Returns a message that can be sent, if it may have a body.
    pub(crate) fn valid(input: &mut Input<'_>) -> Self {
        let mut fields = FieldBlock::new();
        for _ in 0..input.below(4) {
            fields.push(input.pick(&[b"X", b"Y"]), &printable(input.bytes(20)));
        }
        let pieces: Vec<Bytes> = (0..input.below(4)).map(|_| piece(input)).collect();
        let size = match input.below(3) {
            0 if pieces.is_empty() => BodySize::None,
            0 | 1 => BodySize::Length(total(&pieces)),
            _ => BodySize::Unknown,
        };
        let mut trailers = FieldBlock::new();
        if size == BodySize::Unknown {
            for _ in 0..input.below(3) {
                trailers.push(b"X-Trailer", &printable(input.bytes(20)));
            }
        }
        Self { fields, size, pieces, trailers }
    }

    /// Returns a message of which each part may be invalid.
    pub(crate) fn any(input: &mut Input<'_>) -> Self {
        const NAMES: [&[u8]; 8] = [
            b"X",
            b"Content-Length",
            b"Transfer-Encoding",
            b"Connection",
            b"Upgrade",
            b"Expect",
            b"Host",
            b"Cookie",
        ];
        const VALUES: [&[u8]; 8] =
            [b"", b"0", b"5", b"chunked", b"close", b"keep-alive, x", b"upgrade", b"100-continue"];
        let section = |input: &mut Input<'_>| {
            let mut fields = FieldBlock::new();
            for _ in 0..input.below(5) {
                let name = if input.flag() { input.bytes(20) } else { input.pick(&NAMES) };
                let value = if input.flag() { input.bytes(40) } else { input.pick(&VALUES) };
                fields.push(name, value);
            }
            fields
        };
        let fields = section(input);
        let pieces: Vec<Bytes> = (0..input.below(4)).map(|_| piece(input)).collect();
        let size = match input.below(5) {
            0 => BodySize::None,
            1 | 2 => BodySize::Length(total(&pieces)),
            3 => BodySize::Length(u64::from(input.byte())),
            _ => BodySize::Unknown,
        };
        let trailers = if input.flag() { section(input) } else { FieldBlock::new() };
        Self { fields, size, pieces, trailers }
    }

    /// Returns the whole body.
    pub(crate) fn body(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

/// Returns a piece of a body: longer than a connection copies, or short.
fn piece(input: &mut Input<'_>) -> Bytes {
    let (fill, len) = (input.byte(), usize::from(input.number()));
    let len = if len < 0x8000 { len % 40 } else { len % 5000 };
    Bytes::from(vec![fill; len])
}

fn total(pieces: &[Bytes]) -> u64 {
    pieces.iter().map(|piece| piece.len() as u64).sum()
}

/// Returns bytes that are valid in a value.
fn printable(bytes: &[u8]) -> Vec<u8> {
    let is_good = |byte: &&u8| **byte == b'\t' || **byte >= b' ' && **byte != 0x7f;
    bytes.iter().filter(is_good).copied().collect()
}

/// Runs `call` with a context without a sink.
pub(crate) fn unheard<T>(call: impl FnOnce(&mut Cx<'_, NoSink>) -> T) -> T {
    let mut scope = Scope::default();
    call(&mut Cx::new(Default::default(), &NoSink, &mut scope))
}

/// Sends body and end. A rejected call leaves no byte behind.
pub(crate) fn send_body(connection: &mut Connection, draft: &Draft) -> Result<(), MisuseError> {
    for piece in &draft.pieces {
        unrefused(connection, |connection| unheard(|cx| connection.send_data(cx, piece.clone())))?;
    }
    unrefused(connection, |connection| unheard(|cx| connection.finish(cx, draft.trailers.fields())))
}

/// Makes a call, and checks that it wrote nothing if it was rejected.
pub(crate) fn unrefused<T>(
    connection: &mut Connection,
    call: impl FnOnce(&mut Connection) -> Result<T, MisuseError>,
) -> Result<T, MisuseError> {
    let (before, role) = (connection.out_len(), connection.role());
    let (ours, theirs) = (connection.state(role), connection.state(role.peer()));
    let result = call(connection);
    if result.is_err() {
        assert_eq!(connection.out_len(), before, "a refused call wrote");
        assert_eq!((connection.state(role), connection.state(role.peer())), (ours, theirs));
    }
    result
}

/// Checks that the received fields are the sent ones, followed only by those that the machine adds.
pub(crate) fn check_fields(sent: Fields<'_>, arrived: Fields<'_>) {
    let pair = |field: Field<'_>| (field.name.to_vec(), field.value.to_vec());
    let (sent, arrived): (Vec<_>, Vec<_>) =
        (sent.iter().map(pair).collect(), arrived.iter().map(pair).collect());
    assert!(arrived.starts_with(&sent), "{arrived:?} is not {sent:?} with fields added");
    for (name, _) in &arrived[sent.len()..] {
        let added: [&[u8]; 3] = [b"Content-Length", b"Transfer-Encoding", b"Connection"];
        assert!(added.contains(&&name[..]), "{} was added", name.escape_ascii());
    }
}
