//! The command against servers and proxies of other projects.

#![cfg(test)]

mod both;
#[path = "../common/mod.rs"]
mod common;
mod library;
mod lighttpd;
mod nginx;
mod node;
mod openssl;
mod proxies;
mod python;
