//! Plans of runs.

use std::time::Duration;

use fastrand::Rng;
use limpid_core::time::Timeouts;

use limpid_test::sim::Faults;

/// How long a switched connection is used at most: no timeout of limpid applies to it.
pub(super) const SWITCHED: Duration = Duration::from_secs(10);

/// The longest body that is sent at once, because it can be produced again.
const MOST_AT_ONCE: u64 = 32 * 1024;

/// A run, determined by its seed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Whether it uses TLS.
    pub secure: bool,
    /// The faults of the network.
    pub faults: Faults,
    /// The timeouts of the client.
    pub timeouts: Timeouts,
    /// The limit of the client's connections.
    pub connections: usize,
    /// Whether a client that half-closes still waits for its response.
    pub half_close: bool,
    /// Whether a request whose reused connection was closed is sent again.
    pub resend: bool,
    /// How many times a request is retried that failed or was refused.
    pub retries: u32,
    /// When the server shuts down, and the grace period.
    pub shutdown: Option<(Duration, Duration)>,
    /// The requests of each task, in sequence.
    pub tasks: Vec<Vec<Asked>>,
}

/// A request, and the behaviour of both sides.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Its unique number.
    pub number: u64,
    /// The length of its body; `None` without a body.
    pub upload: Option<u64>,
    /// Whether its body is chunked.
    pub upload_chunked: bool,
    /// Whether its method is PUT, if it has a body: an idempotent one, unlike POST.
    pub is_put: bool,
    /// Whether its body can be produced again.
    pub can_rewind: bool,
    /// Whether it waits for `100 Continue`.
    pub expects: bool,
    /// The length of the response's body.
    pub download: u64,
    /// Whether the response's body is chunked.
    pub download_chunked: bool,
    /// The most bytes that are sent at a time.
    pub piece: usize,
    /// The delay of the client's source for each piece.
    pub pause: Duration,
    /// The behaviour of the client.
    pub client: Client,
    /// The behaviour of the server.
    pub server: Server,
}

/// The behaviour of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// It reads all of it.
    Read,
    /// It cancels after a time.
    Cancel(Duration),
    /// It drops the response after this many pieces.
    Drop(usize),
    /// It pauses before each piece.
    Slow(Duration),
}

/// The behaviour of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// It reads it, and answers.
    Answer,
    /// It answers before it reads.
    Early,
    /// It answers and does not read.
    Ignore,
    /// It responds with this status, and neither reads nor closes for this time.
    Refuse(u16, Duration),
    /// It sends a piece for each that it reads.
    Echo,
    /// It reads the request, and does not respond for this time, unless the client disconnects.
    Silent(Duration),
    /// It pauses before it answers.
    Slow(Duration),
    /// It leaves HTTP/1.1: both sides send their bodies at once.
    Switch,
    /// It fails after so many pieces of the response, or before its head.
    Fail(usize),
}

impl Plan {
    /// Returns whether there are no faults, so that a request fails only if it takes too long.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.faults.one_in == 0 && self.shutdown.is_none()
    }

    /// Returns the run of this seed.
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
        // A body that arrives byte by byte is short; few bodies exceed the buffers of the network.
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
        let resend = random.u32(..4) > 0;
        let timeouts = with_rate(timeouts, &mut random);
        let retries = if random.u32(..4) == 0 { random.u32(1..3) } else { 0 };
        Self { secure, faults, timeouts, connections, half_close, resend, retries, shutdown, tasks }
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

/// Adds a minimum rate for servers in some runs.
fn with_rate(mut timeouts: Timeouts, random: &mut Rng) -> Timeouts {
    if random.u32(..4) == 0 {
        timeouts.rate = 1 << random.u32(0..16);
        timeouts.rate_time = Duration::from_millis(1 << random.u32(6..14));
    }
    timeouts
}

/// The statuses of early answers: those of 300 and above stop an upload.
const REFUSALS: [u16; 5] = [200, 201, 307, 401, 503];

impl Asked {
    /// Returns the status of the server's response.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self.server {
            Server::Refuse(status, _) => status,
            _ => 200,
        }
    }

    /// Returns its method.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self.upload {
            None => "GET",
            Some(_) if self.is_put => "PUT",
            Some(_) => "POST",
        }
    }

    /// Returns how often the server may receive it, if requests are sent again.
    #[must_use]
    pub fn most(&self) -> u32 {
        if self.method() == "POST" { 1 } else { 2 }
    }

    fn random(number: u64, longest: usize, random: &mut Rng) -> Self {
        let switches = random.u32(..10) == 0;
        // The slowest network must pass it within the time of a switched connection.
        let longest = if switches { longest.min(1 << 17) } else { longest };
        // Sometimes both sides send more than all buffers hold.
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
        let is_short = upload.is_some_and(|length| length <= MOST_AT_ONCE);
        let (is_put, can_rewind) = (random.bool(), random.bool() && is_short && !is_slow);
        Self {
            number,
            upload,
            upload_chunked: random.bool() && !can_rewind,
            is_put,
            can_rewind,
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

/// Returns a size. Most bodies are small; large ones exceed any buffer.
fn size(longest: usize, random: &mut Rng) -> u64 {
    let most = 1 << random.u32(0..=longest.ilog2());
    random.u64(..most)
}
