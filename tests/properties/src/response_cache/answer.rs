//! The responses of handlers.

use crate::input::Input;

/// Statuses: common ones, those that change the kind of response, and those that must not be sent.
const STATUSES: [u16; 12] = [200, 404, 200, 204, 304, 101, 299, 201, 999, 100, 50, 1200];

/// Fields: some without a meaning for the server, and those with one.
pub(super) const FIELDS: [(&str, &str); 13] = [
    ("A", "b"),
    ("A", "c"),
    ("Date", "now"),
    ("server", "me"),
    ("Connection", "close"),
    ("Connection", "keep-alive"),
    ("Connection", "upgrade"),
    ("Upgrade", "x"),
    ("Content-Length", "5"),
    ("Transfer-Encoding", "chunked"),
    // Its lines equal those of A and C.
    ("A", "b\r\nC: d"),
    ("C", "d"),
    ("B", "b"),
];

/// Lengths of bodies; one is longer than a connection copies.
pub(super) const BODIES: [usize; 5] = [0, 2, 5, 13, 3000];

/// The calls that make the response.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// One call.
    Whole,
    /// Head, body and end, with the length announced.
    Length,
    /// The same, without the length.
    Chunked,
    /// Head and end, without a body.
    Empty,
}

/// A response of a handler.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The status of an informational response before it.
    pub(super) informs: Option<u16>,
    pub(super) status: u16,
    /// The fields of the request precede its own.
    pub(super) echoes: bool,
    /// The indices of its [`FIELDS`].
    pub(super) fields: Vec<usize>,
    pub(super) how: How,
    /// The index of its length in [`BODIES`].
    pub(super) body: usize,
}

impl Answer {
    pub(super) fn read(input: &mut Input<'_>) -> Self {
        Self {
            informs: input.pick(&[None, None, None, Some(103), Some(100), Some(101)]),
            status: input.pick(&STATUSES),
            echoes: input.below(8) == 7,
            fields: (0..input.below(4)).map(|_| input.below(FIELDS.len())).collect(),
            how: input.pick(&[How::Whole, How::Whole, How::Length, How::Chunked, How::Empty]),
            body: input.below(BODIES.len()),
        }
    }

    /// Changes one part of it.
    pub(super) fn change(&mut self, input: &mut Input<'_>) {
        let other = Self::read(input);
        match input.below(6) {
            0 => self.informs = other.informs,
            1 => self.status = other.status,
            2 => self.fields = other.fields,
            3 => self.how = other.how,
            4 => self.body = other.body,
            _ => self.echoes = other.echoes,
        }
    }
}
