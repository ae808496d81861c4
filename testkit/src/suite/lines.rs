//! Log lines without what differs between runs.

/// Returns the lines of a log with `TIMESTAMP` for each time, `0xADDR` for each address of an object and
/// `_ssl.c:LINE` for each line of that file. Each text in `aside` is replaced by the one beside it, in the
/// order given.
#[must_use]
pub fn normalise(log: &str, aside: &[(&str, &str)]) -> Vec<String> {
    // A reason phrase may contain anything but a line feed.
    log.split_terminator('\n')
        .map(|line| {
            let line = without_times(line);
            let line = without_numbers(&line, " at 0x", "ADDR", |c| c.is_ascii_hexdigit());
            let line = without_numbers(&line, "_ssl.c:", "LINE", |c| c.is_ascii_digit());
            aside.iter().fold(line, |line, (text, name)| line.replace(text, name))
        })
        .collect()
}

/// Replaces times such as `2024-09-28 17:27:40`, with or without `,123`.
fn without_times(line: &str) -> String {
    const SECONDS: &str = "dddd-dd-dd dd:dd:dd";
    const MILLISECONDS: &str = ",ddd";
    let mut kept = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = strip_shape(rest, SECONDS) {
            kept.push_str("TIMESTAMP");
            rest = strip_shape(after, MILLISECONDS).unwrap_or(after);
        } else {
            kept.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    kept
}

/// Returns the text after a prefix of this shape, in which `d` is a digit.
fn strip_shape<'t>(text: &'t str, shape: &str) -> Option<&'t str> {
    shape.chars().try_fold(text, |text, wanted| match wanted {
        'd' => text.strip_prefix(|c: char| c.is_ascii_digit()),
        _ => text.strip_prefix(wanted),
    })
}

/// Replaces each number after `mark` by `token`.
fn without_numbers(line: &str, mark: &str, token: &str, is_digit: fn(char) -> bool) -> String {
    let mut parts = line.split(mark);
    let first = parts.next().unwrap_or_default();
    parts.fold(first.to_owned(), |kept, part| {
        kept + mark + token + part.trim_start_matches(is_digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalise_replaces_times_and_numbers() {
        let log = "[2024-09-28 17:27:40] <a at 0x7f52> <b at 0xff>\n2024-09-28 17:27:40,123 é 1-2";
        let lines = ["[TIMESTAMP] <a at 0xADDR> <b at 0xADDR>", "TIMESTAMP é 1-2"];
        assert_eq!(normalise(log, &[]), lines);
    }
}
