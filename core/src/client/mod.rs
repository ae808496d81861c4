//! The client: one request's life as a machine that says what to do next.
//!
//! A driver runs this loop, and holds no policy of its own:
//!
//! ```text
//! loop {
//!     match exchange.next(now, &sink) {
//!         Do::Acquire { origin, until }  => ask the pool      input(Reuse | Open | Tick)
//!         Do::Resolve { host, .. }       => look it up        input(Resolved | Failed | Tick)
//!         Do::Dial { target, until }     => connect           input(Dialed | Failed | Tick)
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

mod action;
mod exchange;
mod link;
mod no_proxy;
mod pool;
mod proxy;
mod proxy_rules;
mod redirect;
mod request;
mod steps;
mod trail;
mod url;

pub use action::{Do, Event, Fault, Input, Target};
pub use exchange::{Exchange, Options};
pub use link::Link;
pub use no_proxy::NoProxy;
pub use pool::{Acquired, Origin, Parked, Pool, PoolLimits};
pub use proxy::{Proxy, ProxyError, ProxyKind};
pub use proxy_rules::{ProxyRules, ProxyVariableError};
pub use request::{Request, RequestBuilder, basic};
pub use url::{Scheme, Url, UrlError, UrlProblem};
