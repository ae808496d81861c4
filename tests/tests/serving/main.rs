//! Servers on loopback, on every driver, without and with TLS.

#![cfg(test)]

mod cases;
mod duplex;
mod facts;
mod files;
mod json;
mod leaving;
mod running;
mod service;
mod slow;
mod stopping;
mod tunnels;
