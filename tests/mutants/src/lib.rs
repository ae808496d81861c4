//! Mutants: small changes that break the code, each of which the tests must detect.
//!
//! ```sh
//! cargo run --release -p limpid-mutants              # all of them
//! cargo run --release -p limpid-mutants -- NAME...   # these
//! ```
//!
//! `mutants.toml` lists them. The command copies the checkout, applies one mutant after the
//! other to the copy and runs the tests of the core and 2,000 seeds of the simulation. It fails if the
//! tests pass with a mutant, and if a mutant does not compile: then it would show nothing.

mod check;
mod command;
mod mutant;
mod tree;

pub use check::{Outcome, check};
pub use mutant::{Mutant, mutants};
pub use tree::Tree;
