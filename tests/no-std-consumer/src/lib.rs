//! One exchange in each role, with only an allocator, as in an embedded client or server.
//!
//! This compiles for any target with an allocator; `main.rs` runs it on a system with a C library.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use limpid_core::error::{MisuseError, PeerError};
use limpid_core::fields::{FieldBlock, Fields};
use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
use limpid_core::time::Mono;
use limpid_core::trace::{Cx, NoSink, Scope};

/// Why an exchange failed.
#[derive(Debug)]
pub enum Error {
    /// A call was invalid.
    Misuse(MisuseError),
    /// The peer violated a rule.
    Peer(PeerError),
    /// The bytes ended too early.
    Incomplete,
}

impl From<MisuseError> for Error {
    fn from(error: MisuseError) -> Self {
        Self::Misuse(error)
    }
}

impl From<PeerError> for Error {
    fn from(error: PeerError) -> Self {
        Self::Peer(error)
    }
}

/// Returns a connection and the bytes of its request for the path `/` of `host`.
///
/// # Errors
/// `host` is invalid.
pub fn request(host: &str) -> Result<(Connection, Vec<u8>), Error> {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Mono::from_nanos(0), &NoSink, &mut scope);
    let mut connection = Connection::new(Role::Client, Default::default());
    let mut fields = FieldBlock::new();
    fields.push(b"Host", host.as_bytes());
    connection.send_request(&mut cx, b"GET", b"/", fields.fields(), BodySize::None)?;
    connection.finish(&mut cx, Fields::EMPTY)?;
    let bytes = connection.out().concat();
    connection.sent(bytes.len());
    Ok((connection, bytes))
}

/// Reads the response from `pieces`: its status and its body.
///
/// # Errors
/// The server violated a rule, or the pieces are not the whole response.
pub fn response(mut connection: Connection, pieces: &[&[u8]]) -> Result<(u16, String), Error> {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Mono::from_nanos(0), &NoSink, &mut scope);
    let (mut status, mut body) = (0, String::new());
    for piece in pieces {
        connection.push(piece);
        loop {
            match connection.next(&mut cx)? {
                Next::Event(Event::Response(head, _)) => status = head.status,
                Next::Event(Event::Data(data)) => body.push_str(&String::from_utf8_lossy(data)),
                Next::Event(Event::End(_)) => return Ok((status, body)),
                Next::Event(_) => {}
                _ => break,
            }
        }
    }
    Err(Error::Incomplete)
}

/// Answers the requests in `bytes` with their targets. Returns the responses.
///
/// # Errors
/// The client violated a rule.
pub fn echo(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut scope = Scope::default();
    let mut cx = Cx::new(Mono::from_nanos(0), &NoSink, &mut scope);
    let mut connection = Connection::new(Role::Server, Default::default());
    let (mut target, mut responses) = (Vec::new(), Vec::new());
    connection.push(bytes);
    loop {
        match connection.next(&mut cx)? {
            Next::Event(Event::Request(head, _)) => target = head.target.to_vec(),
            Next::Event(Event::End(_)) => {
                let size = BodySize::Length(target.len() as u64);
                connection.send_response(&mut cx, 200, b"OK", Fields::EMPTY, size)?;
                connection.send_data(&mut cx, core::mem::take(&mut target).into())?;
                connection.finish(&mut cx, Fields::EMPTY)?;
                responses.extend(connection.out().concat());
                connection.sent(connection.out_len());
            }
            Next::Event(_) => {}
            Next::Paused => {
                if connection.reuse().is_err() {
                    return Ok(responses);
                }
                connection.restart()?;
            }
            _ => return Ok(responses),
        }
    }
}
