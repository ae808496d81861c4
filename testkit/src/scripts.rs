//! The scripts of a server, and their results.

use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::message::Message;
use crate::script::Script;

/// How long the ends of scripts are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The scripts of a server, of which the nth is played on the nth connection. Clones share them.
///
/// ```
/// # #[cfg(feature = "std")] {
/// use limpid_test::Scripts;
/// use limpid_test::script::{Step, send};
///
/// // The server sends a body that is shorter than announced.
/// let answer = send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort");
/// let scripts = Scripts::new(vec![vec![Step::ReadRequest, answer, Step::Close]]);
/// let client = limpid_std::Client::builder();
/// let client = client.connector(scripts.network()).resolver(scripts.network()).build();
///
/// let response = client.get("http://api.test/").send()?;
/// assert!(response.text().is_err());
/// let requests = scripts.finish().unwrap();
/// assert!(requests[0].head.starts_with("GET / HTTP/1.1\r\nHost: api.test\r\n"));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Scripts(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    scripts: Vec<Option<Script>>,
    /// How many connections were accepted.
    accepted: usize,
    /// How many scripts are being played.
    playing: usize,
    /// The messages of each connection that has ended.
    messages: Vec<(usize, Vec<Message>)>,
    problems: Vec<String>,
}

/// The script of one connection. Dropping it ends the script.
pub(crate) struct Part {
    scripts: Scripts,
    index: usize,
    script: Script,
}

impl Scripts {
    /// Returns these scripts.
    #[must_use]
    pub fn new(scripts: Vec<Script>) -> Self {
        let state = State { scripts: scripts.into_iter().map(Some).collect(), ..State::default() };
        Self(Arc::new(Shared { state: Mutex::new(state), ended: Condvar::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the script of the next connection, if there is one.
    pub(crate) fn next(&self) -> Option<Part> {
        let mut state = self.lock();
        let index = state.accepted;
        state.accepted += 1;
        let Some(script) = state.scripts.get_mut(index).and_then(Option::take) else {
            state.problems.push("a connection too many".to_owned());
            return None;
        };
        state.playing += 1;
        Some(Part { scripts: self.clone(), index, script })
    }

    /// Waits for the ends of the scripts that are being played on threads, and returns the received messages in the
    /// order of connections. A script that does not close its connection ends when the client does, so that clients are
    /// dropped first.
    ///
    /// # Errors
    /// The deviations from the scripts: too many or too few connections, or a peer that does not do what a step
    /// requires.
    pub fn finish(&self) -> Result<Vec<Message>, String> {
        let plays = |state: &mut State| state.playing > 0;
        let ended = self.0.ended.wait_timeout_while(self.lock(), PATIENCE, plays);
        drop(ended.unwrap_or_else(PoisonError::into_inner));
        self.result()
    }

    /// Returns the messages that were received so far, in the order of connections, as [`finish`](Self::finish) does,
    /// without waiting: for tasks, after the last response was read.
    ///
    /// # Errors
    /// The deviations from the scripts.
    pub fn result(&self) -> Result<Vec<Message>, String> {
        let mut state = self.lock();
        let mut problems = state.problems.clone();
        let left = state.scripts.iter().flatten().count();
        if left > 0 {
            problems.push(format!("{left} connection(s) too few"));
        }
        state.messages.sort_by_key(|(index, _)| *index);
        if problems.is_empty() {
            Ok(state.messages.iter().flat_map(|(_, messages)| messages.clone()).collect())
        } else {
            Err(problems.join("; "))
        }
    }
}

impl Part {
    pub(crate) const fn script(&mut self) -> &mut Script {
        &mut self.script
    }

    /// Notes the result of the script.
    pub(crate) fn played(&self, messages: Vec<Message>, result: io::Result<()>) {
        let mut state = self.scripts.lock();
        state.messages.push((self.index, messages));
        state.problems.extend(result.err().map(|error| error.to_string()));
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.scripts.lock().playing -= 1;
        self.scripts.0.ended.notify_all();
    }
}

impl fmt::Debug for Scripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Scripts")
            .field("scripts", &state.scripts.len())
            .field("accepted", &state.accepted)
            .finish_non_exhaustive()
    }
}
