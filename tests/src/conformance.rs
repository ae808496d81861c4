//! The conformance vectors and their comparison with results. `data/conformance/README.md` describes their
//! format.

use std::io::{self, Read};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use limpid_core::fields::Fields;
use limpid_core::http1::Role;
use limpid_core::internal::transcript::{Message, Outcome, Setup, Start, Transcript};
use serde_json::{Value, json};

/// One vector.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// The section that decides it.
    pub rfc: String,
    /// The reading role.
    pub role: Role,
    /// The method of the request that a response answers.
    pub method: String,
    /// What the peer sends.
    pub input: Vec<u8>,
    /// Whether the peer then closes its direction.
    pub eof: bool,
    expect: Value,
}

/// Returns every vector.
///
/// # Errors
/// The file cannot be read, or a line of it is not a vector.
pub fn load() -> io::Result<Vec<Case>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/conformance/vectors.jsonl");
    std::fs::read_to_string(path)?.lines().map(Case::read).collect()
}

impl Case {
    fn read(line: &str) -> io::Result<Self> {
        let case: Value = serde_json::from_str(line)?;
        let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            id: text("id"),
            rfc: text("rfc"),
            role: if case["role"] == "client" { Role::Client } else { Role::Server },
            method: text("request_method"),
            input: input(&case)?,
            eof: case["eof"] == true,
            expect: case["expect"].clone(),
        })
    }

    /// Returns the setup of the case, with the default limits and without tolerances.
    #[must_use]
    pub fn setup(&self) -> Setup<'_> {
        let method = self.method.as_bytes();
        Setup { role: self.role, method, config: Default::default(), eof: self.eof }
    }

    /// Returns the first difference between the result and the expectation.
    #[must_use]
    pub fn difference(&self, transcript: &Transcript, outcome: &Outcome) -> Option<String> {
        let verdict = match outcome {
            Outcome::Complete | Outcome::Switched(_) => "accept",
            Outcome::Incomplete => "incomplete",
            Outcome::Rejected(_) | Outcome::Surplus { .. } => "reject",
        };
        match (self.expect["verdict"].as_str(), verdict) {
            (Some("either"), "reject") => return None,
            (Some("either"), "accept") => {}
            (Some(expected), verdict) if expected == verdict => {}
            (expected, _) => {
                return Some(format!("{verdict} ({outcome}), expected {expected:?}"));
            }
        }
        let expected = self.expect["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let got = &transcript.messages;
        let is_told = self.expect.get("messages").is_some();
        if is_told
            && (got.len() < expected.len() || verdict == "accept" && got.len() != expected.len())
        {
            return Some(format!("{} messages, expected {}", got.len(), expected.len()));
        }
        let differing = expected.iter().zip(got).find_map(|(expected, got)| differs(expected, got));
        differing.or_else(|| match (outcome, self.expect["leftover_base64"].as_str()) {
            (Outcome::Switched(leftover), Some(expected)) => {
                let got = STANDARD.encode(leftover);
                (got != expected).then(|| format!("leftover {got}, expected {expected}"))
            }
            _ => None,
        })
    }
}

fn input(case: &Value) -> io::Result<Vec<u8>> {
    let decode = |text: &str| STANDARD.decode(text).map_err(io::Error::other);
    if let Some(plain) = case["input_base64"].as_str() {
        return decode(plain);
    }
    let packed = decode(case["input_zlib_base64"].as_str().unwrap_or_default())?;
    let mut input = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut input)?;
    Ok(input)
}

fn differs(expected: &Value, got: &Message) -> Option<String> {
    let got = object(got);
    expected.as_object()?.iter().find_map(|(key, expected)| {
        let got = &got[key];
        (got != expected).then(|| format!("{key} is {got}, expected {expected}"))
    })
}

/// Returns a message in the format of the vectors.
fn object(message: &Message) -> Value {
    let mut object = json!({
        "version": message.version.to_string(),
        "headers": pairs(message.fields.fields()),
        "framing": message.framing.name(),
        "body_base64": STANDARD.encode(&message.body),
        "trailers": pairs(message.trailers.fields()),
        "keep_alive": message.keep_alive,
    });
    let kind = match &message.start {
        Start::Request { method, target } => {
            object["method"] = latin1(method).into();
            object["target"] = latin1(target).into();
            "request"
        }
        Start::Response { status, reason } => {
            object["status"] = (*status).into();
            object["reason"] = latin1(reason).into();
            "response"
        }
        Start::Informational { status, reason } => {
            object["status"] = (*status).into();
            object["reason"] = latin1(reason).into();
            "informational"
        }
    };
    object["kind"] = kind.into();
    object
}

fn pairs(fields: Fields<'_>) -> Value {
    fields.iter().map(|field| json!([latin1(field.name), latin1(field.value)])).collect()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
