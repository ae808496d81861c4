//! One field line (RFC 9112 section 5), without its line end.

use core::ops::Range;

use super::token::{ascii_len, find_control, token_len};
use super::{Broken, Tolerated};
use crate::error::Rule;
use crate::limits::Lenient;

/// A field line's parts, as ranges within the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldLine {
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
}

/// Reads `name ":" OWS value OWS`. Returns `None` for a line that is not a field and is left out.
#[inline]
pub(crate) fn read(
    line: &[u8],
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<Option<FieldLine>, Broken> {
    let name = 0..token_len(line);
    let colon = match line.get(name.end) {
        Some(b':') if !name.is_empty() => name.end,
        _ => match colon_elsewhere(line, name.end, lenient, tolerated)? {
            Some(colon) => colon,
            None => return Ok(None),
        },
    };
    let value = trimmed(line, colon + 1..line.len());
    check_value(line, value.clone(), lenient, tolerated)?;
    Ok(Some(FieldLine { name, value }))
}

/// Reads a line of the common form `name ": " value CRLF` with an ASCII value, and returns its name,
/// its value and the bytes after it. Returns `None` if the line is incomplete, or if it requires
/// validation or trimming, which [`read`] does.
#[inline]
pub(crate) fn plain(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = bytes.split_at_checked(token_len(bytes))?;
    let rest = rest.strip_prefix(b": ")?;
    let (value, rest) = rest.split_at_checked(ascii_len(rest))?;
    let rest = rest.strip_prefix(b"\r\n")?;
    let is_trimmed = *value.first()? != b' ' && *value.last()? != b' ';
    (is_trimmed && !name.is_empty()).then_some((name, value, rest))
}

/// Returns the position of a colon that does not follow the name directly; `None` for a line that is
/// left out; in most cases an error.
#[cold]
fn colon_elsewhere(
    line: &[u8],
    end: usize,
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<Option<usize>, Broken> {
    let blanks = line[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let (rule, at, tolerance) = match line.get(end + blanks) {
        Some(b'\r') => return Err(Broken::new(Rule::BareCr, end + blanks)),
        Some(b':') if end == 0 => (Rule::FieldNameEmpty, 0, Lenient::LINE_WITHOUT_NAME),
        Some(b':') if lenient.allows(Lenient::SPACE_BEFORE_COLON) => {
            tolerated(Rule::SpaceBeforeColon, end);
            return Ok(Some(end + blanks));
        }
        Some(b':') => return Err(Broken::new(Rule::SpaceBeforeColon, end)),
        Some(_) if line.contains(&b':') && blanks > 0 => {
            (Rule::FieldNameCharacter, end, Lenient::SPACE_IN_NAME)
        }
        Some(_) if line.contains(&b':') => {
            (Rule::FieldNameCharacter, end, Lenient::CHARACTER_IN_NAME)
        }
        _ => (Rule::FieldColon, line.len(), Lenient::LINE_WITHOUT_COLON),
    };
    // A control character may hide what another reader takes for a line end.
    if !lenient.allows(tolerance) || find_control(line).is_some() {
        return Err(Broken::new(rule, at));
    }
    tolerated(rule, at);
    Ok(None)
}

/// Checks the characters of a value, or of a continuation line.
#[inline]
pub(crate) fn check_value(
    line: &[u8],
    value: Range<usize>,
    lenient: Lenient,
    tolerated: &mut impl Tolerated,
) -> Result<(), Broken> {
    let mut start = value.start;
    while let Some(at) = find_control(&line[start..value.end]) {
        let at = start + at;
        let may_stand = !matches!(line[at], b'\0' | b'\r' | b'\n');
        if !(may_stand && lenient.allows(Lenient::CONTROL_IN_VALUE)) {
            let rule = if line[at] == b'\r' { Rule::BareCr } else { Rule::FieldValueCharacter };
            return Err(Broken::new(rule, at));
        }
        tolerated(Rule::FieldValueCharacter, at);
        start = at + 1;
    }
    Ok(())
}

/// Returns `range` without leading and trailing spaces and tabs.
#[inline]
pub(crate) fn trimmed(line: &[u8], range: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = range;
    while start < end && matches!(line[start], b' ' | b'\t') {
        start += 1;
    }
    while start < end && matches!(line[end - 1], b' ' | b'\t') {
        end -= 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(line: &[u8]) -> Result<FieldLine, Broken> {
        read(line, Lenient::NONE, &mut |_, _| {}).map(Option::unwrap)
    }

    #[test]
    fn value_excludes_surrounding_white_space() {
        assert_eq!(strict(b"X: \t y \t ").unwrap(), FieldLine { name: 0..1, value: 5..6 });
        assert_eq!(strict(b"X:").unwrap(), FieldLine { name: 0..1, value: 2..2 });
        assert_eq!(strict(b"X:a:b").unwrap(), FieldLine { name: 0..1, value: 2..5 });
    }

    #[test]
    fn error_has_the_offset() {
        for (line, rule, at) in [
            (&b"X"[..], Rule::FieldColon, 1),
            (b": y", Rule::FieldNameEmpty, 0),
            (b" : y", Rule::FieldNameEmpty, 0),
            (b"X Y: z", Rule::FieldNameCharacter, 1),
            (b"X : y", Rule::SpaceBeforeColon, 1),
            (b"X(: y", Rule::FieldNameCharacter, 1),
            (b"X: a\0b", Rule::FieldValueCharacter, 4),
            (b"X: a\rb", Rule::BareCr, 4),
            (b"\rX: a", Rule::BareCr, 0),
        ] {
            assert_eq!(strict(line), Err(Broken::new(rule, at)), "{}", line.escape_ascii());
            let harmless = Lenient::SPACE_BEFORE_COLON | Lenient::BARE_LF;
            let is_taken = read(line, harmless, &mut |_, _| {}).is_ok();
            assert_eq!(is_taken, rule == Rule::SpaceBeforeColon, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn plain_agrees_with_read() {
        let mut plain_lines = 0;
        for line in [&b"Content-Type: text/html; charset=UTF-8"[..], b"X:y", b"Empty:", b"A: b"] {
            for (at, byte) in (0..line.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
                let mut line = line.to_vec();
                line[at] = byte;
                line.extend_from_slice(b"\r\nNext: line\r\n\r\n");
                if let Some((name, value, rest)) = plain(&line) {
                    // A line end within the line splits it.
                    let whole = &line[..line.len() - rest.len() - 2];
                    let read = strict(whole).unwrap();
                    assert_eq!((name, value), (&whole[read.name], &whole[read.value]));
                    plain_lines += 1;
                }
                assert_eq!(plain(&line[..at]), None);
            }
        }
        assert!(plain_lines > 3000, "{plain_lines} are read fast");
    }

    #[test]
    fn each_tolerance_is_reported() {
        let mut reported = Vec::new();
        let lenient = Lenient::SPACE_BEFORE_COLON | Lenient::CONTROL_IN_VALUE;
        let line = read(b"X : a\x01b\x02", lenient, &mut |rule, at| reported.push((rule, at)));
        assert_eq!(line.unwrap().unwrap(), FieldLine { name: 0..1, value: 4..8 });
        assert_eq!(
            reported,
            [
                (Rule::SpaceBeforeColon, 1),
                (Rule::FieldValueCharacter, 5),
                (Rule::FieldValueCharacter, 7),
            ]
        );
    }
}
