//! Values as bytes that another process can read: how a recording has options, requests and errors.

mod basic;
mod macros;
mod settings;
mod value;

pub(crate) use macros::{stored_enum, stored_struct};
pub use value::{Reader, Stored};
