//! Numbers, in digits alone: no sign, no blank, no underscore.

use alloc::vec::Vec;

/// The most that a length may be, so that sums of two lengths cannot overflow.
pub(crate) const MAX_LENGTH: u64 = i64::MAX as u64;

/// So many digits of either base fit into 64 bits, whatever they are.
const FITTING: usize = 15;

/// Why digits are no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// There are none, or the byte at this index is not one.
    Digit(usize),
    /// It is more than [`MAX_LENGTH`].
    TooLarge,
}

/// Returns a decimal number (RFC 9110 section 8.6).
#[inline]
pub(crate) fn decimal(digits: &[u8]) -> Result<u64, NotANumber> {
    parse::<10>(digits, |byte| byte.wrapping_sub(b'0'))
}

/// Returns a hexadecimal number (RFC 9112 section 7.1).
#[inline]
pub(crate) fn hexadecimal(digits: &[u8]) -> Result<u64, NotANumber> {
    parse::<16>(digits, digit_value)
}

/// Reads digits of the base `BASE`; `value` says what a byte stands for, which is more than a digit
/// if it is none.
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

/// Reads digits that may be too many to fit.
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

/// Returns what `byte` stands for as a digit, of any base up to 16; more than that if it is none.
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

/// Writes `number` in decimal digits at the end of `room`, where 20 bytes are enough for any, and
/// returns where they start.
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

/// Returns the decimal digits of a number of three, such as a status code.
#[inline]
pub(crate) fn three_digits(number: u16) -> [u8; 3] {
    [number / 100, number / 10 % 10, number % 10].map(|value| digit(value.into()))
}

/// Writes `number` in hexadecimal digits at the end of `out`.
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
    fn digits_alone_make_a_number() {
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
    fn what_is_written_is_read_back() {
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
