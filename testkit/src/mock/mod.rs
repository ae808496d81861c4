//! Mock servers: expected requests, and their replies.

mod connection;
mod expectation;
mod machine;
mod verdict;

pub(crate) use connection::serve;
pub use expectation::Expectation;
pub use machine::Mock;
pub use verdict::Unmet;
