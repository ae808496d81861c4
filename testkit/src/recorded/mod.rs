//! Recordings as mocks: which recorded response answers a request.

mod answers;
mod request;

pub use answers::{Answers, Matching};
pub use request::Answer;
