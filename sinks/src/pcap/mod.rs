//! Captures of packets, for programs such as Wireshark.

mod conversation;
mod mask;
mod packets;

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use limpid_core::time::Mono;
use limpid_core::trace::{Capture, ConnectionId, Interest, Level, Meta, Sink, SpanId, TraceEvent};

use self::conversation::{Conversation, unknown};
use self::mask::Mask;
use self::packets::Packets;
use crate::output::{Output, WriteFailures};
use crate::plaintext::{Direction, Part, Piece, Plaintext, head_of};
use crate::time_base::TimeBase;

/// A sink that writes the bytes of HTTP as a capture of packets in the format pcapng, which Wireshark, tshark and others
/// read: a conversation over TCP for each connection, with the addresses of its ends where they are known.
///
/// Bytes below TLS are plaintext here, so programs need no keys. Such programs expect TLS on port 443, which is written
/// as port 80 therefore. HTTP within a tunnel of a proxy is a conversation of its own, since they would expect TLS there
/// too. Packets are composed: each piece is a packet and its acknowledgement, at the time of the event.
///
/// Bytes are written with [`Capture::Everything`]. Otherwise heads are written from their fields, with their secrets
/// hidden, and each byte of data is a `*`. The framing of chunks remains, so that programs find the ends of messages.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{ConnectionId, Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::PcapSink;
///
/// let sink = PcapSink::new(Vec::new());
/// let mut scope = Scope::connection(ConnectionId(1));
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// let (layer, offset, bytes) = ("http", 0, b"hello");
/// cx.emit(EventKind::BytesSent, || TraceEvent::BytesSent { layer, offset, bytes });
///
/// // The block that begins a section.
/// assert!(sink.into_writer().starts_with(&[0x0a, 0x0d, 0x0d, 0x0a]));
/// ```
pub struct PcapSink<W> {
    capture: Capture,
    state: Mutex<WriterState<W>>,
}

struct WriterState<W> {
    output: Output<W>,
    base: Option<TimeBase>,
    plaintext: Plaintext,
    connections: BTreeMap<ConnectionId, Connection>,
    packets: Packets,
}

/// A connection that has not ended.
#[derive(Debug, Default)]
struct Connection {
    local: Option<SocketAddr>,
    peer: Option<SocketAddr>,
    /// The addresses that are being tried.
    dials: Vec<(SpanId, SocketAddr)>,
    /// Whether this side is the server.
    is_served: bool,
    is_reusable: bool,
    /// Whether the request is one for a tunnel, and whether the tunnel is open.
    tunnel: (bool, bool),
    conversation: Option<Conversation>,
    /// What hides the bodies that are sent and received.
    masks: [Mask; 2],
}

/// The most connections that are remembered.
const MOST: usize = 1 << 14;

impl<W: io::Write> PcapSink<W> {
    /// Returns a sink that writes to `writer`. The first failure of the writer is printed to standard error.
    #[must_use]
    pub fn new(writer: W) -> Self {
        Self::over(Output::new(writer, true))
    }

    fn over(output: Output<W>) -> Self {
        Self {
            capture: Capture::default(),
            state: Mutex::new(WriterState {
                output,
                base: None,
                plaintext: Plaintext::default(),
                connections: BTreeMap::new(),
                packets: Packets::new(),
            }),
        }
    }

    /// Sets how much may be shown: [`Capture::Default`] by default.
    #[must_use]
    pub const fn capture(mut self, capture: Capture) -> Self {
        self.capture = capture;
        self
    }

    /// Takes the time of day of events from `base`. This is for events that were recorded.
    #[must_use]
    pub fn time_base(self, base: TimeBase) -> Self {
        self.state().base = Some(base);
        self
    }

    /// Sets the name of the packets in the message about the first failure of the writer: `log lines` by default.
    #[must_use]
    pub fn named(self, lines: &str) -> Self {
        let Self { capture, state } = self;
        let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let output = state.output.named(lines.to_owned());
        Self { capture, state: Mutex::new(WriterState { output, ..state }) }
    }

    /// Returns the failures of the writer so far.
    pub fn failures(&self) -> WriteFailures {
        self.state().output.failures()
    }

    /// Returns the writer.
    pub fn into_writer(self) -> W {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).output.into_writer()
    }

    fn state(&self) -> MutexGuard<'_, WriterState<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: io::Write> Sink for PcapSink<W> {
    fn interest(&self) -> Interest {
        Interest::matching(|event| event.level >= Level::Trace)
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        if meta.connection == ConnectionId(0) {
            return;
        }
        let mut state = self.state();
        let WriterState { output, base, plaintext, connections, packets } = &mut *state;
        let base = base.get_or_insert_with(|| TimeBase::now(meta.at));
        let at = since_1970(*base, meta.at);
        if connections.len() >= MOST {
            connections.pop_first();
        }
        let connection = connections.entry(meta.connection).or_default();
        connection.describe(meta, event, at, packets);
        if !self.capture.shows_bytes()
            && let Some(head) = head_of(event, self.capture)
        {
            let shown: Vec<u8> = head.lines.iter().flat_map(|line| &line.shown).copied().collect();
            connection.push(meta.connection, head.direction, &shown, at, packets);
            *connection.mask(head.direction) =
                if head.is_chunked { Mask::chunked() } else { Mask::Whole };
        }
        plaintext.event(meta, event, &mut |Piece { direction, part, bytes }| {
            if self.capture.shows_bytes() {
                connection.push(meta.connection, direction, bytes, at, packets);
            } else if part == Part::Data {
                let hidden = connection.mask(direction).hide(bytes);
                connection.push(meta.connection, direction, &hidden, at, packets);
            }
        });
        if connection.ends(event) {
            if let Some(conversation) = connection.conversation.take() {
                conversation.close(at, packets);
            }
            connections.remove(&meta.connection);
        }
        let blocks = packets.take();
        if !blocks.is_empty() {
            output.line(&blocks);
        }
    }
}

impl Connection {
    /// Handles an event that describes the connection.
    fn describe(
        &mut self,
        meta: &Meta,
        event: &TraceEvent<'_>,
        at: Duration,
        packets: &mut Packets,
    ) {
        match *event {
            TraceEvent::DialStarted { address, .. } => self.dials.push((meta.span(), address)),
            TraceEvent::DialComplete { local } => {
                let is_dial = |(span, _): &&(SpanId, SocketAddr)| *span == meta.span();
                self.peer = self.dials.iter().find(is_dial).map(|(_, address)| *address);
                self.local = local;
                self.dials.clear();
            }
            TraceEvent::ConnectTcpComplete { .. }
            | TraceEvent::SocksConnectTcpComplete { .. }
            | TraceEvent::ConnectUnixSocketComplete { .. } => {
                self.open(meta.connection, at, packets);
            }
            TraceEvent::AcquireComplete { reused: true, local, peer, .. } => {
                (self.local, self.peer) = (self.local.or(local), self.peer.or(peer));
            }
            TraceEvent::ServeStarted { peer, .. } => {
                (self.peer, self.is_served) = (peer, true);
                self.open(meta.connection, at, packets);
            }
            TraceEvent::RequestRead { .. } => self.is_served = true,
            TraceEvent::RequestSent { head } => {
                if self.tunnel == (true, true) {
                    self.enter_tunnel(meta.connection, at, packets);
                }
                self.tunnel = (head.method == b"CONNECT", false);
                self.is_reusable = false;
            }
            TraceEvent::ReceiveResponseHeadersComplete { head } => {
                self.tunnel.1 = matches!(head.status, 200..=299);
            }
            TraceEvent::ReuseDecided { reusable, .. } => self.is_reusable = reusable,
            TraceEvent::DrainDecided { keeps, .. } => self.is_reusable = keeps,
            _ => {}
        }
    }

    /// Begins the conversation inside a tunnel, whose server is not known by its address.
    fn enter_tunnel(&mut self, id: ConnectionId, at: Duration, packets: &mut Packets) {
        if let Some(conversation) = self.conversation.take() {
            conversation.close(at, packets);
        }
        self.local = self.local.map(|local| SocketAddr::new(local.ip(), port_of(id, TUNNELED)));
        self.peer = self.peer.map(|peer| SocketAddr::new(peer.ip(), HTTP));
        self.open(id, at, packets);
    }

    fn open(&mut self, id: ConnectionId, at: Duration, packets: &mut Packets) -> &mut Conversation {
        let (mut local, mut peer) = match self.is_served {
            true => (unknown(HTTP), unknown(port_of(id, EPHEMERAL))),
            false => (unknown(port_of(id, EPHEMERAL)), unknown(HTTP)),
        };
        (local, peer) = (self.local.unwrap_or(local), self.peer.unwrap_or(peer));
        let server = if self.is_served { &mut local } else { &mut peer };
        if server.port() == HTTPS {
            server.set_port(HTTP);
        }
        let client = if self.is_served { Direction::Received } else { Direction::Sent };
        self.conversation
            .get_or_insert_with(|| Conversation::open(local, peer, client, at, packets))
    }

    fn push(
        &mut self,
        id: ConnectionId,
        direction: Direction,
        bytes: &[u8],
        at: Duration,
        packets: &mut Packets,
    ) {
        self.open(id, at, packets).push(direction, bytes, at, packets);
    }

    const fn mask(&mut self, direction: Direction) -> &mut Mask {
        let [sent, received] = &mut self.masks;
        match direction {
            Direction::Sent => sent,
            Direction::Received => received,
        }
    }

    /// Returns whether the connection ends with an event.
    const fn ends(&self, event: &TraceEvent<'_>) -> bool {
        match event {
            TraceEvent::CloseComplete {}
            | TraceEvent::CloseFailed { .. }
            | TraceEvent::ServeComplete { .. }
            | TraceEvent::ServeFailed { .. }
            | TraceEvent::ExchangeFailed { .. } => true,
            TraceEvent::ResponseClosedComplete {} => !self.is_reusable,
            _ => false,
        }
    }
}

const HTTP: u16 = 80;
const HTTPS: u16 = 443;

/// The first of the ports of clients whose own is not known.
const EPHEMERAL: u16 = 0xc000;

/// The first of the ports of clients in tunnels.
const TUNNELED: u16 = 0xe000;

/// Returns a port from a range of 8,192, by the number of the connection.
fn port_of(id: ConnectionId, first: u16) -> u16 {
    first + u16::try_from(id.0 % 0x2000).unwrap_or_default()
}

fn since_1970(base: TimeBase, at: Mono) -> Duration {
    base.at(at).duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl<W> Debug for PcapSink<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("PcapSink").field("capture", &self.capture).finish_non_exhaustive()
    }
}
