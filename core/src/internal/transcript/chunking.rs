//! Ways to split the bytes of a run into pieces. The result of reading must not depend on them.

use core::fmt;
use core::str::FromStr;

/// A way to split bytes into pieces.
///
/// ```
/// use limpid_core::internal::transcript::Chunking;
///
/// let random: Chunking = "random:7".parse()?;
/// let pieces: Vec<&[u8]> = random.pieces(&[0; 1000]).collect();
/// assert_eq!(pieces.concat().len(), 1000);
/// assert!(pieces.iter().all(|piece| (1..=50).contains(&piece.len())));
/// # Ok::<(), limpid_core::internal::transcript::UnknownChunking>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chunking {
    /// One piece.
    #[default]
    Whole,
    /// Pieces of one byte.
    Bytewise,
    /// Random pieces of 1 to 50 bytes, with this seed.
    Random(u64),
}

impl Chunking {
    /// Splits `bytes`.
    #[must_use]
    pub const fn pieces(self, bytes: &[u8]) -> Pieces<'_> {
        Pieces { chunking: self, rest: bytes }
    }
}

impl fmt::Display for Chunking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Bytewise => f.write_str("bytewise"),
            Self::Random(seed) => write!(f, "random:{seed}"),
        }
    }
}

impl FromStr for Chunking {
    type Err = UnknownChunking;

    fn from_str(name: &str) -> Result<Self, UnknownChunking> {
        match name {
            "whole" => Ok(Self::Whole),
            "bytewise" => Ok(Self::Bytewise),
            _ => {
                let seed = name.strip_prefix("random:").ok_or(UnknownChunking)?;
                seed.parse().map(Self::Random).map_err(|_| UnknownChunking)
            }
        }
    }
}

/// The error for an unknown way to split bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownChunking;

impl fmt::Display for UnknownChunking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown chunking: use whole, bytewise or random:SEED, where SEED is a number")
    }
}

impl core::error::Error for UnknownChunking {}

/// An iterator over the pieces of bytes, in order.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    chunking: Chunking,
    rest: &'a [u8],
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let len = match &mut self.chunking {
            Chunking::Whole => self.rest.len(),
            Chunking::Bytewise => 1,
            Chunking::Random(state) => 1 + step(state),
        };
        let (piece, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        Some(piece)
    }
}

/// Returns a number below 50: one step of the generator `SplitMix64`.
fn step(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) % 50).unwrap_or(0)
}
