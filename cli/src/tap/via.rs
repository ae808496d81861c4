//! The field Via (RFC 9110 section 7.6.3): the proxies that a message has passed.

use limpid_core::fields::Fields;
use limpid_core::http1::Version;

/// Returns the value of the Via field that a proxy adds to a message of this version.
pub(super) fn value(version: Version, name: &str) -> String {
    format!("1.{} {name}", version.minor())
}

/// Returns whether the proxy of this name has passed the message on before.
pub(super) fn lists(fields: Fields<'_>, name: &str) -> bool {
    fields.iter().filter(|field| field.is("via")).flat_map(|field| field.elements()).any(|hop| {
        // The protocol, the name, and perhaps a comment.
        let mut words =
            hop.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
        words.nth(1).is_some_and(|by| by.eq_ignore_ascii_case(name.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use limpid_core::fields::FieldBlock;

    use super::*;

    #[test]
    fn own_name_is_found_in_any_element() {
        let lists = |value: &str| {
            let mut fields = FieldBlock::new();
            fields.push(b"Via", b"1.1 first");
            fields.push(b"VIA", value.as_bytes());
            lists(fields.fields(), "tap")
        };
        for value in ["1.1 tap", "1.0 a, HTTP/1.1 \t Tap (comment)", ", 1.1 tap,"] {
            assert!(lists(value), "{value}");
        }
        for value in ["1.1 tap2", "tap", "tap 1.1", "1.1 other (tap)", ""] {
            assert!(!lists(value), "{value}");
        }
    }

    #[test]
    fn value_has_the_version_of_the_message() {
        assert_eq!(value(Version::HTTP_10, "tap"), "1.0 tap");
        assert_eq!(value(Version::HTTP_11, "tap"), "1.1 tap");
    }
}
