//! The names of files that URLs and servers give.

use limpid_core::client::Url;

/// Returns the last segment of a URL's path; `None` if it is empty.
pub(crate) fn of_url(url: &Url) -> Option<&str> {
    let path = url.target().split('?').next().unwrap_or_default();
    safe(path.rsplit(['/', '\\']).next().unwrap_or_default())
}

/// Returns the name in a Content-Disposition, without its directories; `None` if it says no name.
pub(crate) fn of_disposition(value: &[u8]) -> Option<String> {
    const PARAMETER: &str = "filename=";
    let value = String::from_utf8_lossy(value);
    let mut rest = &*value;
    let text = loop {
        rest = rest.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        match rest.strip_prefix(PARAMETER) {
            Some(text) => break text,
            None => rest = rest.split_once(';')?.1,
        }
    };
    let name = match text.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(text.chars().next().unwrap_or('"')).next(),
        None => text.split(';').next(),
    };
    let name = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    safe(name).map(str::to_owned)
}

/// Returns a name, unless it names no file of a directory.
fn safe(name: &str) -> Option<&str> {
    Some(name).filter(|name| !matches!(*name, "" | "." | "..") && !name.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_of_url_is_its_last_segment() {
        let name = |url: &str| of_url(&url.parse().unwrap()).map(str::to_owned);
        assert_eq!(name("http://h/a/b.txt?c/d#e").as_deref(), Some("b.txt"));
        assert_eq!(name("http://h/a\\b").as_deref(), Some("b"));
        assert_eq!(name("http://h/a%20b").as_deref(), Some("a%20b"));
        assert_eq!((name("http://h"), name("http://h/a/")), (None, None));
    }

    #[test]
    fn name_of_server_has_no_directory() {
        let name = |value: &str| of_disposition(value.as_bytes());
        assert_eq!(name("attachment; filename=a.txt; size=3").as_deref(), Some("a.txt"));
        assert_eq!(name("attachment; filename=\"a;b.txt\"").as_deref(), Some("a;b.txt"));
        assert_eq!(name("filename=\"/etc/../x\\y.txt\"").as_deref(), Some("y.txt"));
        for none in ["attachment", "attachment; filename*=UTF-8''a", "filename=..", "filename=\"\""]
        {
            assert_eq!(name(none), None, "{none}");
        }
    }
}
