//! `limpid parse --batch`: reads cases and writes answers, one JSON object on each line.

use std::io::{self, BufRead, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Chunking, Message, Outcome, Setup, Start, Transcript};
use limpid_core::limits::Config;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::json::{latin1, pairs};
use super::report::verdict;

/// A case: one line of the input.
#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    id: Value,
    role: RoleName,
    request_method: Option<String>,
    input_base64: String,
    #[serde(default)]
    eof: bool,
    chunking: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RoleName {
    Client,
    Server,
}

/// An answer: one line of the output.
#[derive(Serialize)]
struct Answer {
    id: Value,
    verdict: &'static str,
    error: Option<String>,
    messages: Vec<MessageJson>,
    leftover_base64: String,
}

/// A message in an answer.
#[derive(Serialize)]
struct MessageJson {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    version: String,
    headers: Vec<(String, String)>,
    framing: &'static str,
    body_base64: String,
    trailers: Vec<(String, String)>,
    keep_alive: bool,
}

/// Answers every line of `cases`. The answer to an invalid line is an error.
///
/// # Errors
/// The errors of reading and writing.
pub(super) fn run(config: Config, cases: impl BufRead, out: &mut impl Write) -> io::Result<()> {
    for line in cases.split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = answer(config, &line).unwrap_or_else(|(id, error)| Answer {
            id,
            verdict: "error",
            error: Some(error),
            messages: Vec::new(),
            leftover_base64: String::new(),
        });
        serde_json::to_writer(&mut *out, &answer)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(())
}

/// Reads a case and runs it. The error has the case's id, if it has one, and the reason.
fn answer(config: Config, line: &[u8]) -> Result<Answer, (Value, String)> {
    let case: Case = serde_json::from_slice(line).map_err(|error| {
        let id = serde_json::from_slice::<Value>(line).ok();
        let id = id.and_then(|case| case.get("id").cloned()).unwrap_or_default();
        (id, error.to_string())
    })?;
    let unusable = |error: String| (case.id.clone(), error);
    let input = STANDARD
        .decode(&case.input_base64)
        .map_err(|error| unusable(format!("input_base64: {error}")))?;
    let chunking: Chunking = match &case.chunking {
        Some(name) => name.parse().map_err(|error| unusable(format!("chunking: {error}")))?,
        None => Chunking::Whole,
    };
    let role = match case.role {
        RoleName::Client => Role::Client,
        RoleName::Server => Role::Server,
    };
    let method = case.request_method.as_deref().unwrap_or("GET").as_bytes();
    let setup = Setup { role, method, config, eof: case.eof };
    let (transcript, outcome) = Transcript::read(&setup, chunking.pieces(&input))
        .map_err(|error| unusable(format!("request_method: {error}")))?;
    let verdict = verdict(&outcome);
    let error = matches!(outcome, Outcome::Rejected(_) | Outcome::Surplus { .. });
    let error = error.then(|| outcome.to_string());
    let leftover = if let Outcome::Switched(leftover) = outcome { leftover } else { Vec::new() };
    Ok(Answer {
        id: case.id,
        verdict,
        error,
        messages: transcript.messages.iter().map(MessageJson::new).collect(),
        leftover_base64: STANDARD.encode(leftover),
    })
}

impl MessageJson {
    fn new(message: &Message) -> Self {
        let mut json = Self {
            kind: "",
            method: None,
            target: None,
            status: None,
            reason: None,
            version: message.version.to_string(),
            headers: pairs(message.fields.fields()),
            framing: message.framing.name(),
            body_base64: STANDARD.encode(&message.body),
            trailers: pairs(message.trailers.fields()),
            keep_alive: message.keep_alive,
        };
        match &message.start {
            Start::Request { method, target } => {
                json.kind = "request";
                json.method = Some(latin1(method));
                json.target = Some(latin1(target));
            }
            Start::Informational { status, reason } => {
                json.kind = "informational";
                json.status = Some(*status);
                json.reason = Some(latin1(reason));
            }
            Start::Response { status, reason } => {
                json.kind = "response";
                json.status = Some(*status);
                json.reason = Some(latin1(reason));
            }
        }
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(lines: &str) -> Vec<Value> {
        let mut out = Vec::new();
        run(Config::default(), lines.as_bytes(), &mut out).unwrap();
        out.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    #[test]
    fn case_is_answered_with_its_messages() {
        let input = STANDARD.encode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        let answers = batch(&format!(
            r#"{{"id": "x", "role": "client", "request_method": "GET", "input_base64": "{input}",
                "eof": false, "chunking": "random:1"}}"#
        )
        .replace('\n', " "));
        assert_eq!(answers[0]["verdict"], "accept");
        assert_eq!(answers[0]["messages"][0]["framing"], "length");
        assert_eq!(answers[0]["messages"][0]["body_base64"], "aGk=");
    }

    #[test]
    fn invalid_line_does_not_end_run() {
        let answers = batch(concat!(
            "nonsense\n",
            "{\"id\": 1}\n",
            "{\"id\": 2, \"role\": \"server\", \"input_base64\": \"*\"}\n",
            "{\"id\": 3, \"role\": \"client\", \"input_base64\": \"\", \"request_method\": \"a b\"}\n",
            "{\"id\": 4, \"role\": \"server\", \"input_base64\": \"\", \"eof\": true}\n",
        ));
        let verdicts: Vec<_> = answers.iter().map(|answer| &answer["verdict"]).collect();
        assert_eq!(verdicts, ["error", "error", "error", "error", "accept"]);
        let ids: Vec<_> = answers.iter().map(|answer| answer["id"].clone()).collect();
        assert_eq!(ids, [Value::Null, 1.into(), 2.into(), 3.into(), 4.into()]);
    }
}
