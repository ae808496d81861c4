//! Features of exchanges beyond a request and a response, over both drivers.

#![cfg(test)]

mod both;
mod coded;
mod failing;
mod informational;
mod prepared;
mod redirected;
mod removed;
mod retries;
mod trailers;
mod upgrade;
