//! Values of fields, and their conversion to text.

use std::fmt::{self, Display, Write};

use super::kind::Kind;
use super::layout::Layout;
use crate::python::repr::{Float, Str};

/// A value of a field.
pub(super) enum Value<T> {
    Text(T),
    Integer(i64),
    Float(f64),
}

/// A value that a formatter gives to a field, its `defaults` in Python.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(not(feature = "config"), expect(dead_code, reason = "documents have these values"))]
pub(crate) enum Constant {
    Text(Box<str>),
    Integer(i64),
    Float(f64),
}

impl Constant {
    pub(super) fn value(&self) -> Value<&str> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Integer(number) => Value::Integer(*number),
            Self::Float(number) => Value::Float(*number),
        }
    }

    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Integer(_) => Kind::Integer,
            Self::Float(_) => Kind::Float,
        }
    }
}

/// How a value becomes text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Conversion {
    /// As Python's `str` shows it.
    #[default]
    Text,
    /// As Python's `repr` shows it.
    Repr,
    /// A whole number in decimal; of a float, its whole part.
    Decimal,
    /// A whole number in hexadecimal.
    Hex,
    /// The same, with capital letters.
    UpperHex,
    /// A whole number in octal.
    Octal,
    /// A number with this many decimals.
    Fixed(usize),
    /// A number with this many decimals and an exponent.
    Exponent(usize),
}

impl Conversion {
    /// The decimals of a float without a precision.
    pub(super) const DECIMALS: usize = 6;

    /// Returns whether it converts numbers only.
    pub(super) const fn is_numeric(self) -> bool {
        !matches!(self, Self::Text | Self::Repr)
    }

    /// Returns whether it converts values of this kind.
    pub(super) const fn accepts(self, kind: Kind) -> bool {
        match self {
            Self::Text | Self::Repr => true,
            Self::Hex | Self::UpperHex | Self::Octal => matches!(kind, Kind::Integer),
            Self::Decimal | Self::Fixed(_) | Self::Exponent(_) => !matches!(kind, Kind::Text),
        }
    }
}

/// The conversion and the layout of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) conversion: Conversion,
    /// The sign of numbers that are not negative: `+`, a space, or none.
    pub(super) sign: Option<char>,
    pub(super) layout: Layout,
}

impl Format {
    /// Writes a value.
    pub(super) fn write<T: Display>(self, value: Value<T>, line: &mut String) -> fmt::Result {
        let start = line.len();
        match value {
            Value::Text(text) if self.conversion == Conversion::Repr => {
                write!(line, "{}", Str(text))?;
            }
            Value::Text(text) => write!(line, "{text}")?,
            Value::Integer(number) => self.integer(number, line)?,
            Value::Float(number) => self.float(number, line)?,
        }
        self.layout.apply(line, start);
        Ok(())
    }

    fn integer(self, number: i64, line: &mut String) -> fmt::Result {
        let size = number.unsigned_abs();
        match self.conversion {
            Conversion::Fixed(_) | Conversion::Exponent(_) => {
                return self.float(number as f64, line);
            }
            _ => self.sign(number < 0, line),
        }
        match self.conversion {
            Conversion::Hex => write!(line, "{size:x}"),
            Conversion::UpperHex => write!(line, "{size:X}"),
            Conversion::Octal => write!(line, "{size:o}"),
            _ => write!(line, "{size}"),
        }
    }

    fn float(self, number: f64, line: &mut String) -> fmt::Result {
        let size = number.abs();
        self.sign(number.is_sign_negative(), line);
        match self.conversion {
            Conversion::Fixed(decimals) => write!(line, "{size:.decimals$}"),
            Conversion::Exponent(decimals) => {
                let text = format!("{size:.decimals$e}");
                let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let (sign, digits) = match exponent.strip_prefix('-') {
                    Some(digits) => ('-', digits),
                    None => ('+', exponent),
                };
                write!(line, "{mantissa}e{sign}{digits:0>2}")
            }
            Conversion::Decimal => write!(line, "{}", size.trunc()),
            _ => write!(line, "{}", Float(size)),
        }
    }

    fn sign(self, is_negative: bool, line: &mut String) {
        line.extend(if is_negative { Some('-') } else { self.sign });
    }
}
