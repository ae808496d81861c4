//! Fields: names and values in the order, case and number in which they stand in a message.

use alloc::vec::Vec;
use core::fmt;

use crate::wire::token;

/// Where one field's name and value stand in the bytes of a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSpan {
    pub(crate) name: u32,
    pub(crate) name_len: u32,
    pub(crate) value: u32,
    pub(crate) value_len: u32,
}

impl FieldSpan {
    /// Returns where these stand in the line that begins at `start`; `None` beyond 4 GiB.
    #[inline]
    fn of_line(start: usize, name: &[u8], value: &[u8]) -> Option<Self> {
        let name_len = u32::try_from(name.len()).ok()?;
        let value_len = u32::try_from(value.len()).ok()?;
        let name = u32::try_from(start).ok()?;
        let value = name.checked_add(name_len)?.checked_add(2)?;
        // The end of the line is a number too.
        value.checked_add(value_len)?.checked_add(2)?;
        Some(Self { name, name_len, value, value_len })
    }
}

/// One field, borrowed from where it was received or built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name, in the case in which it was written.
    pub name: &'a [u8],
    /// The value without the blanks around it. Bytes above 127 are whatever the sender meant.
    pub value: &'a [u8],
    /// Where the name starts, counted from the start of the head.
    pub offset: u32,
}

impl<'a> Field<'a> {
    /// Returns whether this field has the name `name`, whatever the case.
    #[inline]
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Returns the elements of a comma-separated value, without blanks and empty elements
    /// (RFC 9110 section 5.6.1). Commas within quotes are not told apart.
    pub fn elements(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        elements(self.value)
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name.escape_ascii(), self.value.escape_ascii())
    }
}

/// Returns the elements of a comma-separated value, without blanks and empty elements.
pub(crate) fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(trim).filter(|element| !element.is_empty())
}

/// Returns a value without the spaces and tabs around it.
#[inline]
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    match value {
        // Most have none.
        [first, .., last] if *first > b' ' && *last > b' ' => value,
        _ => trim_blanks(value),
    }
}

fn trim_blanks(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// The fields of a message, borrowed.
///
/// ```
/// use limpid_core::fields::FieldBlock;
///
/// let mut block = FieldBlock::new();
/// block.push(b"Set-Cookie", b"a=1");
/// block.push(b"set-cookie", b"b=2");
/// let fields = block.fields();
/// assert_eq!(fields.get("SET-COOKIE"), Some(&b"a=1"[..]));
/// assert_eq!(fields.all("set-cookie").count(), 2);
/// assert_eq!(fields.iter().next().unwrap().name, b"Set-Cookie");
/// ```
#[derive(Clone, Copy, Default)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    spans: &'a [FieldSpan],
    /// The bytes are not these fields and nothing else, each checked and in the line in which it is
    /// sent.
    raw: bool,
}

impl<'a> Fields<'a> {
    /// No fields.
    pub const EMPTY: Self = Self { bytes: &[], spans: &[], raw: false };

    /// Fields that stand at `spans` in `bytes`.
    pub(crate) const fn new(bytes: &'a [u8], spans: &'a [FieldSpan]) -> Self {
        Self { bytes, spans, raw: true }
    }

    /// Returns the lines in which the fields are sent, where they stand in the bytes just so, and were found
    /// to be such that they can be sent.
    pub(crate) const fn lines(&self) -> Option<&'a [u8]> {
        if self.raw { None } else { Some(self.bytes) }
    }

    /// Returns how many fields there are, repeated ones included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Returns the field at `index`, in the order of the message.
    #[must_use]
    pub fn nth(&self, index: usize) -> Option<Field<'a>> {
        self.spans.get(index).map(|span| self.field(*span))
    }

    /// Returns the line of the field at `index`: its name, what stands between, and its value.
    #[must_use]
    pub fn line(&self, index: usize) -> Option<&'a [u8]> {
        let span = self.spans.get(index)?;
        self.bytes.get(span.name as usize..span.value.checked_add(span.value_len)? as usize)
    }

    /// Returns every field, in the order of the message.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Field<'a>> + DoubleEndedIterator + use<'a> {
        let this = *self;
        this.spans.iter().map(move |span| this.field(*span))
    }

    /// Returns the value of the first field of this name, whatever its case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.iter().find(|field| field.is(name)).map(|field| field.value)
    }

    /// Returns the values of every field of this name, whatever its case.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.iter().filter(move |field| field.is(name)).map(|field| field.value)
    }

    /// Returns the bytes in which the fields stand. For a received message that is its whole head, start
    /// line and blank line included, as it came; a value that was folded over lines is the one
    /// thing that is rewritten.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns where each field stands in the bytes.
    pub(crate) const fn spans(&self) -> &'a [FieldSpan] {
        self.spans
    }

    /// Returns the names that have one of these lengths, with the indices of their fields: bit `n` stands
    /// for `n` bytes. The others are not looked at.
    #[inline]
    pub(crate) fn names_of_lengths(
        &self,
        lengths: u32,
    ) -> impl Iterator<Item = (usize, &'a [u8])> + use<'a> {
        let bytes = self.bytes;
        self.spans
            .iter()
            .enumerate()
            .filter(move |(_, span)| lengths.checked_shr(span.name_len).unwrap_or(0) & 1 != 0)
            .map(move |(index, span)| (index, slice(bytes, span.name, span.name_len)))
    }

    /// Returns whether the name that stands at `span` and has `N` bytes is `lower` but for its case.
    #[inline]
    pub(crate) fn is_named<const N: usize>(&self, span: &FieldSpan, lower: &[u8; N]) -> bool {
        token::is_word(slice(self.bytes, span.name, span.name_len), lower)
    }

    /// Returns the value that stands at `span`.
    #[inline]
    pub(crate) fn value(&self, span: &FieldSpan) -> &'a [u8] {
        slice(self.bytes, span.value, span.value_len)
    }

    #[inline]
    fn field(&self, span: FieldSpan) -> Field<'a> {
        Field {
            name: slice(self.bytes, span.name, span.name_len),
            value: slice(self.bytes, span.value, span.value_len),
            offset: span.name,
        }
    }
}

#[inline]
fn slice(bytes: &[u8], start: u32, len: u32) -> &[u8] {
    let start = start as usize;
    bytes.get(start..start + len as usize).unwrap_or_default()
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Fields<'_> {
    /// Equal when the names, in their case, and the values are, in order.
    fn eq(&self, other: &Self) -> bool {
        self.iter().map(|f| (f.name, f.value)).eq(other.iter().map(|f| (f.name, f.value)))
    }
}

impl Eq for Fields<'_> {}

/// Fields that own their bytes: two allocations, however many fields there are.
///
/// It keeps its memory when cleared, so that one block can serve every message of a connection.
#[derive(Clone, Default)]
pub struct FieldBlock {
    bytes: Vec<u8>,
    spans: Vec<FieldSpan>,
    /// As in [`Fields`].
    raw: bool,
}

impl FieldBlock {
    /// Creates an empty block. It allocates when the first field comes.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), spans: Vec::new(), raw: false }
    }

    /// Creates an empty block with room for this many fields, and bytes of theirs.
    #[must_use]
    pub fn with_capacity(fields: usize, bytes: usize) -> Self {
        let (bytes, spans) = (Vec::with_capacity(bytes), Vec::with_capacity(fields));
        Self { bytes, spans, raw: false }
    }

    /// Fields that stand at `spans` in `bytes`.
    #[cfg(feature = "std")]
    pub(crate) const fn from_parts(bytes: Vec<u8>, spans: Vec<FieldSpan>) -> Self {
        Self { bytes, spans, raw: true }
    }

    /// Returns the fields, borrowed.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields { bytes: &self.bytes, spans: &self.spans, raw: self.raw }
    }

    /// Adds a field at the end. One that cannot be sent is refused when it is to be, before a byte
    /// is written.
    ///
    /// Fields beyond 4 GiB of text are left out.
    #[inline(always)]
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let value = trim(value);
        // Of a name that stands in the program, the compiler can say it.
        self.add(name, value, token::is_token_all(name) && token::is_text(value));
    }

    /// Adds a field, of which it is known whether it can be sent.
    fn add(&mut self, name: &[u8], value: &[u8], can_be_sent: bool) {
        let Some(span) = FieldSpan::of_line(self.bytes.len(), name, value) else { return };
        self.bytes.reserve(name.len() + value.len() + 4);
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(b": ");
        self.bytes.extend_from_slice(value);
        self.bytes.extend_from_slice(b"\r\n");
        self.spans.push(span);
        self.raw |= !can_be_sent;
    }

    /// Puts the fields that `add` adds before all others.
    pub(crate) fn add_first(&mut self, add: impl FnOnce(&mut Self)) {
        let (bytes, spans) = (self.bytes.len(), self.spans.len());
        add(self);
        let (added, first) = (self.bytes.len() - bytes, self.spans.len() - spans);
        self.bytes.rotate_left(bytes);
        self.spans.rotate_left(spans);
        let (first, rest) = self.spans.split_at_mut(first);
        // No span reaches beyond what its numbers can say.
        let [back, forth] = [bytes, added].map(|n| u32::try_from(n).unwrap_or_default());
        for span in first {
            (span.name, span.value) = (span.name - back, span.value - back);
        }
        for span in rest {
            (span.name, span.value) = (span.name + forth, span.value + forth);
        }
    }

    /// Removes every field of this name, whatever its case, and tells whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let (before, bytes) = (self.spans.len(), &self.bytes);
        self.spans.retain(|span| {
            !slice(bytes, span.name, span.name_len).eq_ignore_ascii_case(name.as_bytes())
        });
        let removed = self.spans.len() != before;
        self.raw |= removed;
        removed
    }

    /// Removes every field and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
        self.raw = false;
    }

    /// Returns whether it has room for more than heads usually need.
    pub(crate) const fn has_large_memory(&self) -> bool {
        self.bytes.capacity() > 4 * 1024
    }

    /// Becomes a copy of `fields`, in the memory the block has.
    pub fn copy_from(&mut self, fields: Fields<'_>) {
        self.clear();
        self.bytes.extend_from_slice(fields.bytes);
        self.spans.extend_from_slice(fields.spans);
        self.raw = fields.raw;
    }
}

impl From<Fields<'_>> for FieldBlock {
    fn from(fields: Fields<'_>) -> Self {
        let (bytes, spans) = (fields.bytes.to_vec(), fields.spans.to_vec());
        Self { bytes, spans, raw: fields.raw }
    }
}

impl<'a> Extend<(&'a [u8], &'a [u8])> for FieldBlock {
    fn extend<I: IntoIterator<Item = (&'a [u8], &'a [u8])>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.push(name, value);
        }
    }
}

impl<'a> FromIterator<(&'a [u8], &'a [u8])> for FieldBlock {
    fn from_iter<I: IntoIterator<Item = (&'a [u8], &'a [u8])>>(fields: I) -> Self {
        let mut block = Self::new();
        block.extend(fields);
        block
    }
}

impl fmt::Debug for FieldBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields().fmt(f)
    }
}

impl PartialEq for FieldBlock {
    fn eq(&self, other: &Self) -> bool {
        self.fields() == other.fields()
    }
}

impl Eq for FieldBlock {}
