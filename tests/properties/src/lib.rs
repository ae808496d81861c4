//! Properties that hold for all bytes.
//!
//! Each function takes any bytes and panics if the property does not hold. `cargo test` runs all of them on
//! the seeds in `fuzz/seeds` and on mutations of those; the targets in `fuzz/fuzz_targets` run them under
//! libFuzzer.
//!
//! The first bytes of an input determine the setup, the rest is sent by a peer, unless a function documents
//! another format.

mod chunked;
mod coding;
pub mod differential;
mod fields;
mod head_cache;
mod input;
mod line_sink;
mod mask;
mod message;
mod notes;
mod pair;
mod parse;
mod recording;
mod response_cache;
mod round_trip;
mod setup;
mod split_invariance;
mod target;
mod url_model;

pub use chunked::chunked;
pub use coding::coding;
pub use differential::differential;
pub use fields::fields;
pub use head_cache::head_cache;
pub use line_sink::line_sink;
pub use mask::mask;
pub use pair::pair;
pub use parse::{parse_request, parse_response};
pub use recording::recording;
pub use response_cache::response_cache;
pub use round_trip::round_trip;
pub use split_invariance::split_invariance;
pub use target::target;

/// A property: it panics if the bytes violate it.
pub type Property = fn(&[u8]);

/// Every property by its name, which is also that of its fuzz target and of its directory of seeds.
pub const ALL: [(&str, Property); 15] = [
    ("chunked", chunked),
    ("coding", coding),
    ("differential", differential),
    ("fields", fields),
    ("head_cache", head_cache),
    ("line_sink", line_sink),
    ("mask", mask),
    ("pair", pair),
    ("parse_request", parse_request),
    ("parse_response", parse_response),
    ("recording", recording),
    ("response_cache", response_cache),
    ("round_trip", round_trip),
    ("split_invariance", split_invariance),
    ("target", target),
];
