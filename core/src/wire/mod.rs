//! The grammar, on borrowed slices: nothing here allocates, keeps state or knows a connection.

mod broken;
pub(crate) mod chunk;
pub(crate) mod field;
pub(crate) mod number;
pub(crate) mod start_line;
pub(crate) mod target;
pub(crate) mod token;

pub(crate) use broken::{Broken, Tolerated};
