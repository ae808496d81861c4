//! Troubles that a reader must be able to explain from the events alone.

#![cfg(test)]

mod answers;
mod connecting;
mod facts;
mod pool;
mod proxy;
mod secured;
mod switching;
mod transfer;
