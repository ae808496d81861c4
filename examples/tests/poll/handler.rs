//! The handler of the tests' servers.

use bytes::Bytes;
use limpid_core::error::MisuseError;
use limpid_core::http1::BodySize;
use limpid_core::server::{self, Action, Outcome, Session};
use limpid_core::trace::Sink;

use crate::driver::{Handler, now};

/// Several times the buffers of sockets and TLS.
pub(crate) const PIECE: usize = 100_000;
pub(crate) const PIECES: usize = 80;

/// The result of a step of a handler.
type Next = Result<Option<Outcome>, MisuseError>;

const DONE: Next = Ok(Some(Outcome::Done));

/// The request of a handler.
#[derive(Default)]
struct Asked {
    path: Vec<u8>,
    count: usize,
}

impl Asked {
    fn call(&mut self, why: Action, session: &mut Session, sink: &dyn Sink) -> Next {
        if why == Action::Request {
            let path = session.head().unwrap().target.to_vec();
            *self = Self { path, count: 0 };
        }
        match self.path.as_slice() {
            b"/refuse" => session.answer(now(), &sink, 401, "no".into())?,
            b"/redirect" => {
                session.fields().push(b"Location", b"/count");
                session.answer(now(), &sink, 307, Bytes::new())?;
            }
            b"/count" => return self.count(why, session, sink),
            b"/large" => return self.large(why, session, sink),
            b"/echo" => return echo(why, session, sink),
            // This request is never answered.
            _ => return Ok(None),
        }
        DONE
    }

    /// Answers with the length of the body.
    fn count(&mut self, why: Action, session: &mut Session, sink: &dyn Sink) -> Next {
        match session.event() {
            Some(server::Event::Data(data)) if why == Action::Event => self.count += data.len(),
            Some(server::Event::End(_)) => {
                session.answer(now(), &sink, 200, self.count.to_string().into())?;
                return DONE;
            }
            _ => {}
        }
        session.read_body();
        Ok(None)
    }

    /// Sends a large body, each piece when the previous one was sent.
    fn large(&mut self, why: Action, session: &mut Session, sink: &dyn Sink) -> Next {
        if why == Action::Request {
            session.respond(now(), &sink, 200, BodySize::Unknown)?;
        }
        if self.count == PIECES {
            session.finish(now(), &sink)?;
            return DONE;
        }
        self.count += 1;
        session.send(now(), &sink, vec![b'y'; PIECE].into())?;
        session.flush();
        Ok(None)
    }
}

/// Sends each piece back before it reads the next.
fn echo(why: Action, session: &mut Session, sink: &dyn Sink) -> Next {
    match (why, session.event()) {
        (Action::Event, Some(server::Event::Data(data))) => {
            let data = Bytes::copy_from_slice(data);
            session.send(now(), &sink, data)?;
            session.flush();
            return Ok(None);
        }
        (Action::Event, _) => {
            session.finish(now(), &sink)?;
            return DONE;
        }
        (Action::Request, _) => session.respond(now(), &sink, 200, BodySize::Unknown)?,
        _ => {}
    }
    session.read_body();
    Ok(None)
}

/// Creates the handler of a connection.
pub(crate) fn handler() -> Handler {
    let mut asked = Asked::default();
    Box::new(move |why, session, sink| {
        let outcome = asked.call(why, session, sink).unwrap_or(Some(Outcome::Failed));
        if let Some(outcome) = outcome {
            session.handled(now(), &sink, outcome);
        }
    })
}
