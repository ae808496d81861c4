//! The command beside curl, against servers and proxies of other projects that few machines have, and its JSON
//! lines in programs that read such files.
//!
//! `limpid tap` stands between clients and servers of other projects, too.
//!
//! `.ci/wide` installs the programs and runs the tests, which print a line for each server and scenario.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;

#[path = "../tap/proxy.rs"]
mod proxy;

mod clients;
mod collector;
mod idle;
mod json_lines;
mod packets;
mod scenarios;
mod serve;
mod servers;
mod site;
mod streams;
mod tap;
mod views;
