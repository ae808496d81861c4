//! The three readers of heads.

use limpid_core::fields::Fields;
use limpid_core::http1::{Connection, Event, Next, Role};
use limpid_core::internal::second_reads;
use limpid_core::limits::{Config, Lenient};
use limpid_picohttpparser::{self as pico, Parsed};

use super::differences::Reader;
use super::verdict::{Head, Verdict};
use crate::message::unheard;

/// Reads with limpid, with these tolerances.
pub(super) fn ours(role: Role, lenient: Lenient, bytes: &[u8]) -> Verdict {
    let mut connection = Connection::new(role, Config::with(|config| config.lenient = lenient));
    unheard(|cx| {
        if role == Role::Client {
            crate::parse::ask(&mut connection, b"GET", cx);
        }
        connection.push(bytes);
        let read = match connection.next(cx) {
            Ok(Next::Event(Event::Request(head, _))) => {
                Some((head.method.to_vec(), head.target.to_vec(), head.version, pairs(head.fields)))
            }
            Ok(Next::Event(Event::Response(head, _) | Event::Informational(head))) => {
                let status = head.status.to_string().into_bytes();
                Some((head.reason.to_vec(), status, head.version, pairs(head.fields)))
            }
            Ok(_) => None,
            Err(error) => return Verdict::Rejected(Some(error.rule)),
        };
        read.map_or(Verdict::Partial, |(first, second, version, fields)| {
            let end = bytes.len() - connection.unread().len();
            Verdict::Head(Head { first, second, minor: version.minor().into(), fields, end })
        })
    })
}

fn pairs(fields: Fields<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    fields.iter().map(|field| (field.name.to_vec(), field.value.to_vec())).collect()
}

/// Reads with httparse, which limpid does itself with every head that it accepts: only whether httparse
/// accepts the head remains to be known.
fn httparse(role: Role, bytes: &[u8]) -> Verdict {
    let from = if role == Role::Client { Role::Server } else { Role::Client };
    match second_reads(from, bytes) {
        Some(true) => Verdict::Accepted,
        Some(false) => Verdict::Rejected(None),
        None => Verdict::Partial,
    }
}

fn pico_request(bytes: &[u8]) -> Verdict {
    of_pico(pico::request(bytes), |head| Head {
        first: head.method.to_vec(),
        second: head.target.to_vec(),
        minor: head.minor,
        fields: pico_fields(&head.fields),
        end: head.len,
    })
}

fn pico_response(bytes: &[u8]) -> Verdict {
    of_pico(pico::response(bytes), |head| Head {
        first: head.reason.to_vec(),
        second: head.status.to_string().into(),
        minor: head.minor,
        fields: pico_fields(&head.fields),
        end: head.len,
    })
}

fn of_pico<T>(parsed: Parsed<T>, head: impl FnOnce(T) -> Head) -> Verdict {
    match parsed {
        Parsed::Complete(parsed) => Verdict::Head(head(parsed)),
        Parsed::Partial => Verdict::Partial,
        Parsed::Refused => Verdict::Rejected(None),
    }
}

fn pico_fields(fields: &[pico::Field<'_>]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut joined_fields: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (name, value) in fields {
        match joined_fields.last_mut() {
            Some((_, before)) if name.is_empty() => *before = joined([&before[..], value]),
            _ => joined_fields.push((name.to_vec(), joined([*value]))),
        }
    }
    joined_fields
}

/// Returns the lines of a value joined by one space, without the blanks and line ends around each.
fn joined(lines: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Vec<u8> {
    let lines = lines.into_iter().map(|line| line.as_ref().trim_ascii().to_vec());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(&b' ')
}

/// Reads with another reader.
pub(super) fn theirs(reader: Reader, role: Role, bytes: &[u8]) -> Verdict {
    match (reader, role) {
        (Reader::Httparse, _) => httparse(role, bytes),
        (Reader::Pico, Role::Server) => pico_request(bytes),
        (Reader::Pico, Role::Client) => pico_response(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_joined_alike() {
        let bytes = b"HTTP/1.1 200 OK\r\nX: a\r\n \t b\r\n  \r\n\tc\r\nY:\r\n z\r\n\r\n";
        let Verdict::Head(head) = ours(Role::Client, Lenient::NONE, bytes) else { panic!() };
        assert_eq!(head.fields[0], (b"X".to_vec(), b"a b c".to_vec()));
        assert_eq!(Verdict::Head(head), pico_response(bytes));
    }
}
