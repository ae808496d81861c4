//! HTTP archives (HAR 1.2): an entry for each request, for programs such as the developer tools of browsers.

mod cookies;
mod document;
mod read;
mod write;

pub use read::{HarError, read};
pub(super) use write::write;
