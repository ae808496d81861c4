//! The grammar of HTTP/1.1 on borrowed slices, without state. Only the writers of numbers allocate.

mod broken;
pub(crate) mod chunk;
pub(crate) mod date;
pub(crate) mod field;
pub(crate) mod foreign;
pub(crate) mod number;
pub(crate) mod percent;
pub(crate) mod start_line;
pub(crate) mod target;
pub(crate) mod token;

pub(crate) use broken::{Broken, Tolerated};
