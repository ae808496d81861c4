//! Differences between expected and actual lines.

use std::fmt::Write;

/// Returns all lines, with `-` before missing ones and `+` before additional ones, or `None` if `actual` is
/// as expected.
#[must_use]
pub fn diff(expected: &[String], actual: &[String]) -> Option<String> {
    if expected == actual {
        return None;
    }
    let common = common(expected, actual);
    let (mut before, mut after) = (expected, actual);
    let mut shown = String::new();
    let mut show = |mark, line: &String| {
        // Writing to a string does not fail.
        let _ = writeln!(shown, "{mark} {line}");
    };
    loop {
        let left = common[expected.len() - before.len()][actual.len() - after.len()];
        match (before.split_first(), after.split_first()) {
            (Some((line, rest)), Some((other, others))) if line == other => {
                show(' ', line);
                (before, after) = (rest, others);
            }
            (Some((line, rest)), _)
                if common[expected.len() - rest.len()][actual.len() - after.len()] == left =>
            {
                show('-', line);
                before = rest;
            }
            (_, Some((line, rest))) => {
                show('+', line);
                after = rest;
            }
            _ => return Some(shown),
        }
    }
}

/// Returns the length of the longest common subsequence of the rests from each pair of places on.
fn common(expected: &[String], actual: &[String]) -> Vec<Vec<usize>> {
    let mut common = vec![vec![0; actual.len() + 1]; expected.len() + 1];
    for (i, line) in expected.iter().enumerate().rev() {
        for (j, other) in actual.iter().enumerate().rev() {
            common[i][j] = if line == other {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diff_marks_lines() {
        let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert_eq!(diff(&lines("abc"), &lines("abc")), None);
        for (expected, actual, shown) in [
            ("abc", "axc", "  a\n- b\n+ x\n  c\n"),
            ("abc", "c", "- a\n- b\n  c\n"),
            ("c", "cab", "  c\n+ a\n+ b\n"),
            ("", "a", "+ a\n"),
        ] {
            assert_eq!(diff(&lines(expected), &lines(actual)).as_deref(), Some(shown));
        }
    }
}
