//! The client: one request's life as a machine that says what to do next.
//!
//! A driver runs this loop, and holds no policy of its own:
//!
//! ```text
//! loop {
//!     match exchange.next(now, &sink) {
//!         Do::Acquire { origin, until }  => ask the pool      input(Reuse | Open | Tick)
//!         Do::Resolve { host, .. }       => look it up        input(Resolved | Failed | Tick)
//!         Do::Dial { dial, target, .. }  => connect           input(Dialed | DialFailed | Dialing | Tick)
//!         Do::Await { until }            => wait for those    input(Dialed | DialFailed | Tick)
//!         Do::Abandon(dial)              => drop its socket
//!         Do::Write { until }            => send out()        input(Sent | Failed | Tick)
//!         Do::Read { until }             => fill space()      input(Filled | Eof | Failed | Tick)
//!         Do::Body { rewind }            => ask the caller    input(Body | BodyEnd | BodyFailed | ..)
//!         Do::Wait { until }             => let time pass     input(Tick)
//!         Do::Close                      => drop the socket
//!         Do::Release                    => take_link(), and give it to the pool
//!         Do::Event(event)               => hand it to the caller
//!         Do::Done | Do::Failed(error)   => return
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

mod action;
mod content;
mod dial;
mod exchange;
mod hosts;
mod memory;
mod no_proxy;
mod operation;
mod options;
mod origin;
mod plan;
mod pool;
mod proxy;
mod proxy_rules;
mod redirect;
mod request;
mod retirement;
mod steps;
mod switched;
mod timings;
mod trail;
mod url;

pub(crate) use trail::At;

pub use crate::link::Link;
pub use action::{Do, Event, Fault, Input, Target};
pub use dial::{AttemptDelay, DialId};
pub use exchange::Exchange;
pub use hosts::Hosts;
pub use no_proxy::NoProxy;
pub use options::Options;
pub use origin::Origin;
pub use pool::{Acquired, Lease, Parked, Pool, PoolLimits};
pub use proxy::{Proxy, ProxyError, ProxyKind};
pub use proxy_rules::{ProxyRules, ProxyVariableError};
pub use request::{Request, RequestBuilder, basic};
pub use retirement::{Retired, Retirement};
pub use switched::{Moved, Switched};
pub use timings::{Sizes, Timings};
pub use url::{Scheme, Url, UrlError, UrlProblem};
