//! Forms with files: multipart/form-data (RFC 7578).
//!
//! ```no_run
//! use limpid_std::Client;
//! use limpid_std::multipart::{Form, Part};
//!
//! let log = std::fs::File::open("/var/log/messages")?;
//! let form = Form::new()
//!     .text("title", "Holidays")
//!     .file("photo", "beach.jpg")?
//!     .part("log", Part::source(Box::new(log), None).file_name("log.txt"));
//! Client::new().post("http://localhost/upload").multipart(form).send()?.error_for_status()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::{self, Read};

use limpid_io::multipart::Segments;

use crate::body::{Body, ReadBody};

/// The source of a part's content.
///
/// [`RequestBuilder::multipart`](crate::RequestBuilder::multipart) has an example.
pub type Source = Box<dyn Read + Send>;

/// A form with files, for [`RequestBuilder::multipart`](crate::RequestBuilder::multipart). Its methods are those of
/// [`limpid_io::multipart::Form`].
pub type Form = limpid_io::multipart::Form<Source>;

/// A part of a [`Form`]. Its methods are those of [`limpid_io::multipart::Part`].
pub type Part = limpid_io::multipart::Part<Source>;

impl Body {
    /// Creates a body from a form. The request needs the form's [content type](Form::content_type).
    #[must_use]
    pub fn multipart(form: Form) -> Self {
        let length = form.length();
        let segments = form.into_segments();
        match segments.whole() {
            Some(bytes) => bytes.into(),
            None => Self::of_reader(Box::new(segments), length),
        }
    }
}

impl ReadBody for Segments<Source> {
    fn rewind(&mut self) -> io::Result<bool> {
        Self::rewind(self)
    }
}
