//! The client's side of a run.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::Request;
use limpid_core::error::Error;

use super::pattern::{is_part, part};
use super::plan::{Asked, Client};
use super::problem::Problem;
use crate::sim;

/// What came of a request.
#[derive(Debug)]
pub(super) enum Came {
    /// The response was complete; of the request, so many bytes were not sent.
    Whole(Option<u64>),
    /// The server's machine has answered in the place of the handler.
    Refused,
    /// The client lost interest.
    Cancelled,
    Failed(Error),
}

/// Makes a request, and checks what comes.
pub(super) async fn ask(
    client: &sim::Client,
    origin: &str,
    asked: &Asked,
) -> Result<Came, Problem> {
    let world = client.world().clone();
    let cancelled = match asked.client {
        Client::Cancel(time) => Some(world.now() + time),
        _ => None,
    };
    match world.before(cancelled, exchange(client, origin, asked)).await {
        None => Ok(Came::Cancelled),
        Some(Ok(came)) => Ok(came),
        Some(Err(Wrong::Problem(problem))) => Err(problem),
        Some(Err(Wrong::Error(error))) => Ok(Came::Failed(error)),
    }
}

enum Wrong {
    Problem(Problem),
    Error(Error),
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

async fn exchange(client: &sim::Client, origin: &str, asked: &Asked) -> Result<Came, Wrong> {
    let url = format!("{origin}/{}", asked.number);
    let Ok(url) = url.parse() else { return Err(Wrong::Problem(Problem::UnknownRequest)) };
    let method: &[u8] = if asked.upload.is_some() { b"POST" } else { b"GET" };
    let mut draft = Request::builder(method, url);
    if asked.expects {
        draft = draft.field(b"Expect", b"100-continue");
    }
    let mut response = client.send(draft, body(asked)).await?;
    let number = asked.number.to_string();
    let is_mine = response.fields().get("X-Number") == Some(number.as_bytes());
    match response.status() {
        status if is_mine && status == asked.status() => {}
        // A request that was not understood, or not answered in time, is answered by the machine.
        400..=599 if response.fields().get("X-Number").is_none() => {}
        status => return Err(Wrong::Problem(Problem::Answer { number: asked.number, status })),
    }
    let (mut at, mut pieces) = (0, 0);
    loop {
        if asked.client == Client::Drop(pieces) {
            return Ok(Came::Cancelled);
        }
        if let Client::Slow(time) = asked.client {
            client.world().sleep(time.min(Duration::from_millis(50))).await;
        }
        let Some(data) = response.next_piece().await? else { break };
        if is_mine && !is_part(asked.number, at, data) {
            return Err(Wrong::Problem(Problem::Download { number: asked.number, at }));
        }
        at += data.len() as u64;
        pieces += 1;
    }
    let is_whole = at == asked.download
        && asked.download_chunked == response.trailers().get("X-Number").is_some();
    if is_mine && !is_whole {
        return Err(Wrong::Problem(Problem::Download { number: asked.number, at }));
    }
    Ok(if is_mine { Came::Whole(response.unsent()) } else { Came::Refused })
}

fn body(asked: &Asked) -> sim::Body {
    let Some(length) = asked.upload else { return sim::Body::none() };
    let (number, piece) = (asked.number, asked.piece);
    let mut at = 0;
    let pieces = std::iter::from_fn(move || {
        let left = usize::try_from(length - at).unwrap_or(usize::MAX);
        let data: Bytes = part(number, at, left.min(piece));
        at += data.len() as u64;
        (!data.is_empty()).then_some(Ok::<Bytes, io::Error>(data))
    });
    sim::Body::pieces(pieces, (!asked.upload_chunked).then_some(length)).slowed(asked.pause)
}
