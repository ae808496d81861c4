//! The client's side of a run.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use limpid_core::client::Request;
use limpid_core::error::{Cause, Error};

use super::pattern::{is_part, part, pieces};
use super::plan::{Asked, Client, SWITCHED, Server};
use super::problem::Problem;
use limpid_test::sim;

/// The result of a request.
#[derive(Debug)]
pub(super) enum Came {
    /// The response was complete; this many bytes of the request were not sent.
    Whole(Option<u64>),
    /// The server's machine responded instead of the handler.
    Refused,
    /// The client cancelled.
    Cancelled,
    /// A switched connection did not receive everything in time.
    Stuck,
    Failed(Error),
}

/// Sends a request, and checks the response.
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
    let mut draft = Request::builder(asked.method().as_bytes(), url);
    if asked.expects {
        draft = draft.field(b"Expect", b"100-continue");
    }
    let switches = asked.server == Server::Switch;
    let body = if switches { sim::Body::none() } else { body(asked) };
    if switches {
        draft = draft.field(b"Connection", b"upgrade").field(b"Upgrade", b"pattern");
    }
    let mut response = client.send(draft, body).await?;
    let number = asked.number.to_string();
    let is_mine = response.fields().get("X-Number") == Some(number.as_bytes());
    match response.status() {
        101 if is_mine && switches => return switch(client, response, asked).await,
        status if is_mine && !switches && status == asked.status() => {}
        // The machine responds to a request that is invalid or late.
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

/// Sends and receives over a switched connection.
async fn switch(
    client: &sim::Client,
    response: sim::Response,
    asked: &Asked,
) -> Result<Came, Wrong> {
    let Some(mut upgraded) = response.upgrade() else { return Ok(Came::Cancelled) };
    let (world, number) = (client.world(), asked.number);
    let (mut at, mut wrong) = (0, None);
    let upload = pieces(number, asked.upload.unwrap_or(0), asked.piece);
    let passing = upgraded.exchange(upload, |data| {
        if !is_part(number, at, data) {
            wrong.get_or_insert(at);
        }
        at += data.len() as u64;
    });
    let passed = world.before(Some(world.now() + SWITCHED), passing).await;
    match (passed, wrong) {
        (_, Some(at)) => Err(Wrong::Problem(Problem::Download { number, at })),
        (Some(Ok(())), None) if at == asked.download => Ok(Came::Whole(None)),
        // The server, or the network, has closed the connection before.
        (Some(Ok(())), None) => Ok(Came::Failed(Cause::PeerGone.into())),
        (Some(Err(error)), None) => Ok(Came::Failed(error.into())),
        (None, None) => Ok(Came::Stuck),
    }
}

fn body(asked: &Asked) -> sim::Body {
    let Some(length) = asked.upload else { return sim::Body::none() };
    let (number, piece) = (asked.number, asked.piece);
    if asked.can_rewind {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        return sim::Body::bytes(part(number, 0, length));
    }
    let pieces = pieces(number, length, piece).map(Ok::<Bytes, io::Error>);
    sim::Body::pieces(pieces, (!asked.upload_chunked).then_some(length)).slowed(asked.pause)
}
