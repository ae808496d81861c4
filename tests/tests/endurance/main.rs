//! What both drivers withstand: crowds, and peers that are slow, abrupt, or never done.

#![cfg(test)]

mod alone;
mod crowds;
#[cfg(target_os = "linux")]
mod guests;
mod slow_servers;
