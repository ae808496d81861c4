//! Forms with files: multipart/form-data (RFC 7578).

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use crate::ids::random_token;

/// A form with files, for the body of a request: its parts are text, bytes, files, and what sources `S` of a driver
/// yield. They are sent as they are read; only text and bytes are in memory.
///
/// Its length is known, and sent as Content-Length, if that of each part is.
///
/// ```
/// use limpid_io::multipart::{Form, Part};
///
/// let form = Form::<()>::new()
///     .text("title", "Notes")
///     .part("notes", Part::bytes("a note").file_name("notes.txt"));
/// assert!(form.content_type().starts_with("multipart/form-data; boundary="));
/// assert!(form.length().is_some());
/// ```
pub struct Form<S> {
    boundary: String,
    parts: Vec<(String, Part<S>)>,
}

/// A part of a [`Form`].
///
/// [`Form`] has an example.
pub struct Part<S> {
    content: Content<S>,
    file_name: Option<String>,
    content_type: Option<Cow<'static, str>>,
}

/// The content of a part.
enum Content<S> {
    Bytes(Bytes),
    File(File, u64),
    Source(S, Option<u64>),
}

impl<S> Part<S> {
    const fn new(content: Content<S>) -> Self {
        Self { content, file_name: None, content_type: None }
    }

    /// Creates a part from text. Without a [file name](Self::file_name) it is a plain field of the form.
    pub fn text(text: impl Into<String>) -> Self {
        Self::bytes(text.into())
    }

    /// Creates a part from bytes.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Content::Bytes(bytes.into()))
    }

    /// Creates a part from a file, which is opened now and read when the request is sent. The part has the file's name,
    /// and the media type that the name suggests.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let file = File::open(&path)?;
        let length = file.metadata()?.len();
        let name = path.as_ref().file_name().unwrap_or_default();
        Ok(Self::new(Content::File(file, length)).file_name(name.to_string_lossy()))
    }

    /// Creates a part from a source of the driver: of exactly `length` bytes, or of an unknown length, with which the
    /// body is chunked.
    pub const fn source(source: S, length: Option<u64>) -> Self {
        Self::new(Content::Source(source, length))
    }

    /// Sets the name of the file. The media type is the one that its name suggests, or `application/octet-stream`, unless
    /// the part [has one](Self::content_type).
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type. Line ends in it are left out.
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<Cow<'static, str>>) -> Self {
        let media_type = media_type.into();
        self.content_type = Some(match media_type.contains(['\r', '\n']) {
            true => media_type.replace(['\r', '\n'], "").into(),
            false => media_type,
        });
        self
    }

    /// Returns the length of the content, if it is known.
    const fn length(&self) -> Option<u64> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::File(_, length) => Some(*length),
            Content::Source(_, length) => *length,
        }
    }

    /// Returns what precedes the content of the part with this name.
    fn head(&self, boundary: &str, name: &str) -> String {
        let mut head =
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", Escaped(name));
        if let Some(file_name) = &self.file_name {
            head.extend(["; filename=\"", &Escaped(file_name).to_string(), "\""]);
        }
        let guessed = || mime_guess::from_path(self.file_name.as_deref()?).first_raw();
        let content_type = match (&self.content_type, &self.file_name) {
            (Some(given), _) => Some(&**given),
            (None, Some(_)) => Some(guessed().unwrap_or("application/octet-stream")),
            (None, None) => None,
        };
        if let Some(content_type) = content_type {
            head.extend(["\r\nContent-Type: ", content_type]);
        }
        head.push_str("\r\n\r\n");
        head
    }
}

/// A name within quotes, as browsers and curl write it: quotes and line ends are percent-encoded (HTML standard, section
/// "Multipart form data").
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '"' => f.write_str("%22"),
            '\r' => f.write_str("%0D"),
            '\n' => f.write_str("%0A"),
            c => write!(f, "{c}"),
        })
    }
}

impl<S> Default for Form<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Form<S> {
    /// Creates a form without parts. Its boundary is random.
    #[must_use]
    pub fn new() -> Self {
        Self { boundary: ["------------------------", &random_token()].concat(), parts: Vec::new() }
    }

    /// Adds a field: its name and its text.
    #[must_use]
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.part(name, Part::text(text))
    }

    /// Adds a [file](Part::file), which is opened now.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn file(self, name: impl Into<String>, path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(self.part(name, Part::file(path)?))
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, name: impl Into<String>, part: Part<S>) -> Self {
        self.parts.push((name.into(), part));
        self
    }

    /// Returns the value for the Content-Type field of the request.
    #[must_use]
    pub fn content_type(&self) -> String {
        ["multipart/form-data; boundary=", &self.boundary].concat()
    }

    /// Returns the length of the body, if that of each part is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.parts.iter().try_fold(self.end().len() as u64, |sum, (name, part)| {
            let head = part.head(&self.boundary, name);
            sum.checked_add(part.length()?)?.checked_add((head.len() + AFTER.len()) as u64)
        })
    }

    fn end(&self) -> String {
        ["--", &self.boundary, "--\r\n"].concat()
    }

    /// Returns the body in segments.
    #[must_use]
    pub fn into_segments(self) -> Segments<S> {
        let end = self.end();
        let mut segments = Vec::new();
        for (name, part) in self.parts {
            segments.push(Segment::Bytes(part.head(&self.boundary, &name).into()));
            match part.content {
                Content::Bytes(bytes) if bytes.is_empty() => {}
                Content::Bytes(bytes) => segments.push(Segment::Bytes(bytes)),
                Content::File(file, _) => segments.push(Segment::File(Arc::new(file))),
                Content::Source(source, _) => segments.push(Segment::Source(source)),
            }
            segments.push(Segment::Bytes(Bytes::from_static(AFTER)));
        }
        segments.push(Segment::Bytes(end.into()));
        Segments { segments, next: 0, read: 0 }
    }
}

/// What follows the content of a part.
const AFTER: &[u8] = b"\r\n";

/// The body of a [`Form`] in segments, in their order.
///
/// [`Form`] has an example.
pub struct Segments<S> {
    segments: Vec<Segment<S>>,
    /// The index of the current one.
    next: usize,
    /// How many bytes of it were read, if it consists of bytes.
    read: usize,
}

/// A segment of the body of a [`Form`].
///
/// [`Form`] has an example.
#[derive(Debug)]
pub enum Segment<S> {
    /// These bytes, which are not empty.
    Bytes(Bytes),
    /// The rest of a file.
    File(Arc<File>),
    /// What a source yields.
    Source(S),
}

impl<S> Segments<S> {
    /// Returns the whole body, if it consists of bytes.
    #[must_use]
    pub fn whole(&self) -> Option<Bytes> {
        let pieces = self.segments.iter().map(|segment| match segment {
            Segment::Bytes(bytes) => Some(&**bytes),
            _ => None,
        });
        Some(pieces.collect::<Option<Vec<_>>>()?.concat().into())
    }

    /// Returns the current segment; `None` at the end.
    pub fn current(&mut self) -> Option<&mut Segment<S>> {
        self.segments.get_mut(self.next)
    }

    /// Goes on to the next segment.
    pub const fn advance(&mut self) {
        (self.next, self.read) = (self.next + 1, 0);
    }

    /// Returns to the start. Returns `false` if a part comes from a source, which yields it only once.
    ///
    /// # Errors
    /// A file cannot be read again.
    pub fn rewind(&mut self) -> io::Result<bool> {
        (self.next, self.read) = (0, 0);
        for segment in &mut self.segments {
            match segment {
                Segment::Bytes(_) => {}
                Segment::File(file) => (&**file).rewind()?,
                Segment::Source(_) => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl<S: Read> Read for Segments<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(segment) = self.segments.get_mut(self.next).filter(|_| !buffer.is_empty()) {
            let n = match segment {
                Segment::Bytes(bytes) => bytes.get(self.read..).unwrap_or_default().read(buffer)?,
                Segment::File(file) => (&**file).read(buffer)?,
                Segment::Source(source) => source.read(buffer)?,
            };
            if n > 0 {
                self.read += n;
                return Ok(n);
            }
            self.advance();
        }
        Ok(0)
    }
}

impl<S> fmt::Debug for Form<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for Part<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("file_name", &self.file_name).finish_non_exhaustive()
    }
}

impl<S> fmt::Debug for Segments<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segments").field("next", &self.next).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the form's body, with `B` for its boundary, whose length is the announced one.
    fn body(form: Form<&[u8]>) -> String {
        let (boundary, length) = (form.boundary.clone(), form.length());
        let mut body = String::new();
        form.into_segments().read_to_string(&mut body).unwrap();
        assert!(length.is_none_or(|length| length == body.len() as u64), "{length:?} {body:?}");
        body.replace(&boundary, "B")
    }

    #[test]
    fn parts_have_names_types_and_contents() {
        let form = Form::new()
            .text("a", "1")
            .part("b", Part::bytes("x").file_name("x.html"))
            .part("c", Part::source(&b"stream"[..], Some(6)).content_type("text/x"))
            .part("d", Part::bytes("").file_name("unknown"));
        assert_eq!(
            body(form),
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
             --B\r\nContent-Disposition: form-data; name=\"b\"; filename=\"x.html\"\r\n\
             Content-Type: text/html\r\n\r\nx\r\n\
             --B\r\nContent-Disposition: form-data; name=\"c\"\r\nContent-Type: text/x\r\n\r\nstream\r\n\
             --B\r\nContent-Disposition: form-data; name=\"d\"; filename=\"unknown\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n\r\n--B--\r\n"
        );
        assert_eq!(body(Form::new()), "--B--\r\n");
    }

    #[test]
    fn names_cannot_end_their_quotes_or_lines() {
        let part = Part::bytes("").file_name("ä\"\n.txt").content_type("a/b\r\nX: y");
        let body = body(Form::new().part("n\"\r\nX: y\\", part));
        assert!(
            body.contains("; name=\"n%22%0D%0AX: y\\\"; filename=\"ä%22%0A.txt\"\r\n"),
            "{body}"
        );
        assert!(body.contains("Content-Type: a/bX: y\r\n\r\n"), "{body}");
    }

    #[test]
    fn length_is_known_if_that_of_each_part_is() {
        let form = || Form::new().text("a", "1");
        assert!(form().length().is_some());
        assert_eq!(form().part("b", Part::source(&b""[..], None)).length(), None);
    }

    #[test]
    fn segments_return_to_the_start_unless_a_source_is_among_them() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let mut segments = Form::<&[u8]>::new().file("f", file).unwrap().into_segments();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        segments.read_to_end(&mut first).unwrap();
        assert!(segments.rewind().unwrap());
        segments.read_to_end(&mut second).unwrap();
        assert_eq!(first, second);
        assert!(first.windows(11).any(|window| window == b"\"limpid-io\""));
        let part = Part::source(&b""[..], None);
        assert!(!Form::new().part("a", part).into_segments().rewind().unwrap());
    }
}
