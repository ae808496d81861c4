//! What the error of a request says, and what it keeps of the errors that led to it.

#![cfg(test)]

mod bodies;
mod certificates;
mod chains;
mod connectors;
mod drivers;
mod proxies;
