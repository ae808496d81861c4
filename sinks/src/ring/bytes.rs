//! Records in a fixed piece of memory: the newest push out the oldest.

/// What stands before each record, in numbers of four bytes: its length, how far back the record
/// before it starts, and how far on the next that is marked.
const HEADER: usize = 12;

/// A ring of records. Each stands in one piece: where the end of the memory has too little room
/// for the next, that room is left empty.
///
/// Places are counted on and on, over all rounds: the memory ends every [`size`](Self::size) places.
/// Whoever reads begins with the newest record and goes back, so that nothing has to be done for the
/// oldest when it is written over; but those that are marked are looked at before.
#[derive(Debug)]
pub(crate) struct ByteRing {
    memory: Box<[u8]>,
    /// The place at which the memory starts in this round.
    round: u64,
    /// Where the next record goes in the memory.
    next: usize,
    /// All places before this one are written over.
    horizon: u64,
    /// The place of the newest record.
    newest: Option<u64>,
    /// The places of the oldest and of the newest record that are marked.
    marked: Option<(u64, u64)>,
}

impl ByteRing {
    /// A ring of `size` bytes, headers included.
    pub(crate) fn new(size: usize) -> Self {
        let memory = vec![0; size].into();
        Self { memory, round: 0, next: 0, horizon: 0, newest: None, marked: None }
    }

    fn size(&self) -> u64 {
        self.memory.len() as u64
    }

    /// The round and the place in the memory of the next record, which takes `total` bytes.
    #[inline]
    fn place_for(&self, total: usize) -> Option<(u64, usize)> {
        if self.next + total <= self.memory.len() {
            return Some((self.round, self.next));
        }
        (total <= self.memory.len()).then_some((self.round + self.size(), 0))
    }

    /// Whether a record of `len` bytes has room without another leaving that is marked.
    pub(crate) fn has_room(&self, len: usize) -> bool {
        let total = HEADER + len;
        self.place_for(total).is_some_and(|(round, next)| {
            let end = round + (next + total) as u64;
            self.marked.is_none_or(|(oldest, _)| oldest + self.size() >= end)
        })
    }

    /// Makes room for a record of `len` bytes. Records that must leave for it are shown to `leaves`
    /// before, if they are marked. `None` if the ring as a whole is too small. The record is there
    /// when it is [kept](Self::keep).
    #[inline]
    pub(crate) fn room(&mut self, len: usize, leaves: impl FnMut(&[u8])) -> Option<&mut [u8]> {
        let total = HEADER + len;
        let (round, next) = self.place_for(total)?;
        let end = round + (next + total) as u64;
        self.horizon = self.horizon.max(end.saturating_sub(self.size()));
        if self.marked.is_some_and(|(oldest, _)| oldest < self.horizon) {
            self.leave(leaves);
        }
        // Those that left may have been of the round before the last.
        (self.round, self.next) = (round, next);
        self.memory.get_mut(self.next + HEADER..self.next + total)
    }

    /// Keeps the first `len` bytes of the [room](Self::room) as the newest record, marked or not.
    #[inline]
    pub(crate) fn keep(&mut self, len: usize, is_marked: bool) {
        let place = self.round + self.next as u64;
        // No record is at no distance from itself.
        let back = self.newest.map_or(0, |newest| distance(newest, place));
        let Ok(size) = u32::try_from(len) else { return };
        let Some(header) = self.memory.get_mut(self.next..).and_then(<[u8]>::first_chunk_mut)
        else {
            return;
        };
        *header = Header { len: size, back, on: 0 }.bytes();
        self.next += HEADER + len;
        self.newest = Some(place);
        if is_marked {
            self.mark(place);
        }
    }

    /// Notes in the marked record before this one where this one is.
    #[inline]
    fn mark(&mut self, place: u64) {
        let oldest = match self.marked {
            Some((oldest, last)) => {
                let index = self.index(last);
                if let Some(header) = self.memory.get_mut(index..).and_then(<[u8]>::first_chunk_mut)
                {
                    *header = Header { on: distance(last, place), ..Header::read(header) }.bytes();
                }
                oldest
            }
            None => place,
        };
        self.marked = Some((oldest, place));
    }

    /// Marked records before the horizon leave.
    #[inline(never)]
    fn leave(&mut self, mut leaves: impl FnMut(&[u8])) {
        while let Some((oldest, last)) = self.marked
            && oldest < self.horizon
        {
            let record = self.record(oldest);
            if let Some((_, record)) = record {
                leaves(record);
            }
            self.marked = record
                .filter(|(header, _)| header.on > 0)
                .map(|(header, _)| (oldest + u64::from(header.on), last));
        }
    }

    /// Every record, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut records = Vec::new();
        let mut at = self.newest;
        while let Some(place) = at.filter(|place| *place >= self.horizon)
            && let Some((header, record)) = self.record(place)
        {
            records.push(record);
            at = (header.back > 0).then(|| place - u64::from(header.back));
        }
        records.into_iter().rev()
    }

    /// The record at a place, with its header.
    fn record(&self, place: u64) -> Option<(Header, &[u8])> {
        let (header, rest) = self.memory.get(self.index(place)..)?.split_first_chunk()?;
        let header = Header::read(header);
        Some((header, rest.get(..usize::try_from(header.len).ok()?)?))
    }

    /// Where in the memory a place is, which is of this round or of the one before.
    #[inline]
    fn index(&self, place: u64) -> usize {
        let start = if place < self.round { self.round - self.size() } else { self.round };
        usize::try_from(place.saturating_sub(start)).unwrap_or(usize::MAX)
    }

    /// Becomes a copy of another ring of the same size.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        let Self { memory, round, next, horizon, newest, marked } = self;
        memory.copy_from_slice(&other.memory);
        (*round, *next, *horizon) = (other.round, other.next, other.horizon);
        (*newest, *marked) = (other.newest, other.marked);
    }

    /// Forgets every record.
    pub(crate) fn clear(&mut self) {
        (self.round, self.next, self.horizon) = (0, 0, 0);
        (self.newest, self.marked) = (None, None);
    }
}

/// How far one place is behind another; 0 if that is too far.
#[inline]
fn distance(from: u64, to: u64) -> u32 {
    u32::try_from(to - from).unwrap_or(0)
}

#[derive(Clone, Copy)]
struct Header {
    len: u32,
    back: u32,
    on: u32,
}

impl Header {
    #[inline]
    fn bytes(self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..4].copy_from_slice(&self.len.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.back.to_le_bytes());
        bytes[8..].copy_from_slice(&self.on.to_le_bytes());
        bytes
    }

    fn read(bytes: &[u8; HEADER]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l] = *bytes;
        Self {
            len: u32::from_le_bytes([a, b, c, d]),
            back: u32::from_le_bytes([e, f, g, h]),
            on: u32::from_le_bytes([i, j, k, l]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(ring: &mut ByteRing, record: &[u8], is_marked: bool) -> Vec<Vec<u8>> {
        let mut left = Vec::new();
        let room = ring.room(record.len(), |old| left.push(old.to_vec())).unwrap();
        room.copy_from_slice(record);
        ring.keep(record.len(), is_marked);
        left
    }

    /// Against a list that nobody would get wrong.
    #[test]
    fn the_newest_records_are_there_whatever_their_sizes() {
        for size in [40, 41, 64, 100, 300] {
            let (mut ring, mut model) = (ByteRing::new(size), Vec::new());
            for step in 0..2000_usize {
                let record = vec![u8::try_from(step % 251).unwrap(); step * 7 % 23];
                let is_marked = step % 3 == 1;
                let had_room = ring.has_room(record.len());
                let left = push(&mut ring, &record, is_marked);
                model.push((record, is_marked));

                let kept = ring.iter().count();
                assert!(kept > 0 && kept <= size / HEADER);
                let (gone, there) = model.split_at(model.len() - kept);
                assert!(ring.iter().eq(there.iter().map(|(record, _)| record.as_slice())));
                let marked = gone.iter().filter(|(_, is_marked)| *is_marked);
                assert!(left.iter().eq(marked.map(|(record, _)| record)));
                assert_eq!(had_room, left.is_empty());
                model.drain(..model.len() - kept);
            }
        }
    }

    /// Two thirds of the memory are full of records at any time.
    #[test]
    fn little_room_is_left_empty() {
        let mut ring = ByteRing::new(1024);
        for step in 0..500_usize {
            push(&mut ring, &[0; 52], step % 2 == 0);
        }
        assert!(ring.iter().count() >= 10);
    }

    #[test]
    fn room_that_is_not_used_is_there_for_the_next() {
        let mut ring = ByteRing::new(100);
        ring.room(80, |_| ()).unwrap();
        for record in [b"one", b"two"] {
            ring.room(10, |_| ()).unwrap()[..3].copy_from_slice(record);
            ring.keep(3, false);
        }
        assert!(ring.iter().eq([b"one", b"two"]));
    }

    #[test]
    fn a_record_that_is_larger_than_the_ring_is_refused_and_changes_nothing() {
        let mut ring = ByteRing::new(24);
        push(&mut ring, b"123456789012", true);
        assert!(ring.room(13, |_| ()).is_none());
        assert!(ring.iter().eq([b"123456789012"]));
        ring.clear();
        assert_eq!(ring.iter().count(), 0);
    }
}
