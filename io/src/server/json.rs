//! Bodies of requests in JSON.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use limpid_core::error::Cause;
use serde::de::DeserializeOwned;

use super::serving::Serving;

/// The error of a request whose body is not the JSON that a handler asks for.
///
/// A handler that returns an error after this one, this one itself with `?` or another, and has not started a response,
/// is answered for with the [`status`](Self::status) and the description.
///
/// ```
/// use limpid_io::server::JsonError;
///
/// assert_eq!(JsonError::ContentType.status(), Some(415));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum JsonError {
    /// The body could not be read. The session answers, with 413 if the body is too long.
    Read(Cause),
    /// The Content-Type is neither `application/json` nor one that ends with `+json`.
    ContentType,
    /// The body is not JSON, or not that of the type.
    Json(serde_json::Error),
}

impl JsonError {
    /// Returns the status of the response: 415 (RFC 9110 section 15.5.16) or 400; `None` if the session decides.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Read(_) => None,
            Self::ContentType => Some(415),
            Self::Json(_) => Some(400),
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(cause) => cause.fmt(f),
            Self::ContentType => {
                f.write_str("the Content-Type of the request is not application/json")
            }
            Self::Json(error) => write!(f, "the body is not the expected JSON: {error}"),
        }
    }
}

impl StdError for JsonError {}

impl From<Cause> for JsonError {
    fn from(cause: Cause) -> Self {
        Self::Read(cause)
    }
}

impl From<JsonError> for io::Error {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Read(cause) => cause.into(),
            error => Self::new(io::ErrorKind::InvalidData, error),
        }
    }
}

impl Serving {
    /// Checks that the request has JSON by its Content-Type, before its body is read.
    ///
    /// # Errors
    /// [`JsonError::ContentType`].
    pub fn expect_json(&mut self) -> Result<(), JsonError> {
        match self.head().fields.get("Content-Type") {
            Some(value) if is_json(value) => Ok(()),
            _ => Err(self.refuse(JsonError::ContentType)),
        }
    }

    /// Reads a value from the request's body.
    ///
    /// # Errors
    /// [`JsonError::Json`].
    pub fn read_json<T: DeserializeOwned>(&mut self, body: &[u8]) -> Result<T, JsonError> {
        serde_json::from_slice(body).map_err(|error| self.refuse(JsonError::Json(error)))
    }

    /// Remembers how to answer if the handler fails.
    fn refuse(&mut self, error: JsonError) -> JsonError {
        self.refusal = error.status().map(|status| Box::new((status, format!("{error}\n"))));
        error
    }
}

/// Returns whether a media type is one of JSON (RFC 8259 section 11, RFC 6839 section 3.1).
fn is_json(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    let media_type = media_type.trim_ascii().to_ascii_lowercase();
    media_type == b"application/json" || media_type.ends_with(b"+json")
}
