//! Lines on a terminal.

use std::fmt::{self, Display, Formatter, Write};

use anstyle::{AnsiColor, Style};
use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use limpid_core::trace::Level;

/// Returns whether standard error supports colours and the user has not disabled them.
pub(crate) fn wants_colour() -> bool {
    !anstyle_query::no_color()
        && anstyle_query::term_supports_ansi_color()
        && anstyle_query::windows::enable_ansi_colors().unwrap_or(true)
}

/// Returns the colour of a level.
pub(crate) const fn style(level: Level) -> Style {
    match level {
        Level::Trace => AnsiColor::BrightBlack.on_default(),
        Level::Debug => AnsiColor::Cyan.on_default(),
        Level::Info => AnsiColor::Green.on_default(),
        Level::Warning => AnsiColor::Yellow.on_default(),
        Level::Error => AnsiColor::Red.on_default(),
        Level::Critical => AnsiColor::Red.on_default().bold(),
    }
}

/// Returns whether a character controls a terminal, or changes what a reader sees without being seen: control
/// and format characters (such as U+202E, which turns the text after it around) and the separators of lines.
pub(crate) fn is_unsafe(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    match c {
        ' '..='~' => false,
        c => matches!(
            CodePointMapData::<GeneralCategory>::new().get(c),
            Control | Format | LineSeparator | ParagraphSeparator
        ),
    }
}

/// A writer that escapes unsafe characters in text, so that a peer cannot control a terminal.
pub(crate) struct Visible<W>(pub(crate) W);

impl<W: Write> Write for Visible<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, control)) = rest.char_indices().find(|(_, c)| is_unsafe(*c)) {
            self.0.write_str(&rest[..at])?;
            match control {
                '\t' => self.0.write_str("\\t"),
                '\n' => self.0.write_str("\\n"),
                '\r' => self.0.write_str("\\r"),
                control @ ..='\u{ff}' => write!(self.0, "\\x{:02x}", u32::from(control)),
                control @ ..='\u{ffff}' => write!(self.0, "\\u{:04x}", u32::from(control)),
                control => write!(self.0, "\\U{:08x}", u32::from(control)),
            }?;
            rest = &rest[at + control.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

/// A peer's bytes as text for people: unsafe characters are escaped, and so are bytes that are not UTF-8.
pub(crate) struct Escaped<'b>(pub(crate) &'b [u8]);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            Visible(&mut *f).write_str(chunk.valid())?;
            chunk.invalid().escape_ascii().fmt(f)?;
        }
        Ok(())
    }
}
