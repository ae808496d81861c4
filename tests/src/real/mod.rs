//! Servers and proxies of other projects, started for a test with a separate configuration.
//!
//! Each is a program of the system's packages, or compiled from a small source beside this file. A test that
//! needs one is ignored by default; `.ci/run` and `.ci/wide` install the programs and run it.

pub mod apache;
pub mod counter;
mod daemon;
pub mod go;
pub mod gunicorn;
pub mod haproxy;
pub mod icecast;
pub mod java;
pub mod lighttpd;
pub mod microsocks;
pub mod nginx;
pub mod node;
pub mod openssl;
pub mod python;
mod site;
pub mod squid;
pub mod tinyproxy;
pub mod uvicorn;
pub mod varnish;

pub use daemon::{Daemon, free_port};
pub use site::{BIG, INDEX, LARGE, big, large};
