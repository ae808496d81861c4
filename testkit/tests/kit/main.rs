//! Mock servers, scripts and assertions, with the clients of both drivers.

#![cfg(test)]

mod asserting;
mod clock;
mod mocks;
mod recordings;
mod scripts;
