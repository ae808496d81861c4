//! The forms of `-F` and `--form-string` (multipart/form-data, RFC 7578).

use std::io;

use limpid_io::multipart::{self, Segment};

use super::data;
use super::encoder::Encoder;
use super::form_value::Value;
use super::refusal::Refusal;
use crate::args::FormKind;
use crate::exit::Exit;
use crate::payload::{self, Payload};

type Form = multipart::Form<Payload>;
type Part = multipart::Part<Payload>;

/// How a form is written.
#[derive(Clone, Debug)]
pub(super) struct Style {
    /// Whether quotes in names are escaped by a backslash, not percent-encoded.
    pub(super) backslash: bool,
    /// The media type, if it is another than that of forms.
    pub(super) media_type: Option<String>,
}

/// Reads the options, in their order. Returns the media type and the content of the form.
pub(super) fn read(
    options: &[(FormKind, String)],
    style: &Style,
) -> Result<(String, Payload), Refusal> {
    let mut reader = Reader { style, open: Vec::new(), form: style.form(style.media_type.clone()) };
    for (kind, text) in options {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Refusal::usage(format!("-F {text:?} has no =; write NAME=CONTENT or NAME=@FILE"))
        })?;
        match kind {
            FormKind::Text => reader.add(name, Part::text(value)),
            FormKind::Part => reader.option(name, value)?,
        }
    }
    while let Some(group) = reader.open.pop() {
        reader.close(group);
    }
    let form = reader.form;
    let content_type = form.content_type();
    Ok((content_type, payload_of(form).map_err(|error| unreadable("the form", &error))?))
}

/// Reads options.
struct Reader<'s> {
    style: &'s Style,
    /// The groups that `NAME=(` has begun, the innermost last.
    open: Vec<Group>,
    /// The form to which parts are added.
    form: Form,
}

/// A part that contains others.
struct Group {
    name: String,
    fields: Vec<String>,
    /// The form that contains it.
    outer: Form,
}

impl Reader<'_> {
    fn add(&mut self, name: &str, part: Part) {
        self.form = std::mem::take(&mut self.form).part(name, part);
    }

    /// Reads the value of `-F` behind the name.
    fn option(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        if text.starts_with('(') {
            let value = Value::read(text)?;
            let inner = self.style.form(Some(value.media_type.unwrap_or_else(mixed)));
            let outer = std::mem::replace(&mut self.form, inner);
            self.open.push(Group { name: name.to_owned(), fields: value.fields, outer });
        } else if name.is_empty() && text == ")" {
            let group = self.open.pop().ok_or_else(|| {
                Refusal::usage("-F '=)' ends a part that no -F 'NAME=(' has begun".to_owned())
            })?;
            self.close(group);
        } else if let Some(list) = text.strip_prefix('@') {
            let files = Value::read_list(list)?.into_iter().map(file_part);
            let files: Vec<Part> = files.collect::<Result<_, _>>()?;
            let part = match <[Part; 1]>::try_from(files) {
                Ok([part]) => part,
                Err(files) => {
                    let mixed = self.style.form(Some(mixed()));
                    Part::form(files.into_iter().fold(mixed, |form, file| form.part("", file)))
                }
            };
            self.add(name, part);
        } else if let Some(path) = text.strip_prefix('<') {
            let value = Value { file_name: None, ..Value::read(path)? };
            let content = file(&value.content)?;
            let by_path = type_of_name(&value.content).filter(|_| value.content != "-");
            self.add(name, part(value, content, by_path)?);
        } else {
            let value = Value::read(text)?;
            let content = value.content.clone().into_bytes().into();
            self.add(name, part(value, content, None)?);
        }
        Ok(())
    }

    /// Adds the current form, as a part, to the one that contains it.
    fn close(&mut self, Group { name, fields, outer }: Group) {
        let inner = std::mem::replace(&mut self.form, outer);
        let part = Part::form(inner);
        self.add(&name, fields.into_iter().fold(part, Part::header_line));
    }
}

impl Style {
    fn form(&self, media_type: Option<String>) -> Form {
        let form = if self.backslash { Form::new().backslash_escapes() } else { Form::new() };
        match media_type {
            Some(media_type) => form.media_type(media_type),
            None => form,
        }
    }
}

/// Returns the media type of several parts.
fn mixed() -> String {
    "multipart/mixed".to_owned()
}

/// Returns the part for a file. Its name is that of the file without the path.
fn file_part(mut value: Value) -> Result<Part, Refusal> {
    let path = std::mem::take(&mut value.content);
    let content = file(&path)?;
    let own = path.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or_default();
    let by_path = match path.as_str() {
        "-" => None,
        path => Some(type_of_name(path).unwrap_or("application/octet-stream")),
    };
    value.file_name.get_or_insert_with(|| own.to_owned());
    part(value, content, by_path)
}

/// Returns a part. Its media type is the given one, or that of the file name, or `by_path`.
fn part(value: Value, content: Payload, by_path: Option<&str>) -> Result<Part, Refusal> {
    let Value { file_name, media_type, encoder, mut fields, .. } = value;
    let of_name = file_name.as_deref().and_then(type_of_name).or(by_path);
    // As in curl, text without a file name is plain by itself.
    let of_name = of_name.filter(|media_type| *media_type != PLAIN || file_name.is_some());
    let media_type = media_type.or_else(|| of_name.map(str::to_owned));
    let content = match encoder {
        Some(encoder) => encode(content, &encoder, &mut fields)?,
        None => content,
    };
    let length = content.length();
    let mut part = Part::source(content, length);
    if let Some(name) = file_name {
        part = part.file_name(name);
    }
    part = match media_type {
        Some(media_type) => part.content_type(media_type),
        None => part.without_content_type(),
    };
    Ok(fields.into_iter().fold(part, Part::header_line))
}

/// Encodes the content of a part, and adds the field that says so unless there is one.
fn encode(content: Payload, name: &str, fields: &mut Vec<String>) -> Result<Payload, Refusal> {
    const FIELD: &str = "Content-Transfer-Encoding:";
    let encoder = Encoder::named(name).ok_or_else(|| Refusal {
        exit: Exit::Argument,
        message: format!(
            "there is no encoder={name}; write binary, 8bit, 7bit, base64 or quoted-printable"
        ),
    })?;
    let is_given = |line: &String| {
        line.get(..FIELD.len()).is_some_and(|name| name.eq_ignore_ascii_case(FIELD))
    };
    if !fields.iter().any(is_given) {
        fields.insert(0, [FIELD, " ", encoder.name()].concat());
    }
    encoder.encode(content).map_err(|error| unreadable("a part of the form", &error))
}

fn file(path: &str) -> Result<Payload, Refusal> {
    let mut payload = Payload::default();
    let read = payload.push_file(path, payload::Form::Unchanged);
    read.map_err(|error| unreadable(path, &error)).map(|()| payload)
}

fn unreadable(name: &str, error: &io::Error) -> Refusal {
    Refusal::read(data::unreadable(name, error))
}

/// Returns the content of a form.
fn payload_of(form: Form) -> io::Result<Payload> {
    let (mut payload, mut segments) = (Payload::default(), form.into_segments());
    while let Some(segment) = segments.current() {
        match segment {
            Segment::Bytes(bytes) => payload.push(bytes.clone()),
            Segment::Source(content) => payload.append(std::mem::take(content)),
            Segment::File(file) => {
                payload.push_open(file.try_clone()?, payload::Form::Unchanged)?;
            }
        }
        segments.advance();
    }
    Ok(payload)
}

/// The media type of plain text.
const PLAIN: &str = "text/plain";

/// Returns the media type for the ending of a file's name, by the list of curl.
fn type_of_name(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => PLAIN,
        "htm" | "html" => "text/html",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        _ => return None,
    })
}
