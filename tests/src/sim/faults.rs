//! What can go wrong on the way, and when.

use std::time::Duration;

use fastrand::Rng;

/// What happens to a direction of a connection after some bytes have passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The rest never comes, and nothing tells.
    Lost,
    /// The direction is closed.
    Closed,
    /// The connection is reset.
    Reset,
}

/// What goes wrong in a network. By default nothing does.
#[derive(Clone, Debug)]
pub struct Faults {
    random: Rng,
    /// A write takes, and a read gives, no more than this.
    pub most: usize,
    /// How long bytes take to arrive at most.
    pub delay: Duration,
    /// Of so many directions, one is cut; 0 cuts none.
    pub one_in: u32,
    /// Before how many bytes it is cut.
    pub within: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            random: Rng::with_seed(0),
            most: usize::MAX,
            delay: Duration::ZERO,
            one_in: 0,
            within: 0,
        }
    }
}

impl Faults {
    /// Nothing goes wrong until it is said what does; when, follows from the seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed), ..Self::default() }
    }

    /// The course of another direction.
    pub(super) fn course(&mut self) -> Course {
        let is_cut = self.one_in > 0 && self.random.u32(..self.one_in) == 0;
        let kinds = [Cut::Lost, Cut::Closed, Cut::Reset];
        let cut = is_cut
            .then(|| (self.random.u64(..=self.within), kinds[self.random.usize(..kinds.len())]));
        Course { random: self.random.fork(), most: self.most, delay: self.delay, cut, written: 0 }
    }
}

/// What goes wrong with one direction.
#[derive(Clone, Debug)]
pub(super) struct Course {
    random: Rng,
    most: usize,
    delay: Duration,
    cut: Option<(u64, Cut)>,
    written: u64,
}

/// What becomes of bytes that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives(Duration),
    Lost,
    Closed,
    Reset,
}

impl Course {
    /// How many of the bytes are taken, and what becomes of them.
    pub(super) fn write(&mut self, len: usize) -> (usize, Fate) {
        let mut n = self.some_of(len);
        if let Some((at, cut)) = self.cut {
            let left = usize::try_from(at - self.written).unwrap_or(usize::MAX);
            if left == 0 {
                let fate = match cut {
                    Cut::Lost => Fate::Lost,
                    Cut::Closed => Fate::Closed,
                    Cut::Reset => Fate::Reset,
                };
                return (n, fate);
            }
            n = n.min(left);
        }
        self.written += n as u64;
        (n, Fate::Arrives(self.some_time()))
    }

    /// How many of the bytes that are there are given.
    pub(super) fn read(&mut self, len: usize) -> usize {
        self.some_of(len)
    }

    fn some_of(&mut self, len: usize) -> usize {
        if self.most == usize::MAX {
            return len;
        }
        self.random.usize(1..=self.most).min(len)
    }

    fn some_time(&mut self) -> Duration {
        let most = u64::try_from(self.delay.as_micros()).unwrap_or(u64::MAX);
        if most == 0 { Duration::ZERO } else { Duration::from_micros(self.random.u64(..=most)) }
    }
}
