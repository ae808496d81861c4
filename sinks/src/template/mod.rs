//! The format of a line: `%(levelname)s [%(asctime)s] %(name)s - %(message)s`.

use std::fmt::{self, Display, Formatter, Write};
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use limpid_core::trace::{Level, Meta};

use crate::process;
use crate::python::Source;
use crate::python::repr::NONE;
use crate::terminal::{self, Visible};

mod braces;
mod dollar;
mod error;
mod field;
mod kind;
mod layout;
mod part;
mod percent;
mod style;
mod value;

use field::Field;
use part::Part;
use value::{Format, Value};

pub use error::{TemplateError, TemplateProblem};
pub use style::Style;
#[cfg(feature = "config")]
pub(crate) use value::Constant;
#[cfg(not(feature = "config"))]
use value::Constant;

/// A line's template, parsed once: Python's [format strings], in any [`Style`].
///
/// In the style [`Percent`](Style::Percent), a field is written `%(name)s`. Between the parenthesis and the
/// `s`, it may have `-` (pad on the right instead of the left), a width and, after a dot, a precision (the
/// most characters that are shown). `%%` is a percent sign. With `r` instead of `s`, the text is shown as by
/// Python's `repr`. Numbers may end in `d`, `x`, `o`, `f` or `e`, as in `%(msecs)03d`. [`Template::parse`] reads
/// the other styles.
///
/// | field | shows |
/// |---|---|
/// | `levelname` | the level, such as `DEBUG` |
/// | `levelno` | its number, also as `%(levelno)d` |
/// | `name` | the logger |
/// | `message` | the message |
/// | `asctime` | the time, by the sink's date format |
/// | `created`, `msecs`, `relativeCreated` | the time as seconds since 1970, its milliseconds, and the milliseconds since the first sink of lines was made |
/// | `process`, `thread`, `threadName` | the number of the process, and of the thread, and the thread's name |
/// | `processName`, `taskName` | `MainProcess` and `None` |
/// | `module`, `filename`, `pathname`, `funcName`, `lineno` | the place in the source of httpx or httpcore that writes the line |
/// | `exc_info`, `stack_info` | `None` |
/// | `exchange`, `hop`, `connection`, `attempt` | limpid's own: the numbers of [`Meta`], 0 if there is no such thing |
/// | `tag` | limpid's own: the tag of the request; empty without one |
///
/// ```
/// use limpid_sinks::Template;
///
/// let template: Template = "%(levelname)-8s|%(name)s|%(message)s".parse()?;
/// let error = "%(levelname)s %(mesage)s".parse::<Template>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "at byte 14: there is no field \"mesage\"; \
///      the fields are levelname, levelno, name, message, asctime, created, msecs, relativeCreated, process, \
///      processName, thread, threadName, taskName, module, filename, pathname, funcName, lineno, exc_info, \
///      stack_info, exchange, hop, connection, attempt and tag"
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
    pub(crate) meta: &'a Meta,
    pub(crate) level: Level,
    /// The name of the logger.
    pub(crate) logger: &'a str,
    pub(crate) message: M,
    /// The formatted time; empty if the template does not show it.
    pub(crate) asctime: &'a str,
    /// The time; 1970 if the template does not show it.
    pub(crate) time: SystemTime,
    /// Returns the place in Python's source that writes such a line, which few templates show.
    pub(crate) source: &'a dyn Fn() -> Source,
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
        let field = Part::Plain;
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
        Self { parts: vec![Part::Plain(Field::Message)] }
    }

    /// Returns whether lines show the time.
    pub(crate) fn shows_time(&self) -> bool {
        self.parts.iter().any(
            |part| matches!(part, Part::Plain(field) | Part::Field(field, _) if field.is_time()),
        )
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
                Part::Plain(Field::LevelName) if !paint.colour => {
                    line.push_str(record.level.name());
                }
                Part::Plain(Field::Logger) => line.push_str(record.logger),
                Part::Plain(Field::Time) => line.push_str(record.asctime),
                Part::Plain(Field::Message) if !paint.visible => {
                    write!(line, "{}", record.message)?;
                }
                Part::Plain(field) => record.write(*field, Format::default(), paint, line)?,
                Part::Field(field, format) => record.write(*field, *format, paint, line)?,
            }
        }
        Ok(())
    }
}

impl<M: Display> Record<'_, M> {
    fn tag(&self) -> &str {
        self.meta.tag.as_deref().unwrap_or_default()
    }

    /// Writes any field in any form.
    fn write(&self, field: Field, format: Format, paint: Paint, line: &mut String) -> fmt::Result {
        let text = match field {
            Field::LevelName if paint.colour => {
                let style = terminal::style(self.level);
                write!(line, "{style}")?;
                format.write(Value::Text(self.level.name()), line)?;
                return write!(line, "{style:#}");
            }
            Field::LevelName => self.level.name(),
            Field::Logger => self.logger,
            Field::Time => self.asctime,
            // Control characters are escaped first, so that a layout counts what is shown.
            Field::Message if paint.visible => {
                return format.write(Value::Text(Escaped(&self.message)), line);
            }
            Field::Message => return format.write(Value::Text(&self.message), line),
            Field::Tag if paint.visible => {
                return format.write(Value::Text(Escaped(self.tag())), line);
            }
            Field::Tag => self.tag(),
            _ => return self.write_other(field, format, line),
        };
        format.write(Value::Text(text), line)
    }

    fn write_other(&self, field: Field, format: Format, line: &mut String) -> fmt::Result {
        let time = self.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = time.as_secs_f64();
        let number = |number| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
        let value = match field {
            Field::LevelNumber => Value::Integer(self.level as i64),
            Field::Created => Value::Float(seconds),
            Field::Milliseconds => Value::Float(time.subsec_millis().into()),
            Field::RelativeCreated => Value::Float((seconds - process::started()) * 1000.0),
            Field::Process => Value::Integer(process::id()),
            Field::ProcessName => Value::Text("MainProcess"),
            Field::Thread => Value::Integer(process::thread()),
            Field::ThreadName => {
                return process::with_thread_name(|name| format.write(Value::Text(name), line));
            }
            Field::Module => Value::Text((self.source)().module()),
            Field::FileName => Value::Text((self.source)().file_name()),
            Field::PathName => Value::Text((self.source)().path),
            Field::Function => Value::Text((self.source)().function),
            Field::Line => Value::Integer((self.source)().line.into()),
            Field::Exchange => number(self.meta.exchange.0),
            Field::Hop => number(self.meta.hop.into()),
            Field::Connection => number(self.meta.connection.0),
            Field::Attempt => number(self.meta.attempt.into()),
            _ => Value::Text(NONE),
        };
        format.write(value, line)
    }
}

/// A text without control characters.
struct Escaped<T>(T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Visible(f), "{}", self.0)
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
        Self::parse_formatter(format, style, &[], true)
    }

    /// Reads a template whose unknown fields have these values. It may have no field if it is not validated.
    pub(crate) fn parse_formatter(
        format: &str,
        style: Style,
        defaults: &[(Box<str>, Constant)],
        validates: bool,
    ) -> Result<Self, TemplateError> {
        let mut has_field = false;
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
            let field = match found {
                "}" => Err(TemplateProblem::NotOpened),
                _ => read(after, defaults),
            };
            let offset = format.len() - rest.len() + at;
            let (part, after) =
                field.map_err(|problem| TemplateError { style, offset, problem })?;
            has_field = true;
            match part {
                // A value of the formatter is a text like those around it.
                Part::Literal(text) => literal.push_str(&text),
                field => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(field);
                }
            }
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        if validates && !has_field {
            return Err(TemplateError { style, offset: 0, problem: TemplateProblem::NoField });
        }
        Ok(Self { parts })
    }
}

#[cfg(test)]
mod tests {
    use limpid_core::trace::{ConnectionId, EventKind, ExchangeId};

    use super::*;

    fn line(template: &str, message: &str, paint: Paint) -> String {
        styled(template, Style::Percent, message, paint)
    }

    fn styled(template: &str, style: Style, message: &str, paint: Paint) -> String {
        let mut meta = Meta::new(EventKind::HttpRequest);
        (meta.exchange, meta.hop, meta.connection) = (ExchangeId(12), 2, ConnectionId(7));
        meta.tag = Some("job\x1b17".into());
        let record = Record {
            meta: &meta,
            level: Level::Info,
            logger: "httpx",
            message,
            asctime: "2024-09-28 17:27:41",
            time: UNIX_EPOCH + std::time::Duration::from_micros(1_727_544_461_042_500),
            source: &|| Source { path: "httpx/_client.py", function: "send", line: 7 },
        };
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
    fn numbers_and_tag_of_an_event_are_fields_in_every_style() {
        for (style, template) in [
            (Style::Percent, "%(exchange)03d.%(hop)s on %(connection)s, %(attempt)d (%(tag).3s)"),
            (Style::Braces, "{exchange:03d}.{hop} on {connection}, {attempt:d} ({tag:.3})"),
        ] {
            assert_eq!(styled(template, style, "", Paint::default()), "012.2 on 7, 0 (job)");
        }
        let shown = styled("$exchange.$hop on ${connection}", Style::Dollar, "", Paint::default());
        assert_eq!(shown, "12.2 on 7");
        let paint = Paint { visible: true, colour: false };
        assert_eq!(line("%(tag)s", "", paint), "job\\x1b17");
    }

    #[test]
    fn values_of_a_formatter_precede_fields_that_python_does_not_have() {
        let defaults = [("tag", "theirs"), ("name", "theirs")];
        let defaults = defaults.map(|(name, text)| (name.into(), Constant::Text(text.into())));
        let template =
            Template::parse_formatter("%(tag)s %(name)s", Style::Percent, &defaults, true).unwrap();
        let parts = vec![Part::Literal("theirs ".into()), Part::Plain(Field::Logger)];
        assert_eq!(template, Template { parts });
    }

    /// Each text was printed by Python for a record with these values.
    #[test]
    fn numbers_are_converted_as_in_python() {
        for (style, template, expected) in [
            (
                Style::Percent,
                "%(msecs)03d|%(msecs)s|%(msecs).1f|%(msecs)6d|",
                "042|42.0|42.0|    42|",
            ),
            (
                Style::Percent,
                "%(created)f|%(created).3f|%(created)d",
                "1727544461.042500|1727544461.043|1727544461",
            ),
            (Style::Percent, "%(created)s|%(created)e", "1727544461.0425|1.727544e+09"),
            (
                Style::Percent,
                "%(lineno)+05d|%(lineno)-4d|%(lineno) d|%(levelno)x|%(levelno)X|%(levelno)o",
                "+0007|7   | 7|14|14|24",
            ),
            (
                Style::Percent,
                "%(module)s %(filename)s %(pathname)s %(funcName)s:%(lineno)d",
                "_client _client.py httpx/_client.py send:7",
            ),
            (
                Style::Percent,
                "%(levelname)r|%(message)r|%(levelno)r|%(name)8.3r|",
                "'INFO'|'naïve'|20|     'ht|",
            ),
            (Style::Percent, "%(taskName)s %(processName)s", "None MainProcess"),
            (
                Style::Braces,
                "{msecs:03.0f}|{msecs}|{msecs:8.2f}|{created:.1f}",
                "042|42.0|   42.00|1727544461.0",
            ),
            (
                Style::Braces,
                "{lineno:+05d}|{lineno:>4}|{lineno:=+4}|{levelno:x}",
                "+0007|   7|+  7|14",
            ),
            (Style::Braces, "{message!r:>9}|{levelno!s:5}|{msecs:09}", "  'naïve'|20   |0000042.0"),
            (Style::Dollar, "$msecs $lineno $created", "42.0 7 1727544461.0425"),
        ] {
            assert_eq!(styled(template, style, "naïve", Paint::default()), expected, "{template}");
        }
    }

    #[test]
    fn fields_of_the_formatter_have_its_values() {
        let defaults = [
            ("app".into(), Constant::Text("shop".into())),
            ("build".into(), Constant::Integer(7)),
            ("name".into(), Constant::Text("not this".into())),
        ];
        let parse = |format, style| Template::parse_formatter(format, style, &defaults, true);
        let template = parse("%(app)-6s|%(build)03d %(name)s", Style::Percent).unwrap();
        assert_eq!(template, "shop  |007 %(name)s".parse().unwrap());
        let only = parse("{app!r}", Style::Braces).unwrap();
        assert_eq!(only.parts, [Part::Literal("'shop'".into())]);
        assert!(parse("%(app)d", Style::Percent).is_err());
        assert!(parse("%(other)s", Style::Percent).is_err());
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
        let constant = Template::parse_formatter("plain {{}}", Style::Braces, &[], false).unwrap();
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
            ("%(line)d", 0, TemplateProblem::UnknownField("line".into())),
            ("%(name)", 0, TemplateProblem::Conversion(None)),
            ("%(name)d", 0, TemplateProblem::Conversion(Some('d'))),
            ("%(name)5y", 0, TemplateProblem::Conversion(Some('y'))),
            ("%(msecs)x", 0, TemplateProblem::Conversion(Some('x'))),
            ("%(name)12345s", 0, TemplateProblem::TooWide),
            ("%(levelno).4d", 0, TemplateProblem::NumberPrecision),
            ("{}", 0, TemplateProblem::NoName),
            ("é {name", 3, TemplateProblem::NotClosed),
            ("{name} }", 7, TemplateProblem::NotOpened),
            ("{0}", 0, TemplateProblem::UnknownField("0".into())),
            ("{name!x}", 0, TemplateProblem::Conversion(Some('x'))),
            ("{msecs:d}", 0, TemplateProblem::Conversion(Some('d'))),
            ("{levelno!s:d}", 0, TemplateProblem::Conversion(Some('d'))),
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
