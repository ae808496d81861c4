//! Faults of the network.

use std::time::Duration;

use fastrand::Rng;

/// The fault of a direction of a connection after some bytes.
///
/// The [module](super) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The rest is lost without an error.
    Lost,
    /// The direction is closed.
    Closed,
    /// The connection is reset.
    Reset,
}

/// The faults of a network. By default there are no faults.
///
/// The [module](super) has an example.
#[derive(Clone, Debug)]
pub struct Faults {
    random: Rng,
    /// The most bytes of a write or read.
    pub most: usize,
    /// The maximal delay of bytes.
    pub delay: Duration,
    /// One of this many directions is cut; 0 cuts no direction.
    pub one_in: u32,
    /// The upper limit of the offset of a cut.
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
    /// Returns no faults; the seed determines when configured ones occur.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed), ..Self::default() }
    }

    /// Returns the faults of another direction.
    pub(super) fn course(&mut self) -> Course {
        let is_cut = self.one_in > 0 && self.random.u32(..self.one_in) == 0;
        let kinds = [Cut::Lost, Cut::Closed, Cut::Reset];
        let cut = is_cut
            .then(|| (self.random.u64(..=self.within), kinds[self.random.usize(..kinds.len())]));
        Course { random: self.random.fork(), most: self.most, delay: self.delay, cut, written: 0 }
    }
}

/// The faults of one direction.
#[derive(Clone, Debug)]
pub(super) struct Course {
    random: Rng,
    most: usize,
    delay: Duration,
    cut: Option<(u64, Cut)>,
    written: u64,
}

/// The fate of written bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Arrives(Duration),
    Lost,
    Closed,
    Reset,
}

impl Course {
    /// Returns how many of the bytes are taken, and their fate.
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

    /// Returns how many of the available bytes are read.
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
