//! The names of requests, cut to the width of their column.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::super::row::Row;
use super::super::url::plain_url;
use super::style::Style;
use crate::terminal::Visible;

/// Returns the scheme and authority that all rows have in common.
pub(super) fn common_origin<'m>(rows: &[Row<'m>]) -> Option<&'m str> {
    let origin = origin_of(&rows.first()?.hop.url)?;
    rows.iter().all(|row| origin_of(&row.hop.url) == Some(origin)).then_some(origin)
}

fn origin_of(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |end| start + end);
    // Userinfo belongs to no origin, and is not shown.
    (!url[..end].contains('@')).then_some(&url[..end])
}

/// Returns the name of a row as wide as it needs to be: the method, and the URL without what all have in common.
fn whole(row: &Row<'_>, origin: Option<&str>) -> String {
    let url = &*plain_url(&row.hop.url);
    let rest = match origin {
        Some(origin) => url.strip_prefix(origin).filter(|rest| !rest.is_empty()).unwrap_or("/"),
        None => url.split_once("://").map_or(url, |(_, rest)| rest),
    };
    visible(&format!("{} {rest}", row.hop.method))
}

/// Returns text without characters that control a terminal.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::new();
    // Writing to a string does not fail.
    let _ = Visible(&mut visible).write_str(text);
    visible
}

/// Returns the width that a name needs.
pub(super) fn width_of(row: &Row<'_>, origin: Option<&str>) -> usize {
    whole(row, origin).width() + if row.hop.number > 1 { 2 } else { 0 }
}

/// Returns the name of a row in at most `width` columns.
pub(super) fn of(row: &Row<'_>, origin: Option<&str>, width: usize, style: Style) -> String {
    let branch = if row.hop.number > 1 { style.branch() } else { "" };
    let name = whole(row, origin);
    format!("{branch}{}", cut(&name, width - branch.chars().count(), style))
}

/// Cuts text in its middle: the end of a URL tells as much as its start.
pub(super) fn cut(text: &str, width: usize, style: Style) -> String {
    let text = if style.unicode { text.to_owned() } else { ascii(text) };
    if text.width() <= width {
        return text;
    }
    let room = width.saturating_sub(1);
    let tail = room / 3;
    let start = prefix(text.chars(), room - tail);
    let end: Vec<char> = prefix(text.chars().rev(), tail).chars().collect();
    format!("{start}{}{}", style.ellipsis(), end.into_iter().rev().collect::<String>())
}

/// Returns as many characters as have room.
fn prefix(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut left = width;
    chars
        .take_while(|c| {
            let width = c.width().unwrap_or(0);
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        })
        .collect()
}

/// Returns text in ASCII: other characters are escaped.
fn ascii(text: &str) -> String {
    text.chars().fold(String::new(), |mut ascii, c| {
        match c {
            'µ' => ascii.push('u'),
            ' '..='~' => ascii.push(c),
            c => ascii.extend(c.escape_unicode()),
        }
        ascii
    })
}

/// Fills text with spaces up to a width.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Fills text with spaces before it.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Style = Style { width: 80, colour: false, unicode: true };

    #[test]
    fn text_is_cut_in_its_middle_to_its_width() {
        let name = "GET /a/very/long/path/to/something.html";
        assert_eq!(cut(name, 20, WIDE), "GET /a/very/l…g.html");
        assert_eq!(cut(name, 100, WIDE), name);
        assert_eq!(cut(name, 1, WIDE), "…");
        for width in 1..40 {
            let cut = cut("GET /日本語/ページ/とても長い名前.html", width, WIDE);
            assert!(cut.width() <= width, "{width}: {cut}");
        }
        let ascii = cut("GET /日本", 30, Style { unicode: false, ..WIDE });
        assert_eq!(ascii, "GET /\\u{65e5}\\u{672c}");
    }

    #[test]
    fn origin_ends_before_the_path() {
        assert_eq!(origin_of("http://a.test:81/x"), Some("http://a.test:81"));
        assert_eq!(origin_of("http://a.test?x=/"), Some("http://a.test"));
        assert_eq!(origin_of("/x"), None);
    }
}
