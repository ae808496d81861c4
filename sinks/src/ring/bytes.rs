//! Records in a fixed piece of memory: the newest push out the oldest.

/// How many bytes stand before each record: its length, and whether it is marked.
const HEADER: usize = 4;

/// A ring of records. Each stands in one piece: where the end of the memory has too little room
/// for the next, that room is left empty.
#[derive(Clone, Debug)]
pub(crate) struct ByteRing {
    memory: Box<[u8]>,
    /// Where the oldest record starts.
    oldest: usize,
    /// Where the next goes.
    next: usize,
    /// If the newest records stand before the oldest ones: where the latter end.
    turn: Option<usize>,
}

impl ByteRing {
    /// A ring of `size` bytes, headers included.
    pub(crate) fn new(size: usize) -> Self {
        Self { memory: vec![0; size].into(), oldest: 0, next: 0, turn: None }
    }

    /// Whether a record of `len` bytes has room beside those that are there.
    pub(crate) fn has_room(&self, len: usize) -> bool {
        let fits = |from: usize, until: usize| from + HEADER + len <= until;
        match self.turn {
            Some(_) => fits(self.next, self.oldest),
            None => fits(self.next, self.memory.len()) || fits(0, self.oldest),
        }
    }

    /// Room for a record of `len` bytes. Those that must leave for it are shown to `leaves` before,
    /// if they are marked. `None` if the ring as a whole is too small.
    #[inline]
    pub(crate) fn push(
        &mut self,
        len: usize,
        marked: bool,
        mut leaves: impl FnMut(&[u8]),
    ) -> Option<&mut [u8]> {
        let header = (u32::try_from(len).ok()? << 1) | u32::from(marked);
        let total = len + HEADER;
        if total > self.memory.len() {
            return None;
        }
        loop {
            match self.turn {
                None if self.next + total <= self.memory.len() => break,
                None => {
                    self.turn = Some(self.next);
                    self.next = 0;
                }
                Some(_) if self.next + total <= self.oldest => break,
                Some(turn) => self.leave(turn, &mut leaves),
            }
        }
        let start = self.next;
        self.next += total;
        let (head, record) = self.memory[start..start + total].split_first_chunk_mut()?;
        *head = header.to_le_bytes();
        Some(record)
    }

    /// The oldest record leaves. Behind it others stand up to `turn`.
    #[inline]
    fn leave(&mut self, turn: usize, leaves: &mut impl FnMut(&[u8])) {
        match record_at(&self.memory[..turn], self.oldest) {
            Some((record, marked)) => {
                if marked {
                    leaves(record);
                }
                self.oldest += HEADER + record.len();
            }
            None => self.oldest = turn,
        }
        if self.oldest == turn {
            self.oldest = 0;
            self.turn = None;
        }
    }

    /// Every record, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let (first, second) = match self.turn {
            Some(turn) => (self.oldest..turn, 0..self.next),
            None => (self.oldest..self.next, 0..0),
        };
        records(&self.memory[first]).chain(records(&self.memory[second]))
    }

    /// Forgets every record.
    pub(crate) fn clear(&mut self) {
        (self.oldest, self.next, self.turn) = (0, 0, None);
    }
}

/// The records that stand in `bytes` one after the other.
pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let (record, _) = record_at(bytes, at)?;
        at += HEADER + record.len();
        Some(record)
    })
}

/// The record that starts at `at`, and whether it is marked.
#[inline]
fn record_at(bytes: &[u8], at: usize) -> Option<(&[u8], bool)> {
    let (header, rest) = bytes.get(at..)?.split_first_chunk()?;
    let header = u32::from_le_bytes(*header);
    let record = rest.get(..usize::try_from(header >> 1).ok()?)?;
    Some((record, header & 1 == 1))
}

/// A record with its header at the end of `bytes`.
pub(super) fn append(bytes: &mut Vec<u8>, record: &[u8]) {
    if let Ok(len) = u32::try_from(record.len()) {
        bytes.extend_from_slice(&(len << 1).to_le_bytes());
        bytes.extend_from_slice(record);
    }
}

/// How many bytes a record takes, its header included.
pub(super) const fn space(record: &[u8]) -> usize {
    HEADER + record.len()
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    fn push(ring: &mut ByteRing, record: &[u8]) -> Vec<Vec<u8>> {
        let mut left = Vec::new();
        let slot = ring.push(record.len(), record.len() % 2 == 1, |old| left.push(old.to_vec()));
        slot.unwrap().copy_from_slice(record);
        left
    }

    /// Against a queue that nobody would get wrong.
    #[test]
    fn the_newest_records_are_there_whatever_their_sizes() {
        for size in [40, 41, 64, 100] {
            let (mut ring, mut model) = (ByteRing::new(size), VecDeque::new());
            for step in 0..2000_usize {
                let record = vec![u8::try_from(step % 251).unwrap(); step * 7 % 23];
                let had_room = ring.has_room(record.len());
                let before = ring.iter().count();
                let left = push(&mut ring, &record);
                model.push_back(record);
                let now = ring.iter().count();
                assert_eq!(had_room, now == before + 1);
                let gone: Vec<Vec<u8>> = model.drain(..model.len() - now).collect();
                let marked: Vec<_> = gone.into_iter().filter(|old| old.len() % 2 == 1).collect();
                assert_eq!(left, marked);
                assert!(ring.iter().eq(model.iter().map(Vec::as_slice)));
            }
            assert!(model.len() > 1);
        }
    }

    #[test]
    fn a_record_that_is_larger_than_the_ring_is_refused_and_changes_nothing() {
        let mut ring = ByteRing::new(16);
        push(&mut ring, b"123456789012");
        assert!(ring.push(13, false, |_| ()).is_none());
        assert_eq!(ring.iter().collect::<Vec<_>>(), [b"123456789012"]);
        ring.clear();
        assert_eq!(ring.iter().count(), 0);
    }
}
