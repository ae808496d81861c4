//! Forms with files: multipart/form-data (RFC 7578), and the other types of multipart (RFC 2046 section 5.1).

mod form;
mod segments;

pub use form::{Form, Part};
pub use segments::{Segment, Segments};
