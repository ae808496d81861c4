//! Python's `repr` of the values that log lines show.
//!
//! Each type here wraps a value and displays it as Python's `repr` displays its counterpart. They nest and
//! do not allocate:
//!
//! ```
//! use limpid_sinks::python::repr::{ByteArray, Bytes, Exception, List, Str, Tuple};
//!
//! let fields = [Tuple((Bytes(b"Server"), Bytes(b"it's")))];
//! assert_eq!(Tuple((200, List(fields))).to_string(), r#"(200, [(b'Server', b"it's")])"#);
//!
//! // The repr of one value is the text of another, so its quotes are escaped again.
//! let inner = Str(format_args!("illegal line: {}", ByteArray(b"it's")));
//! assert_eq!(
//!     Exception("ValueError", (inner,)).to_string(),
//!     r#"ValueError('illegal line: bytearray(b"it\\\'s")')"#,
//! );
//! ```

use std::fmt::{self, Display, Formatter, Write};

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// The repr of Python's `None`.
pub const NONE: &str = "None";

/// A truth value: `True` or `False`.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Bool(pub bool);

impl Display for Bool {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "True" } else { "False" })
    }
}

/// A float: the shortest digits that are read back as the same number.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Float(pub f64);

impl Display for Float {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.is_nan() {
            return f.write_str("nan");
        }
        // Both languages agree on the number of digits, and on when there is an exponent.
        let shortest = Short::of(format_args!("{value:?}"))?;
        let (mantissa, exponent) = split_exponent(shortest.as_str());
        let digits = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        // Of two equally near texts, Rust may choose the odd one; Python chooses the even one.
        let nearest = match exponent {
            None => Short::of(format_args!("{value:.digits$}"))?,
            Some(_) => Short::of(format_args!("{value:.digits$e}"))?,
        };
        let same = nearest.as_str().parse() == Ok(value);
        match split_exponent(if same { nearest.as_str() } else { shortest.as_str() }) {
            (digits, None) => f.write_str(digits),
            (mantissa, Some(exponent)) => {
                let (sign, size) = match exponent.strip_prefix('-') {
                    Some(size) => ('-', size),
                    None => ('+', exponent),
                };
                write!(f, "{mantissa}e{sign}{size:0>2}")
            }
        }
    }
}

fn split_exponent(text: &str) -> (&str, Option<&str>) {
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    }
}

/// A short text on the stack, with room for the longest float.
#[derive(Default)]
struct Short {
    bytes: [u8; 32],
    len: usize,
}

impl Short {
    fn of(text: fmt::Arguments<'_>) -> Result<Self, fmt::Error> {
        let mut short = Self::default();
        short.write_fmt(text)?;
        Ok(short)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

/// A `bytes` object.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

impl Display for Bytes<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_bytes(f, self.0, false)
    }
}

/// A `bytearray` object, in which Python escapes every apostrophe.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct ByteArray<'a>(pub &'a [u8]);

impl Display for ByteArray<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("bytearray(")?;
        write_bytes(f, self.0, true)?;
        f.write_char(')')
    }
}

fn write_bytes(f: &mut Formatter<'_>, bytes: &[u8], escape_apostrophes: bool) -> fmt::Result {
    // Most values need no escapes, and their quotes do not depend on the content.
    if is_plain(bytes) {
        f.write_str("b'")?;
        f.write_str(std::str::from_utf8(bytes).unwrap_or_default())?;
        return f.write_str("'");
    }
    let quote = quote(bytes.contains(&b'\''), bytes.contains(&b'"'));
    let must_escape = |byte: &u8| {
        !matches!(byte, b' '..=b'~')
            || *byte == b'\\'
            || char::from(*byte) == quote
            || (escape_apostrophes && *byte == b'\'')
    };
    f.write_char('b')?;
    f.write_char(quote)?;
    let mut rest = bytes;
    loop {
        let plain = rest.iter().position(must_escape).unwrap_or(rest.len());
        f.write_str(std::str::from_utf8(&rest[..plain]).unwrap_or_default())?;
        let Some((byte, after)) = rest[plain..].split_first() else { break };
        match byte {
            b'\t' => f.write_str("\\t")?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b' '..=b'~' => write!(f, "\\{}", char::from(*byte))?,
            byte => write!(f, "\\x{byte:02x}")?,
        }
        rest = after;
    }
    f.write_char(quote)
}

/// Returns whether bytes need no escapes in any quotes. It reads all of them, since the processor compares
/// many at once.
fn is_plain(bytes: &[u8]) -> bool {
    let is_special =
        |byte: u8| byte.wrapping_sub(b' ') > b'~' - b' ' || matches!(byte, b'\\' | b'\'' | b'"');
    !bytes.iter().fold(false, |found, byte| found | is_special(*byte))
}

/// Returns the quotation mark: an apostrophe, unless the text contains one and no quotation mark.
const fn quote(has_apostrophe: bool, has_quotation_mark: bool) -> char {
    if has_apostrophe && !has_quotation_mark { '"' } else { '\'' }
}

/// A `str` object with the text that `T` displays.
///
/// The text is displayed twice: once to choose the quotes, once to be written.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Str<T>(pub T);

impl<T: Display> Display for Str<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut seen = QuotesSeen::default();
        write!(seen, "{}", self.0)?;
        let quote = quote(seen.apostrophe, seen.quotation_mark);
        f.write_char(quote)?;
        write!(Escaping { out: f, quote }, "{}", self.0)?;
        f.write_char(quote)
    }
}

#[derive(Default)]
struct QuotesSeen {
    apostrophe: bool,
    quotation_mark: bool,
}

impl Write for QuotesSeen {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.apostrophe |= text.contains('\'');
        self.quotation_mark |= text.contains('"');
        Ok(())
    }
}

/// A writer of text with the escapes of a `str` literal.
struct Escaping<'a, 'f> {
    out: &'a mut Formatter<'f>,
    quote: char,
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        let must_escape = |c: char| c == '\\' || c == self.quote || !is_printable(c);
        while let Some(plain) = rest.find(must_escape) {
            let (before, from) = rest.split_at(plain);
            self.out.write_str(before)?;
            let mut after = from.chars();
            match after.next() {
                Some('\t') => self.out.write_str("\\t")?,
                Some('\n') => self.out.write_str("\\n")?,
                Some('\r') => self.out.write_str("\\r")?,
                Some(c @ ('\\' | '\'' | '"')) => write!(self.out, "\\{c}")?,
                Some(c @ ..='\u{ff}') => write!(self.out, "\\x{:02x}", u32::from(c))?,
                Some(c @ ..='\u{ffff}') => write!(self.out, "\\u{:04x}", u32::from(c))?,
                Some(c) => write!(self.out, "\\U{:08x}", u32::from(c))?,
                None => {}
            }
            rest = after.as_str();
        }
        self.out.write_str(rest)
    }
}

/// Returns Python's `str.isprintable` for one character. Characters of newer versions of Unicode may be
/// printable here and not in an older Python.
fn is_printable(c: char) -> bool {
    const NOT_PRINTABLE: GeneralCategoryGroup =
        GeneralCategoryGroup::Other.union(GeneralCategoryGroup::Separator);
    match c {
        ' '..='~' => true,
        '\0'..='\u{7f}' => false,
        c => !NOT_PRINTABLE.contains(CodePointMapData::<GeneralCategory>::new().get(c)),
    }
}

/// A `list` object of anything that can be iterated over more than once.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct List<I>(pub I);

impl<I: IntoIterator<Item: Display> + Clone> Display for List<I> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('[')?;
        for (index, item) in self.0.clone().into_iter().enumerate() {
            f.write_str(if index > 0 { ", " } else { "" })?;
            item.fmt(f)?;
        }
        f.write_char(']')
    }
}

/// A `tuple` object of up to four values, given as a tuple.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Tuple<T>(pub T);

impl<T: Items> Display for Tuple<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('(')?;
        self.0.write(f)?;
        f.write_str(if T::COUNT == 1 { ",)" } else { ")" })
    }
}

/// An exception, by the name of its class and its arguments.
///
/// The [module](self) has an example.
#[derive(Clone, Copy, Debug)]
pub struct Exception<T>(pub &'static str, pub T);

impl<T: Items> Display for Exception<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        f.write_char('(')?;
        self.1.write(f)?;
        f.write_char(')')
    }
}

/// Rust's tuples of up to four displayable values.
///
/// The [module](self) has an example.
pub trait Items: sealed::Sealed {
    /// The number of values.
    const COUNT: usize;

    /// Writes the values, separated by commas.
    ///
    /// # Errors
    /// The errors of `f`.
    fn write(&self, f: &mut Formatter<'_>) -> fmt::Result;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! items {
    ($count:literal $($name:ident $index:tt)*) => {
        impl<$($name: Display),*> sealed::Sealed for ($($name,)*) {}

        impl<$($name: Display),*> Items for ($($name,)*) {
            const COUNT: usize = $count;

            fn write(&self, f: &mut Formatter<'_>) -> fmt::Result {
                $(
                    f.write_str(if $index > 0 { ", " } else { "" })?;
                    self.$index.fmt(f)?;
                )*
                let _ = f;
                Ok(())
            }
        }
    };
}

items!(0);
items!(1 A 0);
items!(2 A 0 B 1);
items!(3 A 0 B 1 C 2);
items!(4 A 0 B 1 C 2 D 3);
