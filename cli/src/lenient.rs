//! Tolerances on the command line.

use limpid_core::error::PeerError;
use limpid_core::limits::Lenient;

/// Returns the tolerance of this name, in any case, with `-` or `_`; `all` is every tolerance.
pub(crate) fn tolerance(name: &str) -> Result<Lenient, String> {
    if name.eq_ignore_ascii_case("all") {
        return Ok(Lenient::ALL);
    }
    Lenient::named(name).ok_or_else(|| {
        let names: Vec<_> = Lenient::NAMED.iter().map(|(name, _)| shown(name)).collect();
        format!("the tolerances are all, {}", names.join(", "))
    })
}

/// Returns the hint to the option that would have read the bytes that are refused, if one would.
pub(crate) fn hint(error: &PeerError) -> Option<String> {
    let names: Vec<_> = Lenient::reading(error)?.names().map(shown).collect();
    Some(format!(" (--lenient {} reads it)", names.join(",")))
}

fn shown(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use limpid_core::error::Rule;

    use super::*;

    #[test]
    fn tolerance_is_found_by_its_name_in_any_spelling() {
        assert_eq!(tolerance("bare-lf"), Ok(Lenient::BARE_LF));
        assert_eq!(tolerance("BARE_LF"), Ok(Lenient::BARE_LF));
        assert_eq!(tolerance("all"), Ok(Lenient::ALL));
        assert!(tolerance("everything").unwrap_err().contains("bare-lf, "));
    }

    #[test]
    fn hint_names_the_tolerance_that_reads_the_bytes() {
        let error = PeerError { rule: Rule::FieldNameCharacter, offset: 20, byte: Some(b'/') };
        assert_eq!(hint(&error).unwrap(), " (--lenient character-in-name reads it)");
        let error = PeerError { rule: Rule::TransferEncodingNotFinal, offset: 20, byte: None };
        assert_eq!(hint(&error).unwrap(), " (--lenient repeated-chunked,unknown-coding reads it)");
        let error = PeerError { rule: Rule::ContentLengthConflict, offset: 20, byte: None };
        assert_eq!(hint(&error), None);
    }
}
