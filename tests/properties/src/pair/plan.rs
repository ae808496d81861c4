//! The plan of both sides.

use limpid_core::http1::BodySize;

use crate::input::Input;
use crate::message::Draft;

/// One exchange.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) method: &'static [u8],
    pub(super) request: Draft,
    /// The client waits for `100 Continue` before its body.
    pub(super) expects: bool,
    /// The number of informational responses before the response.
    pub(super) informational: usize,
    pub(super) status: u16,
    pub(super) response: Draft,
    /// The server responds after the head, before the body.
    pub(super) is_early: bool,
}

impl Exchange {
    pub(super) fn read(input: &mut Input<'_>) -> Self {
        let (mut request, mut response) = (Draft::valid(input), Draft::valid(input));
        let (kind, flags) = (input.below(8), input.byte());
        let (method, status): (&'static [u8], u16) = match kind {
            0..=3 => (b"POST", 200),
            4 => (b"HEAD", 200),
            5 => (b"GET", input.pick(&[204, 304, 404])),
            6 => (b"CONNECT", input.pick(&[200, 407])),
            _ => (b"POST", input.pick(&[101, 426])),
        };
        request.fields.push(b"Host", b"a");
        if flags & 1 == 1 {
            request.fields.push(b"Connection", b"close");
        }
        if flags & 2 == 2 && status >= 200 && (method, status) != (b"CONNECT", 200) {
            response.fields.push(b"Connection", b"close");
        }
        if kind == 7 {
            request.fields.push(b"Connection", b"upgrade");
            request.fields.push(b"Upgrade", b"x");
        }
        if method == b"CONNECT" {
            empty(&mut request);
        }
        let expects = flags & 4 == 4 && !request.pieces.is_empty();
        if expects {
            request.fields.push(b"Expect", b"100-continue");
        }
        match (method, status) {
            (_, 101 | 204) | (b"CONNECT", 200) => empty(&mut response),
            (b"HEAD", _) | (_, 304) => {
                // The head describes the body that GET would have had.
                response.pieces.clear();
                response.trailers.clear();
            }
            _ => {}
        }
        let (is_early, informational) = (flags & 8 == 8, usize::from(flags >> 4 & 3));
        Self { method, request, expects, informational, status, response, is_early }
    }

    pub(super) const fn target(&self) -> &'static [u8] {
        if matches!(self.method, b"CONNECT") { b"a:1" } else { b"/" }
    }

    /// Returns whether the connection leaves HTTP/1.1 with it.
    pub(super) const fn switches(&self) -> bool {
        self.status == 101 || matches!((self.method, self.status), (b"CONNECT", 200))
    }

    /// Returns whether a side announces that it is the last.
    pub(super) fn closes(&self) -> bool {
        let closes =
            |draft: &Draft| draft.fields.fields().all("Connection").any(|value| value == b"close");
        closes(&self.request) || closes(&self.response)
    }
}

fn empty(draft: &mut Draft) {
    draft.size = BodySize::None;
    draft.pieces.clear();
    draft.trailers.clear();
}
