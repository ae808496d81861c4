//! The layers between HTTP and the socket, such as TLS.
//!
//! ```text
//!   http1::Connection      plaintext
//!          |  ^
//!          v  |
//!        a layer           write(plaintext) / advance(deliver plaintext), repeatedly
//!          |  ^
//!          v  |
//!      the transport       out, sent / space, filled, eof
//! ```
//!
//! A [`Link`] is a connection with its layers. This module has TLS over rustls (`tls`, with the
//! feature `rustls`) and [`socks5`]; the state machines also take any other [`Layer`].
//!
//! # A custom layer
//!
//! [`client::Exchange`](crate::client::Exchange) asks for the layer of an `https` URL with
//! [`Action::Secure`](crate::client::Action::Secure), and so does
//! [`server::Session`](crate::server::Session). Any protocol that both sides share can be used;
//! `tests/openssl` in the repository has TLS over OpenSSL. The layer of this example inverts bits of
//! every byte, which protects nothing:
//!
//! ```
//! use std::sync::Arc;
//!
//! use limpid_core::client::{self, Event, Exchange, Interest, Options, Request, TrustId};
//! use limpid_core::server::{self, Action, Outcome, Session};
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
//! use limpid_core::transport::{Layer, LayerError, LayerState};
//!
//! #[derive(Debug, Default)]
//! struct Xor {
//!     /// The input, and room for more.
//!     incoming: Vec<u8>,
//!     arrived: usize,
//!     outgoing: Vec<u8>,
//! }
//!
//! impl Layer for Xor {
//!     fn space(&mut self, min: usize) -> &mut [u8] {
//!         self.incoming.resize(self.arrived + min, 0);
//!         &mut self.incoming[self.arrived..]
//!     }
//!
//!     fn filled(&mut self, n: usize) {
//!         self.arrived += n;
//!     }
//!
//!     fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
//!         let plain: Vec<u8> = self.incoming.drain(..self.arrived).map(|byte| byte ^ 42).collect();
//!         self.arrived = 0;
//!         if !plain.is_empty() {
//!             deliver(&plain);
//!         }
//!         Ok(LayerState::Open)
//!     }
//!
//!     fn buffered(&self) -> usize {
//!         self.arrived
//!     }
//!
//!     fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
//!         self.outgoing.extend(data.iter().map(|byte| byte ^ 42));
//!         Ok(())
//!     }
//!
//!     fn close(&mut self) {}
//!
//!     fn out(&self) -> &[u8] {
//!         &self.outgoing
//!     }
//!
//!     fn sent(&mut self, n: usize) {
//!         self.outgoing.drain(..n);
//!     }
//! }
//!
//! /// Passes these bytes to the server. Returns the bytes that it sends.
//! fn serve(server: &mut Session, bytes: &[u8]) -> Vec<u8> {
//!     let (now, mut bytes, mut sent) = (Mono::default(), Some(bytes), Vec::new());
//!     loop {
//!         match server.poll(now, &NoSink) {
//!             Action::Secure => {
//!                 server.handle_secured(Box::new(Xor::default()), now, &NoSink).unwrap();
//!             }
//!             Action::Wait(interest) if interest.write => {
//!                 let out = server.out().concat();
//!                 sent.extend_from_slice(&out);
//!                 server.handle_sent(out.len(), now, &NoSink).unwrap();
//!             }
//!             Action::Wait(_) => {
//!                 let Some(bytes) = bytes.take() else { return sent };
//!                 server.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
//!                 server.handle_received(bytes.len(), now, &NoSink).unwrap();
//!             }
//!             Action::Request => {
//!                 server.answer(now, &NoSink, 200, "hello".into()).unwrap();
//!                 server.handled(now, &NoSink, Outcome::Done);
//!             }
//!             other => panic!("{other:?}"),
//!         }
//!     }
//! }
//!
//! let now = Mono::default();
//! let request = Request::builder(b"GET", "https://127.0.0.1/".parse()?).build();
//! // Connections are shared by requests with the same TLS configuration: here there is only one.
//! let options = Options::with(|options| options.trust = Some(TrustId::new(1)));
//! let mut client = Exchange::new(ExchangeId(1), request, Arc::new(options));
//! let options = server::Options::with(|options| options.secure = true);
//! let mut server = Session::new(ConnectionId(1), None, Arc::new(options));
//! let (mut answer, mut body) = (Vec::new(), Vec::new());
//! loop {
//!     match client.poll(now, &NoSink) {
//!         client::Action::Acquire => client.handle_opened(ConnectionId(1), now, &NoSink)?,
//!         client::Action::Resolve => {
//!             client.handle_resolved(&["127.0.0.1:443".parse()?], now, &NoSink)?;
//!         }
//!         client::Action::Dial(dial) => client.handle_dialed(dial, now, &NoSink)?,
//!         client::Action::Secure { .. } => {
//!             client.handle_secured(Box::new(Xor::default()), now, &NoSink)?;
//!         }
//!         client::Action::Wait(Interest { write: true, .. }) => {
//!             let out = client.out().concat();
//!             assert!(!out.starts_with(b"GET"), "nothing goes out as it is");
//!             answer = serve(&mut server, &out);
//!             client.handle_sent(out.len(), now, &NoSink)?;
//!         }
//!         client::Action::Wait(Interest { read: true, .. }) => {
//!             client.space(answer.len())[..answer.len()].copy_from_slice(&answer);
//!             client.handle_received(answer.len(), now, &NoSink)?;
//!         }
//!         client::Action::Event(_) => {
//!             if let Some(Event::Data(data)) = client.event() {
//!                 body.extend_from_slice(data);
//!             }
//!         }
//!         client::Action::Done => break,
//!         other => panic!("{other:?}"),
//!     }
//! }
//! assert_eq!(body, b"hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "std")]
pub(crate) mod io;
mod layer;
mod layers;
mod link;
mod passthrough;
mod pump;
#[cfg(feature = "rustls")]
mod records;
#[cfg(all(feature = "rustls", feature = "std"))]
mod refused;
#[cfg(all(feature = "rustls", feature = "std"))]
mod requested_name;
mod secured;
#[cfg(all(feature = "rustls", feature = "std"))]
pub mod self_signed;
pub mod socks5;
mod switched;
#[cfg(feature = "rustls")]
pub mod tls;

pub use layer::{Layer, LayerError, LayerFacts, LayerState, MAX_BUFFERED};
pub use link::Link;
pub(crate) use link::LinkAddresses;
pub use secured::{CertificateFacts, CertificateReader};
pub use switched::{Interest, Switched};
