//! The command, and servers and proxies that others wrote.

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
