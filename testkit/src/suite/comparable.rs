//! Parts of recorded lines that limpid does not repeat.

/// Returns the lines of httpx's asynchronous client: all its streams have one class.
#[must_use]
pub fn asynchronous(lines: &[String]) -> Vec<String> {
    const CLASSES: [&str; 2] = ["sync.SyncStream", "sync.TLSinTLSStream"];
    let renamed = |line: &String| {
        CLASSES.iter().fold(line.clone(), |line, class| line.replace(class, "anyio.AnyIOStream"))
    };
    lines.iter().map(renamed).collect()
}

/// Returns the lines of httpx under the names of httpx2. They have no line that differs in more.
#[must_use]
pub(super) fn of_httpx2(lines: &[String]) -> Vec<String> {
    const NAMES: [(&str, &str); 3] =
        [(" httpx - ", " httpx2 - "), (" httpcore.", " httpcore2."), ("<httpcore.", "<httpcore2.")];
    let renamed = |line: &String| {
        NAMES.iter().fold(line.clone(), |line, (of_httpx, name)| line.replace(of_httpx, name))
    };
    lines.iter().map(renamed).collect()
}

/// Returns the lines without the texts of the TLS library, which differs; the class of an error and its
/// reason code stay.
#[must_use]
pub fn comparable(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| without_words(line).unwrap_or_else(|| line.clone())).collect()
}

/// Converts `SSLError(1, '[SSL: CODE] words (_ssl.c:LINE)')` to `SSLError(1, '[SSL: CODE] ...')`.
fn without_words(line: &str) -> Option<String> {
    let (before, after) = line.split_once(" (_ssl.c:LINE)")?;
    let after = after.strip_prefix(['\'', '"'])?;
    let quote = before.find(", '").into_iter().chain(before.find(", \"")).min()?;
    let (error, text) = before.split_at(quote);
    let text = &text[", '".len()..];
    let code = text.find(']').filter(|_| text.starts_with('[')).map_or("", |end| &text[..=end]);
    Some(format!("{error}, '{code} ...'{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparable_lines_keep_codes_only() {
        let line = |text: &str| format!("failed exception=ConnectError(SSLError({text}))");
        for (text, expected) in [
            ("1, '[SSL: CODE] words (_ssl.c:LINE)'", "1, '[SSL: CODE] ...'"),
            ("1, \"[SSL: CODE] it's (_ssl.c:LINE)\"", "1, '[SSL: CODE] ...'"),
            ("8, 'words (_ssl.c:LINE)'", "8, ' ...'"),
            ("8, 'other words'", "8, 'other words'"),
        ] {
            assert_eq!(comparable(&[line(text)]), [line(expected)]);
        }
    }
}
