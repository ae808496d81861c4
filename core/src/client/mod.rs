//! The client: a state machine for each request, and the pool of connections.
//!
//! A driver runs a loop like this one, and makes no decisions itself:
//!
//! ```
//! use std::io::{self, Read, Write};
//! use std::net::{TcpStream, ToSocketAddrs};
//!
//! use limpid_core::client::{Action, Exchange, Target};
//! use limpid_core::error::{Cause, Error, TlsError};
//! use limpid_core::fields::Fields;
//! use limpid_core::time::Mono;
//! use limpid_core::trace::{ConnectionId, Sink};
//!
//! /// Runs an exchange without a pool, without TLS and without a body, on a socket that blocks.
//! fn run<S: Sink>(exchange: &mut Exchange, sink: &S, now: &dyn Fn() -> Mono) -> Result<(), Error> {
//!     let mut stream: Option<TcpStream> = None;
//!     loop {
//!         match exchange.poll(now(), sink) {
//!             // A driver with TLS answers with handle_trusted() and handle_secured().
//!             Action::Trust { .. } | Action::Secure { .. } => {
//!                 exchange.handle_failed(TlsError::Configuration.into(), now(), sink)?;
//!             }
//!             // A driver with a pool asks it for a lease of exchange.route(), and hands that in with
//!             // handle_leased().
//!             Action::Acquire => exchange.handle_opened(ConnectionId(1), now(), sink)?,
//!             Action::Resolve => match exchange.peer().to_socket_addrs() {
//!                 Ok(all) => exchange.handle_resolved(&all.collect::<Vec<_>>(), now(), sink)?,
//!                 Err(error) => exchange.handle_failed(error.into(), now(), sink)?,
//!             },
//!             Action::Dial(id) => {
//!                 let Some(dial) = exchange.dial() else { continue };
//!                 let opened = match (dial.target, dial.until) {
//!                     (Target::Tcp(address), None) => TcpStream::connect(address),
//!                     (Target::Tcp(address), Some(until)) => {
//!                         TcpStream::connect_timeout(&address, until.at.since(now()))
//!                     }
//!                     (Target::Unix(_), _) => Err(io::ErrorKind::Unsupported.into()),
//!                 };
//!                 match opened {
//!                     Ok(opened) => {
//!                         stream = Some(opened);
//!                         exchange.handle_dialed(id, now(), sink)?;
//!                     }
//!                     Err(error) => exchange.handle_dial_failed(id, error.into(), now(), sink)?,
//!                 }
//!             }
//!             // This driver dials one address at a time, so that there is nothing to drop.
//!             Action::Abandon(_) => {}
//!             // The body is empty.
//!             Action::Rewind => {}
//!             // exchange.event() is for the caller.
//!             Action::Event(_) => {}
//!             Action::Close => stream = None,
//!             // A driver with a pool returns the link, if there is one, with the stream.
//!             Action::Release => drop((exchange.take_link(), stream.take())),
//!             Action::Done => return Ok(()),
//!             Action::Failed => return exchange.take_error().map_or(Ok(()), Err),
//!             Action::Wait(interest) => {
//!                 let left = exchange.deadline(now()).map(|until| until.at.since(now()));
//!                 if left.is_some_and(|left| left.is_zero()) {
//!                     exchange.handle_timeout(now(), sink);
//!                 } else if interest.body {
//!                     exchange.handle_body_end(Fields::EMPTY, now(), sink)?;
//!                 } else if let Some(stream) = &mut stream {
//!                     move_bytes(exchange, stream, left, sink, now)?;
//!                 } else {
//!                     std::thread::sleep(left.unwrap_or_default());
//!                 }
//!             }
//!         }
//!     }
//! }
//!
//! /// Writes if there is output, and reads otherwise. A better driver waits for both at once.
//! fn move_bytes<S: Sink>(
//!     exchange: &mut Exchange,
//!     stream: &mut TcpStream,
//!     left: Option<std::time::Duration>,
//!     sink: &S,
//!     now: &dyn Fn() -> Mono,
//! ) -> Result<(), Error> {
//!     let is_timeout = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
//!     let out = exchange.out().concat();
//!     if out.is_empty() {
//!         stream.set_read_timeout(left)?;
//!         match stream.read(exchange.space(4096)) {
//!             Ok(0) => exchange.handle_eof(now(), sink),
//!             Ok(n) => exchange.handle_received(n, now(), sink)?,
//!             Err(error) if is_timeout(&error) => exchange.handle_timeout(now(), sink),
//!             Err(error) => exchange.handle_receive_failed(error.into(), now(), sink),
//!         }
//!     } else {
//!         stream.set_write_timeout(left)?;
//!         match stream.write(&out) {
//!             Ok(n) => exchange.handle_sent(n, now(), sink)?,
//!             Err(error) if is_timeout(&error) => exchange.handle_timeout(now(), sink),
//!             Err(error) => exchange.handle_send_failed(error.into(), now(), sink),
//!         }
//!     }
//!     Ok(())
//! }
//! # // The example runs up to its need of TLS.
//! # let request = limpid_core::client::Request::builder(b"GET", "https://localhost/".parse()?).build();
//! # let mut exchange = Exchange::new(limpid_core::trace::ExchangeId(1), request, Default::default());
//! # let error = run(&mut exchange, &limpid_core::trace::NoSink, &|| Mono::from_nanos(0)).unwrap_err();
//! # assert_eq!(error.cause, Cause::Tls(TlsError::Configuration));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The driver may hand in the result of [`Action::Trust`], [`Action::Acquire`], [`Action::Resolve`],
//! [`Action::Secure`] or [`Action::Dial`] at once, after it has blocked for it, or later. Until then
//! [`Exchange::poll`] returns [`Action::Wait`].
//!
//! `examples/poll` in the repository is a driver with everything that this one lacks: TLS, a
//! [`Pool`], request bodies that are sent while the response is read, and cancellation.
//!
//! A driver whose transport implements [`Read`](std::io::Read) and [`Write`](std::io::Write) and does
//! not block needs no function like `move_bytes`: [`Exchange::read_from`] and [`Exchange::write_to`]
//! read or write once, and hand in the result.
//!
//! If a host has several addresses and one does not answer, the next is tried beside it (RFC 8305). A
//! driver that polls before an attempt has ended receives the next [`Action::Dial`] when it is due. A
//! driver that blocks in each attempt, up to [`Dial::until`], tries the addresses one after the
//! other.
//!
//! # Lifecycle
//!
//! The diagram shows which action may follow which, and after which calls. A *failure* is one of the
//! methods whose names end in `failed`, [`handle_timeout`](Exchange::handle_timeout),
//! [`cancel`](Exchange::cancel), or [`handle_eof`](Exchange::handle_eof) before the end.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> Trust
//!     [*] --> Acquire
//!     Trust --> Trust: handle_trusted
//!     Trust --> Acquire: handle_trusted
//!     Trust --> Wait
//!     Trust --> Failed: failure
//!     Acquire --> Resolve: handle_opened
//!     Acquire --> Wait
//!     Acquire --> Wait: handle_reused
//!     Acquire --> Failed: failure
//!     Resolve --> Dial: handle_resolved
//!     Resolve --> Wait
//!     Resolve --> Wait: failure
//!     Resolve --> Release: failure
//!     Resolve --> Failed: failure
//!     Dial --> Dial: failure
//!     Dial --> Abandon: handle_dialed, failure
//!     Dial --> Secure: handle_dialed
//!     Dial --> Wait
//!     Dial --> Wait: handle_dialed, failure
//!     Dial --> Release: failure
//!     Dial --> Failed: failure
//!     Abandon --> Abandon
//!     Abandon --> Secure
//!     Abandon --> Wait
//!     Abandon --> Release
//!     Abandon --> Failed
//!     Secure --> Wait
//!     Secure --> Wait: handle_secured, failure
//!     Secure --> Close: failure
//!     Rewind --> Wait
//!     Rewind --> Event
//!     Rewind --> Event: failure
//!     Rewind --> Close: failure
//!     Rewind --> Release
//!     Rewind --> Failed: failure
//!     Wait --> Trust: handle_trusted
//!     Wait --> Acquire: handle_trusted, failure
//!     Wait --> Resolve: handle_opened, failure
//!     Wait --> Dial: handle_resolved, failure
//!     Wait --> Abandon: handle_dialed, failure
//!     Wait --> Secure: handle_dialed, handle_received
//!     Wait --> Rewind: handle_received, handle_sent
//!     Wait --> Wait: handle_body, handle_body_end, handle_dialed, handle_received, handle_reused, handle_secured, handle_sent, failure
//!     Wait --> Event: handle_received
//!     Wait --> Close: handle_eof, handle_sent, failure
//!     Wait --> Release: failure
//!     Wait --> Failed: failure
//!     Event --> Wait
//!     Event --> Wait: failure
//!     Event --> Event
//!     Event --> Close
//!     Event --> Close: failure
//!     Event --> Release
//!     Event --> Done
//!     Event --> Done: take_switched
//!     Close --> Rewind
//!     Close --> Release
//!     Close --> Done
//!     Close --> Failed
//!     Release --> Acquire
//!     Release --> Wait
//!     Done --> [*]
//!     Failed --> [*]
//! ```

mod action;
mod arguments;
mod basic;
mod content;
mod deadline;
mod decision;
mod dial;
mod drain_limits;
mod exchange;
mod handle;
mod hosts;
mod input;
#[cfg(feature = "std")]
mod io;
mod lease;
mod leasing;
mod memory;
mod no_proxy;
mod options;
mod origin;
mod plan;
mod pool;
mod proxy;
mod proxy_options;
mod proxy_rules;
mod rate;
mod redirect;
mod redirect_rules;
mod request;
mod retirement;
mod retry_policy;
mod route;
#[cfg(feature = "rustls")]
mod secure;
mod server_pace;
mod span_tracker;
mod state;
mod steps;
mod stopwatch;
mod substitutes;
mod url;

pub use action::{Action, Dial, Emitted, Event, Interest, Target};
pub use basic::basic;
pub use dial::{AttemptDelay, DialId};
pub use drain_limits::DrainLimits;
pub use exchange::Exchange;
pub use hosts::Hosts;
pub use input::Input;
pub use lease::Lease;
pub use no_proxy::NoProxy;
pub use options::Options;
pub use origin::Origin;
pub use pool::{Pool, PoolLimits};
pub use proxy::{Proxy, ProxyError, ProxyKind};
pub use proxy_options::ProxyOptions;
pub use proxy_rules::{ProxyRules, ProxyVariableError};
pub use redirect_rules::{RedirectMethod, RedirectRules};
pub use request::{Request, RequestBuilder};
pub use retirement::Retired;
pub use retry_policy::{RetryCause, RetryFailures, RetryPolicy, Tried};
pub use route::{Route, RouteOptions, TrustId};
pub use substitutes::{AddressFamily, Substitutes};
pub use url::{Scheme, Url, UrlError, UrlProblem};

pub use crate::transport::Link;
pub use crate::values::{Retirement, Sizes, Timings};
