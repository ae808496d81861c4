//! An HTTP/1.1 implementation that performs no I/O: its input is bytes and time, its output is bytes, actions
//! and typed trace events.
//!
//! The crate contains state machines and uses no sockets, clocks, randomness or threads. A driver owns these:
//! it moves bytes between a socket and a machine, and carries out the actions that the machine returns. So
//! HTTP behaves identically with every driver.
//!
//! There are three machines, from the smallest to the most complete:
//!
//! | machine | what it does | what is left to the caller |
//! |---|---|---|
//! | [`http1::Connection`] | one connection, in either role: bytes in, events out | everything else |
//! | [`client::Exchange`] | one request: decides when to acquire a connection, resolve, connect, secure, redirect and time out | sockets, a clock, the pool ([`client::Pool`]), lookups, TLS layers |
//! | [`server::Session`] | one served connection: requests, responses, timeouts, closing | sockets, a clock, TLS layers, handlers |
//!
//! # A bare connection
//!
//! ```
//! use std::error::Error;
//! use std::io::{Read, Write};
//!
//! use limpid_core::fields::{FieldBlock, Fields};
//! use limpid_core::http1::{BodySize, Connection, Event, Next, Role};
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{Cx, NoSink, Scope};
//!
//! /// Returns the body of the response to `GET /`.
//! fn get(stream: &mut (impl Read + Write), host: &str) -> Result<Vec<u8>, Box<dyn Error>> {
//!     let (mut body, mut scope) = (Vec::new(), Scope::default());
//!     let mut cx = Cx::new(Mono::default(), &NoSink, &mut scope);
//!     let mut http = Connection::new(Role::Client, Default::default());
//!     let fields: FieldBlock = [(&b"Host"[..], host.as_bytes())].into_iter().collect();
//!     http.send_request(&mut cx, b"GET", b"/", fields.fields(), BodySize::None)?;
//!     http.finish(&mut cx, Fields::EMPTY)?;
//!     stream.write_all(&http.out().concat())?;
//!     http.sent(http.out_len());
//!     loop {
//!         match http.next(&mut cx)? {
//!             Next::NeedInput => match stream.read(http.space(4096))? {
//!                 0 => http.eof(),
//!                 n => http.filled(n),
//!             },
//!             Next::Event(Event::Data(data)) => body.extend_from_slice(data),
//!             Next::Event(Event::End(_)) => return Ok(body),
//!             Next::Event(_) => {}
//!             other => return Err(format!("the response ends with {other:?}").into()),
//!         }
//!     }
//! }
//! # struct Peer(&'static [u8]);
//! # impl Read for Peer {
//! #     fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> { self.0.read(room) }
//! # }
//! # impl Write for Peer {
//! #     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> { Ok(bytes.len()) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # let mut peer = Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
//! # assert_eq!(get(&mut peer, "example.com").unwrap(), b"hello");
//! ```
//!
//! # A client's exchange
//!
//! The driver calls [`poll`](client::Exchange::poll), carries out the returned action, reports the result
//! with a `handle_` method, and polls again. [`client`] has the whole loop.
//!
//! ```
//! use limpid_core::client::{Action, Exchange, Interest, Request};
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{ConnectionId, ExchangeId, NoSink};
//!
//! let (now, sink) = (Mono::default(), NoSink);
//! let request = Request::builder(b"GET", "http://example.com/".parse()?).build();
//! let mut exchange = Exchange::new(ExchangeId(1), request, Default::default());
//! assert_eq!(exchange.poll(now, &sink), Action::Acquire);
//! exchange.handle_opened(ConnectionId(1), now, &sink)?;
//! assert_eq!(exchange.poll(now, &sink), Action::Resolve);
//! exchange.handle_resolved(&["192.0.2.1:80".parse()?], now, &sink)?;
//! let Action::Dial(dial) = exchange.poll(now, &sink) else { panic!() };
//! exchange.handle_dialed(dial, now, &sink)?;
//! assert_eq!(exchange.poll(now, &sink), Action::Wait(Interest::WRITE));
//! assert!(exchange.out().concat().starts_with(b"GET / HTTP/1.1\r\nHost: example.com\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A server's session
//!
//! A session works in the same way, and also returns requests, which the handler answers. [`server`] has the
//! whole loop.
//!
//! ```
//! use limpid_core::server::{Action, Outcome, Session};
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{ConnectionId, NoSink};
//!
//! let (now, sink) = (Mono::default(), NoSink);
//! let mut session = Session::new(ConnectionId(1), None, Default::default());
//! let request = b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n";
//! session.poll(now, &sink);
//! session.space(request.len())[..request.len()].copy_from_slice(request);
//! session.handle_received(request.len(), now, &sink)?;
//! assert_eq!(session.poll(now, &sink), Action::Request);
//! session.answer(now, &sink, 200, "hello".into())?;
//! session.handled(now, &sink, Outcome::Done);
//! session.poll(now, &sink);
//! assert!(session.out().concat().ends_with(b"\r\n\r\nhello"));
//! # Ok::<(), limpid_core::error::MisuseError>(())
//! ```
//!
//! # The other modules
//!
//! - [`coding`] decodes the content codings of bodies.
//! - [`transport`] contains the layers between HTTP and the socket, such as TLS.
//! - [`trace`] has the catalogue of trace events, and the [`trace::Sink`] that receives them.
//!
//! # Features
//!
//! All of the first six are on by default. Without them, the crate is a bare [`http1::Connection`], and requires an
//! allocator and no `std`.
//!
//! | feature | what it adds |
//! |---|---|
//! | `client` | [`client`]: [`Exchange`](client::Exchange), the pool, URLs |
//! | `server` | [`server`]: [`Session`](server::Session) |
//! | `idna` | host names outside ASCII in URLs, with the Unicode tables for them |
//! | `gzip` | the content codings gzip and deflate |
//! | `rustls` | the layer [`transport::tls`] over rustls, without a provider of cryptography |
//! | `std` | conversions from and to errors of `std`, and reading and writing a transport of `std::io` |
//! | `brotli`, `zstd` | more content codings |
//! | `ring`, `aws-lc-rs` | `rustls` with a provider of cryptography |
//! | `http` | conversions from and to the types of the crate `http` |
//! | `cross-check` | a second reader of heads |

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(feature = "client", feature = "server")),
    expect(dead_code, unused_imports, reason = "one machine has what the others do not need")
)]
#![cfg_attr(
    not(feature = "client"),
    expect(
        unreachable_pub,
        reason = "the public path of some values is in the module of the client"
    )
)]

extern crate alloc;

#[cfg(feature = "client")]
pub mod client;
pub mod coding;
pub mod error;
pub mod fields;
pub mod framing;
mod head;
pub mod http1;
#[cfg(feature = "http")]
pub mod http_types;
#[doc(hidden)]
pub mod internal;
#[cfg(feature = "server")]
pub mod server;
mod stored;
pub mod trace;
pub mod transport;
mod values;
mod wire;

// Of these crates, signatures have types.
pub use bytes;
#[doc(inline)]
pub use error::limits;
#[cfg(feature = "http")]
pub use http;
#[cfg(feature = "rustls")]
pub use rustls;
pub use values::time;
