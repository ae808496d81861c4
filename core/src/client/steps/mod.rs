//! The steps of an exchange: what follows from where it stands and what came in.

mod connect;
mod dial;
mod finish;
mod owned;
mod run;
mod transfer;
