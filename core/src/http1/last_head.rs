//! The head of the last request. A client says the same with most of its requests, byte for byte, and
//! what was read once need not be read again: it is enough to see that it is the same.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::receive::Head;
use crate::fields::FieldSpan;
use crate::framing::Decision;
use crate::values::Version;
use crate::wire::start_line::RequestLine;

/// Longer heads are not kept.
const LONGEST: usize = 1024;

/// How much of the head that is being read is that of the last request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Same {
    Nothing,
    /// From the first field on.
    Fields,
    All,
}

/// The last head, once there was one to be kept: a client's connection has none.
#[derive(Clone, Debug)]
pub(super) struct LastHead {
    kept: Option<Box<Kept>>,
    same: Same,
}

/// A head in which there was nothing to judge, as it came and as it was read.
#[derive(Clone, Debug)]
struct Kept {
    /// From its first byte to the end of the blank line; empty if it is too long.
    bytes: Vec<u8>,
    line: RequestLine,
    /// Where the first field stands.
    start: usize,
    spans: Vec<FieldSpan>,
    /// What was decided after it, once that is known.
    said: Option<(Decision, Head)>,
}

impl LastHead {
    pub(super) const fn none() -> Self {
        Self { kept: None, same: Same::Nothing }
    }

    /// Another head begins.
    pub(super) const fn restart(&mut self) {
        self.same = Same::Nothing;
    }

    /// Whether `bytes` begin with the same head. Then its fields are put into `spans`, and its first
    /// line and its length are returned.
    pub(super) fn recognise(
        &mut self,
        bytes: &[u8],
        spans: &mut Vec<FieldSpan>,
    ) -> Option<(RequestLine, usize)> {
        let kept = self.kept.as_deref()?;
        if kept.bytes.is_empty() || !bytes.starts_with(&kept.bytes) {
            return None;
        }
        spans.clear();
        spans.extend_from_slice(&kept.spans);
        self.same = Same::All;
        Some((kept.line.clone(), kept.bytes.len()))
    }

    /// Whether the same fields follow `line`, which is the first `start` of `bytes`. Then they are put
    /// into `spans`, and the length of the head is returned.
    pub(super) fn recognise_fields(
        &mut self,
        bytes: &[u8],
        (line, start): (&RequestLine, usize),
        spans: &mut Vec<FieldSpan>,
    ) -> Option<usize> {
        let kept = self.kept.as_deref_mut()?;
        let fields = kept.bytes.get(kept.start..).filter(|fields| !fields.is_empty())?;
        if !bytes[start..].starts_with(fields) {
            return None;
        }
        let len = start + fields.len();
        for span in &mut kept.spans {
            span.name = moved(span.name, kept.start, start);
            span.value = moved(span.value, kept.start, start);
        }
        spans.clear();
        spans.extend_from_slice(&kept.spans);
        kept.take(&bytes[..len], (line, start));
        self.same = Same::Fields;
        Some(len)
    }

    /// Keeps a head, if it is short: all of its bytes, its first line and how long that is, and its
    /// fields.
    pub(super) fn keep(&mut self, bytes: &[u8], line: (&RequestLine, usize), spans: &[FieldSpan]) {
        let kept = self.kept.get_or_insert_with(|| {
            let line = RequestLine { method: 0..0, target: 0..0, version: Version::HTTP_11 };
            Box::new(Kept { bytes: Vec::new(), line, start: 0, spans: Vec::new(), said: None })
        });
        kept.spans.clear();
        kept.said = None;
        kept.take(bytes, line);
        if !kept.bytes.is_empty() {
            kept.spans.extend_from_slice(spans);
            self.same = Same::Fields;
        }
    }

    /// What follows from the head that is being read, if that is known.
    #[inline]
    pub(super) fn said(&self) -> Option<&(Decision, Head)> {
        if self.same == Same::All { self.kept.as_ref()?.said.as_ref() } else { None }
    }

    /// What follows from a head with the fields of the one that is being read, if that is known.
    #[inline]
    pub(super) fn fields_said(&self) -> Option<&(Decision, Head)> {
        if self.same == Same::Nothing { None } else { self.kept.as_ref()?.said.as_ref() }
    }

    /// This is what follows from the head that is being read; `None` if that is to be judged each time.
    /// What followed from another first line with the same fields is forgotten.
    pub(super) fn learn(&mut self, said: Option<(Decision, Head)>) {
        if let (Same::Fields | Same::All, Some(kept)) = (self.same, &mut self.kept) {
            kept.said = said;
        }
    }
}

impl Kept {
    /// Takes the bytes of a head, unless they are too many, and its first line.
    fn take(&mut self, bytes: &[u8], (line, start): (&RequestLine, usize)) {
        self.bytes.clear();
        if bytes.len() <= LONGEST {
            self.bytes.extend_from_slice(bytes);
        }
        self.line = line.clone();
        self.start = start;
    }
}

/// A place in a head that moves with the first field. A section is shorter than 4 GiB.
fn moved(place: u32, from: usize, to: usize) -> u32 {
    u32::try_from(place as usize + to - from).unwrap_or(u32::MAX)
}
