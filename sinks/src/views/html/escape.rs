//! Text in HTML.

use std::fmt::{self, Display, Formatter, Write};

use crate::terminal::Visible;

/// Text as the content of an element or of a quoted attribute. Characters that cannot be seen, or that change the order
/// of others, are escaped as on a terminal.
#[derive(Clone, Copy)]
pub(super) struct Text<'t>(pub(super) &'t str);

/// Text of several lines, whose line ends and tabs are kept.
#[derive(Clone, Copy)]
pub(super) struct Lines<'t>(pub(super) &'t str);

/// A writer that escapes what HTML gives a meaning.
struct Html<W>(W);

impl<W: Write> Write for Html<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            self.0.write_str(&rest[..at])?;
            self.0.write_str(match &rest[at..=at] {
                "&" => "&amp;",
                "<" => "&lt;",
                ">" => "&gt;",
                "\"" => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        self.0.write_str(rest)
    }
}

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Visible(Html(f)).write_str(self.0)
    }
}

impl Display for Lines<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for piece in self.0.split_inclusive(['\n', '\t']) {
            let kept = piece.ends_with(['\n', '\t']);
            let (text, end) = piece.split_at(piece.len() - usize::from(kept));
            Text(text.strip_suffix('\r').unwrap_or(text)).fmt(f)?;
            f.write_str(end)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_neither_markup_nor_invisible_characters() {
        let hostile = "</script><img src=x onerror='alert(1)'>\"&\0\u{202e}\u{2028}é";
        assert_eq!(
            Text(hostile).to_string(),
            "&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;\\x00\\u202e\\u2028é"
        );
        assert_eq!(Lines("a\r\n\t<b>\rc\n").to_string(), "a\n\t&lt;b&gt;\\rc\n");
    }
}
