//! Whatever a driver does and a server sends, every span that starts ends once, and so does the exchange.

#![cfg(test)]

mod driver;
mod peer;
mod random;
mod walk;
