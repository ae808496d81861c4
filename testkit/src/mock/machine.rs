//! The mock server.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::expectation::Expectation;
use super::verdict::{self, Unmet};
use crate::received::Received;
use crate::recorded::{Answer, Answers};
use crate::reply::Reply;

/// A mock server: it answers expected requests, and says which were made. Clones share the expectations.
///
/// It serves clients in memory ([`std_client`](Self::std_client), [`tokio_client`](Self::tokio_client),
/// [`network`](Self::network)) and on loopback ([`listen`](Self::listen)). Requests that it does not expect are answered
/// with status 404 and the reason.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use limpid_test::{Expectation, Mock, Reply};
///
/// let mock = Mock::new();
/// let found = Reply::json(r#"{"name": "Ada"}"#);
/// mock.expect(Expectation::new("GET", "/users/7").field("Accept", "application/json").reply(found).times(1));
///
/// let client = mock.std_client().build();
/// let request = client.get("http://api.test/users/7").header("Accept", "application/json");
/// assert_eq!(request.send()?.text()?, r#"{"name": "Ada"}"#);
/// mock.verify();
/// assert_eq!(mock.requests()[0].field("Host").as_deref(), Some("api.test"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// If an expectation is not met, [`verify`](Self::verify) says which request came nearest, and what is wrong with it:
///
/// ```
/// # #[cfg(feature = "std")] {
/// use limpid_test::{Expectation, Mock};
///
/// let mock = Mock::new();
/// mock.expect(Expectation::new("GET", "/users").query("page", "2"));
/// mock.std_client().build().get("http://api.test/users?page=1").send()?;
///
/// let unmet = mock.check().unwrap_err().to_string();
/// assert_eq!(unmet, "\
/// expected GET /users at least once; it was made never
///   the nearest request was GET /users?page=1: the query has page=1, not page=2
/// unexpected request GET /users?page=1
///   the nearest expectation is GET /users: the query has page=1, not page=2");
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Mock(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// Each with how many requests have met it.
    expectations: Vec<(Expectation, usize)>,
    /// What answers requests that meet no expectation.
    recorded: Option<Answers>,
    received: Vec<Received>,
    problems: Vec<String>,
}

impl Mock {
    /// Returns a server that expects nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a server that answers as recorded. Expectations that are added go before the recording.
    #[must_use]
    pub fn recorded(answers: Answers) -> Self {
        let state = State { recorded: Some(answers), ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an expectation. A request meets the first one whose conditions it meets and that has not been met as often as
    /// it may.
    pub fn expect(&self, expectation: Expectation) {
        self.lock().expectations.push((expectation, 0));
    }

    /// Returns the received requests, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.lock().received.clone()
    }

    /// Asserts that every expectation was met, and that no other request was made.
    ///
    /// # Panics
    /// Panics otherwise, with the nearest misses.
    #[track_caller]
    pub fn verify(&self) {
        if let Err(unmet) = self.check() {
            #[expect(clippy::panic, reason = "it is what an assertion does")]
            {
                panic!("{unmet}\n{}", self.all());
            }
        }
    }

    /// Returns whether every expectation was met, and no other request was made.
    ///
    /// # Errors
    /// The expectations that were not met, and the requests that were not expected.
    pub fn check(&self) -> Result<(), Unmet> {
        let state = self.lock();
        let mut problems = Vec::new();
        for (expectation, made) in &state.expectations {
            if let Some(problem) = verdict::count(expectation, *made) {
                let nearest = match made {
                    0 => verdict::nearest_request(expectation, &state.received),
                    _ => String::new(),
                };
                problems.push(problem + &nearest);
            }
        }
        problems.extend(state.recorded.as_ref().and_then(Answers::unmet));
        problems.extend(state.problems.iter().cloned());
        if problems.is_empty() { Ok(()) } else { Err(Unmet { problems }) }
    }

    /// Returns all requests as text, for failed assertions.
    fn all(&self) -> String {
        let state = self.lock();
        let mut text = format!("{} request(s) were received:", state.received.len());
        for request in &state.received {
            text += &format!("\n  {request}");
        }
        text
    }

    /// Returns the reply to a request.
    pub(super) fn answer(&self, request: Received) -> Reply {
        let state = &mut *self.lock();
        let reply = state.answer(&request);
        state.received.push(request);
        reply
    }

    /// Notes that a client has sent something that is no request.
    pub(super) fn invalid(&self, error: &dyn fmt::Display) {
        self.lock().problems.push(format!("a client sent no valid request: {error}"));
    }

    /// Notes that a reply cannot be sent.
    pub(super) fn unsendable(&self, error: &io::Error) {
        self.lock().problems.push(error.to_string());
    }
}

impl State {
    fn answer(&mut self, request: &Received) -> Reply {
        let met = self.expectations.iter_mut().find(|(expectation, made)| {
            made < expectation.allowed().end() && expectation.misses(request).is_empty()
        });
        if let Some((expectation, made)) = met {
            *made += 1;
            return expectation.answer(*made - 1, request);
        }
        let (method, target) = (request.method().as_bytes(), request.target().as_bytes());
        let reason = match self.recorded.as_mut().map(|it| it.next(method, target, request.body()))
        {
            Some(Ok(Answer::Reply(reply))) => return *reply.clone(),
            Some(Ok(Answer::Refused(why))) => format!("unexpected request {request}\n  {why}"),
            Some(Err(why)) if self.expectations.is_empty() => {
                format!("unexpected request {request}\n  {why}")
            }
            _ => verdict::unexpected(request, &self.expectations),
        };
        let reply = Reply::text(format!("{reason}\n"));
        self.problems.push(reason);
        reply.with_status(404)
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Mock")
            .field("expectations", &state.expectations)
            .field("received", &state.received.len())
            .finish_non_exhaustive()
    }
}
