//! Events as records: written at the moment they happen, and decoded on request.

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
