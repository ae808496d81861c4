//! Files of options, as curl's `-K` reads them.

use std::ffi::OsStr;
use std::fs;
use std::io;

/// Reads a file, or standard input for `-`.
pub(super) fn read(file: &OsStr) -> io::Result<String> {
    if file == "-" { io::read_to_string(io::stdin()) } else { fs::read_to_string(file) }
}

/// Reads a line: an option, with or without hyphens, and its value after white space, `=` or `:`. A value in quotes may
/// contain spaces, and escapes. Returns `None` for a comment and an empty line.
pub(super) fn option(line: &str) -> Option<(String, Option<String>)> {
    let line = line.trim_start();
    if line.is_empty() || line.starts_with(['#', '/', '*']) {
        return None;
    }
    // The equals sign separates only where the option has no hyphen.
    let is_dashed = line.starts_with('-');
    let is_separator = |c: char| c.is_ascii_whitespace() || (!is_dashed && matches!(c, '=' | ':'));
    let (option, rest) = line.split_at(line.find(is_separator).unwrap_or(line.len()));
    let rest = rest.trim_start_matches(is_separator);
    let value = match rest.strip_prefix('"') {
        Some(quoted) => Some(unquoted(quoted)),
        None => rest.split_ascii_whitespace().next().map(str::to_owned),
    };
    Some((option.to_owned(), value))
}

/// Returns the text up to the closing quote, without escapes.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => match characters.next() {
                Some('t') => out.push('\t'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('v') => out.push('\x0b'),
                Some(c) => out.push(c),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, Option<String>)> {
        option(line)
    }

    fn pair(option: &str, value: &str) -> Option<(String, Option<String>)> {
        Some((option.to_owned(), Some(value.to_owned())))
    }

    #[test]
    fn option_is_followed_by_its_value() {
        assert_eq!(read("url = http://a/"), pair("url", "http://a/"));
        assert_eq!(read("url=http://a/"), pair("url", "http://a/"));
        assert_eq!(read("url: http://a/"), pair("url", "http://a/"));
        assert_eq!(read("  -X PUT"), pair("-X", "PUT"));
        assert_eq!(read("--request PUT"), pair("--request", "PUT"));
        assert_eq!(read("silent"), Some(("silent".to_owned(), None)));
        assert_eq!(read("data ="), Some(("data".to_owned(), None)));
        assert_eq!(read("data = \"\""), pair("data", ""));
    }

    #[test]
    fn value_in_quotes_has_spaces_and_escapes() {
        assert_eq!(read(r#"header = "X: \"a\"\tb\\c" rest"#), pair("header", "X: \"a\"\tb\\c"));
        assert_eq!(read(r#"user-agent = "open"#), pair("user-agent", "open"));
        assert_eq!(read("user-agent = a b # comment"), pair("user-agent", "a"));
    }

    #[test]
    fn comments_and_empty_lines_are_skipped() {
        for line in ["", "  ", "# a", "  # a", "// a", "* a"] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
