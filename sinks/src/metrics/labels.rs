//! Values of labels. Each has few, whatever peers send.

/// Returns a method, or `_OTHER` for one that RFC 9110 and RFC 5789 do not define.
pub(super) fn method(method: &[u8]) -> &'static str {
    const KNOWN: [&str; 9] =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    let is_it = |known: &&&str| known.as_bytes() == method;
    KNOWN.iter().find(is_it).copied().unwrap_or("_OTHER")
}

/// Returns the class of a status code.
pub(super) const fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_values_share_a_label() {
        assert_eq!(
            (method(b"GET"), method(b"get"), method(b"PROPFIND")),
            ("GET", "_OTHER", "_OTHER")
        );
        assert_eq!((class(204), class(599), class(999)), ("2xx", "5xx", "other"));
    }
}
