//! Bodies with content codings: what is decoded, what is tolerated, and what is refused.

#![cfg(test)]
#![cfg(feature = "gzip")]

mod bombs;
mod broken;
mod codings;
mod exchange;
mod make;
mod whole;
