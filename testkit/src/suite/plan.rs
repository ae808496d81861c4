//! What a driver is asked to send.

use std::io;
use std::str::FromStr;
use std::time::Duration;

use limpid_io::Settings;

use super::pieces::Pieces;
use super::wrong::wrong;

/// The requests of a scenario, and the client that sends them. The [module](super) has an example.
#[derive(Debug)]
pub struct Plan {
    /// The client. A driver that has its own settings takes what it needs from these.
    pub settings: Settings,
    /// The requests, in sequence.
    pub requests: Vec<PlannedRequest>,
    /// Cancels the request whose exchange has the poll of this number, counted from 0 over all requests, and those after
    /// it. `None` cancels none.
    pub cancel_at: Option<u64>,
}

/// A request of a [`Plan`]. The [module](super) has an example.
#[derive(Debug)]
pub struct PlannedRequest {
    /// Its method.
    pub method: String,
    /// Its URL.
    pub url: String,
    /// Its fields: names and values.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// Its body.
    pub body: PlannedBody,
    /// How much is read of the body of its response. The response is then dropped.
    pub read: Reading,
    /// How long to wait before the request.
    pub delay: Duration,
}

/// The body of a [`PlannedRequest`]. The [module](super) has an example.
#[derive(Debug)]
pub enum PlannedBody {
    /// No body.
    None,
    /// It is in memory, with its length.
    Bytes(Vec<u8>),
    /// It comes in pieces and is sent in chunks.
    Pieces(Pieces),
}

/// How much of a response's body is read. The [module](super) has an example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// All of it.
    #[default]
    All,
    /// The first piece.
    First,
    /// Nothing.
    Nothing,
}

impl FromStr for Reading {
    type Err = io::Error;

    fn from_str(text: &str) -> Result<Self, io::Error> {
        match text {
            "all" => Ok(Self::All),
            "first" => Ok(Self::First),
            "none" => Ok(Self::Nothing),
            _ => Err(wrong(text, "is no way to read a body")),
        }
    }
}
