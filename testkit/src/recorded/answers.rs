//! Which recorded response answers a request.

use std::fmt;
use std::path::Path;

use limpid_core::trace::Capture;
use limpid_recording::Recording;
use limpid_recording::format::{Header, ReadError};
use limpid_sinks::exchanges::{Collector, Limits, Model};

use super::request::{self, Answer, Recorded};

/// Which recorded response answers a request.
///
/// [`Answers`] has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Matching {
    /// The next one to the same method and target; the last one again and again.
    #[default]
    Any,
    /// The next one to the same method and target, each once.
    Order,
    /// The next one of all, whose request must have the same method, target and body.
    Strict,
}

/// The requests of a recording with their responses, as a mock answers them.
///
/// A recording is made with `limpid --record FILE` or a client's `recorder`. By default it has no secrets and no bodies, and
/// then a body that it lacks is refused: it is made with `--capture everything` for a mock. `limpid replay FILE --listen` is
/// such a server too.
///
/// ```no_run
/// use limpid_test::{Answers, Matching, Mock};
///
/// let mock = Mock::recorded(Answers::open("tests/login.limpid", Matching::Order)?);
/// let server = mock.listen()?;
/// # drop(server);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Answers {
    recorded: Vec<Recorded>,
    matching: Matching,
    /// What the recording hides of requests.
    capture: Capture,
    /// Whether each was used.
    used: Vec<bool>,
}

/// Without limits: the recording is in memory already.
const LIMITS: Limits = Limits { exchanges: usize::MAX, body: usize::MAX, bodies: usize::MAX };

impl Answers {
    /// Reads the requests of the recording in a file, and in those that continue it.
    ///
    /// # Errors
    /// A file cannot be read, or is no recording.
    pub fn open(path: impl AsRef<Path>, matching: Matching) -> Result<Self, ReadError> {
        let recording = Recording::open(path)?;
        let (header, collector) = (recording.header().clone(), Self::collector());
        recording.replay_with(&collector, limpid_io::certificate_reader())?;
        Ok(Self::new(collector.model(), &header, matching))
    }

    /// Returns a sink that builds the model for [`new`](Self::new), with everything that a recording has.
    #[must_use]
    pub fn collector() -> Collector {
        Collector::new(LIMITS).capture(Capture::Everything)
    }

    /// Returns the requests of a recording with this header, whose replay has built this model.
    #[must_use]
    pub fn new(model: Model, header: &Header, matching: Matching) -> Self {
        Self::of(request::of(model, header), matching, header.capture)
    }

    fn of(recorded: Vec<Recorded>, matching: Matching, capture: Capture) -> Self {
        let used = vec![false; recorded.len()];
        Self { recorded, matching, capture, used }
    }

    /// Returns the number of requests.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.recorded.len()
    }

    /// Returns whether there is no request.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.recorded.is_empty()
    }

    /// Returns what is missing at the end: recorded requests that must be made, and were not.
    pub(crate) fn unmet(&self) -> Option<String> {
        let left = self.used.iter().filter(|used| !**used).count();
        let next = self.used.iter().position(|used| !used).and_then(|at| self.recorded.get(at))?;
        (self.matching == Matching::Strict).then(|| {
            let target = next.target.escape_ascii();
            format!(
                "{left} recorded request(s) were not made; the next is {} {target}",
                next.method
            )
        })
    }

    /// Returns the answer to a request.
    ///
    /// # Errors
    /// The reason why no record answers it.
    pub fn next(&mut self, method: &[u8], target: &[u8], body: &[u8]) -> Result<&Answer, String> {
        let found = match self.matching {
            Matching::Strict => self.strictly(method, target, body)?,
            Matching::Any | Matching::Order => self.by_target(method, target)?,
        };
        if let Some(used) = self.used.get_mut(found) {
            *used = true;
        }
        self.recorded.get(found).map(|recorded| &recorded.answer).ok_or_else(String::new)
    }

    fn by_target(&self, method: &[u8], target: &[u8]) -> Result<usize, String> {
        let is = |(_, (recorded, _)): &(usize, (&Recorded, &bool))| {
            recorded.is_for(method, target, self.capture)
        };
        let mut matching = self.recorded.iter().zip(&self.used).enumerate().filter(is);
        let mut last = None;
        let next = matching.find_map(|(index, (_, used))| {
            last = Some(index);
            (!used).then_some(index)
        });
        match (next, last) {
            (Some(index), _) => Ok(index),
            (None, Some(last)) if self.matching == Matching::Any => Ok(last),
            (None, Some(_)) => Err(format!(
                "All recorded responses to {} {} were sent; --match any (Matching::Any) sends the last one again.",
                method.escape_ascii(),
                target.escape_ascii()
            )),
            (None, None) => Err(format!(
                "The recording has no request {} {}.",
                method.escape_ascii(),
                target.escape_ascii()
            )),
        }
    }

    fn strictly(&self, method: &[u8], target: &[u8], body: &[u8]) -> Result<usize, String> {
        let next = self.used.iter().position(|used| !used);
        let Some((index, recorded)) = next.and_then(|at| Some((at, self.recorded.get(at)?))) else {
            return Err("All recorded responses were sent.".into());
        };
        if !recorded.is_for(method, target, self.capture) {
            return Err(format!(
                "The next recorded request is {} {}, not {} {}.",
                recorded.method,
                recorded.target.escape_ascii(),
                method.escape_ascii(),
                target.escape_ascii()
            ));
        }
        match &recorded.body {
            Some(expected) if expected != body => Err(format!(
                "The body of {} bytes is not the recorded one of {} bytes.",
                body.len(),
                expected.len()
            )),
            _ => Ok(index),
        }
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers")
            .field("requests", &self.recorded.len())
            .field("matching", &self.matching)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the indices of the answers to GET for these targets.
    fn answers(matching: Matching, targets: &[&str]) -> Vec<Result<String, String>> {
        let recorded = ["/a", "/b", "/a", "/?token=*****"].into_iter().enumerate();
        let recorded = recorded.map(|(index, target)| Recorded {
            method: "GET".into(),
            target: target.into(),
            body: Some(Vec::new()),
            answer: Answer::Refused(index.to_string()),
        });
        let mut script = Answers::of(recorded.collect(), matching, Capture::Default);
        let mut next = |target: &&str| match script.next(b"GET", target.as_bytes(), b"") {
            Ok(Answer::Refused(index)) => Ok(index.clone()),
            Ok(_) => Ok(String::new()),
            Err(error) => Err(error),
        };
        targets.iter().map(&mut next).collect()
    }

    fn ok(index: &str) -> Result<String, String> {
        Ok(index.into())
    }

    #[test]
    fn any_repeats_the_last_response_to_a_target() {
        assert_eq!(
            answers(Matching::Any, &["/a", "/a", "/a", "/b"]),
            [ok("0"), ok("2"), ok("2"), ok("1")]
        );
        assert!(
            answers(Matching::Any, &["/c"])[0].as_ref().unwrap_err().contains("no request GET /c")
        );
    }

    #[test]
    fn order_sends_each_response_once() {
        let answers = answers(Matching::Order, &["/b", "/a", "/a", "/a"]);
        assert_eq!(answers[..3], [ok("1"), ok("0"), ok("2")]);
        assert!(answers[3].as_ref().unwrap_err().contains("--match any"));
    }

    #[test]
    fn strict_follows_the_recording() {
        let answers = answers(Matching::Strict, &["/a", "/a", "/b", "/a"]);
        assert_eq!([&answers[0], &answers[2], &answers[3]], [&ok("0"), &ok("1"), &ok("2")]);
        assert!(answers[1].as_ref().unwrap_err().contains("next recorded request is GET /b"));
    }

    #[test]
    fn secret_of_the_same_length_is_the_masked_one() {
        assert_eq!(answers(Matching::Any, &["/?token=tiger"]), [ok("3")]);
        assert!(answers(Matching::Any, &["/?token=tigers"])[0].is_err());
    }
}
