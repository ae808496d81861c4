//! The requests that the arguments ask for.

use std::fs;
use std::io::{self, Read};

use limpid_core::client::basic;
use limpid_io::continued_trace;

use crate::args::{FieldArg, RequestArgs};
use crate::collector;
use crate::driver::Draft;

/// Returns the bytes to send, if any, all of which are read before the first request.
pub(super) fn data(args: &RequestArgs) -> Result<Option<Vec<u8>>, String> {
    let mut data: Option<Vec<u8>> = None;
    for piece in &args.message.data {
        let bytes = match piece.strip_prefix('@') {
            None => piece.clone().into_bytes(),
            Some("-") => {
                let mut bytes = Vec::new();
                io::stdin()
                    .read_to_end(&mut bytes)
                    .map_err(|error| format!("cannot read standard input: {error}"))?;
                bytes
            }
            Some(path) => fs::read(path).map_err(|error| format!("cannot read {path}: {error}"))?,
        };
        match &mut data {
            None => data = Some(bytes),
            Some(data) => {
                data.push(b'&');
                data.extend_from_slice(&bytes);
            }
        }
    }
    Ok(data)
}

/// Returns the request for a URL, with this data if there is any.
pub(super) fn request<'a>(url: &'a str, data: Option<&[u8]>, args: &'a RequestArgs) -> Draft<'a> {
    let body = data.map(<[u8]>::to_vec);
    let (fields, removed) = (Vec::new(), Vec::new());
    let mut draft = Draft { method: args.message.method(), url, fields, removed, body };
    for FieldArg { name, value } in &args.message.headers {
        match value {
            Some(value) => draft.fields.push((name, value.clone().into())),
            None => draft.removed.push(name),
        }
    }
    if let Some(user) = &args.message.user {
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        draft.add("Authorization", basic(user.as_bytes(), password.as_bytes()));
    }
    if let Some(operation) = args.outputs.otlp.as_ref().and_then(|_| collector::operation()) {
        draft.add("traceparent", continued_trace(operation).to_string().into_bytes());
    }
    if draft.body.is_some() {
        draft.add("Content-Type", b"application/x-www-form-urlencoded".to_vec());
    }
    draft
}
