//! The shape of a line: `%(levelname)s [%(asctime)s] %(name)s - %(message)s`.

use std::fmt::{self, Display, Formatter, Write};
use std::str::FromStr;

use limpid_core::trace::{Level, Logger};

use crate::terminal::{self, Visible};

/// A line's template, parsed once: Python's `%` style of [format strings].
///
/// A field is written `%(name)s`; between the parenthesis and the `s` may stand `-` (pad on the
/// right instead of the left), a width and, after a dot, a precision (the most characters that are
/// shown). `%%` is a percent sign.
///
/// | field | shows |
/// |---|---|
/// | `levelname` | the level, such as `DEBUG` |
/// | `levelno` | its number, also as `%(levelno)d` |
/// | `name` | the logger |
/// | `message` | the message |
/// | `asctime` | the time, by the sink's date format |
///
/// ```
/// use limpid_sinks::Template;
///
/// let template: Template = "%(levelname)-8s|%(name)s|%(message)s".parse()?;
/// let error = "%(levelname)s %(mesage)s".parse::<Template>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "at byte 14: there is no field \"mesage\"; \
///      the fields are levelname, levelno, name, message and asctime"
/// );
/// # Ok::<(), limpid_sinks::TemplateError>(())
/// ```
///
/// [format strings]: https://docs.python.org/3/library/logging.html#logrecord-attributes
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Field(Field, Layout),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    LevelName,
    LevelNumber,
    Logger,
    Message,
    Time,
}

impl Field {
    const NAMED: [(&'static str, Self); 5] = [
        ("levelname", Self::LevelName),
        ("levelno", Self::LevelNumber),
        ("name", Self::Logger),
        ("message", Self::Message),
        ("asctime", Self::Time),
    ];
}

/// How wide a field is, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Layout {
    pad_right: bool,
    width: usize,
    precision: Option<usize>,
}

impl Layout {
    /// Shortens or pads what stands in `line` from `start` on.
    fn apply(self, line: &mut String, start: usize) {
        if let Some(precision) = self.precision
            && let Some((end, _)) = line[start..].char_indices().nth(precision)
        {
            line.truncate(start + end);
        }
        if self.width > 0 {
            let missing = self.width.saturating_sub(line[start..].chars().count());
            let at = if self.pad_right { line.len() } else { start };
            // Padding is rare and short; a line is not worth a second buffer for it.
            (0..missing).for_each(|_| line.insert(at, ' '));
        }
    }
}

/// What a line is about.
pub(crate) struct Record<'a, M> {
    pub(crate) level: Level,
    pub(crate) logger: Logger,
    pub(crate) message: M,
    /// The time, formatted; empty where the template does not show it.
    pub(crate) asctime: &'a str,
}

/// What may be done to a line because a person reads it off a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paint {
    /// Control characters are written so that the terminal does not obey them.
    pub(crate) visible: bool,
    /// Levels have colours.
    pub(crate) colour: bool,
}

impl Template {
    /// The template of the documented lines: `%(levelname)s [%(asctime)s] %(name)s - %(message)s`.
    #[must_use]
    pub fn documented() -> Self {
        let field = |field| Part::Field(field, Layout::default());
        let literal = |text: &str| Part::Literal(text.into());
        Self {
            parts: vec![
                field(Field::LevelName),
                literal(" ["),
                field(Field::Time),
                literal("] "),
                field(Field::Logger),
                literal(" - "),
                field(Field::Message),
            ],
        }
    }

    /// Whether lines show the time.
    pub(crate) fn shows_time(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Field(Field::Time, _)))
    }

    /// Writes a line, without its end.
    pub(crate) fn write<M: Display>(
        &self,
        record: &Record<'_, M>,
        paint: Paint,
        line: &mut String,
    ) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Literal(text) => line.push_str(text),
                Part::Field(field, layout) => {
                    let is_coloured = paint.colour && *field == Field::LevelName;
                    let style = is_coloured.then(|| terminal::style(record.level));
                    if let Some(style) = style {
                        write!(line, "{style}")?;
                    }
                    let start = line.len();
                    record.write(*field, paint, line)?;
                    layout.apply(line, start);
                    if let Some(style) = style {
                        write!(line, "{style:#}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<M: Display> Record<'_, M> {
    fn write(&self, field: Field, paint: Paint, line: &mut String) -> fmt::Result {
        match field {
            Field::LevelName => line.push_str(self.level.name()),
            Field::LevelNumber => write!(line, "{}", self.level as u8)?,
            Field::Logger => line.push_str(self.logger.name()),
            Field::Time => line.push_str(self.asctime),
            Field::Message if paint.visible => write!(Visible(line), "{}", self.message)?,
            Field::Message => write!(line, "{}", self.message)?,
        }
        Ok(())
    }
}

impl Default for Template {
    fn default() -> Self {
        Self::documented()
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(format: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = format;
        while let Some(percent) = rest.find('%') {
            literal.push_str(&rest[..percent]);
            let after = &rest[percent + 1..];
            if let Some(after) = after.strip_prefix('%') {
                literal.push('%');
                rest = after;
                continue;
            }
            let offset = format.len() - rest.len() + percent;
            let (part, after) =
                read_field(after).map_err(|problem| TemplateError { offset, problem })?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(part);
            rest = after;
        }
        if parts.is_empty() {
            return Err(TemplateError { offset: 0, problem: TemplateProblem::NoField });
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts })
    }
}

/// Reads what follows a percent sign; returns the field and what follows it.
fn read_field(text: &str) -> Result<(Part, &str), TemplateProblem> {
    let text = text.strip_prefix('(').ok_or(TemplateProblem::NoName)?;
    let (name, text) = text.split_once(')').ok_or(TemplateProblem::NameNotClosed)?;
    let (_, field) = *Field::NAMED
        .iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| TemplateProblem::UnknownField(name.into()))?;
    let (pad_right, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (width, text) = read_number(text)?;
    let (precision, text) = match text.strip_prefix('.') {
        // As in Python, a dot alone means zero.
        Some(text) => read_number(text).map(|(number, text)| (Some(number.unwrap_or(0)), text))?,
        None => (None, text),
    };
    let mut after = text.chars();
    match (after.next(), field) {
        (Some('s'), _) | (Some('d'), Field::LevelNumber) => {}
        (conversion, _) => return Err(TemplateProblem::Conversion(conversion)),
    }
    let layout = Layout { pad_right, width: width.unwrap_or(0), precision };
    Ok((Part::Field(field, layout), after.as_str()))
}

/// Reads an optional number of at most four digits.
fn read_number(text: &str) -> Result<(Option<usize>, &str), TemplateProblem> {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(len);
    match digits.parse() {
        Ok(number) if len <= 4 => Ok((Some(number), rest)),
        _ if len == 0 => Ok((None, rest)),
        _ => Err(TemplateProblem::TooWide),
    }
}

/// A template cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// Where the percent sign of the bad field stands, in bytes from the start of the template.
    pub offset: usize,
    /// What is wrong.
    pub problem: TemplateProblem,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateProblem {
    /// There is no field, so that every line would be the same.
    NoField,
    /// A percent sign is followed by neither a name nor a percent sign.
    NoName,
    /// The parenthesis around a name is not closed.
    NameNotClosed,
    /// There is no field of this name.
    UnknownField(Box<str>),
    /// A width or precision is more than 9999.
    TooWide,
    /// A field does not end in `s`, but in this character or with the template.
    Conversion(Option<char>),
}

impl Display for TemplateError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: ", self.offset)?;
        match &self.problem {
            TemplateProblem::NoField => {
                f.write_str("a template needs a field, such as %(message)s")
            }
            TemplateProblem::NoName => {
                f.write_str("a percent sign starts a field, such as %(message)s; write %% for one")
            }
            TemplateProblem::NameNotClosed => {
                f.write_str("the name of a field stands within parentheses, as in %(message)s")
            }
            TemplateProblem::UnknownField(name) => write!(
                f,
                "there is no field {name:?}; \
                 the fields are levelname, levelno, name, message and asctime"
            ),
            TemplateProblem::TooWide => f.write_str("a width or precision is at most 9999"),
            TemplateProblem::Conversion(Some(found)) => write!(
                f,
                "a field ends in s, with a width and precision before it if need be, as in \
                 %(name)-20.20s; here stands {found:?}"
            ),
            TemplateProblem::Conversion(None) => f.write_str("a field ends in s, as in %(name)s"),
        }
    }
}

impl std::error::Error for TemplateError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(template: &str, message: &str, paint: Paint) -> String {
        let record = Record {
            level: Level::Info,
            logger: Logger::Httpx,
            message,
            asctime: "2024-09-28 17:27:41",
        };
        let mut line = String::new();
        template.parse::<Template>().unwrap().write(&record, paint, &mut line).unwrap();
        line
    }

    #[test]
    fn the_documented_template_is_what_its_text_says() {
        let text = "%(levelname)s [%(asctime)s] %(name)s - %(message)s";
        assert_eq!(text.parse(), Ok(Template::documented()));
        assert!(Template::documented().shows_time());
    }

    #[test]
    fn fields_are_padded_and_cut_as_in_python() {
        for (template, expected) in [
            ("%(levelname)-8s|%(message)s", "INFO    |naïve"),
            ("%(levelname)8s|%(message)8s|", "    INFO|   naïve|"),
            ("%(message).3s", "naï"),
            ("%(message)5.3s|%(message)-5.3s|%(message).s|", "  naï|naï  ||"),
            ("%(levelno)s %(levelno)4d %(levelname)2s", "20   20 INFO"),
            ("100%% %(name)s%%", "100% httpx%"),
            ("[%(asctime).10s]", "[2024-09-28]"),
        ] {
            assert_eq!(line(template, "naïve", Paint::default()), expected, "{template}");
        }
    }

    #[test]
    fn a_terminal_gets_colours_and_no_control_characters() {
        let paint = Paint { visible: true, colour: true };
        assert_eq!(
            line("%(levelname)-5s %(message)s", "a\x1b[2J\r\n\u{9b}é", paint),
            "\x1b[32mINFO \x1b[0m a\\x1b[2J\\r\\n\\x9bé"
        );
    }

    #[test]
    fn an_error_says_where_and_what() {
        for (template, offset, problem) in [
            ("plain %%", 0, TemplateProblem::NoField),
            ("é %s", 3, TemplateProblem::NoName),
            ("%(message)s %", 12, TemplateProblem::NoName),
            ("%(name)s %(message", 9, TemplateProblem::NameNotClosed),
            ("%(lineno)d", 0, TemplateProblem::UnknownField("lineno".into())),
            ("%(name)", 0, TemplateProblem::Conversion(None)),
            ("%(name)d", 0, TemplateProblem::Conversion(Some('d'))),
            ("%(name)--5s", 0, TemplateProblem::Conversion(Some('-'))),
            ("%(name)12345s", 0, TemplateProblem::TooWide),
        ] {
            let error = template.parse::<Template>().unwrap_err();
            assert_eq!(error, TemplateError { offset, problem }, "{template}");
        }
    }
}
