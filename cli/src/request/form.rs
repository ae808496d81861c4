//! The forms of `-F` and `--form-string` (multipart/form-data, RFC 7578).

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use super::refusal::Refusal;
use crate::args::FormKind;

/// A form as it is sent.
#[derive(Debug)]
pub(super) struct Form {
    boundary: String,
    pub(super) content: Vec<Content>,
}

/// A part of the body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// The content of this file, or of standard input (`-`).
    File(String),
}

/// A part of a form.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    content: Content,
    file_name: Option<String>,
    media_type: Option<String>,
    /// Further fields, as lines.
    fields: Vec<String>,
}

/// How a form is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Whether quotes in names are escaped by a backslash, not percent-encoded.
    pub(super) backslash: bool,
    /// Whether it is a form; another type of multipart has attachments.
    pub(super) is_form: bool,
}

impl Form {
    /// Reads the options, in their order.
    pub(super) fn read(options: &[(FormKind, String)], style: Style) -> Result<Self, Refusal> {
        let mut form = Self { boundary: boundary(), content: Vec::new() };
        let disposition = if style.is_form { "form-data" } else { "attachment" };
        let start = ["--", &form.boundary, "\r\n"].concat();
        let end = ["--", &form.boundary, "--\r\n"].concat();
        for (kind, text) in options {
            let (name, value) = text.split_once('=').ok_or_else(|| {
                Refusal::usage(format!("-F {text:?} has no =; write NAME=CONTENT or NAME=@FILE"))
            })?;
            let parts = match kind {
                FormKind::Text => vec![Part::of(Content::Bytes(value.into()))],
                FormKind::Part => parts(value)?,
            };
            form.bytes(&start);
            let name = format!("{disposition}; name=\"{}\"", escaped(name, style));
            match <[Part; 1]>::try_from(parts) {
                Ok([part]) => form.part(&name, part, style),
                Err(files) => form.files(&name, files, style),
            }
            form.bytes("\r\n");
        }
        form.bytes(&end);
        Ok(form)
    }

    /// Returns the value of Content-Type, which may begin with a type of the caller's.
    pub(super) fn media_type(&self, given: Option<&str>) -> String {
        let name = given.unwrap_or("multipart/form-data").trim_end_matches([';', ' ']);
        [name, "; boundary=", &self.boundary].concat()
    }

    fn bytes(&mut self, text: &str) {
        match self.content.last_mut() {
            Some(Content::Bytes(bytes)) => bytes.extend_from_slice(text.as_bytes()),
            _ => self.content.push(Content::Bytes(text.as_bytes().to_vec())),
        }
    }

    /// Adds the fields and the content of a part.
    fn part(&mut self, disposition: &str, part: Part, style: Style) {
        let Part { content, file_name, media_type, fields } = part;
        self.bytes(&["Content-Disposition: ", disposition].concat());
        if let Some(name) = &file_name {
            self.bytes(&format!("; filename=\"{}\"", escaped(name, style)));
        }
        self.bytes("\r\n");
        if let Some(media_type) = media_type {
            self.bytes(&["Content-Type: ", &media_type, "\r\n"].concat());
        }
        for field in fields {
            self.bytes(&[&field, "\r\n"].concat());
        }
        self.bytes("\r\n");
        match (content, self.content.last_mut()) {
            (Content::Bytes(content), Some(Content::Bytes(bytes))) => bytes.extend(content),
            (content, _) => self.content.push(content),
        }
    }

    /// Adds several files of one name, as a multipart within the part.
    fn files(&mut self, disposition: &str, files: Vec<Part>, style: Style) {
        let boundary = boundary();
        self.bytes(&["Content-Disposition: ", disposition, "\r\n"].concat());
        self.bytes(&["Content-Type: multipart/mixed; boundary=", &boundary, "\r\n\r\n"].concat());
        for file in files {
            self.bytes(&["--", &boundary, "\r\n"].concat());
            self.part("attachment", file, style);
            self.bytes("\r\n");
        }
        self.bytes(&["--", &boundary, "--\r\n"].concat());
    }
}

impl Part {
    const fn of(content: Content) -> Self {
        Self { content, file_name: None, media_type: None, fields: Vec::new() }
    }
}

/// Returns a text that no content contains, but by chance.
fn boundary() -> String {
    let random = RandomState::new().build_hasher().finish();
    format!("------------------------{random:016x}")
}

/// Returns a name for a quoted string.
fn escaped(name: &str, style: Style) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '"' | '\\' if style.backslash => out.extend(['\\', c]),
            '"' => out.push_str("%22"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c => out.push(c),
        }
    }
    out
}

/// Reads the value of `-F` behind the name.
fn parts(value: &str) -> Result<Vec<Part>, Refusal> {
    if let Some(list) = value.strip_prefix('@') {
        let mut files = Vec::new();
        let mut rest = Some(list);
        while let Some(text) = rest {
            let (path, parameters, left) = Parameters::read(text, true)?;
            files.push(parameters.file(path));
            rest = left;
        }
        return Ok(files);
    }
    if value.starts_with('(') {
        return Err(Refusal::usage(
            "-F with ( begins a part that contains others, which limpid does not send; --form-string sends it as it is"
                .to_owned(),
        ));
    }
    let (path, text) = match value.strip_prefix('<') {
        Some(path) => (true, path),
        None => (false, value),
    };
    let (word, parameters, _) = Parameters::read(text, false)?;
    let content = if path { Content::File(word) } else { Content::Bytes(word.into()) };
    let media_type = parameters
        .media_type
        .or_else(|| parameters.file_name.as_deref().and_then(type_of_name).map(str::to_owned));
    Ok(vec![Part {
        content,
        media_type,
        file_name: parameters.file_name,
        fields: parameters.fields,
    }])
}

/// What follows the content: `;type=TYPE`, `;filename=NAME`, `;headers=FIELD`.
#[derive(Debug, Default)]
struct Parameters {
    media_type: Option<String>,
    file_name: Option<String>,
    fields: Vec<String>,
}

impl Parameters {
    /// Reads the content and its parameters. In a list, a comma ends them; returns what follows it.
    fn read(text: &str, is_list: bool) -> Result<(String, Self, Option<&str>), Refusal> {
        let (content, mut rest) = word(text, is_list);
        let mut parameters = Self::default();
        let mut in_type = false;
        while let Some(text) = rest.strip_prefix(';') {
            let text = text.trim_start();
            let is = |name: &str| {
                text.get(..name.len()).filter(|it| it.eq_ignore_ascii_case(name)).is_some()
            };
            if is("type=") {
                let (value, left) = plain_word(&text["type=".len()..], is_list);
                if !value
                    .trim()
                    .split_once('/')
                    .is_some_and(|(kind, of)| !kind.is_empty() && !of.is_empty())
                {
                    return Err(Refusal::usage(format!(
                        "type={value} is not a media type such as text/plain"
                    )));
                }
                (parameters.media_type, in_type, rest) =
                    (Some(value.trim().to_owned()), true, left);
            } else if is("filename=") {
                let (value, left) = word(&text["filename=".len()..], is_list);
                (parameters.file_name, in_type, rest) = (Some(value), false, left);
            } else if is("headers=") {
                let (value, left) = word(&text["headers=".len()..], is_list);
                parameters.add_fields(&value)?;
                (in_type, rest) = (false, left);
            } else if is("encoder=") {
                return Err(Refusal::usage(
                    "-F has no encoder=; encode the file before, such as with base64".to_owned(),
                ));
            } else {
                // A parameter of the media type, or else one that has no meaning.
                let (value, left) = plain_word(text, is_list);
                if let Some(media_type) = parameters.media_type.as_mut().filter(|_| in_type) {
                    media_type.extend(["; ", value.trim()]);
                }
                rest = left;
            }
        }
        Ok((content, parameters, rest.strip_prefix(',').filter(|_| is_list)))
    }

    fn add_fields(&mut self, value: &str) -> Result<(), Refusal> {
        let lines = match value.strip_prefix(['@', '<']) {
            Some(path) => super::data::content(path).map_err(Refusal::read)?,
            None => value.into(),
        };
        let lines = String::from_utf8_lossy(&lines).into_owned();
        self.fields.extend(lines.lines().filter(|line| !line.is_empty()).map(str::to_owned));
        Ok(())
    }

    /// Returns the part for a file. Its name is that of the file without the path, and its type follows from the name.
    fn file(self, path: String) -> Part {
        let own =
            path.rsplit(['/', std::path::MAIN_SEPARATOR]).next().unwrap_or_default().to_owned();
        let by_name = self.file_name.as_deref().and_then(type_of_name);
        let default = if path == "-" { None } else { Some("application/octet-stream") };
        let media_type = by_name.or_else(|| type_of_name(&path)).or(default);
        Part {
            content: Content::File(path),
            media_type: self.media_type.or_else(|| media_type.map(str::to_owned)),
            file_name: self.file_name.or(Some(own)),
            fields: self.fields,
        }
    }
}

/// Returns the first word, which may be in quotes, and what follows it.
fn word(text: &str, is_list: bool) -> (String, &str) {
    let Some(quoted) = text.trim_start().strip_prefix('"') else {
        return plain_word(text, is_list);
    };
    let mut out = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, c)) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some((_, c @ ('"' | '\\'))) => out.push(c),
                Some((_, c)) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            '"' => {
                let (_, rest) = plain_word(&quoted[index + 1..], is_list);
                return (out, rest);
            }
            c => out.push(c),
        }
    }
    // Without a closing quote, the first is a part of the content.
    plain_word(text, is_list)
}

/// Returns the text up to a semicolon, or in a list a comma, and what follows it.
fn plain_word(text: &str, is_list: bool) -> (String, &str) {
    let end = text.find(|c| c == ';' || (is_list && c == ',')).unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..])
}

/// Returns the media type for the ending of a file's name, by the list of curl.
fn type_of_name(name: &str) -> Option<&'static str> {
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "htm" | "html" => "text/html",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ends_at_a_semicolon_unless_it_is_quoted() {
        let content = |value: &str| match parts(value).unwrap().remove(0).content {
            Content::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
            Content::File(path) => ["<", &path].concat(),
        };
        assert_eq!(content("a;b"), "a");
        assert_eq!(content("\"a;b\";type=a/b"), "a;b");
        assert_eq!(content("\"a\\\"b\""), "a\"b");
        assert_eq!(content("\"a"), "\"a");
        assert_eq!(content("<file;type=a/b"), "<file");
        assert_eq!(content("{\"a\":1}"), "{\"a\":1}");
    }

    #[test]
    fn media_type_has_its_parameters() {
        let part = parts("@a.html;type=text/html; charset=utf-8;filename=b").unwrap().remove(0);
        assert_eq!(part.media_type.as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(part.file_name.as_deref(), Some("b"));
        assert!(parts("a;type=text").is_err());
    }

    #[test]
    fn name_of_a_file_has_no_path_and_decides_its_type() {
        let part = parts("@dir/a.png").unwrap().remove(0);
        assert_eq!(
            (part.file_name.as_deref(), part.media_type.as_deref()),
            (Some("a.png"), Some("image/png"))
        );
        let types: Vec<_> =
            parts("@a.pdf,b,-").unwrap().into_iter().map(|part| part.media_type).collect();
        assert_eq!(
            types,
            [Some("application/pdf".into()), Some("application/octet-stream".into()), None]
        );
    }
}
