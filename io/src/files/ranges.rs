//! Ranges of bytes (RFC 9110 section 14).

use std::ops::Range;

/// How many ranges of a request are sent. More are a mistake, or an attack that costs the server more than the client.
const MOST: usize = 64;

/// The parts of a content that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ranges {
    /// All of it: no range is asked for, or none that can be understood or is sensible.
    Whole,
    One(Range<u64>),
    Several(Vec<Range<u64>>),
    /// No range has a byte of the content.
    Unsatisfiable,
}

impl Ranges {
    /// Returns the ranges that the value of a Range field selects from a content of `len` bytes.
    ///
    /// An invalid value is ignored, as are ranges that together have more bytes than the content, since that overlaps
    /// (RFC 9110 section 14.2). Ranges stay in the order of the request.
    pub(super) fn select(value: &[u8], len: u64) -> Self {
        let Some(specs) = parse(value) else { return Self::Whole };
        // A part of nothing has no Content-Range; the whole of it is the suffix of any length.
        if len == 0 && specs.iter().any(|spec| matches!(spec, Spec::Suffix(1..))) {
            return Self::Whole;
        }
        let mut ranges: Vec<_> = specs.iter().filter_map(|spec| spec.of(len)).collect();
        let total =
            ranges.iter().fold(0_u64, |sum, range| sum.saturating_add(range.end - range.start));
        match ranges.len() {
            0 => Self::Unsatisfiable,
            1 => Self::One(ranges.swap_remove(0)),
            n if n > MOST || total > len => Self::Whole,
            _ => Self::Several(ranges),
        }
    }
}

/// A range as a client writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    /// From a position on, to another if it is given.
    From(u64, Option<u64>),
    /// The last bytes.
    Suffix(u64),
}

impl Spec {
    /// Returns the bytes of a content of `len` bytes, if there are any.
    fn of(self, len: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From(first, last) => {
                first..last.map_or(len, |last| last.saturating_add(1).min(len))
            }
            Self::Suffix(n) => len.saturating_sub(n)..len,
        };
        (range.start < range.end).then_some(range)
    }
}

/// Reads `bytes=...`. Returns `None` if it is not valid, or has another unit.
fn parse(value: &[u8]) -> Option<Vec<Spec>> {
    let value = std::str::from_utf8(value).ok()?;
    let (unit, list) = value.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let items = list.split(',').map(|item| item.trim_matches([' ', '\t']));
    let specs: Option<Vec<_>> = items.filter(|item| !item.is_empty()).map(spec).collect();
    specs.filter(|specs| !specs.is_empty())
}

fn spec(text: &str) -> Option<Spec> {
    let (first, last) = text.split_once('-')?;
    match (first, last) {
        ("", last) => Some(Spec::Suffix(position(last)?)),
        (first, "") => Some(Spec::From(position(first)?, None)),
        (first, last) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(Spec::From(first, Some(last)))
        }
    }
}

/// Reads a number. One that is too large is larger than any content.
fn position(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(value: &str, len: u64) -> Ranges {
        Ranges::select(value.as_bytes(), len)
    }

    #[test]
    fn one_range_is_cut_to_the_content() {
        for (value, range) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-", 2..10),
            ("bytes=2-99", 2..10),
            ("bytes=9-99999999999999999999", 9..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("Bytes=4-5", 4..6),
            ("bytes= 4-5 ,", 4..6),
            ("bytes=99-,4-5", 4..6),
        ] {
            assert_eq!(select(value, 10), Ranges::One(range), "{value}");
        }
    }

    #[test]
    fn ranges_without_a_byte_are_unsatisfiable() {
        for (value, len) in [
            ("bytes=10-", 10),
            ("bytes=-0", 10),
            ("bytes=99999999999999999999-", 10),
            ("bytes=0-", 0),
        ] {
            assert_eq!(select(value, len), Ranges::Unsatisfiable, "{value}");
        }
    }

    #[test]
    fn what_is_not_valid_is_ignored() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=1",
            "bytes=a-b",
            "bytes=2-1",
            "bytes=-",
            "bytes=+1-2",
            "lines=1-2",
            "bytes=0-1,x",
            "bytes 0-1",
        ] {
            assert_eq!(select(value, 10), Ranges::Whole, "{value}");
        }
        assert_eq!(select("bytes=-5", 0), Ranges::Whole);
    }

    #[test]
    fn several_ranges_keep_their_order_unless_they_are_too_long_or_many() {
        assert_eq!(select("bytes=8-, 0-1,99-", 10), Ranges::Several(vec![8..10, 0..2]));
        assert_eq!(select("bytes=0-5,5-9,1-1", 10), Ranges::Whole);
        let many = |n: u64| {
            let list: Vec<String> = (0..n).map(|at| format!("{at}-{at}")).collect();
            select(&format!("bytes={}", list.join(",")), 1000)
        };
        assert!(matches!(many(64), Ranges::Several(_)));
        assert_eq!(many(65), Ranges::Whole);
    }
}
