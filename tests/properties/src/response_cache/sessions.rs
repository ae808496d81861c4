//! Two sessions with the same input.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::MisuseError;
use limpid_core::http1::BodySize;
use limpid_core::server::{Action, Options, Outcome, Session};
use limpid_core::time::Mono;
use limpid_core::trace::ConnectionId;

use super::answer::{Answer, BODIES, FIELDS, How};
use crate::notes::Notes;

/// Whole requests of each kind that affects the response.
pub(super) const REQUESTS: [&str; 9] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
    "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
    "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
];

/// One session with the caches and one without. Both receive the same calls, and the results are compared.
pub(super) struct Sessions {
    has_name: bool,
    now: Mono,
    cached: One,
    plain: One,
}

struct One {
    session: Session,
    told: Notes,
}

impl Sessions {
    pub(super) fn new(has_name: bool) -> Self {
        let mut options = Options::default();
        options.name = options.name.filter(|_| has_name);
        let options = Arc::new(options);
        let one = || One {
            session: Session::new(ConnectionId(1), None, Arc::clone(&options)),
            told: Notes::default(),
        };
        let (cached, mut plain) = (one(), one());
        plain.session.disable_caches();
        Self { has_name, now: Mono::from_nanos(0), cached, plain }
    }

    /// Advances the time.
    pub(super) fn wait(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    /// Sets the time of day.
    pub(super) fn set_date(&mut self, unix: Duration) {
        let now = self.now;
        self.both(|session, _| session.set_date(now, unix));
    }

    pub(super) fn shut_down(&mut self) {
        let now = self.now;
        self.both(|session, told| session.handle_shutdown(None, now, told));
    }

    /// Passes a request to both, which respond. Replaces them when their connections are over.
    pub(super) fn exchange(&mut self, request: &str, answer: &Answer) {
        let mut unsent = request.as_bytes();
        loop {
            let now = self.now;
            match self.both(|session, told| session.poll(now, told)) {
                Action::Request => {
                    // A handler whose response is rejected sends another.
                    let other = || Answer { fields: vec![0, 11], ..answer.clone() };
                    let answered = self.answer(answer).or_else(|_| self.answer(&other()));
                    let outcome = if answered.is_ok() { Outcome::Done } else { Outcome::Failed };
                    self.both(|session, told| session.handled(now, told, outcome));
                }
                Action::Failed => {
                    self.both(|session, told| session.handled(now, told, Outcome::Failed));
                }
                Action::Wait(interest) if interest.write => {
                    let sent = self.both(|session, told| {
                        session.handle_sent(session.out().concat().len(), now, told)
                    });
                    assert_eq!(sent, Ok(()));
                }
                Action::Wait(interest) if interest.read && !unsent.is_empty() => {
                    let len = unsent.len();
                    let received = self.both(|session, told| {
                        session.space(len)[..len].copy_from_slice(unsent);
                        session.handle_received(len, now, told)
                    });
                    assert_eq!(received, Ok(()));
                    unsent = b"";
                }
                Action::Wait(_) => return,
                Action::ShutdownWrite => self.both(|session, told| session.handle_eof(now, told)),
                Action::Close { .. } => {}
                Action::Done => {
                    *self = Self { now, ..Self::new(self.has_name) };
                    return;
                }
                Action::Secure | Action::Event | Action::Handle => {
                    unreachable!("there is no TLS, and the handler asks for nothing")
                }
            }
        }
    }

    /// Sends the response on both.
    fn answer(&mut self, answer: &Answer) -> Result<(), MisuseError> {
        let now = self.now;
        if let Some(status) = answer.informs {
            self.push_fields(answer);
            // HTTP/1.0 has no informational responses, and 101 is not one.
            let _ = self.both(|session, told| session.respond(now, told, status, BodySize::None));
        }
        self.push_fields(answer);
        let (status, len) = (answer.status, BODIES[answer.body]);
        let body = || Bytes::from(vec![b'x'; len]);
        let size = match answer.how {
            How::Whole => {
                return self.both(|session, told| session.answer(now, told, status, body()));
            }
            How::Length => BodySize::Length(len as u64),
            How::Chunked => BodySize::Unknown,
            How::Empty => BodySize::None,
        };
        self.both(|session, told| session.respond(now, told, status, size))?;
        if size != BodySize::None {
            self.both(|session, told| session.send(now, told, body()))?;
        }
        self.both(|session, told| session.finish(now, told))
    }

    fn push_fields(&mut self, answer: &Answer) {
        self.both(|session, _| {
            let (head, fields) = session.head_and_fields();
            if let Some(head) = head.filter(|_| answer.echoes) {
                fields.copy_from(head.fields);
            }
            for field in &answer.fields {
                let (name, value) = FIELDS[*field];
                fields.push(name.as_bytes(), value.as_bytes());
            }
        });
    }

    /// Makes the same call on both, which must return the same, emit the same and send the same.
    fn both<T: Debug + PartialEq>(&mut self, call: impl Fn(&mut Session, &Notes) -> T) -> T {
        let call = |one: &mut One| call(&mut one.session, &one.told);
        let result = call(&mut self.cached);
        assert_eq!(result, call(&mut self.plain));
        assert_eq!(self.cached.told.take(), self.plain.told.take());
        let (cached, plain) = (&mut self.cached.session, &mut self.plain.session);
        assert_eq!(cached.out().concat(), plain.out().concat());
        assert_eq!(cached.deadline(self.now), plain.deadline(self.now));
        result
    }
}
