//! Servers on loopback, on every driver, without and with TLS.

#![cfg(test)]

mod cases;
mod facts;
mod files;
mod leaving;
mod running;
mod slow;
mod stopping;
mod tunnels;
