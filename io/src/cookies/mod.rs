//! The cookies of clients.

mod cookie;
mod error;
mod jar;
mod netscape;

pub use cookie::Cookie;
pub use error::CookieError;
pub use jar::CookieJar;
