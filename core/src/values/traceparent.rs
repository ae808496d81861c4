//! The position of a request in a distributed trace.

use core::fmt;
use core::num::{NonZeroU64, NonZeroU128};
use core::str::FromStr;

/// The position of a request in a distributed trace: the value of the field `traceparent`
/// ([W3C Trace Context](https://www.w3.org/TR/trace-context/#traceparent-header)).
///
/// ```
/// use limpid_core::trace::Traceparent;
///
/// let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let caller: Traceparent = text.parse()?;
/// assert!(caller.is_sampled());
/// assert_eq!(caller.to_string(), text);
///
/// let own = caller.with_parent_id(0xb7ad_6b71_6920_3331.try_into()?);
/// assert_eq!(own.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Traceparent {
    trace_id: NonZeroU128,
    parent_id: NonZeroU64,
    is_sampled: bool,
}

impl Traceparent {
    /// Creates the position of an operation, `parent_id`, in a trace.
    #[must_use]
    pub const fn new(trace_id: NonZeroU128, parent_id: NonZeroU64, is_sampled: bool) -> Self {
        Self { trace_id, parent_id, is_sampled }
    }

    /// Returns the position of another operation in the same trace.
    #[must_use]
    pub const fn with_parent_id(self, parent_id: NonZeroU64) -> Self {
        Self { parent_id, ..self }
    }

    /// Returns the number of the trace, which is shown as 32 hexadecimal digits.
    #[must_use]
    pub const fn trace_id(self) -> NonZeroU128 {
        self.trace_id
    }

    /// Returns the number of the operation that sends the request, which is shown as 16 hexadecimal digits.
    #[must_use]
    pub const fn parent_id(self) -> NonZeroU64 {
        self.parent_id
    }

    /// Returns whether the sender may have recorded the trace.
    #[must_use]
    pub const fn is_sampled(self) -> bool {
        self.is_sampled
    }

    /// Reads the value of a field.
    ///
    /// # Errors
    /// The value does not have the form of version 00, or of a later version that begins alike.
    pub fn parse(value: &[u8]) -> Result<Self, InvalidTraceparent> {
        Self::read(value).ok_or(InvalidTraceparent)
    }

    fn read(value: &[u8]) -> Option<Self> {
        let (known, rest) = value.split_at_checked(Self::LEN)?;
        let [version @ .., b'-'] = &known[..3] else { return None };
        let version = hex(version)?;
        // 255 is no version, and a later version may only append.
        let is_valid = match version {
            0 => rest.is_empty(),
            255 => false,
            _ => rest.first().is_none_or(|byte| *byte == b'-'),
        };
        if !is_valid || known[35] != b'-' || known[52] != b'-' {
            return None;
        }
        Some(Self {
            trace_id: NonZeroU128::new(hex(&known[3..35])?)?,
            parent_id: NonZeroU64::new(u64::try_from(hex(&known[36..52])?).ok()?)?,
            is_sampled: hex(&known[53..])? & 1 != 0,
        })
    }

    /// The length of a value of version 00.
    const LEN: usize = 55;
}

/// Reads lower-case hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u128::from(digit))
    })
}

impl fmt::Display for Traceparent {
    /// Formats the value of the field, in version 00.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { trace_id, parent_id, is_sampled } = self;
        write!(f, "00-{trace_id:032x}-{parent_id:016x}-{:02x}", u8::from(*is_sampled))
    }
}

impl FromStr for Traceparent {
    type Err = InvalidTraceparent;

    fn from_str(text: &str) -> Result<Self, InvalidTraceparent> {
        Self::parse(text.as_bytes())
    }
}

/// The error for a text that is not the value of the field `traceparent`.
///
/// [`Traceparent`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTraceparent;

impl fmt::Display for InvalidTraceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "invalid traceparent: use 00-TRACE-PARENT-FLAGS with 32, 16 and 2 lower-case hexadecimal \
             digits, where neither number is 0",
        )
    }
}

impl core::error::Error for InvalidTraceparent {}

#[cfg(test)]
mod tests {
    use std::{format, string::String};

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const PARENT: &str = "00f067aa0ba902b7";

    fn read(text: &str) -> Option<Traceparent> {
        Traceparent::parse(text.as_bytes()).ok()
    }

    #[test]
    fn flags_and_later_versions_are_read() {
        for (version, rest, is_sampled) in
            [("00", "00", false), ("00", "03", true), ("cc", "01", true), ("01", "01-more", true)]
        {
            let read = read(&format!("{version}-{TRACE}-{PARENT}-{rest}")).unwrap();
            assert_eq!(read.is_sampled(), is_sampled, "{version} {rest}");
            assert_eq!(read.parent_id().get(), 0x00f0_67aa_0ba9_02b7);
        }
    }

    #[test]
    fn invalid_values_are_refused() {
        let (zeros, upper) = ("0".repeat(32), TRACE.to_uppercase());
        for text in [
            format!("ff-{TRACE}-{PARENT}-01"),
            format!("00-{TRACE}-{PARENT}-01-more"),
            format!("01-{TRACE}-{PARENT}-01more"),
            format!("00-{TRACE}-{PARENT}-1"),
            format!("00-{TRACE}-{PARENT}-0g"),
            format!("00-{zeros}-{PARENT}-01"),
            format!("00-{TRACE}-{}-01", &zeros[..16]),
            format!("00-{upper}-{PARENT}-01"),
            format!("00_{TRACE}-{PARENT}-01"),
            format!("00-{TRACE}_{PARENT}-01"),
            format!("00-{TRACE}-{PARENT}_01"),
            format!(" 00-{TRACE}-{PARENT}-01"),
            String::new(),
        ] {
            assert_eq!(read(&text), None, "{text}");
        }
    }
}
