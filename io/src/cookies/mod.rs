//! The cookies of clients.

mod error;
mod jar;
mod netscape;

pub use error::CookieError;
pub use jar::{Cookie, CookieJar};
