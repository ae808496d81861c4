//! Stress tests of both drivers: many requests, and slow or disconnecting peers.

#![cfg(test)]

mod alone;
mod crowds;
#[cfg(target_os = "linux")]
mod guests;
mod slow_servers;
