//! Items that limpid's crates share. They are not part of the public interface: any release may change
//! or remove them.

#[cfg(feature = "std")]
mod clock;
#[cfg(feature = "client")]
mod reuse;
pub mod transcript;

#[cfg(feature = "std")]
pub use clock::{share_clock, shared_now};
#[cfg(feature = "client")]
pub use reuse::Reuse;

#[cfg(feature = "cross-check")]
pub use crate::http1::cross_check::{INTENDED, Intended, second_reads};
pub use crate::http1::marks::{Mark, ReceivedPart};
pub use crate::http1::state::{Transition, after};
pub use crate::stored::{Reader, Stored};
#[cfg(feature = "std")]
pub use crate::trace::codec::{Codec, Record, Slot};
pub use crate::trace::reference::write_reference;
