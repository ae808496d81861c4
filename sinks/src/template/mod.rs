//! The format of a line: `%(levelname)s [%(asctime)s] %(name)s - %(message)s`.

use std::fmt::{self, Display, Write};
use std::str::FromStr;

use limpid_core::trace::Level;

use crate::terminal::{self, Visible};

mod braces;
mod dollar;
mod error;
mod field;
mod layout;
mod part;
mod percent;
mod style;

use field::Field;
use layout::Layout;
use part::Part;

pub use error::{TemplateError, TemplateProblem};
pub use style::Style;

/// A line's template, parsed once: Python's [format strings], in any [`Style`].
///
/// In the style [`Percent`](Style::Percent), a field is written `%(name)s`. Between the parenthesis and the
/// `s`, it may have `-` (pad on the right instead of the left), a width and, after a dot, a precision (the
/// most characters that are shown). `%%` is a percent sign. [`Template::parse`] reads the other styles.
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

/// The content of a line.
pub(crate) struct Record<'a, M> {
    pub(crate) level: Level,
    /// The name of the logger.
    pub(crate) logger: &'a str,
    pub(crate) message: M,
    /// The formatted time; empty if the template does not show it.
    pub(crate) asctime: &'a str,
}

/// The changes for lines on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paint {
    /// Control characters are escaped.
    pub(crate) visible: bool,
    /// Levels are coloured.
    pub(crate) colour: bool,
}

impl Template {
    /// Returns the template of the documented lines: `%(levelname)s [%(asctime)s] %(name)s - %(message)s`.
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

    /// Returns the template of bare messages: `%(message)s`.
    #[must_use]
    pub fn message() -> Self {
        Self { parts: vec![Part::Field(Field::Message, Layout::default())] }
    }

    /// Returns whether lines show the time.
    pub(crate) fn shows_time(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Field(Field::Time, _)))
    }

    /// Writes a line without its newline.
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
            Field::Logger => line.push_str(self.logger),
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

    /// Reads a template in the style [`Percent`](Style::Percent).
    fn from_str(format: &str) -> Result<Self, TemplateError> {
        Self::parse(format, Style::Percent)
    }
}

impl Template {
    /// Reads a template.
    ///
    /// ```
    /// use limpid_sinks::{Style, Template};
    ///
    /// let braces = Template::parse("{levelname:<8}|{name}|{message}", Style::Braces)?;
    /// assert_eq!(braces, "%(levelname)-8s|%(name)s|%(message)s".parse()?);
    /// # Ok::<(), limpid_sinks::TemplateError>(())
    /// ```
    ///
    /// # Errors
    /// [`TemplateError`] if there is no field, or a field is invalid.
    pub fn parse(format: &str, style: Style) -> Result<Self, TemplateError> {
        let template = Self::parse_constant(format, style)?;
        if template.parts.iter().any(|part| matches!(part, Part::Field(..))) {
            return Ok(template);
        }
        Err(TemplateError { style, offset: 0, problem: TemplateProblem::NoField })
    }

    /// Reads a template that may have no field.
    pub(crate) fn parse_constant(format: &str, style: Style) -> Result<Self, TemplateError> {
        let read = match style {
            Style::Percent => percent::read,
            Style::Braces => braces::read,
            Style::Dollar => dollar::read,
        };
        let starts = |c| c == style.sign() || (c == '}' && style == Style::Braces);
        let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), format);
        while let Some(at) = rest.find(starts) {
            literal.push_str(&rest[..at]);
            let (found, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(found) {
                literal.push_str(found);
                rest = after;
                continue;
            }
            let field = if found == "}" { Err(TemplateProblem::NotOpened) } else { read(after) };
            let offset = format.len() - rest.len() + at;
            let (part, after) =
                field.map_err(|problem| TemplateError { style, offset, problem })?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(part);
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(template: &str, message: &str, paint: Paint) -> String {
        styled(template, Style::Percent, message, paint)
    }

    fn styled(template: &str, style: Style, message: &str, paint: Paint) -> String {
        let record =
            Record { level: Level::Info, logger: "httpx", message, asctime: "2024-09-28 17:27:41" };
        let mut line = String::new();
        Template::parse(template, style).unwrap().write(&record, paint, &mut line).unwrap();
        line
    }

    #[test]
    fn documented_template_equals_its_parsed_text() {
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
            ("%(levelno)04d|%(levelno)-04d|%(levelname)06s|", "0020|20  |  INFO|"),
        ] {
            assert_eq!(line(template, "naïve", Paint::default()), expected, "{template}");
        }
    }

    #[test]
    fn fields_in_braces_are_laid_out_as_in_python() {
        for (template, expected) in [
            ("{levelname:<8}|{message}", "INFO    |naïve"),
            ("{levelname:8}|{levelname:>8s}|{levelname:^7}|", "INFO    |    INFO| INFO  |"),
            ("{levelname:*^9}|{message:.3}|{message:é>7.2s}", "**INFO***|naï|éééééna"),
            ("{levelno}|{levelno:5}|{levelno:<5}|{levelno:04d}", "20|   20|20   |0020"),
            ("{levelno:=5}|{levelno:*^9}|{levelname:06}|", "   20|***20****|INFO00|"),
            ("{{{name}}} 100% $name", "{httpx} 100% $name"),
            ("[{asctime:.10}]", "[2024-09-28]"),
        ] {
            let shown = styled(template, Style::Braces, "naïve", Paint::default());
            assert_eq!(shown, expected, "{template}");
        }
    }

    #[test]
    fn fields_after_dollars_have_no_layout() {
        for (template, expected) in [
            ("$levelname|${name}|$message", "INFO|httpx|naïve"),
            ("$$ ${levelno}th 100% {name} $name.", "$ 20th 100% {name} httpx."),
        ] {
            let shown = styled(template, Style::Dollar, "naïve", Paint::default());
            assert_eq!(shown, expected, "{template}");
        }
    }

    #[test]
    fn template_without_fields_is_rejected_unless_constant() {
        assert!(Template::parse("plain {{}}", Style::Braces).is_err());
        let constant = Template::parse_constant("plain {{}}", Style::Braces).unwrap();
        assert_eq!(constant.parts, [Part::Literal("plain {}".into())]);
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
    fn template_error_gives_offset_and_problem() {
        for (template, offset, problem) in [
            ("plain %%", 0, TemplateProblem::NoField),
            ("é %s", 3, TemplateProblem::NoName),
            ("%(message)s %", 12, TemplateProblem::NoName),
            ("%(name)s %(message", 9, TemplateProblem::NotClosed),
            ("%(lineno)d", 0, TemplateProblem::UnknownField("lineno".into())),
            ("%(name)", 0, TemplateProblem::Conversion(None)),
            ("%(name)d", 0, TemplateProblem::Conversion(Some('d'))),
            ("%(name)+5s", 0, TemplateProblem::Conversion(Some('+'))),
            ("%(name)12345s", 0, TemplateProblem::TooWide),
            ("%(levelno).4d", 0, TemplateProblem::NumberPrecision),
            ("{}", 0, TemplateProblem::NoName),
            ("é {name", 3, TemplateProblem::NotClosed),
            ("{name} }", 7, TemplateProblem::NotOpened),
            ("{0}", 0, TemplateProblem::UnknownField("0".into())),
            ("{name!r}", 0, TemplateProblem::UnknownField("name!r".into())),
            ("{name:+5}", 0, TemplateProblem::Conversion(Some('+'))),
            ("{name:=5}", 0, TemplateProblem::Conversion(Some('='))),
            ("{name:d}", 0, TemplateProblem::Conversion(Some('d'))),
            ("{name:.}", 0, TemplateProblem::Conversion(Some('.'))),
            ("{levelno:.2}", 0, TemplateProblem::NumberPrecision),
            ("$name $", 6, TemplateProblem::NoName),
            ("${name", 0, TemplateProblem::NotClosed),
            ("$nameless", 0, TemplateProblem::UnknownField("nameless".into())),
        ] {
            let style = match template {
                _ if template.contains('{') && !template.contains('$') => Style::Braces,
                _ if template.contains('$') => Style::Dollar,
                _ => Style::Percent,
            };
            let error = Template::parse(template, style).unwrap_err();
            assert_eq!(error, TemplateError { style, offset, problem }, "{template}");
        }
    }
}
