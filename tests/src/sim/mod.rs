//! A simulated network: time that passes when nothing else can, connections that are queues in
//! memory, and faults that come from a seed. Nothing in it is random, so that a run can be had
//! again.
//!
//! - [`World`] has the time, and the tasks that take turns in it.
//! - [`Net`] is where sockets are opened and accepted; a [`Socket`] behaves as one of TCP.
//! - [`Faults`] are what can go wrong with them, and when.
//! - [`Client`] drives exchanges over it: the third driver.

mod body;
mod client;
mod dials;
mod driver;
mod faults;
mod net;
mod os;
mod peer;
mod pipe;
mod served;
mod server;
mod shared;
mod socket;
mod upgraded;
mod world;

pub use body::Body;
pub use client::{Client, Response};
pub use faults::{Cut, Faults};
pub use net::{Listening, Net};
pub use served::{Gone, Served, Stopping};
pub use server::{Listener, Server};
pub use socket::Socket;
pub use upgraded::Upgraded;
pub use world::{Stuck, World};
