//! The public types: their documentation, and conversions to types of other crates.

#![cfg(test)]

mod examples;
mod heads;
