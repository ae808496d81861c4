//! Expected requests.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::Value;

use crate::received::Received;
use crate::reply::Reply;

/// Returns what is wrong with a request, if anything is.
type Condition = Arc<dyn Fn(&Received) -> Option<String> + Send + Sync>;

/// Returns the reply to a request.
type Answer = Arc<dyn Fn(&Received) -> Reply + Send + Sync>;

/// How many characters of a body a message shows.
const SHOWN: usize = 200;

/// An expected request: its conditions, how often it is made, and the reply.
///
/// By default, it is made at least once, and the reply is an empty response with status 200.
///
/// ```
/// use limpid_test::{Expectation, Mock, Reply};
///
/// let mock = Mock::new();
/// mock.expect(
///     Expectation::new("PUT", "/users/7")
///         .query("notify", "no")
///         .field("Content-Type", "application/json")
///         .json(r#"{"name": "Ada"}"#)
///         .replies([Reply::new(503), Reply::new(204)])
///         .times(2),
/// );
/// ```
#[derive(Clone)]
pub struct Expectation {
    name: String,
    conditions: Vec<Condition>,
    answers: Vec<Answer>,
    times: RangeInclusive<usize>,
}

impl Expectation {
    /// Returns the expectation of a request with this method and this path, whatever the query is. A path with a query
    /// (`/users?page=2`) is compared with the whole target.
    #[must_use]
    pub fn new(method: &str, path: &str) -> Self {
        let (wanted, wanted_path) = (method.to_owned(), path.to_owned());
        let expectation = Self::any()
            .condition(move |request| differs("the method", request.method(), &wanted))
            .condition(move |request| match wanted_path.contains('?') {
                true => differs("the target", request.target(), &wanted_path),
                false => differs("the path", request.path(), &wanted_path),
            });
        Self { name: format!("{method} {path}"), ..expectation }
    }

    /// Returns the expectation of any request.
    #[must_use]
    pub fn any() -> Self {
        Self {
            name: "any request".to_owned(),
            conditions: Vec::new(),
            answers: Vec::new(),
            times: 1..=usize::MAX,
        }
    }

    fn condition(
        mut self,
        condition: impl Fn(&Received) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.conditions.push(Arc::new(condition));
        self
    }

    /// Expects this pair in the query, decoded. Other pairs may stand there too.
    #[must_use]
    pub fn query(self, name: &str, value: &str) -> Self {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.condition(move |request| {
            let of_name = request.query().filter(|(found, _)| *found == name);
            let values: Vec<_> = of_name.map(|(_, value)| value.into_owned()).collect();
            if values.contains(&value) {
                return None;
            }
            Some(match &values[..] {
                [] => format!("the query has no \"{name}\""),
                found => format!("the query has {name}={}, not {name}={value}", found.join(",")),
            })
        })
    }

    /// Expects a field with this value.
    #[must_use]
    pub fn field(self, name: &str, value: &str) -> Self {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.condition(move |request| {
            let found: Vec<_> = request.fields().all(&name).map(String::from_utf8_lossy).collect();
            if found.iter().any(|found| *found == value) {
                return None;
            }
            Some(match &found[..] {
                [] => format!("there is no field {name}"),
                found => {
                    format!("the field {name} is \"{}\", not \"{value}\"", found.join("\", \""))
                }
            })
        })
    }

    /// Expects no field of this name.
    #[must_use]
    pub fn without_field(self, name: &str) -> Self {
        let name = name.to_owned();
        self.condition(move |request| {
            let found = request.field(&name)?;
            Some(format!("the field {name} is there, with \"{found}\""))
        })
    }

    /// Expects this body.
    #[must_use]
    pub fn body(self, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref().to_vec();
        self.condition(move |request| {
            if request.body() == body {
                return None;
            }
            Some(format!("the body is {}, not {}", shown(request.body()), shown(&body)))
        })
    }

    /// Expects this JSON as the body, whatever its spaces and the order of its members are.
    ///
    /// ```
    /// use limpid_test::Expectation;
    ///
    /// let order = Expectation::new("POST", "/orders").json(r#"{"item": "tea", "count": 2}"#);
    /// # drop(order);
    /// ```
    #[must_use]
    pub fn json(self, document: &str) -> Self {
        let wanted = serde_json::from_str::<Value>(document);
        self.condition(move |request| {
            match (&wanted, serde_json::from_slice::<Value>(request.body())) {
                (Err(error), _) => Some(format!("the expected document is not JSON: {error}")),
                (Ok(wanted), Ok(found)) if *wanted == found => None,
                (Ok(wanted), Ok(found)) => Some(format!("the JSON is {found}, not {wanted}")),
                (_, Err(error)) => {
                    Some(format!("the body {} is not JSON: {error}", shown(request.body())))
                }
            }
        })
    }

    /// Expects this text in the body.
    #[must_use]
    pub fn body_contains(self, text: &str) -> Self {
        let text = text.to_owned();
        self.condition(move |request| {
            if request.text().contains(&text) {
                return None;
            }
            Some(format!("the body {} does not contain \"{text}\"", shown(request.body())))
        })
    }

    /// Expects what `matches` returns true for; `what` describes it in messages.
    #[must_use]
    pub fn matching(
        self,
        what: &str,
        matches: impl Fn(&Received) -> bool + Send + Sync + 'static,
    ) -> Self {
        let what = what.to_owned();
        self.condition(move |request| (!matches(request)).then(|| format!("it is not {what}")))
    }

    /// Sets the reply.
    #[must_use]
    pub fn reply(self, reply: Reply) -> Self {
        self.replies([reply])
    }

    /// Sets the replies, one for each request in turn. The last is repeated.
    #[must_use]
    pub fn replies(mut self, replies: impl IntoIterator<Item = Reply>) -> Self {
        let answer = |reply: Reply| Arc::new(move |_: &Received| reply.clone()) as Answer;
        self.answers = replies.into_iter().map(answer).collect();
        self
    }

    /// Sets a function that makes the reply.
    #[must_use]
    pub fn reply_with(
        mut self,
        reply: impl Fn(&Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.answers = vec![Arc::new(reply)];
        self
    }

    /// Expects the request exactly so often. Further ones are for the next expectation that they meet, or unexpected.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times..=times;
        self
    }

    /// Expects the request at least so often; with 0, it may be made.
    #[must_use]
    pub fn at_least(mut self, times: usize) -> Self {
        self.times = times..=usize::MAX;
        self
    }

    /// Expects that the request is not made: one that is made is unexpected.
    #[must_use]
    pub fn never(self) -> Self {
        self.times(0)
    }

    /// Returns what is wrong with a request; nothing if it is the expected one.
    pub(super) fn misses(&self, request: &Received) -> Vec<String> {
        self.conditions.iter().filter_map(|condition| condition(request)).collect()
    }

    /// Returns the reply to the request of this index.
    pub(super) fn answer(&self, index: usize, request: &Received) -> Reply {
        let last = self.answers.len().saturating_sub(1);
        let answer = self.answers.get(index.min(last));
        answer.map_or_else(|| Reply::new(200), |answer| answer(request))
    }

    pub(super) const fn allowed(&self) -> &RangeInclusive<usize> {
        &self.times
    }
}

/// Returns what is wrong if two texts differ.
fn differs(what: &str, found: &str, wanted: &str) -> Option<String> {
    (found != wanted).then(|| format!("{what} is {found}, not {wanted}"))
}

/// Returns the start of a body.
fn shown(body: &[u8]) -> String {
    let text = body.escape_ascii().to_string();
    match text.char_indices().nth(SHOWN) {
        None => format!("\"{text}\""),
        Some((end, _)) => format!("\"{}...\" ({} bytes)", &text[..end], body.len()),
    }
}

/// Formats the method and the path.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expectation")
            .field("name", &self.name)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}
