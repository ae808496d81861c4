//! What a run is about.

use std::time::Duration;

use fastrand::Rng;
use limpid_core::time::Timeouts;

use crate::sim::Faults;

/// How long a connection that has left HTTP/1.1 is used at most: no timeout of ours applies to it.
pub(super) const SWITCHED: Duration = Duration::from_secs(10);

/// A run: everything in it follows from the seed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whether TLS carries it.
    pub secure: bool,
    /// What goes wrong in the network.
    pub faults: Faults,
    /// The client's patience.
    pub timeouts: Timeouts,
    /// The connections that the client may have.
    pub connections: usize,
    /// Whether a client that closes its direction still waits for its answer.
    pub half_close: bool,
    /// When the server shuts down, and how long what is open may take then.
    pub shutdown: Option<(Duration, Duration)>,
    /// What tasks ask for, each one request after the other.
    pub tasks: Vec<Vec<Asked>>,
}

/// A request, and how both sides treat it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// No other request has it.
    pub number: u64,
    /// The length of its body; `None` is no body.
    pub upload: Option<u64>,
    /// Whether its body is chunked.
    pub upload_chunked: bool,
    /// Whether it waits for `100 Continue`.
    pub expects: bool,
    /// The length of the response's body.
    pub download: u64,
    /// Whether the response's body is chunked.
    pub download_chunked: bool,
    /// How many bytes are sent at a time at most.
    pub piece: usize,
    /// How long the client's source takes for each piece.
    pub pause: Duration,
    /// What the client does with it.
    pub client: Client,
    /// What the server does with it.
    pub server: Server,
}

/// What a client does with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// It reads all of it.
    Read,
    /// It loses interest after a time.
    Cancel(Duration),
    /// It drops the response when it has read so many pieces.
    Drop(usize),
    /// It takes its time with each piece.
    Slow(Duration),
}

/// What a server does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// It reads it, and answers.
    Answer,
    /// It answers before it reads.
    Early,
    /// It answers and does not read.
    Ignore,
    /// It answers with this status, and for so long neither reads nor closes.
    Refuse(u16, Duration),
    /// It sends a piece for each that it reads.
    Echo,
    /// It reads the request, and for so long says nothing, unless the client goes away.
    Silent(Duration),
    /// It takes its time before it answers.
    Slow(Duration),
    /// It leaves HTTP/1.1: both sides send their bodies at once.
    Switch,
    /// It fails after so many pieces of the response, or before its head.
    Fail(usize),
}

impl Plan {
    /// Whether nothing breaks, so that a request only fails where it takes too long.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.faults.one_in == 0 && self.shutdown.is_none()
    }

    /// The run of this seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let mut faults = Faults::seeded(random.u64(..));
        if random.bool() {
            faults.most = 1 << random.u32(0..14);
        }
        if random.bool() {
            faults.delay = Duration::from_micros(1 << random.u32(0..21));
        }
        if random.u32(..4) > 0 {
            faults.one_in = random.u32(1..6);
            faults.within = 1 << random.u32(0..18);
        }
        let secure = random.u32(..4) == 0;
        // A body that goes byte by byte need not be long; few need be more than the network holds.
        let most = if random.u32(..16) == 0 { 1 << 20 } else { 1 << 18 };
        let longest = faults.most.saturating_mul(256).min(most);
        let tasks = random.usize(1..=3);
        let mut number = 0;
        let tasks = (0..tasks).map(|_| {
            let count = random.usize(1..=4);
            let mut ask = || {
                number += 1;
                Asked::random(number, longest, &mut random)
            };
            (0..count).map(|_| ask()).collect()
        });
        let tasks = tasks.collect();
        let timeouts = timeouts(&mut random);
        let mut time = || Duration::from_micros(1 << random.u32(0..23));
        let (at, grace) = (time(), time());
        let shutdown = (random.u32(..4) == 0).then_some((at, grace));
        let (connections, half_close) = (random.usize(1..=3), random.bool());
        Self { secure, faults, timeouts, connections, half_close, shutdown, tasks }
    }
}

fn timeouts(random: &mut Rng) -> Timeouts {
    let mut timeout = || Some(Duration::from_millis(1 << random.u32(6..14)));
    let (pool, connect, read, write) = (timeout(), timeout(), timeout(), timeout());
    let total = timeout();
    Timeouts::with(|timeouts| {
        timeouts.pool = pool;
        timeouts.connect = connect;
        timeouts.read = read;
        timeouts.write = write;
        timeouts.total = if random.bool() { total } else { None };
    })
}

/// The statuses of early answers: those of 300 and above stop an upload.
const REFUSALS: [u16; 5] = [200, 201, 307, 401, 503];

impl Asked {
    /// The status that the server answers with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.server {
            Server::Refuse(status, _) => status,
            _ => 200,
        }
    }

    fn random(number: u64, longest: usize, random: &mut Rng) -> Self {
        let switches = random.u32(..10) == 0;
        // The slowest network must pass it in the time that a switched connection has.
        let longest = if switches { longest.min(1 << 17) } else { longest };
        // Both sides send more than they and the network between them hold, at times.
        let is_large = switches && random.u32(..4) == 0;
        let size = |random: &mut Rng| match is_large {
            true => (1 << longest.ilog2()) + size(longest, random),
            false => size(longest, random),
        };
        let upload = (switches || random.bool()).then(|| size(random));
        let time = |random: &mut Rng| Duration::from_micros(1 << random.u32(0..23));
        let piece = 1 << random.u32(4..16);
        let pieces = upload.unwrap_or(0) / piece;
        // A slow source makes few pieces.
        let is_slow = random.u32(..4) == 0 && pieces < 64;
        Self {
            number,
            upload,
            upload_chunked: random.bool(),
            expects: upload.is_some() && !switches && random.u32(..4) == 0,
            download: size(random),
            download_chunked: random.bool(),
            piece: usize::try_from(piece).unwrap_or(usize::MAX),
            pause: if is_slow { time(random) / 16 } else { Duration::ZERO },
            client: match random.u32(..8) {
                0 => Client::Cancel(time(random)),
                1 => Client::Drop(random.usize(..4)),
                2 => Client::Slow(time(random) / 64),
                _ => Client::Read,
            },
            server: match random.u32(..14) {
                _ if switches => Server::Switch,
                0 => Server::Early,
                1 => Server::Ignore,
                2 => Server::Slow(time(random)),
                3 => Server::Fail(random.usize(..4)),
                4 => Server::Refuse(REFUSALS[random.usize(..REFUSALS.len())], time(random)),
                5 => Server::Echo,
                6 => Server::Silent(time(random)),
                _ => Server::Answer,
            },
        }
    }
}

/// Small bodies are the rule; large ones are more than any buffer.
fn size(longest: usize, random: &mut Rng) -> u64 {
    let most = 1 << random.u32(0..=longest.ilog2());
    random.u64(..most)
}
