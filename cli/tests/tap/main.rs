//! `limpid tap` between limpid's own clients and servers on loopback, and `limpid serve`.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;

#[path = "../common/collector.rs"]
mod collector;

mod arguments;
mod authority;
mod fields;
mod forward;
mod hostile;
mod linked;
mod proxy;
mod reverse;
mod serve;
mod stopping;
mod streaming;
mod tunnels;
mod upgrades;
