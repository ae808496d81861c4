//! What a server does on one connection: bytes in, events and bytes out.

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
mod shutdown;
mod slow;
mod switching;
