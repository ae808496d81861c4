//! One page that shows a waterfall with all details. It loads nothing, and is complete without its script.

mod bar;
mod details;
mod escape;
mod page;

pub(super) use page::write;
