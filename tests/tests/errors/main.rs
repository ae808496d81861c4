//! The messages of errors, and their sources.

#![cfg(test)]

mod bodies;
mod certificates;
mod chains;
mod connectors;
mod drivers;
mod proxies;
