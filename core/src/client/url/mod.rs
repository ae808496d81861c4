//! Parsing and normalising URLs (RFC 3986 section 6, RFC 9110 section 4.2).

mod absolute;
mod encode;
mod error;
mod host;
mod parse;
mod plain;
mod reference;
mod scheme;
#[cfg(test)]
mod tests;

pub use absolute::Url;
pub(super) use encode::percent_encode;
pub use error::{UrlError, UrlProblem};
pub(super) use host::{normal_host, without_zone};
pub(super) use parse::Authority;
pub use scheme::Scheme;
