//! The client: one request's life as a machine that says what to do next.
//!
//! A driver runs this loop, and holds no policy of its own:
//!
//! ```text
//! loop {
//!     match exchange.next(now, &sink) {
//!         Do::Resolve { host, port, until } => look it up       input(Resolved | Failed | Tick)
//!         Do::Dial { address, until }       => connect          input(Dialed | Failed | Tick)
//!         Do::Write { until }               => send out()       input(Sent | Failed | Tick)
//!         Do::Read { until }                => fill space()     input(Filled | Eof | Failed | Tick)
//!         Do::Body                          => ask the caller   input(Body | BodyEnd | BodyFailed)
//!         Do::Close                         => drop the socket
//!         Do::Event(event)                  => hand it to the caller
//!         Do::Done | Do::Failed(error)      => return
//!     }
//! }
//! ```

mod action;
mod exchange;
mod request;
mod steps;
mod trail;
mod transport;
mod url;

pub use action::{Do, Event, Fault, Input};
pub use exchange::{Exchange, Options};
pub use request::{Request, RequestBuilder};
pub use url::{Scheme, Url, UrlError, UrlProblem};
