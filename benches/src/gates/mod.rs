//! Gates: numbers that no change may exceed, and that noise does not affect.
//!
//! Each gate measures one of [`works`](crate::works) by counting, and each count has its number in
//! `gates.toml`. A count that is more than 2 % above its number fails. Those numbers are rewritten when a
//! change is worth its cost; the numbers in `baseline.toml` never change, with a tolerance of 3 %.

mod baseline;
mod count;
mod file;
mod list;
mod measure;
mod verdict;

pub use baseline::Baseline;
pub use count::Count;
pub use file::{FOLDER, GATES_FILE, Numbers};
pub use list::{GATES, Gate, Server};
pub use measure::{Measured, Missing, Tools};
pub use verdict::Verdict;
