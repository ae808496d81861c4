//! Forms and their parts.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use super::segments::{Segment, Segments};
use crate::ids::random;

/// The media type of a form whose parts are fields and files.
const FORM_DATA: &str = "multipart/form-data";

/// A form with files, for the body of a request: its parts are text, bytes, files, other forms, and what sources `S` of a
/// driver yield. They are sent as they are read; only text and bytes are in memory.
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
    media_type: Cow<'static, str>,
    quoting: Quoting,
    parts: Vec<(String, Part<S>)>,
}

/// A part of a [`Form`].
///
/// [`Form`] has an example.
pub struct Part<S> {
    content: Content<S>,
    file_name: Option<String>,
    media_type: MediaType,
    /// Further lines of its head.
    lines: Vec<String>,
}

/// The content of a part.
enum Content<S> {
    Bytes(Bytes),
    File(File, u64),
    Source(S, Option<u64>),
    Form(Form<S>),
}

/// The media type of a part.
enum MediaType {
    /// What the file name suggests, if there is one.
    OfName,
    Unnamed,
    Given(Cow<'static, str>),
}

/// How quotes in names are written.
#[derive(Clone, Copy, Debug)]
enum Quoting {
    Percent,
    Backslash,
}

impl<S> Part<S> {
    const fn new(content: Content<S>) -> Self {
        Self { content, file_name: None, media_type: MediaType::OfName, lines: Vec::new() }
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
    #[doc(alias("stream", "reader"))]
    pub const fn source(source: S, length: Option<u64>) -> Self {
        Self::new(Content::Source(source, length))
    }

    /// Creates a part that contains other parts. Its media type is [that of the form](Form::media_type).
    ///
    /// ```
    /// use limpid_io::multipart::{Form, Part};
    ///
    /// let photos = Form::new()
    ///     .media_type("multipart/mixed")
    ///     .part("", Part::bytes("...").file_name("a.png"))
    ///     .part("", Part::bytes("...").file_name("b.png"));
    /// let form = Form::<()>::new().part("photos", Part::form(photos));
    /// ```
    #[must_use]
    pub const fn form(form: Form<S>) -> Self {
        Self::new(Content::Form(form))
    }

    /// Sets the name of the file. The media type is the one that its name suggests, or `application/octet-stream`, unless
    /// the part [has one](Self::content_type).
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type. Line ends in it are left out.
    #[doc(alias = "mime_str")]
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<Cow<'static, str>>) -> Self {
        self.media_type = MediaType::Given(on_one_line(media_type.into()));
        self
    }

    /// Sends no media type, even if the file has a name.
    #[must_use]
    pub fn without_content_type(mut self) -> Self {
        self.media_type = MediaType::Unnamed;
        self
    }

    /// Adds a field to the head of the part, as its line: `Content-Language: de`. Line ends in it are left out. A
    /// Content-Disposition replaces that of the part, with the names in it.
    #[must_use]
    pub fn header_line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(on_one_line(line.into().into()).into_owned());
        self
    }

    /// Returns the length of the content, if it is known.
    fn length(&self) -> Option<u64> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::File(_, length) => Some(*length),
            Content::Source(_, length) => *length,
            Content::Form(form) => form.length(),
        }
    }

    /// Returns what precedes the content of the part with this name.
    fn head(&self, form: &Form<S>, name: &str) -> String {
        let mut head = ["--", &form.boundary, "\r\n"].concat();
        self.push_disposition(form, name, &mut head);
        let guessed = || mime_guess::from_path(self.file_name.as_deref()?).first_raw();
        let content_type = match (&self.content, &self.media_type, &self.file_name) {
            (Content::Form(form), ..) => Some(form.content_type().into()),
            (_, MediaType::Given(given), _) => Some(Cow::Borrowed(&**given)),
            (_, MediaType::OfName, Some(_)) => {
                Some(guessed().unwrap_or("application/octet-stream").into())
            }
            (_, MediaType::OfName | MediaType::Unnamed, _) => None,
        };
        if let Some(content_type) = content_type {
            head.extend(["Content-Type: ", &content_type, "\r\n"]);
        }
        for line in &self.lines {
            head.extend([line, "\r\n"]);
        }
        head.push_str("\r\n");
        head
    }

    /// Adds the Content-Disposition. That of an attachment without names says nothing, and is left out.
    fn push_disposition(&self, form: &Form<S>, name: &str, head: &mut String) {
        const NAME: &str = "Content-Disposition:";
        let is_given = |line: &String| {
            line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME))
        };
        let is_form = form.has_fields();
        let has_names = !name.is_empty() || self.file_name.is_some();
        if self.lines.iter().any(is_given) || !(is_form || has_names) {
            return;
        }
        head.extend([NAME, if is_form { " form-data" } else { " attachment" }]);
        if !name.is_empty() {
            form.quoting.push("name", name, head);
        }
        if let Some(file_name) = &self.file_name {
            form.quoting.push("filename", file_name, head);
        }
        head.push_str("\r\n");
    }
}

/// Returns text without its line ends.
fn on_one_line(text: Cow<'static, str>) -> Cow<'static, str> {
    match text.contains(['\r', '\n']) {
        true => text.replace(['\r', '\n'], "").into(),
        false => text,
    }
}

impl Quoting {
    /// Adds a parameter with a name in quotes. As browsers and curl do, quotes and line ends are percent-encoded (HTML
    /// standard, section "Multipart form data").
    fn push(self, parameter: &str, name: &str, out: &mut String) {
        out.extend(["; ", parameter, "=\""]);
        for c in name.chars() {
            match (self, c) {
                (Self::Backslash, '"' | '\\') => out.extend(['\\', c]),
                (_, '"') => out.push_str("%22"),
                (_, '\r') => out.push_str("%0D"),
                (_, '\n') => out.push_str("%0A"),
                _ => out.push(c),
            }
        }
        out.push('"');
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
        Self {
            boundary: format!("------------------------{:016x}", random()),
            media_type: FORM_DATA.into(),
            quoting: Quoting::Percent,
            parts: Vec::new(),
        }
    }

    /// Sets another media type than `multipart/form-data`, such as `multipart/mixed`. The parts of other types are
    /// attachments, not fields. Line ends in it are left out.
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<Cow<'static, str>>) -> Self {
        self.media_type = on_one_line(media_type.into());
        self
    }

    /// Escapes quotes and backslashes in names by a backslash (RFC 2183 section 2), instead of percent-encoding the
    /// quotes as browsers do.
    #[must_use]
    pub const fn backslash_escapes(mut self) -> Self {
        self.quoting = Quoting::Backslash;
        self
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

    /// Adds a part. With an empty name it has none, as attachments do.
    #[must_use]
    pub fn part(mut self, name: impl Into<String>, part: Part<S>) -> Self {
        self.parts.push((name.into(), part));
        self
    }

    /// Returns the value for the Content-Type field of the request.
    #[must_use]
    pub fn content_type(&self) -> String {
        [&self.media_type, "; boundary=", &self.boundary].concat()
    }

    /// Returns the length of the body, if that of each part is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.parts.iter().try_fold(self.end().len() as u64, |sum, (name, part)| {
            let head = part.head(self, name);
            sum.checked_add(part.length()?)?.checked_add((head.len() + AFTER.len()) as u64)
        })
    }

    /// Returns whether the parts are fields, not attachments.
    fn has_fields(&self) -> bool {
        let (kind, rest) = self.media_type.split_at_checked(FORM_DATA.len()).unwrap_or_default();
        kind.eq_ignore_ascii_case(FORM_DATA)
            && rest.chars().next().is_none_or(|c| c == ';' || c.is_ascii_whitespace())
    }

    fn end(&self) -> String {
        ["--", &self.boundary, "--\r\n"].concat()
    }

    /// Returns the body in segments.
    #[must_use]
    pub fn into_segments(self) -> Segments<S> {
        let mut segments = Vec::new();
        self.push_segments(&mut segments);
        Segments::new(segments)
    }

    fn push_segments(mut self, segments: &mut Vec<Segment<S>>) {
        for (name, part) in std::mem::take(&mut self.parts) {
            segments.push(Segment::Bytes(part.head(&self, &name).into()));
            match part.content {
                Content::Bytes(bytes) if bytes.is_empty() => {}
                Content::Bytes(bytes) => segments.push(Segment::Bytes(bytes)),
                Content::File(file, _) => segments.push(Segment::File(Arc::new(file))),
                Content::Source(source, _) => segments.push(Segment::Source(source)),
                Content::Form(form) => form.push_segments(segments),
            }
            segments.push(Segment::Bytes(Bytes::from_static(AFTER)));
        }
        segments.push(Segment::Bytes(self.end().into()));
    }
}

/// What follows the content of a part.
const AFTER: &[u8] = b"\r\n";

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

#[cfg(test)]
mod tests {
    use std::io::Read;

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
    fn part_may_contain_others_and_have_further_fields() {
        let inner = Form::new()
            .media_type("multipart/mixed")
            .part("", Part::bytes("1").file_name("x").without_content_type())
            .part("", Part::bytes("2"));
        let boundary = inner.boundary.clone();
        let outer = Form::new()
            .backslash_escapes()
            .part("\"", Part::form(inner))
            .part("y", Part::bytes("3").header_line("X: y\r\nZ"))
            .part("z", Part::bytes("4").header_line("content-disposition: form-data"));
        assert_eq!(
            body(outer).replace(&boundary, "I"),
            "--B\r\nContent-Disposition: form-data; name=\"\\\"\"\r\n\
             Content-Type: multipart/mixed; boundary=I\r\n\r\n\
             --I\r\nContent-Disposition: attachment; filename=\"x\"\r\n\r\n1\r\n\
             --I\r\n\r\n2\r\n--I--\r\n\r\n\
             --B\r\nContent-Disposition: form-data; name=\"y\"\r\nX: yZ\r\n\r\n3\r\n\
             --B\r\ncontent-disposition: form-data\r\n\r\n4\r\n--B--\r\n"
        );
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
