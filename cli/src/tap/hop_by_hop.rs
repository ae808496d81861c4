//! The fields that are not passed on, because they concern one connection only (RFC 9110 section 7.6).

use limpid_core::fields::{Field, Fields};

/// The fields that concern one connection, whether Connection lists them or not. Those of authentication are
/// between a client and its proxy (RFC 9110 section 11.7). Trailer is not among them: trailers are passed on.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// What a message says about its connection.
pub(super) struct HopByHop<'h> {
    fields: Fields<'h>,
    /// The sender accepts trailers.
    pub(super) takes_trailers: bool,
    /// The protocols in Upgrade, if Connection lists it.
    pub(super) upgrade: Option<Vec<u8>>,
}

impl<'h> HopByHop<'h> {
    /// Reads the fields of a message.
    pub(super) fn of(fields: Fields<'h>) -> Self {
        let lists = |name: &str, option: &[u8]| {
            let mut elements =
                fields.iter().filter(|field| field.is(name)).flat_map(|field| field.elements());
            elements.any(|element| element.eq_ignore_ascii_case(option))
        };
        // HTTP/2 could not be shown.
        let protocols: Vec<&[u8]> = fields
            .iter()
            .filter(|field| field.is("upgrade"))
            .flat_map(|field| field.elements())
            .filter(|protocol| !protocol.to_ascii_lowercase().starts_with(b"h2"))
            .collect();
        let upgrade = (lists("connection", b"upgrade") && !protocols.is_empty())
            .then(|| protocols.join(&b", "[..]));
        Self { fields, takes_trailers: lists("te", b"trailers"), upgrade }
    }

    /// Returns the fields that are passed on, in their order.
    pub(super) fn passed_on(&self) -> impl Iterator<Item = Field<'h>> + use<'_, 'h> {
        self.fields.iter().filter(|field| !self.concerns_connection(field.name))
    }

    /// Returns whether a field concerns the connection only: by its name, or because Connection lists it.
    fn concerns_connection(&self, name: &[u8]) -> bool {
        HOP_BY_HOP.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
            || self.is_listed(name)
    }

    fn is_listed(&self, name: &[u8]) -> bool {
        // The length and the host of a message are for all recipients, whatever its sender lists.
        if [&b"content-length"[..], b"host"].iter().any(|kept| name.eq_ignore_ascii_case(kept)) {
            return false;
        }
        self.fields
            .iter()
            .filter(|field| field.is("connection"))
            .flat_map(|field| field.elements())
            .any(|option| option.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use limpid_core::fields::FieldBlock;

    use super::*;

    /// Returns the names of those of these fields that are passed on.
    fn passed_on(fields: &[(&str, &str)]) -> Vec<String> {
        let block: FieldBlock =
            fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        let name = |field: Field<'_>| String::from_utf8(field.name.to_vec()).unwrap();
        HopByHop::of(block.fields()).passed_on().map(name).collect()
    }

    #[test]
    fn fields_keep_their_order_and_repetitions() {
        let fields = [("X-B", "1"), ("X-A", "2"), ("x-b", "3"), ("X-B", "1")];
        assert_eq!(passed_on(&fields), ["X-B", "X-A", "x-b", "X-B"]);
    }

    #[test]
    fn fields_of_the_connection_are_not_passed_on() {
        for name in
            ["Connection", "KEEP-ALIVE", "te", "Transfer-Encoding", "Upgrade", "Proxy-Connection"]
        {
            assert_eq!(passed_on(&[(name, "x"), ("A", "b")]), ["A"], "{name}");
        }
        for name in ["Proxy-Authorization", "proxy-authenticate", "Proxy-Authentication-Info"] {
            assert_eq!(passed_on(&[(name, "x")]), [""; 0], "{name}");
        }
        assert_eq!(
            passed_on(&[("Proxy-Status", "x"), ("Trailer", "y")]),
            ["Proxy-Status", "Trailer"]
        );
    }

    #[test]
    fn fields_that_connection_lists_are_not_passed_on() {
        let fields = [
            ("X-A", "1"),
            ("Connection", "close, x-a"),
            ("connection", "X-B"),
            ("x-b", "2"),
            ("C", ""),
        ];
        assert_eq!(passed_on(&fields), ["C"]);
        let kept = [("Connection", "content-length, Host"), ("Content-Length", "1"), ("host", "x")];
        assert_eq!(passed_on(&kept), ["Content-Length", "host"]);
    }

    #[test]
    fn upgrade_needs_both_fields_and_another_protocol_than_http_2() {
        let upgrade = |fields: &[(&str, &str)]| {
            let block: FieldBlock =
                fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
            HopByHop::of(block.fields())
                .upgrade
                .map(|protocols| String::from_utf8(protocols).unwrap())
        };
        let connection = ("Connection", "keep-alive, Upgrade");
        assert_eq!(upgrade(&[connection, ("Upgrade", "websocket")]).as_deref(), Some("websocket"));
        assert_eq!(upgrade(&[connection, ("Upgrade", "h2c, a/1, b")]).as_deref(), Some("a/1, b"));
        assert_eq!(upgrade(&[connection, ("Upgrade", "h2c")]), None);
        assert_eq!(upgrade(&[connection]), None);
        assert_eq!(upgrade(&[("Upgrade", "websocket")]), None);
    }
}
