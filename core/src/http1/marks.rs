//! What received bytes are, for a recorder.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// What received bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReceivedPart {
    /// A whole head.
    Head,
    /// Data of a body.
    Data,
    /// Framing of a body, and blank lines before a head.
    Framing,
    /// A whole trailer section.
    Trailers,
}

/// A number of consecutive received bytes, and what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What they are.
    pub part: ReceivedPart,
    /// How many.
    pub len: u64,
}

/// The marks of received bytes, in order, without gaps. Absent unless a recorder asks for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    list: Option<Box<List>>,
}

#[derive(Clone, Debug, Default)]
struct List(Vec<Mark>);

impl Marks {
    /// Marks bytes from now on.
    pub(super) fn enable(&mut self) {
        self.list.get_or_insert_default();
    }

    /// Returns whether bytes are marked. If so, what has shortcuts takes the way of the general case, which marks them:
    /// a mark there would cost those who need none.
    #[inline(always)]
    pub(super) const fn are_enabled(&self) -> bool {
        self.list.is_some()
    }

    #[inline]
    pub(super) fn add(&mut self, part: ReceivedPart, len: usize) {
        if let Some(list) = &mut self.list {
            push(list, part, len);
        }
    }

    /// Moves the marks to the end of `to`.
    pub(super) fn move_to(&mut self, to: &mut Vec<Mark>) {
        if let Some(list) = &mut self.list {
            to.append(&mut list.0);
        }
    }
}

#[cold]
#[inline(never)]
fn push(List(list): &mut List, part: ReceivedPart, len: usize) {
    let len = len as u64;
    match list.last_mut() {
        _ if len == 0 => {}
        // A head or a trailer section is whole.
        Some(last) if last.part == part && part == ReceivedPart::Data => last.len += len,
        _ => list.push(Mark { part, len }),
    }
}
