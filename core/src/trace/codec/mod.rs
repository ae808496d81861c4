//! Events as records: written at the moment of the fact, read when somebody asks.

mod cursor;
mod event;
mod failure;
mod record;
mod slot;
#[cfg(test)]
mod tests;
mod values;
mod words;

pub(super) use cursor::{Decode, Encode, MOST, Reader, Writer, most};
pub use event::Codec;
pub use record::Record;
pub use slot::Slot;
pub(super) use words::{Word, Words, written};
