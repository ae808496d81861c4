//! A simulated network: time that advances when no task can run, connections that are queues in memory, and
//! faults that follow from a seed. It is deterministic, so that a run can be repeated.
//!
//! - [`World`] has the time and the tasks.
//! - [`Net`] opens and accepts sockets; a [`Socket`] behaves as one of TCP.
//! - [`Faults`] are their faults.
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
