//! A simulated network: time that advances when no task can run, connections that are queues in memory, and
//! faults that follow from a seed. It is deterministic, so that a run can be repeated.
//!
//! - [`World`] has the time and the tasks.
//! - [`Net`] opens and accepts sockets; a [`Socket`] behaves as one of TCP.
//! - [`Faults`] are their faults.
//! - [`Client`] drives exchanges over it: the third driver.
//! - [`Listener`] and [`Server`] play scripts, and [`Served`] is a connection of a server's session.
//!
//! ```
//! use std::time::Duration;
//!
//! use limpid_core::client::Request;
//! use limpid_core::time::Mono;
//! use limpid_io::{ClientBuilder, Settings};
//! use limpid_test::script::{Step, send};
//! use limpid_test::server::Listen;
//! use limpid_test::sim::{Body, Client, Faults, Listener, Net, World};
//!
//! // Bytes are delayed by up to a second, and the server answers after an hour.
//! let mut faults = Faults::seeded(7);
//! faults.delay = Duration::from_secs(1);
//! let net = Net::new(World::default(), faults);
//! let listener = Listener::bind(&net, Listen::Tcp);
//! let url = format!("http://{}/", listener.address().unwrap());
//! let hour = Duration::from_secs(3600);
//! let answer = send("HTTP/1.1 204 No Content\r\n\r\n");
//! let server = listener.play(vec![vec![Step::ReadRequest, Step::Sleep(hour), answer]]);
//!
//! let settings: Settings = ClientBuilder::default().read_timeout(None).build();
//! let client = Client::new(&net, settings);
//! let request = Request::builder(b"GET", url.parse()?);
//! let response = net.world().run(client.send(request, Body::none()))??;
//! assert_eq!(response.status(), 204);
//! assert!(net.world().now() >= Mono::default() + hour);
//! drop((response, client));
//! server.finish()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
