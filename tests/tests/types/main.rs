//! The public types: their documentation and features, what threads can share, and conversions to types of other crates.

#![cfg(test)]

mod bodies;
mod examples;
mod features;
mod files;
mod heads;
mod interface;
mod requests;
mod services;
mod shared;
