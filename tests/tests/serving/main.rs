//! Servers on loopback, on every driver, plain and over TLS: the same cases for all of them.

#![cfg(test)]

mod cases;
mod leaving;
mod running;
mod slow;
mod stopping;
mod tunnels;
