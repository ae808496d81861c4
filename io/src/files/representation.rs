//! One content with its type and its validators.

use std::collections::VecDeque;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;

use super::answer::{Answer, Content, Part};
use super::conditions::{Validators, Verdict};
use super::date;
use super::entity_tag::EntityTag;
use super::ranges::Ranges;
use super::request::{Method, Request};

/// The type of content about which nothing is known.
const UNKNOWN: &str = "application/octet-stream";

/// A file that was modified as recently as this may change again without another time.
const RECENT: Duration = Duration::from_secs(2);

/// The content that a URL stands for (RFC 9110 section 3.2), with its type and its validators: from memory, or from a
/// file.
///
/// It answers conditional requests, and those for ranges. The [module](super) has an example.
#[derive(Debug)]
pub struct Representation {
    content: Stored,
    content_type: String,
    validators: Validators,
}

/// Content and its length.
#[derive(Debug)]
enum Stored {
    Memory(Bytes),
    File(File, u64),
}

impl Representation {
    /// Creates a representation of this content, which has no validators yet.
    #[must_use]
    pub fn new(content: impl Into<Bytes>) -> Self {
        Self {
            content: Stored::Memory(content.into()),
            content_type: UNKNOWN.into(),
            validators: Validators::default(),
        }
    }

    /// Opens a file. Its name determines the type, and its length and the time of its last modification the validators. The
    /// entity tag is weak while the file was modified within the last seconds: it could change again within the precision
    /// of the file system's clock.
    ///
    /// # Errors
    /// The file cannot be opened, or is not a regular file.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        // Opening a named pipe would wait for its other end.
        if !path.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "not a regular file"));
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let (len, modified) = (metadata.len(), metadata.modified().ok());
        let etag = modified.map(|modified| file_tag(modified, len, SystemTime::now()));
        Ok(Self {
            content: Stored::File(file, len),
            content_type: type_of(path),
            validators: Validators { etag, modified },
        })
    }

    /// Sets the value of Content-Type. By default it is that of the file's name, or `application/octet-stream`.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }

    /// Sets the entity tag, a strong one: it must differ if a byte of the content differs. [`EntityTag::strong`] says how
    /// the text is written.
    #[must_use]
    pub fn etag(mut self, text: &str) -> Self {
        self.validators.etag = Some(EntityTag::strong(text));
        self
    }

    /// Sets the time of the last modification.
    #[must_use]
    pub const fn modified(mut self, modified: SystemTime) -> Self {
        self.validators.modified = Some(modified);
        self
    }

    /// Returns the validators.
    #[must_use]
    pub const fn validators(&self) -> &Validators {
        &self.validators
    }

    const fn len(&self) -> u64 {
        match &self.content {
            Stored::Memory(bytes) => bytes.len() as u64,
            Stored::File(_, len) => *len,
        }
    }

    /// Returns the answer to a request for this content:
    ///
    /// - 405 to other methods than GET and HEAD;
    /// - 412 or 304 as its conditions require (RFC 9110 section 13.2.2);
    /// - 206 with the range that it asks for, or with several as `multipart/byteranges`, or 416 if the content has none of
    ///   them. Ranges that are invalid, too many or together longer than the content are ignored, as are those whose
    ///   If-Range does not name this content;
    /// - 200 with the content.
    #[must_use]
    pub fn answer(self, request: &Request) -> Answer {
        self.answer_at(request, SystemTime::now())
    }

    /// Returns the answer at this time of day.
    pub(super) fn answer_at(self, request: &Request, now: SystemTime) -> Answer {
        if !request.reads() {
            return method_not_allowed();
        }
        let verdict = request.conditions.verdict(true, Some(&self.validators), now);
        let mut answer = match verdict {
            Verdict::Proceed => return self.proceed(request, now),
            Verdict::NotModified => Answer::new(304, []),
            Verdict::Failed => Answer::status_only(412),
        };
        self.add_validators(&mut answer, now);
        answer
    }

    fn proceed(self, request: &Request, now: SystemTime) -> Answer {
        let len = self.len();
        let range = request.range.as_deref().filter(|_| {
            request.method == Method::Get && request.conditions.permits_range(&self.validators, now)
        });
        let ranges = range.map_or(Ranges::Whole, |range| Ranges::select(range, len));
        let mut answer = match ranges {
            Ranges::Whole => self.whole(),
            Ranges::One(ref range) => {
                let mut answer = Answer::new(206, [Part::Content(range.clone())]);
                answer.field("Content-Range", &content_range(range, len));
                answer.field("Content-Type", &self.content_type);
                answer
            }
            Ranges::Several(ref ranges) => self.several(ranges),
            Ranges::Unsatisfiable => {
                let mut answer = Answer::status_only(416);
                answer.field("Content-Range", &format!("bytes */{len}"));
                answer
            }
        };
        self.add_validators(&mut answer, now);
        answer.with_content(match self.content {
            Stored::Memory(bytes) => Content::Memory(bytes),
            Stored::File(file, _) => Content::File(file),
        })
    }

    fn whole(&self) -> Answer {
        let mut answer = Answer::new(200, [Part::Content(0..self.len())]);
        answer.field("Content-Type", &self.content_type);
        answer
    }

    /// Returns an answer with several ranges (RFC 9110 section 14.6).
    fn several(&self, ranges: &[Range<u64>]) -> Answer {
        // Nothing in the content can be made to look like the boundary, since it cannot be foreseen.
        let random = RandomState::new();
        let boundary = format!("{:016x}{:016x}", random.hash_one(0), random.hash_one(1));
        let mut parts = VecDeque::with_capacity(2 * ranges.len() + 1);
        let mut before = "";
        for range in ranges {
            let head = format!(
                "{before}--{boundary}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n",
                self.content_type,
                content_range(range, self.len())
            );
            parts.push_back(Part::Bytes(head.into()));
            parts.push_back(Part::Content(range.clone()));
            before = "\r\n";
        }
        parts.push_back(Part::Bytes(format!("\r\n--{boundary}--\r\n").into()));
        let mut answer = Answer::new(206, parts);
        answer.field("Content-Type", &format!("multipart/byteranges; boundary={boundary}"));
        answer
    }

    fn add_validators(&self, answer: &mut Answer, now: SystemTime) {
        if let Some(etag) = &self.validators.etag {
            answer.field("ETag", &etag.to_string());
        }
        if let Some(modified) = self.validators.last_modified(now) {
            answer.field("Last-Modified", &date::format(modified));
        }
        if answer.status() != 304 {
            answer.field("Accept-Ranges", "bytes");
        }
    }
}

/// Returns the answer to a method that content does not have.
pub(super) fn method_not_allowed() -> Answer {
    let mut answer = Answer::status_only(405);
    answer.field("Allow", "GET, HEAD");
    answer
}

fn content_range(range: &Range<u64>, len: u64) -> String {
    format!("bytes {}-{}/{len}", range.start, range.end - 1)
}

/// Returns the entity tag of a file.
fn file_tag(modified: SystemTime, len: u64, now: SystemTime) -> EntityTag {
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    let text = format!("{:x}-{:x}-{len:x}", since.as_secs(), since.subsec_nanos());
    match now.duration_since(modified) {
        Ok(age) if age > RECENT => EntityTag::strong(&text),
        _ => EntityTag::weak(&text),
    }
}

/// Returns the type of a file by its name. Text is in UTF-8.
fn type_of(path: &Path) -> String {
    let Some(guess) = mime_guess::from_path(path).first_raw() else { return UNKNOWN.into() };
    let is_text = guess.starts_with("text/") || guess == "application/javascript";
    if is_text { format!("{guess}; charset=utf-8") } else { guess.into() }
}

#[cfg(test)]
mod tests {
    use limpid_core::fields::FieldBlock;
    use limpid_core::http1::RequestHead;

    use super::*;

    /// The time of the tests, a second after a date and two and a half before the present.
    const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sunday, 06-Nov-94 08:49:36 GMT";
    const AFTER: &str = "Sun Nov  6 08:49:38 1994";

    fn content() -> Representation {
        let modified = date::parse(MODIFIED.as_bytes()).unwrap() + Duration::from_millis(400);
        Representation::new("0123456789").content_type("a/b").etag("x").modified(modified)
    }

    fn now() -> SystemTime {
        date::parse(MODIFIED.as_bytes()).unwrap() + Duration::from_secs(3)
    }

    /// Returns the status, the body, and the fields.
    fn ask(
        content: Representation,
        method: &str,
        fields: &[(&str, &str)],
    ) -> (u16, String, FieldBlock) {
        let block: FieldBlock =
            fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let head = RequestHead {
            method: method.as_bytes(),
            target: b"/",
            fields: block.fields(),
            ..RequestHead::NONE
        };
        let mut answer = content.answer_at(&Request::of(&head), now());
        let (len, mut body) = (answer.len(), Vec::new());
        while let Some(piece) = answer.next_piece().unwrap() {
            body.extend_from_slice(&piece);
        }
        assert_eq!(body.len() as u64, len);
        (answer.status(), String::from_utf8(body).unwrap(), answer.fields().into())
    }

    fn status(method: &str, fields: &[(&str, &str)]) -> u16 {
        ask(content(), method, fields).0
    }

    #[test]
    fn conditions_hold_in_the_order_of_precedence() {
        for (expected, fields) in [
            (200, &[][..]),
            (200, &[("If-Match", "\"x\"")]),
            (200, &[("If-Match", "*")]),
            (200, &[("If-Match", "\"y\", \"x\"")]),
            (200, &[("If-Match", "\"y\""), ("If-Match", "\"x\"")]),
            (412, &[("If-Match", "\"y\"")]),
            (412, &[("If-Match", "W/\"x\"")]),
            (412, &[("If-Match", "x")]),
            (200, &[("If-Unmodified-Since", MODIFIED)]),
            (200, &[("If-Unmodified-Since", AFTER)]),
            (412, &[("If-Unmodified-Since", BEFORE)]),
            (200, &[("If-Unmodified-Since", "yesterday")]),
            // If-Match takes precedence, as does If-None-Match.
            (200, &[("If-Match", "\"x\""), ("If-Unmodified-Since", BEFORE)]),
            (304, &[("If-None-Match", "\"x\"")]),
            (304, &[("If-None-Match", "W/\"x\"")]),
            (304, &[("If-None-Match", "*")]),
            (200, &[("If-None-Match", "\"y\"")]),
            (304, &[("If-Modified-Since", MODIFIED)]),
            (304, &[("If-Modified-Since", AFTER)]),
            (200, &[("If-Modified-Since", BEFORE)]),
            (200, &[("If-Modified-Since", "0")]),
            (200, &[("If-Modified-Since", AFTER), ("If-Modified-Since", AFTER)]),
            (200, &[("If-None-Match", "\"y\""), ("If-Modified-Since", AFTER)]),
            (304, &[("If-None-Match", "\"x\""), ("If-Modified-Since", BEFORE)]),
            (412, &[("If-Match", "\"y\""), ("If-None-Match", "\"x\"")]),
            (304, &[("If-None-Match", "\"x\""), ("Range", "bytes=0-1")]),
        ] {
            assert_eq!(status("GET", fields), expected, "{fields:?}");
            if fields.iter().all(|(name, _)| *name != "Range") {
                assert_eq!(status("HEAD", fields), expected, "HEAD {fields:?}");
            }
        }
    }

    #[test]
    fn change_proceeds_only_if_its_conditions_hold() {
        let verdict = |fields: &[(&str, &str)], validators: Option<&Validators>| {
            let block: FieldBlock =
                fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
            let head = RequestHead {
                method: b"PUT",
                target: b"/",
                fields: block.fields(),
                ..RequestHead::NONE
            };
            Request::of(&head).verdict(validators)
        };
        let current = content();
        let current = Some(current.validators());
        for (expected, fields, validators) in [
            (Verdict::Proceed, ("If-Match", "\"x\""), current),
            (Verdict::Failed, ("If-Match", "*"), None),
            (Verdict::Failed, ("If-None-Match", "*"), current),
            (Verdict::Proceed, ("If-None-Match", "*"), None),
            (Verdict::Failed, ("If-None-Match", "\"x\""), current),
            (Verdict::Proceed, ("If-Modified-Since", MODIFIED), current),
            (Verdict::Failed, ("If-Unmodified-Since", BEFORE), current),
        ] {
            assert_eq!(verdict(&[fields], validators), expected, "{fields:?}");
        }
    }

    #[test]
    fn range_is_sent_with_its_place_in_the_content() {
        let (status, body, fields) = ask(content(), "GET", &[("Range", "bytes=2-4")]);
        assert_eq!((status, body.as_str()), (206, "234"));
        let get = |name: &str| {
            fields.fields().get(name).map(|value| String::from_utf8_lossy(value).into_owned())
        };
        assert_eq!(get("Content-Range").as_deref(), Some("bytes 2-4/10"));
        assert_eq!(get("Content-Type").as_deref(), Some("a/b"));
        assert_eq!(get("ETag").as_deref(), Some("\"x\""));
        assert_eq!(get("Last-Modified").as_deref(), Some(MODIFIED));
        let (status, _, fields) = ask(content(), "GET", &[("Range", "bytes=10-")]);
        assert_eq!((status, fields.fields().get("Content-Range")), (416, Some(&b"bytes */10"[..])));
        assert_eq!(ask(content(), "HEAD", &[("Range", "bytes=2-4")]).0, 200);
        assert_eq!(ask(content(), "GET", &[("Range", "bytes=2-4"), ("Range", "bytes=0-1")]).0, 200);
    }

    #[test]
    fn several_ranges_are_parts_of_one_body() {
        let (status, body, fields) = ask(content(), "GET", &[("Range", "bytes=8-,0-1")]);
        let content_type = fields.fields().get("Content-Type").unwrap().to_vec();
        let content_type = String::from_utf8(content_type).unwrap();
        let boundary = content_type.strip_prefix("multipart/byteranges; boundary=").unwrap();
        assert_eq!(
            (status, body),
            (
                206,
                format!(
                    "--{boundary}\r\nContent-Type: a/b\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n\
                     --{boundary}\r\nContent-Type: a/b\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--{boundary}--\r\n"
                )
            )
        );
        assert_eq!(fields.fields().get("Content-Range"), None);
    }

    #[test]
    fn range_needs_the_content_that_if_range_names() {
        for (expected, value) in [
            (206, "\"x\""),
            (200, "\"y\""),
            (200, "W/\"x\""),
            (206, MODIFIED),
            (200, BEFORE),
            (200, AFTER),
            (200, "x"),
            (200, ""),
        ] {
            assert_eq!(
                status("GET", &[("Range", "bytes=0-1"), ("If-Range", value)]),
                expected,
                "{value}"
            );
        }
        // The date of content that was just modified is weak.
        let fresh = content().modified(now());
        let date = date::format(date::whole(now()).unwrap());
        assert_eq!(ask(fresh, "GET", &[("Range", "bytes=0-1"), ("If-Range", &date)]).0, 200);
    }

    #[test]
    fn content_without_validators_or_bytes_is_sent_whole() {
        let plain = || Representation::new("");
        assert_eq!(ask(plain(), "GET", &[("If-None-Match", "\"x\"")]).0, 200);
        assert_eq!(ask(plain(), "GET", &[("If-Modified-Since", AFTER)]).0, 200);
        assert_eq!(ask(plain(), "GET", &[("If-Match", "\"x\"")]).0, 412);
        assert_eq!(ask(plain(), "GET", &[("Range", "bytes=0-")]).0, 416);
        assert_eq!(ask(plain(), "GET", &[("Range", "bytes=-1")]).0, 200);
    }

    #[test]
    fn other_methods_are_not_allowed() {
        let (status, _, fields) = ask(content(), "DELETE", &[("If-Match", "\"y\"")]);
        assert_eq!((status, fields.fields().get("Allow")), (405, Some(&b"GET, HEAD"[..])));
    }

    #[test]
    fn modification_in_the_future_or_without_a_date_is_no_later_than_now() {
        let future = content().modified(now() + Duration::from_secs(1000));
        let (_, _, fields) = ask(future, "GET", &[]);
        let expected = date::format(now());
        assert_eq!(fields.fields().get("Last-Modified"), Some(expected.as_bytes()));
        let ancient = content().modified(UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(ask(ancient, "GET", &[]).2.fields().get("Last-Modified"), None);
    }

    #[test]
    fn file_has_a_weak_tag_while_it_is_new() {
        let tag = |age| file_tag(now() - Duration::from_secs(age), 5, now()).to_string();
        assert!(tag(1).starts_with("W/\""), "{}", tag(1));
        assert!(tag(10).starts_with('"'), "{}", tag(10));
        assert_eq!(type_of(Path::new("a.html")), "text/html; charset=utf-8");
        assert_eq!(type_of(Path::new("a.JSON")), "application/json");
        assert_eq!(type_of(Path::new("a")), UNKNOWN);
    }
}
