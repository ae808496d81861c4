//! The steps of a session: the transitions of its state.

mod close;
mod open;
mod run;
