//! The command, and servers and proxies that others wrote.

#![cfg(test)]

#[path = "../common/mod.rs"]
mod common;
mod lighttpd;
mod nginx;
mod node;
mod openssl;
mod proxies;
mod python;
