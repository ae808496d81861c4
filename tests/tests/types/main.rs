//! The public types: their documentation, what threads can share, and conversions to types of other crates.

#![cfg(test)]

mod bodies;
mod examples;
mod files;
mod heads;
mod interface;
mod requests;
mod services;
mod shared;
