//! Events as text of Python's httpx and httpcore.

mod exception;
mod h11;
mod message;
mod os;
mod profile;
pub mod repr;
mod source;
mod tls;

pub use exception::Raised;
pub use message::{Message, Messages};
pub use profile::{Profile, StreamClass, UnknownProfile};
pub(crate) use source::Source;
