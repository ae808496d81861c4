//! Features of exchanges beyond a request and a response, over both drivers.

#![cfg(test)]

mod both;
mod building;
mod coded;
mod cookies;
mod failing;
mod forms;
mod informational;
mod over_both;
mod per_request;
mod prepared;
mod reading;
mod redirected;
mod removed;
mod retries;
mod trailers;
mod upgrade;
