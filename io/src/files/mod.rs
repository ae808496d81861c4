//! Files and other stored content as responses: conditional requests, ranges, types and directories.
//!
//! [`Files`] maps the targets of requests to the files of a directory; a [`Representation`] is one content, from a file or
//! from memory. Either makes an [`Answer`] to a [`Request`], which a driver sends. What an answer is depends only on the
//! request, the content with its validators, and the time: RFC 9110 sections 13 and 14.
//!
//! ```
//! use limpid_core::fields::FieldBlock;
//! use limpid_core::http1::RequestHead;
//! use limpid_io::files::{Representation, Request};
//!
//! let content = Representation::new("Hello, world!").content_type("text/plain").etag("1");
//! let mut fields = FieldBlock::new();
//! fields.push(b"Range", b"bytes=-6");
//! let head = RequestHead { method: b"GET", target: b"/", fields: fields.fields(), ..RequestHead::NONE };
//! let mut answer = content.answer(&Request::of(&head));
//! assert_eq!(answer.status(), 206);
//! assert_eq!(answer.fields().get("Content-Range"), Some(&b"bytes 7-12/13"[..]));
//! assert_eq!(answer.next_piece()?.as_deref(), Some(&b"world!"[..]));
//! # Ok::<(), std::io::Error>(())
//! ```

mod answer;
mod conditions;
mod date;
mod directory;
mod entity_tag;
mod listing;
mod path;
mod ranges;
mod representation;
mod request;

pub use answer::Answer;
pub use conditions::{Validators, Verdict};
pub use directory::Files;
pub use entity_tag::EntityTag;
pub use representation::Representation;
pub use request::Request;
