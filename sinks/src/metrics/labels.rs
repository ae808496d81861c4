//! Values of labels. Each has few, whatever peers send.

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
    fn unknown_classes_share_a_label() {
        assert_eq!([99, 204, 599, 999].map(class), ["other", "2xx", "5xx", "other"]);
    }
}
