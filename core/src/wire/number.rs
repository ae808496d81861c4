//! Numbers, which consist of digits only: no sign, white space or underscore.

use alloc::vec::Vec;

/// The maximum of a length, so that sums of two lengths cannot overflow.
pub(crate) const MAX_LENGTH: u64 = i64::MAX as u64;

/// Number of digits, decimal or hexadecimal, that always fit into 64 bits.
const FITTING: usize = 15;

/// The reason for which digits are not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// There are no digits, or the byte at this index is not a digit.
    Digit(usize),
    /// The number is greater than [`MAX_LENGTH`].
    TooLarge,
}

/// Reads a decimal number (RFC 9110 section 8.6).
#[inline]
pub(crate) fn decimal(digits: &[u8]) -> Result<u64, NotANumber> {
    parse::<10>(digits, |byte| byte.wrapping_sub(b'0'))
}

/// Reads a hexadecimal number (RFC 9112 section 7.1).
#[inline]
pub(crate) fn hexadecimal(digits: &[u8]) -> Result<u64, NotANumber> {
    parse::<16>(digits, digit_value)
}

/// Reads digits of the base `BASE`. `value` returns the value of a byte as a digit, or `BASE` or more
/// if the byte is not a digit.
#[inline]
fn parse<const BASE: u8>(digits: &[u8], value: impl Fn(u8) -> u8) -> Result<u64, NotANumber> {
    if digits.is_empty() {
        return Err(NotANumber::Digit(0));
    }
    if digits.len() > FITTING {
        return parse_many::<BASE>(digits, value);
    }
    let mut number = 0_u64;
    for (index, byte) in digits.iter().enumerate() {
        let digit = value(*byte);
        if digit >= BASE {
            return Err(NotANumber::Digit(index));
        }
        number = number * u64::from(BASE) + u64::from(digit);
    }
    Ok(number)
}

/// Reads digits whose number may be too large.
#[cold]
fn parse_many<const BASE: u8>(digits: &[u8], value: impl Fn(u8) -> u8) -> Result<u64, NotANumber> {
    let (mut number, mut too_large) = (0_u64, false);
    for (index, byte) in digits.iter().enumerate() {
        let digit = value(*byte);
        if digit >= BASE {
            return Err(NotANumber::Digit(index));
        }
        match number.checked_mul(u64::from(BASE)).and_then(|n| n.checked_add(u64::from(digit))) {
            Some(next) if next <= MAX_LENGTH => number = next,
            _ => too_large = true,
        }
    }
    if too_large { Err(NotANumber::TooLarge) } else { Ok(number) }
}

/// Returns the value of `byte` as a hexadecimal digit, or 255 if it is not a digit.
#[inline]
pub(crate) const fn digit_value(byte: u8) -> u8 {
    const VALUES: [u8; 256] = {
        let mut values = [u8::MAX; 256];
        let mut value = 0;
        while value < 16 {
            let digit = b"0123456789abcdef"[value as usize];
            values[digit as usize] = value;
            values[digit.to_ascii_uppercase() as usize] = value;
            value += 1;
        }
        values
    };
    VALUES[byte as usize]
}

/// Writes `number` in decimal digits to the end of `room`, and returns where they start. 20 bytes are
/// enough for any number.
#[inline]
pub(crate) fn write_decimal(number: u64, room: &mut [u8]) -> usize {
    let mut start = room.len();
    let mut rest = number;
    for place in room.iter_mut().rev() {
        *place = digit(rest % 10);
        rest /= 10;
        start -= 1;
        if rest == 0 {
            break;
        }
    }
    start
}

/// Returns the decimal digits of a three-digit number, such as a status code.
#[inline]
pub(crate) fn three_digits(number: u16) -> [u8; 3] {
    [number / 100, number / 10 % 10, number % 10].map(|value| digit(value.into()))
}

/// Appends `number` to `out` in hexadecimal digits.
pub(crate) fn write_hexadecimal(number: u64, out: &mut Vec<u8>) {
    let nibbles = (64 - number.leading_zeros()).div_ceil(4).max(1);
    for nibble in (0..nibbles).rev() {
        out.push(digit((number >> (nibble * 4)) & 0xf));
    }
}

fn digit(value: u64) -> u8 {
    b"0123456789abcdef"[usize::try_from(value).unwrap_or(0) & 0xf]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_consists_of_digits_only() {
        assert_eq!(decimal(b"0003"), Ok(3));
        assert_eq!(decimal(b"9223372036854775807"), Ok(MAX_LENGTH));
        assert_eq!(decimal(b"9223372036854775808"), Err(NotANumber::TooLarge));
        assert_eq!(decimal(b"18446744073709551619"), Err(NotANumber::TooLarge));
        assert_eq!(decimal(b"+3"), Err(NotANumber::Digit(0)));
        assert_eq!(decimal(b"3_0"), Err(NotANumber::Digit(1)));
        assert_eq!(decimal(b""), Err(NotANumber::Digit(0)));
        assert_eq!(hexadecimal(b"1aF"), Ok(0x1af));
        assert_eq!(hexadecimal(b"0x1"), Err(NotANumber::Digit(1)));
    }

    #[test]
    fn written_numbers_are_read_back() {
        for number in [0, 1, 9, 10, 15, 16, 255, 256, 1 << 40, MAX_LENGTH] {
            let (mut tens, mut sixteens) = ([0; 20], Vec::new());
            let start = write_decimal(number, &mut tens);
            write_hexadecimal(number, &mut sixteens);
            assert_eq!(decimal(&tens[start..]), Ok(number));
            assert_eq!(hexadecimal(&sixteens), Ok(number));
        }
        for number in 100..=999 {
            assert_eq!(decimal(&three_digits(number)), Ok(number.into()));
        }
    }
}
