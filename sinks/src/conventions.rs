//! What measurements of different kinds have in common, by the conventions of OpenTelemetry for HTTP.

/// Returns a method, or `_OTHER` for one that RFC 9110 and RFC 5789 do not define: whatever peers send, there are few.
pub(crate) fn known_method(method: &[u8]) -> &'static str {
    const KNOWN: [&str; 9] =
        ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    let is_it = |known: &&&str| known.as_bytes() == method;
    KNOWN.iter().find(is_it).copied().unwrap_or("_OTHER")
}

/// Upper bounds of buckets for the durations of requests and of lookups, in seconds.
pub(crate) const REQUEST_BUCKETS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_methods_share_a_name() {
        let names = [&b"GET"[..], b"get", b"PROPFIND", b""].map(known_method);
        assert_eq!(names, ["GET", "_OTHER", "_OTHER", "_OTHER"]);
    }
}
