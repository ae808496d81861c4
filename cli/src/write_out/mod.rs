//! `-w`: output after a request, by curl's variables.

mod transfer;
mod variables;

use std::fs;
use std::io::{self, Read, Write};

pub(crate) use self::transfer::{NOT_MODIFIED, Transfer};
use self::variables::{Shown, VARIABLES, write_json, write_json_fields};

/// A parsed format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `%{name}`
    Variable(String),
    /// `%header{name}`
    Field(String),
}

impl Format {
    /// Reads a format: the argument, or the file after `@`, where `-` is standard input. Line breaks of a
    /// file are ignored, as in curl.
    pub(crate) fn read(argument: &str) -> io::Result<Self> {
        let text = match argument.strip_prefix('@') {
            None => return Ok(Self::parse(argument)),
            Some("-") => {
                let mut text = String::new();
                io::stdin().read_to_string(&mut text)?;
                text
            }
            Some(path) => fs::read_to_string(path)?,
        };
        Ok(Self::parse(&text.replace(['\r', '\n', '\0'], "")))
    }

    fn parse(text: &str) -> Self {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some(at) = rest.find(['%', '\\']) {
            push(&mut pieces, &rest[..at]);
            let (piece, len) = special(&rest[at..]);
            match piece {
                Piece::Text(text) => push(&mut pieces, &text),
                piece => pieces.push(piece),
            }
            rest = &rest[at + len..];
        }
        push(&mut pieces, rest);
        Self(pieces)
    }

    /// Writes the format with the values of a request to standard output, or where the format directs.
    pub(crate) fn write(&self, transfer: &Transfer) -> io::Result<()> {
        let (mut out, mut to_stderr) = (Vec::new(), false);
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Field(name) => {
                    out.extend_from_slice(transfer.field(name).unwrap_or_default());
                }
                Piece::Variable(name) => match name.as_str() {
                    "stdout" | "stderr" => {
                        flush(&mut out, to_stderr)?;
                        to_stderr = name == "stderr";
                    }
                    "onerror" if transfer.exit.is_none() => break,
                    "onerror" => {}
                    "json" => write_json(transfer, &mut out)?,
                    "header_json" => write_json_fields(transfer, &mut out)?,
                    name => write_variable(name, transfer, &mut out)?,
                },
            }
        }
        flush(&mut out, to_stderr)
    }
}

/// Returns the piece at the beginning of `text`, which is a `%` or a backslash, and its length.
fn special(text: &str) -> (Piece, usize) {
    let text_of = |text: &str, len| (Piece::Text(text.to_owned()), len);
    for (start, piece) in [
        ("%{", Piece::Variable as fn(String) -> Piece),
        ("%header{", Piece::Field as fn(String) -> Piece),
    ] {
        if let Some((name, _)) = text.strip_prefix(start).and_then(|rest| rest.split_once('}')) {
            return (piece(name.to_owned()), start.len() + name.len() + 1);
        }
    }
    for (escape, meaning) in [("%%", "%"), ("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t")] {
        if text.starts_with(escape) {
            return text_of(meaning, escape.len());
        }
    }
    // Unknown sequences are written unchanged.
    text_of(&text[..1], 1)
}

fn push(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

fn write_variable(name: &str, transfer: &Transfer, out: &mut Vec<u8>) -> io::Result<()> {
    let Some((_, value)) = VARIABLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))
    else {
        return writeln!(io::stderr(), "limpid: unknown --write-out variable: '{name}'");
    };
    match value(transfer) {
        Shown::Nothing => Ok(()),
        Shown::Text(text) => out.write_all(text.as_bytes()),
        Shown::Number(number) => write!(out, "{number}"),
        Shown::Code(code) => write!(out, "{code:03}"),
        Shown::Seconds(time) => write!(out, "{:.6}", time.as_secs_f64()),
    }
}

fn flush(out: &mut Vec<u8>, to_stderr: bool) -> io::Result<()> {
    if to_stderr {
        io::stderr().write_all(out)?;
    } else {
        let mut stdout = io::stdout().lock();
        stdout.write_all(out)?;
        stdout.flush()?;
    }
    out.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn format_is_parsed_as_in_curl() {
        let variable = |name: &str| Piece::Variable(name.to_owned());
        for (format, pieces) in [
            ("", vec![]),
            ("100%% \\n\\t\\r", vec![text("100% \n\t\r")]),
            ("%{url}x", vec![variable("url"), text("x")]),
            ("%header{Server}", vec![Piece::Field("Server".to_owned())]),
            // Unknown sequences are unchanged.
            ("%b \\q %", vec![text("%b \\q %")]),
            ("%{url", vec![text("%{url")]),
            ("%{ %{url}", vec![variable(" %{url")]),
            ("\u{e9}\\\u{e9}%\u{e9}", vec![text("\u{e9}\\\u{e9}%\u{e9}")]),
        ] {
            assert_eq!(Format::parse(format), Format(pieces), "{format}");
        }
    }
}
