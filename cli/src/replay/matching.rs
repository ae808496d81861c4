//! Which recorded response answers a request.

use limpid_core::trace::Capture;

use super::answers::Recorded;
use crate::args::Matching;

/// The recorded requests, and how far they were asked for.
#[derive(Debug)]
pub(super) struct Script {
    recorded: Vec<Recorded>,
    matching: Matching,
    /// What the recording hides of requests.
    capture: Capture,
    /// Whether each was used.
    used: Vec<bool>,
}

impl Script {
    pub(super) fn new(recorded: Vec<Recorded>, matching: Matching, capture: Capture) -> Self {
        let used = vec![false; recorded.len()];
        Self { recorded, matching, capture, used }
    }

    /// Returns the record that answers a request, or why none does.
    pub(super) fn next(
        &mut self,
        method: &[u8],
        target: &[u8],
        body: &[u8],
    ) -> Result<&Recorded, String> {
        let found = match self.matching {
            Matching::Strict => self.strictly(method, target, body)?,
            Matching::Any | Matching::Order => self.by_target(method, target)?,
        };
        if let Some(used) = self.used.get_mut(found) {
            *used = true;
        }
        self.recorded.get(found).ok_or_else(String::new)
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
                "All recorded responses to {} {} were sent; --match any sends the last one again.",
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

#[cfg(test)]
mod tests {
    use super::super::answers::Answer;
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
        let mut script = Script::new(recorded.collect(), matching, Capture::Default);
        let mut next = |target: &&str| match script.next(b"GET", target.as_bytes(), b"") {
            Ok(Recorded { answer: Answer::Refused(index), .. }) => Ok(index.clone()),
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
