//! Connections between requests: those that a server closes, those of another runtime, and those of
//! responses that are dropped; on both drivers.

#![cfg(test)]

mod closing;
mod dropped;
mod origin;
mod redirect;
mod runtimes;
