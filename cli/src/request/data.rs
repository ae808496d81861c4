//! The data of `-d` and of the options like it.

use std::fs;
use std::io::{self, Read};

use crate::args::DataKind;
use crate::payload::{Form, Payload};

/// Reads the data of options, in their order: joined by &, but JSON without a separator before it.
pub(super) fn joined(options: &[(DataKind, String)]) -> Result<Payload, String> {
    let mut data = Payload::default();
    for (index, (kind, text)) in options.iter().enumerate() {
        if index > 0 && *kind != DataKind::Json {
            data.push(&b"&"[..]);
        }
        match (kind, text.strip_prefix('@')) {
            (DataKind::UrlEncode, _) => data.push(urlencoded(text)?),
            (DataKind::Raw, _) | (_, None) => data.push(text.clone().into_bytes()),
            (kind, Some(path)) => {
                let form = if *kind == DataKind::Text { Form::Joined } else { Form::Unchanged };
                data.push_file(path, form).map_err(|error| unreadable(path, &error))?;
            }
        }
    }
    Ok(data)
}

/// Reads data, all of it into memory.
fn joined_bytes(options: &[(DataKind, String)]) -> Result<Vec<u8>, String> {
    let mut data = Vec::new();
    let read = joined(options)?.reader(None).read_to_end(&mut data);
    read.map_err(|error| format!("cannot read the data: {error}"))?;
    Ok(data)
}

/// Returns the message for a file that cannot be read.
pub(super) fn unreadable(path: &str, error: &io::Error) -> String {
    let name = if path == "-" { "standard input" } else { path };
    format!("cannot read {name}: {error}")
}

/// Reads what is added to a query. The digits of percent-encoding are lowercase there, as in curl.
pub(super) fn query(options: &[(DataKind, String)]) -> Result<String, String> {
    let data = joined_bytes(options)?;
    let data = String::from_utf8(data).map_err(|_| {
        "the data for the query is not UTF-8; --data-urlencode encodes it".to_owned()
    })?;
    Ok(lowercase_escapes(&data))
}

/// Reads the values of `--url-query`; with a plus before it, a value is added unchanged.
pub(super) fn url_query(options: &[(DataKind, String)]) -> Result<String, String> {
    let options: Vec<(DataKind, String)> = options
        .iter()
        .map(|(kind, text)| match text.strip_prefix('+') {
            Some(text) => (DataKind::Raw, text.to_owned()),
            None => (*kind, text.clone()),
        })
        .collect();
    query(&options)
}

fn lowercase_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = 0;
    for c in text.chars() {
        let is_digit = digits > 0 && c.is_ascii_hexdigit();
        out.push(if is_digit { c.to_ascii_lowercase() } else { c });
        digits = if c == '%' { 2 } else { i32::from(is_digit) * (digits - 1) };
    }
    out
}

/// Encodes `CONTENT`, `=CONTENT`, `NAME=CONTENT`, `@FILE` or `NAME@FILE`.
fn urlencoded(text: &str) -> Result<Vec<u8>, String> {
    let (name, content) = match text.find(['=', '@']) {
        None => ("", text.as_bytes().to_vec()),
        Some(at) if text.as_bytes()[at] == b'=' => {
            (&text[..at], text.as_bytes()[at + 1..].to_vec())
        }
        Some(at) => (&text[..at], content(&text[at + 1..])?),
    };
    let mut out = Vec::with_capacity(text.len() * 2);
    if !name.is_empty() {
        out.extend([name.as_bytes(), b"="].concat());
    }
    for byte in content {
        match byte {
            b' ' => out.push(b'+'),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(byte),
            byte => out.extend(format!("%{byte:02X}").bytes()),
        }
    }
    Ok(out)
}

/// Reads a file, or standard input for `-`.
pub(super) fn content(path: &str) -> Result<Vec<u8>, String> {
    let read = || match path {
        "-" => {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        }
        path => fs::read(path),
    };
    read().map_err(|error| unreadable(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        String::from_utf8(urlencoded(text).unwrap()).unwrap()
    }

    #[test]
    fn content_is_encoded_and_a_name_is_not() {
        assert_eq!(encoded("a b&\u{fc}~"), "a+b%26%C3%BC~");
        assert_eq!(encoded("=a b"), "a+b");
        assert_eq!(encoded("n m=a=b"), "n m=a%3Db");
    }

    #[test]
    fn data_is_joined_by_ampersands_and_json_is_not() {
        let joined = |options: &[(DataKind, &str)]| {
            let options: Vec<_> =
                options.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect();
            String::from_utf8(joined_bytes(&options).unwrap()).unwrap()
        };
        use DataKind::{Json, Raw, Text, UrlEncode};
        assert_eq!(joined(&[(Text, "a"), (Raw, "@b"), (UrlEncode, "c d")]), "a&@b&c+d");
        assert_eq!(joined(&[(Json, "{"), (Json, "}"), (Text, "a")]), "{}&a");
        assert_eq!(joined(&[(Text, ""), (Text, "")]), "&");
    }

    #[test]
    fn escapes_of_a_query_are_lowercase() {
        assert_eq!(lowercase_escapes("A%C3%BCB%Zz%"), "A%c3%bcB%Zz%");
    }
}
