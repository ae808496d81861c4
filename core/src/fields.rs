//! Fields: names and values, in the order, case and number of the message.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::iter::FusedIterator;

use crate::stored::{Reader, Stored};
use crate::wire::token;

/// The position of a field's name and value in the bytes of a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSpan {
    pub(crate) name: u32,
    pub(crate) name_len: u32,
    pub(crate) value: u32,
    pub(crate) value_len: u32,
}

impl FieldSpan {
    /// Returns the span of a field whose line begins at `start`, or `None` beyond 4 GiB.
    #[inline]
    fn of_line(start: usize, name: &[u8], value: &[u8]) -> Option<Self> {
        let name_len = u32::try_from(name.len()).ok()?;
        let value_len = u32::try_from(value.len()).ok()?;
        let name = u32::try_from(start).ok()?;
        let value = name.checked_add(name_len)?.checked_add(2)?;
        // The end of the line must also fit.
        value.checked_add(value_len)?.checked_add(2)?;
        Some(Self { name, name_len, value, value_len })
    }
}

/// A borrowed field.
///
/// [`Fields`] has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name, in its original case.
    pub name: &'a [u8],
    /// The value without surrounding white space. The encoding of bytes above 127 is not defined.
    pub value: &'a [u8],
    /// The offset of the name from the start of the head.
    pub offset: u32,
}

impl<'a> Field<'a> {
    /// Returns whether this field has the name `name`, regardless of case.
    #[inline]
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Returns the elements of a comma-separated value, without white space and empty elements
    /// (RFC 9110 section 5.6.1). Commas within quoted strings separate elements too.
    pub fn elements(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        elements(self.value)
    }
}

/// Returns the elements of a comma-separated value, without white space and empty elements.
pub(crate) fn elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(trim).filter(|element| !element.is_empty())
}

/// Returns a value without the spaces and tabs around it.
#[inline]
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    match value {
        // Most values have no surrounding white space.
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

/// The borrowed fields of a message.
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
/// for field in fields {
///     assert!(field.is("set-cookie"));
/// }
/// assert_eq!(fields.iter().next().unwrap().name, b"Set-Cookie");
/// ```
#[doc(alias("HeaderMap", "headers"))]
#[derive(Clone, Copy, Default)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    spans: &'a [FieldSpan],
    /// The bytes are not exactly the encoded lines of these fields, or the fields are not all valid.
    raw: bool,
}

impl<'a> Fields<'a> {
    /// No fields.
    pub const EMPTY: Self = Self { bytes: &[], spans: &[], raw: false };

    /// Creates fields with their positions in `bytes`.
    pub(crate) const fn new(bytes: &'a [u8], spans: &'a [FieldSpan]) -> Self {
        Self { bytes, spans, raw: true }
    }

    /// Returns the encoded lines of the fields, if the bytes consist of them and all fields are valid.
    pub(crate) const fn lines(&self) -> Option<&'a [u8]> {
        if self.raw { None } else { Some(self.bytes) }
    }

    /// Returns the number of fields. Fields of the same name count separately.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Returns whether there are no fields.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Returns the field at `index`, in the order of the message.
    #[must_use]
    pub fn nth(&self, index: usize) -> Option<Field<'a>> {
        self.spans.get(index).map(|span| self.field(*span))
    }

    /// Returns the line of the field at `index`, from the start of its name to the end of its value.
    #[must_use]
    pub fn line(&self, index: usize) -> Option<&'a [u8]> {
        let span = self.spans.get(index)?;
        self.bytes.get(span.name as usize..span.value.checked_add(span.value_len)? as usize)
    }

    /// Returns the fields in the order of the message.
    #[must_use]
    pub fn iter(&self) -> FieldsIter<'a> {
        FieldsIter { fields: *self, spans: self.spans.iter() }
    }

    /// Returns the value of the first field with this name, regardless of case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.iter().find(|field| field.is(name)).map(|field| field.value)
    }

    /// Returns the values of all fields with this name, regardless of case.
    pub fn all<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.iter().filter(move |field| field.is(name)).map(|field| field.value)
    }

    /// Returns the bytes that contain the fields. For a received message this is the whole head as received,
    /// including the start line and the blank line, except that folded values are joined.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the positions of the fields in the bytes.
    pub(crate) const fn spans(&self) -> &'a [FieldSpan] {
        self.spans
    }

    /// Returns the names that have one of these lengths, with the indices of their fields. Bit `n` of
    /// `lengths` selects the length `n`.
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

    /// Returns whether the name at `span`, which must have `N` bytes, equals `lower` regardless of case.
    #[inline]
    pub(crate) fn is_named<const N: usize>(&self, span: &FieldSpan, lower: &[u8; N]) -> bool {
        token::is_word(slice(self.bytes, span.name, span.name_len), lower)
    }

    /// Returns the value at `span`.
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

/// An iterator over [`Fields`], in the order of the message.
///
/// [`Fields`] has an example.
#[derive(Clone, Debug)]
pub struct FieldsIter<'a> {
    fields: Fields<'a>,
    spans: core::slice::Iter<'a, FieldSpan>,
}

impl<'a> Iterator for FieldsIter<'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Field<'a>> {
        self.spans.next().map(|span| self.fields.field(*span))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl DoubleEndedIterator for FieldsIter<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.spans.next_back().map(|span| self.fields.field(*span))
    }
}

impl ExactSizeIterator for FieldsIter<'_> {}

impl FusedIterator for FieldsIter<'_> {}

impl<'a> IntoIterator for Fields<'a> {
    type Item = Field<'a>;
    type IntoIter = FieldsIter<'a>;

    fn into_iter(self) -> FieldsIter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &Fields<'a> {
    type Item = Field<'a>;
    type IntoIter = FieldsIter<'a>;

    fn into_iter(self) -> FieldsIter<'a> {
        self.iter()
    }
}

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl PartialEq for Fields<'_> {
    /// Compares the names, with their case, and the values, in order.
    fn eq(&self, other: &Self) -> bool {
        self.iter().map(|f| (f.name, f.value)).eq(other.iter().map(|f| (f.name, f.value)))
    }
}

impl Eq for Fields<'_> {}

/// A list of fields that owns its bytes, in two allocations.
///
/// [`clear`](Self::clear) keeps the memory, so that one block can be used for all messages of a connection.
///
/// [`Fields`] has an example.
#[derive(Clone, Default)]
pub struct FieldBlock {
    bytes: Vec<u8>,
    spans: Vec<FieldSpan>,
    /// See [`Fields`].
    raw: bool,
}

impl FieldBlock {
    /// Creates an empty block. It allocates when the first field is added.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), spans: Vec::new(), raw: false }
    }

    /// Creates an empty block with capacity for this many fields and this many bytes in them.
    #[must_use]
    pub fn with_capacity(fields: usize, bytes: usize) -> Self {
        let (bytes, spans) = (Vec::with_capacity(bytes), Vec::with_capacity(fields));
        Self { bytes, spans, raw: false }
    }

    /// Creates fields with their positions in `bytes`.
    #[cfg(feature = "std")]
    pub(crate) const fn from_parts(bytes: Vec<u8>, spans: Vec<FieldSpan>) -> Self {
        Self { bytes, spans, raw: true }
    }

    /// Borrows the fields.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields { bytes: &self.bytes, spans: &self.spans, raw: self.raw }
    }

    /// Adds a field at the end. It is validated when it is sent, before a byte is written.
    ///
    /// Fields beyond a total of 4 GiB are ignored.
    #[inline(always)]
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        let value = trim(value);
        // For a constant name, the compiler can evaluate this.
        self.add(name, value, token::is_token_all(name) && token::is_text(value));
    }

    /// Adds a field; `can_be_sent` is whether it is valid.
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

    /// Inserts the fields that `add` adds before all others.
    pub(crate) fn add_first(&mut self, add: impl FnOnce(&mut Self)) {
        let (bytes, spans) = (self.bytes.len(), self.spans.len());
        add(self);
        let (added, first) = (self.bytes.len() - bytes, self.spans.len() - spans);
        self.bytes.rotate_left(bytes);
        self.spans.rotate_left(spans);
        let (first, rest) = self.spans.split_at_mut(first);
        // All spans are within 4 GiB.
        let [back, forth] = [bytes, added].map(|n| u32::try_from(n).unwrap_or_default());
        for span in first {
            (span.name, span.value) = (span.name - back, span.value - back);
        }
        for span in rest {
            (span.name, span.value) = (span.name + forth, span.value + forth);
        }
    }

    /// Removes all fields with this name, regardless of case, and returns whether there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let (before, bytes) = (self.spans.len(), &self.bytes);
        self.spans.retain(|span| {
            !slice(bytes, span.name, span.name_len).eq_ignore_ascii_case(name.as_bytes())
        });
        let removed = self.spans.len() != before;
        self.raw |= removed;
        removed
    }

    /// Removes all fields and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
        self.raw = false;
    }

    /// Returns whether its capacity is more than heads usually need.
    pub(crate) const fn has_large_memory(&self) -> bool {
        self.bytes.capacity() > 4 * 1024
    }

    /// Replaces the content with a copy of `fields`, and keeps the memory.
    pub fn copy_from(&mut self, fields: Fields<'_>) {
        self.clear();
        self.bytes.extend_from_slice(fields.bytes);
        self.spans.extend_from_slice(fields.spans);
        self.raw = fields.raw;
    }
}

impl Stored for FieldBlock {
    fn store(&self, to: &mut Vec<u8>) {
        let fields = self.fields();
        fields.len().store(to);
        for field in fields {
            for part in [field.name, field.value] {
                part.len().store(to);
                to.extend_from_slice(part);
            }
        }
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let mut block = Self::new();
        for _ in 0..from.read::<usize>()? {
            let (name, value) = (from.counted_bytes()?, from.counted_bytes()?);
            block.push(name, value);
        }
        Some(block)
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

impl PartialOrd for FieldBlock {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FieldBlock {
    /// Compares the names, with their case, and the values, in order.
    fn cmp(&self, other: &Self) -> Ordering {
        let [one, other] = [self, other].map(|block| block.fields().iter());
        one.map(|field| (field.name, field.value)).cmp(other.map(|field| (field.name, field.value)))
    }
}
