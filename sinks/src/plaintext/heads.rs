//! Heads as bytes, with their secrets hidden.

use limpid_core::fields::Fields;
use limpid_core::trace::{Capture, TraceEvent};

use super::piece::Direction;

/// A head of an event.
pub(crate) struct Head {
    pub(crate) direction: Direction,
    /// The lines, with their ends and with the empty one.
    pub(crate) lines: Vec<HeadLine>,
    /// Whether the body has the chunked transfer coding.
    #[cfg(feature = "pcap")]
    pub(crate) is_chunked: bool,
}

/// A line of a head.
pub(crate) struct HeadLine {
    /// What may be shown.
    pub(crate) shown: Vec<u8>,
    /// Number of bytes of the line itself. Exactly one space is assumed before a value.
    pub(crate) size: usize,
}

/// Returns the head that an event has, if it has one that is sent or received as a whole.
pub(crate) fn head_of(event: &TraceEvent<'_>, capture: Capture) -> Option<Head> {
    let (direction, line, fields) = match event {
        TraceEvent::RequestSent { head } | TraceEvent::RequestRead { head } => {
            let target = capture.target(head.target);
            let line = |target: &[u8]| {
                let version = head.version.to_string();
                [head.method, b" ", target, b" ", version.as_bytes(), b"\r\n"].concat()
            };
            let line = HeadLine { shown: line(&target), size: line(head.target).len() };
            let is_sent = matches!(event, TraceEvent::RequestSent { .. });
            let direction = if is_sent { Direction::Sent } else { Direction::Received };
            (direction, line, head.fields)
        }
        TraceEvent::ReceiveResponseHeadersComplete { head }
        | TraceEvent::InformationalRead { head }
        | TraceEvent::ResponseSent { head } => {
            let start = format!("{} {} ", head.version, head.status);
            let line = |reason: &[u8]| [start.as_bytes(), reason, b"\r\n"].concat();
            let shown = line(&capture.phrase(head.reason));
            let line = HeadLine { shown, size: line(head.reason).len() };
            let is_sent = matches!(event, TraceEvent::ResponseSent { .. });
            let direction = if is_sent { Direction::Sent } else { Direction::Received };
            (direction, line, head.fields)
        }
        _ => return None,
    };
    let mut lines = vec![line];
    lines.extend(field_lines(fields, capture));
    lines.push(HeadLine { shown: b"\r\n".to_vec(), size: 2 });
    Some(Head {
        direction,
        lines,
        #[cfg(feature = "pcap")]
        is_chunked: fields.get("Transfer-Encoding").is_some(),
    })
}

fn field_lines(fields: Fields<'_>, capture: Capture) -> impl Iterator<Item = HeadLine> {
    fields.iter().map(move |field| {
        let line = |value: &[u8]| [field.name, b": ", value, b"\r\n"].concat();
        let shown = line(&capture.field(field.name, field.value));
        HeadLine { shown, size: line(field.value).len() }
    })
}
