//! The server: one connection as a machine that says what to do next.
//!
//! A driver runs this loop, one for each connection, and holds no policy of its own:
//!
//! ```text
//! loop {
//!     match session.next(now, &sink) {
//!         Do::Secure          => make a layer for it        input(Secured | Failed)
//!         Do::Read            => fill space()               input(Filled | Eof | Failed | Tick)
//!         Do::Write           => send out()                 input(Sent | Failed | Tick)
//!         Do::Request         => call the handler, then     handled(outcome)
//!         Do::Finish          => shut the sending direction down
//!         Do::Close { reset } => close the socket
//!         Do::Done            => return
//!         // These are for a handler that waits:
//!         Do::Body            => hand it the piece of the body, event()
//!         Do::Handle          => it is its turn
//!         Do::Failed          => its exchange is over, failure() says why
//!     }
//! }
//! ```
//!
//! Who has to wait to read or to write asks for the [`deadline`](Session::deadline); who reads or
//! writes at once needs none.
//!
//! While a request is open the handler has its turn: it looks at [`Session::head`], asks for the body
//! with [`Session::read_body`], answers with [`Session::respond`], [`Session::send`] and
//! [`Session::finish`], and sees to it with [`Session::flush`] that what it has said goes out. After
//! each of [`read_body`](Session::read_body) and [`flush`](Session::flush) the driver runs the loop
//! above until there is [`Do::Body`], a failure, or [`Do::Handle`]. Answers that nobody flushes go out
//! when there is nothing else to be done than to wait for the client: those to pipelined requests go
//! out together.

mod action;
mod date;
mod head;
mod last_answer;
mod lines;
mod options;
mod pace;
mod reason;
mod refusal;
mod respond;
mod session;
mod state;
mod steps;
mod trail;
mod tunnel;

pub use action::{Do, Event, Input, Outcome};
pub use options::{Options, Timeouts};
pub use reason::reason;
pub use session::Session;
