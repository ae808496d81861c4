//! How a waterfall looks: its width, colours and characters.

use std::env;

use anstyle::{AnsiColor, Effects};

use super::super::row::Mark;
use crate::exchanges::Part;
use crate::terminal::wants_colour;

/// How a waterfall looks.
///
/// ```
/// use limpid_sinks::exchanges::Model;
/// use limpid_sinks::views::{Style, View};
///
/// let mut text = Vec::new();
/// View::Waterfall(Style::default()).write(&Model::default(), &mut text)?;
/// assert_eq!(text, b"no requests\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Number of characters of a line; at least 40 are used.
    pub width: usize,
    /// Whether colours are used.
    pub colour: bool,
    /// Whether characters outside ASCII are used.
    pub unicode: bool,
}

impl Default for Style {
    /// 80 characters of ASCII, without colours.
    fn default() -> Self {
        Self { width: 80, colour: false, unicode: false }
    }
}

/// The largest width: wider lines are hard to read, and `COLUMNS` may have any value.
const WIDEST: usize = 400;

impl Style {
    /// The smallest width.
    pub const NARROWEST: usize = 40;

    /// Returns the style for an output. `columns` is the width of the terminal, if the output is one.
    ///
    /// The variable `COLUMNS` has precedence over the width of the terminal, and `NO_COLOR` disables colours, which only
    /// terminals have. The locale determines whether characters outside ASCII are used: `LC_ALL`, `LC_CTYPE` or `LANG`.
    #[must_use]
    pub fn from_environment(columns: Option<usize>) -> Self {
        let given = env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
        Self {
            width: given.or(columns).unwrap_or(Self::default().width).min(WIDEST),
            colour: columns.is_some() && wants_colour(),
            unicode: cfg!(windows) || is_utf8(|name| env::var(name).ok()),
        }
        .normalised()
    }

    pub(super) fn normalised(self) -> Self {
        Self { width: self.width.max(Self::NARROWEST), ..self }
    }

    /// Returns the character of a part.
    pub(super) const fn glyph(self, part: Part) -> char {
        match (part, self.unicode) {
            (Part::Pool, true) => '·',
            (Part::Resolve, true) => '░',
            (Part::Connect, true) => '▒',
            (Part::Tls, true) => '▓',
            (Part::Send, true) => '▌',
            (Part::Wait, true) => '─',
            (Part::Receive, true) => '█',
            (Part::Pool, false) => '.',
            (Part::Resolve, false) => 'r',
            (Part::Connect, false) => 'c',
            (Part::Tls, false) => 't',
            (Part::Send, false) => 's',
            (Part::Wait, false) => '-',
            (Part::Receive, false) => '#',
        }
    }

    /// Returns the sign of a failure.
    pub(super) const fn cross(self) -> &'static str {
        if self.unicode { "✗" } else { "x" }
    }

    /// Returns the sign for what is cut.
    pub(super) const fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "~" }
    }

    /// Returns the sign of a further hop.
    pub(super) const fn branch(self) -> &'static str {
        if self.unicode { "└ " } else { "+ " }
    }

    /// Returns text without units outside ASCII, if these are not used.
    pub(super) fn plain(self, text: &str) -> String {
        if self.unicode { text.to_owned() } else { text.replace('µ', "u") }
    }

    pub(super) fn part(self, part: Part, text: &str) -> String {
        let colour = match part {
            Part::Pool => AnsiColor::BrightBlack,
            Part::Resolve => AnsiColor::Cyan,
            Part::Connect => AnsiColor::Yellow,
            Part::Tls => AnsiColor::Magenta,
            Part::Send => AnsiColor::BrightBlue,
            Part::Wait => AnsiColor::Green,
            Part::Receive => AnsiColor::Blue,
        };
        self.styled(colour.on_default(), text)
    }

    pub(super) fn marked(self, mark: Mark, text: &str) -> String {
        let colour = match mark {
            Mark::Good => AnsiColor::Green,
            Mark::Neutral => AnsiColor::Cyan,
            Mark::Warning => AnsiColor::Yellow,
            Mark::Bad => AnsiColor::Red,
            Mark::Open => AnsiColor::BrightBlack,
        };
        self.styled(colour.on_default(), text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.styled(anstyle::Style::new().effects(Effects::BOLD), text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.styled(anstyle::Style::new().effects(Effects::DIMMED), text)
    }

    fn styled(self, style: anstyle::Style, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Returns whether the locale of these variables has the encoding UTF-8.
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.into_iter().filter_map(variable).find(|locale| !locale.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_variable_with_a_value_is_the_locale() {
        let is = |all: &'static str, kind: &'static str, lang: &'static str| {
            is_utf8(|name| match name {
                "LC_ALL" => Some(all.to_owned()),
                "LC_CTYPE" => Some(kind.to_owned()),
                _ => Some(lang.to_owned()),
            })
        };
        assert!(is("", "", "en_GB.UTF-8") && is("C.utf8", "C", "C") && is("", "UTF-8", "C"));
        assert!(!is("C", "", "en_GB.UTF-8") && !is("", "", "") && !is("", "POSIX", "de.UTF-8"));
        assert!(!is_utf8(|_| None));
    }
}
