//! The values of `-F`: content, and parameters behind it.

use super::data;
use super::refusal::Refusal;

/// The content of a part, or where it is, and its parameters: `;type=TYPE`, `;filename=NAME`, `;headers=FIELD`,
/// `;encoder=NAME`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) content: String,
    pub(super) media_type: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) encoder: Option<String>,
    /// Further fields, as lines. Their Content-Type is the media type.
    pub(super) fields: Vec<String>,
}

impl Value {
    /// Reads one value.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        Scanner { rest: text, is_list: false }.value()
    }

    /// Reads values with commas between them.
    pub(super) fn read_list(text: &str) -> Result<Vec<Self>, Refusal> {
        let mut scanner = Scanner { rest: text, is_list: true };
        let mut values = vec![scanner.value()?];
        while let Some(rest) = scanner.rest.strip_prefix(',') {
            scanner.rest = rest;
            values.push(scanner.value()?);
        }
        Ok(values)
    }

    /// Takes the media type from the fields, where `type` does not say it.
    fn take_field_type(&mut self) {
        const FIELD: &str = "Content-Type:";
        let given = |line: &str| {
            let (name, value) = line.split_at_checked(FIELD.len())?;
            name.eq_ignore_ascii_case(FIELD).then(|| value.trim().to_owned())
        };
        let of_fields = self.fields.iter().find_map(|line| given(line));
        self.fields.retain(|line| given(line).is_none());
        self.media_type = self.media_type.take().or(of_fields);
    }
}

/// Reads a value from its beginning.
struct Scanner<'t> {
    rest: &'t str,
    /// Whether a comma ends a value.
    is_list: bool,
}

impl<'t> Scanner<'t> {
    fn value(&mut self) -> Result<Value, Refusal> {
        let mut value = Value { content: self.word(), ..Value::default() };
        // Where the media type begins, while what follows may be a parameter of it.
        let mut in_type = None;
        while let Some(rest) = self.rest.strip_prefix(';') {
            self.rest = rest.trim_start();
            if in_type.is_none() && self.skips("type=") {
                in_type = Some(self.rest);
                value.media_type = Some(self.media_type()?);
            } else if self.skips("filename=") {
                (in_type, value.file_name) = (None, Some(self.word()));
            } else if self.skips("headers=") {
                in_type = None;
                self.fields(&mut value.fields)?;
            } else if self.skips("encoder=") {
                (in_type, value.encoder) = (None, Some(self.word()));
            } else if let Some(start) = in_type {
                self.plain();
                value.media_type = Some(self.since(start));
            } else {
                // It has no meaning.
                self.word();
            }
        }
        value.take_field_type();
        Ok(value)
    }

    /// Skips the name of a parameter in any case, and spaces behind it. Returns whether it is there.
    fn skips(&mut self, name: &str) -> bool {
        match self.rest.split_at_checked(name.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(name) => {
                self.rest = rest.trim_start();
                true
            }
            _ => false,
        }
    }

    fn media_type(&mut self) -> Result<String, Refusal> {
        let start = self.rest;
        self.plain();
        let media_type = self.since(start);
        let is_valid = media_type.split_once('/').is_some_and(|(kind, of)| {
            !kind.is_empty() && !kind.contains(' ') && !of.is_empty() && !of.starts_with([' ', ','])
        });
        match is_valid {
            true => Ok(media_type),
            false => Err(Refusal::usage(format!(
                "type={media_type} is not a media type such as text/plain"
            ))),
        }
    }

    /// Reads fields: one, or those of a file.
    fn fields(&mut self, fields: &mut Vec<String>) -> Result<(), Refusal> {
        match self.rest.strip_prefix(['@', '<']) {
            Some(rest) => {
                self.rest = rest;
                let lines = data::content(&self.word()).map_err(Refusal::read)?;
                fields.extend(field_lines(&String::from_utf8_lossy(&lines)));
            }
            None => fields.push(self.word()),
        }
        Ok(())
    }

    /// Reads a word, which may be in quotes, up to a semicolon, or in a list a comma. White space around it is no part
    /// of it.
    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let quoted = self.rest.strip_prefix('"').and_then(unquoted);
        match quoted {
            Some((text, rest)) => {
                self.rest = rest;
                self.plain();
                text
            }
            // Without a closing quote, the first is a part of the word.
            None => self.plain().trim_end().to_owned(),
        }
    }

    /// Passes the text up to a semicolon, or in a list a comma.
    fn plain(&mut self) -> &'t str {
        let is_end = |c| c == ';' || (self.is_list && c == ',');
        let (text, rest) = self.rest.split_at(self.rest.find(is_end).unwrap_or(self.rest.len()));
        self.rest = rest;
        text
    }

    /// Returns what was passed since `start`.
    fn since(&self, start: &str) -> String {
        start[..start.len() - self.rest.len()].trim_end().to_owned()
    }
}

/// Reads text behind a quote up to the next. Returns it without escapes, and what follows it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((index, c)) = characters.next() {
        match c {
            '\\' => {
                let escaped = characters.next_if(|(_, c)| matches!(c, '"' | '\\'));
                out.push(escaped.map_or('\\', |(_, c)| c));
            }
            '"' => return Some((out, &quoted[index + 1..])),
            c => out.push(c),
        }
    }
    None
}

/// Returns the fields of a file: a line that begins with white space continues the one before it, and `#` begins a comment.
fn field_lines(text: &str) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match fields.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some(last) => last.push_str(line.trim_end()),
            None => fields.push(line.trim_end().to_owned()),
        }
    }
    fields.retain(|field| !field.is_empty());
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        Value::read(text).unwrap()
    }

    #[test]
    fn content_ends_at_a_semicolon_unless_it_is_quoted() {
        let content = |text| read(text).content;
        assert_eq!(content("a;b"), "a");
        assert_eq!(content("  a  ;type=a/b"), "a");
        assert_eq!(content("\"a;b \" rest;type=a/b"), "a;b ");
        assert_eq!(content("\"a\\\"b\\c\""), "a\"b\\c");
        assert_eq!(content("\"a"), "\"a");
        assert_eq!(content("{\"a\":1},2"), "{\"a\":1},2");
    }

    #[test]
    fn media_type_has_its_parameters() {
        let value = read("a;TYPE= text/html; charset=utf-8 ;filename=\"b;c\";x=y");
        assert_eq!(value.media_type.as_deref(), Some("text/html; charset=utf-8"));
        assert_eq!(value.file_name.as_deref(), Some("b;c"));
        assert_eq!(read("a;headers=content-type: a/b").media_type.as_deref(), Some("a/b"));
        for wrong in ["text", "/b", "a/", "a b/c"] {
            assert!(Value::read(&["a;type=", wrong].concat()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn files_of_a_list_have_their_own_parameters() {
        let files = Value::read_list("a;type=x/y,\"b,c\";encoder=base64,d").unwrap();
        let contents: Vec<&str> = files.iter().map(|file| file.content.as_str()).collect();
        assert_eq!(contents, ["a", "b,c", "d"]);
        assert_eq!(files[0].media_type.as_deref(), Some("x/y"));
        assert_eq!(files[1].encoder.as_deref(), Some("base64"));
    }

    #[test]
    fn fields_of_a_file_may_continue_on_the_next_line() {
        assert_eq!(field_lines("# no\r\nA: 1 \r\n  2\n\nB;\n"), ["A: 1  2", "B;"]);
        assert_eq!(read("a;headers=\"X: ;\";headers=Y: z").fields, ["X: ;", "Y: z"]);
    }
}
