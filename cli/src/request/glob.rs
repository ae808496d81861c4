//! URLs that stand for several: `{a,b}`, `[1-3]` and `[a-z:2]`, as in curl.

use std::net::Ipv6Addr;

/// A URL with sets and ranges.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Glob {
    pieces: Vec<Piece>,
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Set(Vec<String>),
    /// From, to, step, and the number of digits.
    Numbers(u64, u64, u64, usize),
    /// From, to, and step.
    Letters(u8, u8, u8),
}

impl Piece {
    /// Returns how many texts it stands for.
    fn count(&self) -> u64 {
        match self {
            Self::Text(_) => 1,
            Self::Set(texts) => texts.len() as u64,
            Self::Numbers(from, to, step, _) => (to - from) / step + 1,
            Self::Letters(from, to, step) => u64::from((to - from) / step) + 1,
        }
    }

    /// Returns the text with this index, which is below the count.
    fn text(&self, index: u64) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Set(texts) => usize::try_from(index)
                .ok()
                .and_then(|index| texts.get(index))
                .cloned()
                .unwrap_or_default(),
            Self::Numbers(from, _, step, digits) => format!("{:0digits$}", from + index * step),
            Self::Letters(from, _, step) => {
                char::from(from + u8::try_from(index).unwrap_or(0) * step).to_string()
            }
        }
    }
}

/// A URL, and the texts of its sets and ranges.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Globbed {
    pub(super) text: String,
    chosen: Vec<String>,
}

impl Globbed {
    /// Returns a URL without sets and ranges.
    pub(super) const fn plain(text: String) -> Self {
        Self { text, chosen: Vec::new() }
    }

    /// Replaces `#1` and so on in the name of a file by the texts. Numbers without a text stay.
    pub(super) fn fill(&self, name: &str) -> String {
        let mut out = String::with_capacity(name.len());
        let mut rest = name;
        while let Some(start) = rest.find('#') {
            let (before, after) = (&rest[..start], &rest[start + 1..]);
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let chosen = after[..digits]
                .parse::<usize>()
                .ok()
                .and_then(|number| self.chosen.get(number.checked_sub(1)?));
            out.push_str(before);
            match chosen {
                Some(text) => out.push_str(text),
                None => out.extend(["#", &after[..digits]]),
            }
            rest = &after[digits..];
        }
        out.push_str(rest);
        out
    }
}

impl Glob {
    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with a set or a range.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            let (piece, left) = match c {
                '\\' if after.starts_with(['{', '}', '[', ']']) => {
                    literal.push_str(&after[..1]);
                    rest = &after[1..];
                    continue;
                }
                '{' => set(after)?,
                '[' => match literal_brackets(after) {
                    Some(length) => {
                        literal.push_str(&rest[..=length]);
                        rest = &rest[length + 1..];
                        continue;
                    }
                    None => range(after)?,
                },
                '}' | ']' => return Err(format!("{c} has no beginning; write \\{c}, or use -g")),
                c => {
                    literal.push(c);
                    rest = after;
                    continue;
                }
            };
            pieces.push(Piece::Text(std::mem::take(&mut literal)));
            pieces.push(piece);
            rest = left;
        }
        pieces.push(Piece::Text(literal));
        let count = pieces.iter().try_fold(1_u64, |count, piece| count.checked_mul(piece.count()));
        match count {
            Some(_) => Ok(Self { pieces }),
            None => Err("it stands for too many URLs".into()),
        }
    }

    /// Returns the URLs; the last set or range changes first.
    pub(super) fn urls(&self) -> impl Iterator<Item = Globbed> {
        let count: u64 = self.pieces.iter().map(Piece::count).product();
        (0..count).map(|mut number| {
            let mut texts: Vec<String> = Vec::with_capacity(self.pieces.len());
            for piece in self.pieces.iter().rev() {
                texts.push(piece.text(number % piece.count()));
                number /= piece.count();
            }
            texts.reverse();
            let is_chosen = |piece: &Piece| !matches!(piece, Piece::Text(_));
            let chosen = self.pieces.iter().zip(&texts).filter(|(piece, _)| is_chosen(piece));
            let chosen = chosen.map(|(_, text)| text.clone()).collect();
            Globbed { text: texts.concat(), chosen }
        })
    }
}

/// Reads a set behind its brace. Returns what follows it.
fn set(text: &str) -> Result<(Piece, &str), String> {
    let mut texts = vec![String::new()];
    let mut characters = text.char_indices();
    while let Some((index, c)) = characters.next() {
        let last = texts.len() - 1;
        match c {
            '}' if texts == [""] => return Err("{} is an empty set".into()),
            '}' => return Ok((Piece::Set(texts), &text[index + 1..])),
            ',' => texts.push(String::new()),
            '{' | '[' => return Err("a set contains another, which is not supported".into()),
            '\\' => texts[last].extend(characters.next().map(|(_, c)| c)),
            c => texts[last].push(c),
        }
    }
    Err("{ has no end; write \\{, or use -g".into())
}

/// Reads a range behind its bracket. Returns what follows it.
fn range(text: &str) -> Result<(Piece, &str), String> {
    let (inside, rest) = text.split_once(']').ok_or("[ has no end; write \\[, or use -g")?;
    let wrong = || {
        format!(
            "[{inside}] is not a range such as [1-3], [001-100] or [a-z:2]; use -g for a plain ["
        )
    };
    let (bounds, step) = match inside.split_once(':') {
        Some((bounds, step)) => {
            (bounds, step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?)
        }
        None => (inside, 1),
    };
    let (from, to) = bounds.split_once('-').ok_or_else(wrong)?;
    let piece = match (from.as_bytes(), to.as_bytes()) {
        ([from], [to]) if from.is_ascii_alphabetic() && to.is_ascii_alphabetic() && from <= to => {
            let step = u8::try_from(step).map_err(|_| wrong())?;
            Piece::Letters(*from, *to, step)
        }
        _ => {
            let number = |text: &str| {
                let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
                text.parse::<u64>().ok().filter(|_| is_number).ok_or_else(wrong)
            };
            let digits = if from.starts_with('0') { from.len() } else { 0 };
            let (from, to) = (number(from)?, number(to)?);
            if from > to || to - from == u64::MAX {
                return Err(wrong());
            }
            Piece::Numbers(from, to, step, digits)
        }
    };
    Ok((piece, rest))
}

/// Returns the length of what stands for itself behind a bracket, with the closing bracket: nothing, as in `a[]=1`, or an IPv6
/// address.
fn literal_brackets(text: &str) -> Option<usize> {
    let (inside, _) = text.split_once(']')?;
    let (address, _) = inside.split_once('%').unwrap_or((inside, ""));
    let is_literal = inside.is_empty() || address.parse::<Ipv6Addr>().is_ok();
    is_literal.then_some(inside.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        Glob::read(text).unwrap().urls().map(|url| url.text).collect()
    }

    #[test]
    fn sets_and_ranges_stand_for_their_texts() {
        assert_eq!(urls("a/{x,,yz}"), ["a/x", "a/", "a/yz"]);
        assert_eq!(urls("[8-10]"), ["8", "9", "10"]);
        assert_eq!(urls("[08-10]"), ["08", "09", "10"]);
        assert_eq!(urls("[a-e:2]"), ["a", "c", "e"]);
        assert_eq!(urls("{a,b}[1-2]c"), ["a1c", "a2c", "b1c", "b2c"]);
        assert_eq!(urls("\\{a\\}\\[1\\]"), ["{a}[1]"]);
        assert_eq!(urls("?a[]=[1-2]"), ["?a[]=1", "?a[]=2"]);
        assert_eq!(urls("http://[::1]:80/[1-1]"), ["http://[::1]:80/1"]);
        assert_eq!(urls("http://[fe80::1%25eth0]/"), ["http://[fe80::1%25eth0]/"]);
    }

    #[test]
    fn wrong_sets_and_ranges_are_rejected() {
        for text in
            ["{a", "a}", "[1-2", "1]", "{}", "[3-1]", "[a-3]", "[1-2:0]", "[1]", "{a{b}}", "[-1]"]
        {
            assert!(Glob::read(text).is_err(), "{text}");
        }
        assert!(Glob::read("[0-99999999999][0-99999999999]").is_err());
    }

    #[test]
    fn numbers_in_the_name_of_a_file_are_replaced() {
        let glob = Glob::read("{a,b}/[1-2]").unwrap();
        let last = glob.urls().last().unwrap();
        assert_eq!(last.fill("x#1_#2#3.#"), "xb_2#3.#");
        assert_eq!(Globbed::plain("a".into()).fill("#1"), "#1");
    }
}
