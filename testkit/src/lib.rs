#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod assert;
#[cfg(any(feature = "std", feature = "tokio"))]
pub mod memory;
mod message;
mod mock;
mod mock_server;
mod peer;
mod received;
mod recorded;
mod relay;
mod reply;
#[cfg(any(feature = "std", feature = "tokio"))]
mod response;
pub mod script;
mod scripted_client;
mod scripts;
pub mod server;
mod service;
pub mod sim;
mod stream;
#[cfg(feature = "suite")]
pub mod suite;
mod wire;

#[doc(hidden)]
pub use assert::internal;
pub use limpid_sinks::EventList;
#[cfg(feature = "std")]
pub use limpid_std;
#[cfg(feature = "tokio")]
pub use limpid_tokio;
pub use message::Message;
pub use mock::{Expectation, Mock, Unmet};
pub use mock_server::MockServer;
pub use received::Received;
pub use recorded::{Answer, Answers, Matching};
pub use reply::Reply;
pub use scripted_client::ScriptedClient;
pub use scripts::Scripts;
#[cfg(feature = "tokio")]
pub use tokio;
pub use {bytes, limpid_core, limpid_io, limpid_recording, limpid_sinks, rustls};
#[cfg(feature = "suite")]
pub use {rcgen, serde_json};
