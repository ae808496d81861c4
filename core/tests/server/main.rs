//! Examples of server sessions, as bytes and the resulting events and bytes.

#![cfg(test)]

mod answers;
mod closing;
mod duplex;
mod exchanges;
mod fields;
mod layers;
mod peer;
mod random;
mod refusals;
mod sent;
mod shutdown;
mod slow;
mod switching;
