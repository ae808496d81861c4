//! What limpid's own crates share beside the public interface. It is not part of that: anything here may
//! change or go in any release.

mod reuse;
pub mod transcript;

pub use reuse::Reuse;

pub use crate::http1::state::{Transition, after};
#[cfg(feature = "std")]
pub use crate::trace::codec::{Codec, Record, Slot};
pub use crate::trace::reference::write_reference;
