//! A cache of one request head. A client sends most of its requests with identical heads. A head that was
//! parsed and validated once is compared instead of parsed again.
//!
//! The result of parsing is a function of the bytes of a head and of the connection's configuration,
//! which does not change in a server, so a hit gives exactly the result of parsing. The fuzz target `head_cache`
//! tests this.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::head::Head;
use crate::fields::FieldSpan;
use crate::wire::start_line::RequestLine;

/// The head of a request, and the result of parsing and validating it.
#[derive(Clone, Copy, Debug)]
pub(super) struct ParsedHead<'a> {
    /// From the first byte of the request line to the end of the blank line.
    pub(super) bytes: &'a [u8],
    pub(super) line: &'a RequestLine,
    pub(super) spans: &'a [FieldSpan],
    pub(super) head: Head,
}

/// A cache of the last head that was inserted. It allocates on the first insertion; a client's
/// connection never inserts.
#[derive(Clone, Debug)]
pub(super) struct HeadCache {
    entry: Option<Box<Entry>>,
    /// Maximum length in bytes of a head that is stored.
    longest: usize,
}

/// An owned [`ParsedHead`].
#[derive(Clone, Debug)]
struct Entry {
    bytes: Vec<u8>,
    line: RequestLine,
    spans: Vec<FieldSpan>,
    head: Head,
}

impl HeadCache {
    pub(super) const fn new(longest: usize) -> Self {
        Self { entry: None, longest }
    }

    /// Creates a cache that stores nothing.
    pub(super) const fn disabled() -> Self {
        Self::new(0)
    }

    /// Returns the stored head, if `bytes` start with it.
    #[inline]
    pub(super) fn lookup(&self, bytes: &[u8]) -> Option<ParsedHead<'_>> {
        let Entry { bytes: stored, line, spans, head } = self.entry.as_deref()?;
        let is_same = bytes.starts_with(stored);
        is_same.then_some(ParsedHead { bytes: stored, line, spans, head: *head })
    }

    /// Forgets the stored head, and frees its memory.
    pub(super) fn clear(&mut self) {
        self.entry = None;
    }

    /// Replaces the stored head, unless the new one is too long. Parsing the head must have emitted
    /// only the events for its lines and its framing, because a hit emits no others.
    pub(super) fn insert(&mut self, parsed: ParsedHead<'_>) {
        let ParsedHead { bytes, line, spans, head } = parsed;
        if bytes.len() > self.longest {
            return;
        }
        let entry = self.entry.get_or_insert_with(|| {
            let (bytes, spans) = (Vec::new(), Vec::new());
            Box::new(Entry { bytes, line: line.clone(), spans, head })
        });
        entry.bytes.clear();
        entry.bytes.extend_from_slice(bytes);
        entry.spans.clear();
        entry.spans.extend_from_slice(spans);
        entry.line = line.clone();
        entry.head = head;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Version;

    const LONGEST: usize = 1024;

    const BYTES: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    /// Inserts `bytes` as a head with one span.
    fn insert(cache: &mut HeadCache, bytes: &[u8]) {
        let line = RequestLine { method: 0..3, target: 4..5, version: Version::HTTP_11 };
        let spans = &[FieldSpan { name: 16, name_len: 4, value: 22, value_len: 1 }];
        cache.insert(ParsedHead { bytes, line: &line, spans, head: Head::NONE });
    }

    #[test]
    fn lookup_finds_the_stored_head_before_other_bytes() {
        let mut cache = HeadCache::new(LONGEST);
        assert!(cache.lookup(BYTES).is_none());
        insert(&mut cache, BYTES);
        let more = [BYTES, b"GET"].concat();
        let found = cache.lookup(&more).unwrap();
        assert_eq!((found.bytes, found.line.target.clone(), found.spans.len()), (BYTES, 4..5, 1));
    }

    #[test]
    fn lookup_finds_nothing_where_a_byte_differs_or_is_missing() {
        let mut cache = HeadCache::new(LONGEST);
        insert(&mut cache, BYTES);
        for at in 0..BYTES.len() {
            let mut other = BYTES.to_vec();
            other[at] ^= 1;
            assert!(cache.lookup(&other).is_none(), "{at}");
            assert!(cache.lookup(&BYTES[..at]).is_none(), "{at}");
        }
    }

    #[test]
    fn insert_replaces_the_head_unless_it_is_too_long() {
        let mut cache = HeadCache::new(LONGEST);
        insert(&mut cache, b"first");
        insert(&mut cache, BYTES);
        insert(&mut cache, &[b'x'; LONGEST + 1]);
        assert!(cache.lookup(b"first").is_none());
        assert!(cache.lookup(&[b'x'; LONGEST + 1]).is_none());
        assert!(cache.lookup(BYTES).is_some());
    }

    #[test]
    fn disabled_cache_stores_nothing() {
        let mut cache = HeadCache::disabled();
        insert(&mut cache, BYTES);
        assert!(cache.lookup(BYTES).is_none());
    }
}
