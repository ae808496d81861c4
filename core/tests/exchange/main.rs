//! The client's exchange by example: what it asks of its driver, and what comes of the answers.

#![cfg(test)]

mod bench;
mod bytes;
mod cancel;
mod dial;
mod duplex;
mod expect_continue;
mod layers;
mod retry;
mod trailers;
mod upgrade;
