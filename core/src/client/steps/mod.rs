//! The steps of an exchange: the transitions of its state.

mod connect;
mod dial;
mod drain;
mod finish;
mod owned;
mod resend;
mod retry;
mod run;
mod transfer;
