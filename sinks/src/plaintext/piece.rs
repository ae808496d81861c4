//! Parts of the bytes of connections.

/// The direction of bytes, as the side sees it that reports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Sent,
    Received,
}

/// The part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A head, up to its empty line.
    Head,
    /// A body with its framing, or bytes after HTTP.
    Data,
}

/// Bytes of a connection that are next to each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'b> {
    pub(crate) direction: Direction,
    pub(crate) part: Part,
    pub(crate) bytes: &'b [u8],
}
