//! The format of the file.
//!
//! | part | content |
//! |---|---|
//! | first line | `limpid recording 1`, then what it holds: a [`Header`] as text, to the line feed |
//! | frame | the length of the payload, the kind, the payload, a checksum |
//!
//! The length is a number in groups of seven bits, the lowest first; the highest bit of a byte says that another
//! follows. The kind is one byte, a [`FrameKind`]. The checksum is the CRC-32 of everything in the file before it except
//! earlier checksums, in four bytes, the lowest first. So a frame that is missing, repeated or moved is noticed too, and no
//! byte of the file can change without an error.
//!
//! A file whose process was killed ends within or behind any frame. What it has can be read; only the frame
//! [`End`](FrameKind::End) is missing.

mod error;
mod frame;
mod header;
mod kind;

pub use error::ReadError;
pub use frame::{Frame, FrameReader, FrameWriter, MOST};
pub use header::{Header, HeaderError};
pub use kind::FrameKind;
