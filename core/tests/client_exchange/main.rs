//! Examples of the client's exchange: its actions, and the results of the driver's calls.

#![cfg(test)]

mod bench;
mod bytes;
mod cancel;
mod dial;
mod discard;
mod duplex;
mod expect_continue;
mod layers;
mod limits;
mod pace;
mod proxies;
mod redirects;
mod request_retries;
mod requests;
mod resend;
mod retry;
mod sent;
mod timeouts;
mod timings;
mod trailers;
mod upgrade;
mod upload;
