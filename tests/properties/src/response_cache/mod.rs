//! A server that caches its last response head responds as one that encodes every head.

mod answer;
mod sessions;

use std::time::Duration;

use self::answer::Answer;
use self::sessions::{REQUESTS, Sessions};
use crate::input::Input;

/// Two sessions, one with the caches of heads and one without, receive the same requests and send the same
/// responses. They must not differ: in actions, results of calls, trace events, and the bytes that they
/// send.
///
/// Each step of the input is a request and its response, most often equal to the previous one, or a change
/// of the time.
///
/// # Panics
/// Panics if the property does not hold.
pub fn response_cache(data: &[u8]) {
    let mut input = Input::new(data);
    let mut sessions = Sessions::new(input.flag());
    let (mut request, mut answer) = (REQUESTS[0], Answer::read(&mut input));
    while !input.is_empty() {
        match input.below(8) {
            0 => sessions.wait(Duration::from_millis(input.number().into())),
            1 => sessions.set_date(Duration::from_millis(input.number().into())),
            2 => sessions.shut_down(),
            3 => request = input.pick(&REQUESTS),
            4 => answer = Answer::read(&mut input),
            5 => answer.change(&mut input),
            _ => {}
        }
        sessions.exchange(request, &answer);
    }
}

#[cfg(test)]
mod tests {
    use super::answer::How;
    use super::*;

    /// Returns whole responses, and one that is sent in pieces.
    fn answers() -> Vec<Answer> {
        let answer = |status, fields: &[usize], body| Answer {
            informs: None,
            status,
            echoes: false,
            fields: fields.to_vec(),
            how: How::Whole,
            body,
        };
        let mut answers = vec![
            answer(200, &[0], 1),
            answer(200, &[0], 2),
            answer(200, &[0], 3),
            answer(404, &[0], 1),
            answer(404, &[1], 1),
            answer(200, &[], 0),
            answer(204, &[], 0),
            answer(304, &[0], 1),
            answer(101, &[6, 7], 0),
            answer(299, &[2, 3], 1),
            answer(200, &[4], 1),
            answer(200, &[8], 3),
            answer(200, &[10], 1),
            answer(200, &[0, 11], 1),
            answer(200, &[12], 1),
            answer(1200, &[], 1),
        ];
        answers.push(Answer { how: How::Chunked, ..answer(200, &[0], 1) });
        answers.push(Answer { echoes: true, ..answer(200, &[0], 1) });
        answers.push(Answer { informs: Some(103), ..answer(200, &[0], 1) });
        answers
    }

    #[test]
    fn each_answer_is_the_same_after_each_other() {
        for first in answers() {
            for second in answers() {
                let mut sessions = Sessions::new(true);
                for answer in [&first, &first, &second, &second, &first] {
                    sessions.exchange(REQUESTS[0], answer);
                    sessions.wait(Duration::from_millis(260));
                }
            }
        }
    }

    #[test]
    fn each_answer_is_the_same_to_each_request_after_each_other() {
        for answer in answers() {
            for first in REQUESTS {
                for second in REQUESTS {
                    let mut sessions = Sessions::new(false);
                    for request in [first, first, second, second, first] {
                        sessions.exchange(request, &answer);
                    }
                }
            }
        }
    }
}
