//! The steps of a session: what follows from where it stands and what came in.

mod close;
mod open;
mod run;
