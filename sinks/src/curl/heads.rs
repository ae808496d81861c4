//! Heads and trailers: `>` before the lines of requests, `<` before those of responses.

use std::fmt::Write;

use limpid_core::fields::Fields;
use limpid_core::http1::{RequestHead, ResponseHead};
use limpid_core::trace::{Capture, TraceEvent};

use crate::terminal::Escaped;

/// Appends the lines of the head or of the trailer field that an event has.
pub(super) fn push(event: &TraceEvent<'_>, capture: Capture, out: &mut String) {
    match event {
        TraceEvent::RequestSent { head } | TraceEvent::RequestRead { head } => {
            request(head, capture, out);
        }
        TraceEvent::ReceiveResponseHeadersComplete { head } | TraceEvent::ResponseSent { head } => {
            response(head, capture, out);
            if head.status == 101 || head.status >= 200 {
                out.push_str("< \n");
            }
        }
        TraceEvent::InformationalRead { head } => response(head, capture, out),
        TraceEvent::TrailerRead { name, value, .. } => field("< ", name, value, capture, out),
        _ => {}
    }
}

fn request(head: &RequestHead<'_>, capture: Capture, out: &mut String) {
    let target = capture.target(head.target);
    let (method, target) = (Escaped(head.method), Escaped(&target));
    // Writing to a string does not fail, here and below.
    let _ = writeln!(out, "> {method} {target} {}", head.version);
    fields("> ", head.fields, capture, out);
    out.push_str("> \n");
}

fn response(head: &ResponseHead<'_>, capture: Capture, out: &mut String) {
    let reason = capture.phrase(head.reason);
    let _ = writeln!(out, "< {} {} {}", head.version, head.status, Escaped(&reason));
    fields("< ", head.fields, capture, out);
}

fn fields(mark: &str, fields: Fields<'_>, capture: Capture, out: &mut String) {
    for line in fields {
        field(mark, line.name, line.value, capture, out);
    }
}

fn field(mark: &str, name: &[u8], value: &[u8], capture: Capture, out: &mut String) {
    let shown = capture.field(name, value);
    let space = if shown.is_empty() { "" } else { " " };
    let _ = writeln!(out, "{mark}{}:{space}{}", Escaped(name), Escaped(&shown));
}
