//! The client: one request's life as a machine that says what to do next.
//!
//! A driver runs this loop, and holds no policy of its own:
//!
//! ```text
//! loop {
//!     match exchange.next(now, &sink) {
//!         Do::Trust { proxy } => say which TLS is used        input(Trust | Failed)
//!         Do::Acquire         => ask the pool for route()     input(Reuse | Open | Tick)
//!         Do::Resolve         => look up peer()               input(Resolved | Failed | Tick)
//!         Do::Dial(dial)      => connect, as dial() says      input(Dialed | DialFailed | Dialing | Tick)
//!         Do::Await           => wait for those               input(Dialed | DialFailed | Tick)
//!         Do::Abandon(dial)   => drop its socket
//!         Do::Secure { proxy } => make a layer for it         input(Secured | Failed)
//!         Do::Write           => send out()                   input(Sent | Failed | Tick)
//!         Do::Read            => fill space()                 input(Filled | Eof | Failed | Tick)
//!         Do::Body { rewind } => ask the caller               input(Body | BodyEnd | Failed)
//!         Do::Wait            => let time pass                input(Tick)
//!         Do::Close           => drop the socket
//!         Do::Release         => take_link(), and give it to the pool
//!         Do::Tell(_)         => hand event() to the caller
//!         Do::Done            => release, and return
//!         Do::Failed          => release, and return error()
//!     }
//! }
//! ```
//!
//! A host may have several addresses, and one that does not answer is overtaken by the next
//! (RFC 8305). How much of that a driver takes part in is its own choice:
//!
//! - One that connects to one address at a time waits in [`Do::Dial`], and answers with
//!   [`Input::Dialed`], [`Input::DialFailed`] or, when the time is over, [`Input::Tick`]. It is asked
//!   for the next address then, and is never asked to [`Do::Await`] or [`Do::Abandon`] anything.
//! - One that can have several connections under way begins one, keeps its socket by its [`DialId`]
//!   and answers [`Input::Dialing`]. It is asked to begin the next when it is time for that, and to
//!   wait for whichever comes to something in between. It may still wait where an attempt is
//!   `alone`, which is the rule.
//!
//! Where it waits, it waits no longer than until [`Exchange::deadline`], and tells [`Input::Tick`]
//! then.

mod action;
mod arguments;
mod basic;
mod content;
mod decision;
mod dial;
mod exchange;
mod hosts;
mod lease;
mod memory;
mod no_proxy;
mod options;
mod origin;
mod plan;
mod pool;
mod proxy;
mod proxy_rules;
mod redirect;
mod request;
mod retirement;
mod route;
mod state;
mod steps;
mod stopwatch;
mod switched;
mod trail;
mod url;

pub use action::{Dial, Do, Event, Input, Target, Told};
pub use basic::basic;
pub use dial::{AttemptDelay, DialId};
pub use exchange::Exchange;
pub use hosts::Hosts;
pub use lease::Lease;
pub use no_proxy::NoProxy;
pub use options::Options;
pub use origin::Origin;
pub use pool::{Pool, PoolLimits};
pub use proxy::{Proxy, ProxyError, ProxyKind};
pub use proxy_rules::{ProxyRules, ProxyVariableError};
pub use request::{Request, RequestBuilder};
pub use retirement::Retired;
pub use route::{Route, RouteOptions, TrustId};
pub use switched::{Moved, Switched};
pub use url::{Scheme, Url, UrlError, UrlProblem};

pub use crate::transport::Link;
pub use crate::values::{Retirement, Sizes, Timings};
