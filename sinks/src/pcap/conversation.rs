//! A conversation over TCP.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use etherparse::TcpHeader;

use super::packets::{Packet, Packets};
use crate::plaintext::Direction;

/// The most bytes of a packet's payload.
const SEGMENT: usize = 16 * 1024;

/// The bytes that each side says it accepts: more than a segment, so that none seems to be too large.
const WINDOW: u16 = u16::MAX;

/// Both ends of a connection, and how much each has sent.
#[derive(Debug)]
pub(super) struct Conversation {
    local: End,
    peer: End,
}

#[derive(Clone, Copy, Debug)]
struct End {
    address: SocketAddr,
    /// The number of its next byte.
    next: u32,
}

impl Conversation {
    /// Opens a connection, from the end that sends requests: a handshake.
    pub(super) fn open(
        local: SocketAddr,
        peer: SocketAddr,
        client: Direction,
        at: Duration,
        packets: &mut Packets,
    ) -> Self {
        let end = |address| End { address, next: 0 };
        let mut conversation = Self { local: end(local), peer: end(peer) };
        let server = opposite(client);
        conversation.control(client, at, packets, |tcp| (tcp.syn, tcp.ack) = (true, false));
        conversation.control(server, at, packets, |tcp| tcp.syn = true);
        conversation.control(client, at, packets, |_| {});
        conversation
    }

    /// Adds bytes that were sent or received, each packet with its acknowledgement.
    pub(super) fn push(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        at: Duration,
        packets: &mut Packets,
    ) {
        for segment in bytes.chunks(SEGMENT) {
            self.packet(direction, segment, at, packets, |tcp| tcp.psh = true);
            self.control(opposite(direction), at, packets, |_| {});
        }
    }

    /// Closes the connection, from this side.
    pub(super) fn close(mut self, at: Duration, packets: &mut Packets) {
        self.control(Direction::Sent, at, packets, |tcp| tcp.fin = true);
        self.control(Direction::Received, at, packets, |tcp| tcp.fin = true);
        self.control(Direction::Sent, at, packets, |_| {});
    }

    /// Adds a packet without payload.
    fn control(
        &mut self,
        direction: Direction,
        at: Duration,
        packets: &mut Packets,
        flags: impl FnOnce(&mut TcpHeader),
    ) {
        self.packet(direction, &[], at, packets, flags);
    }

    fn packet(
        &mut self,
        direction: Direction,
        payload: &[u8],
        at: Duration,
        packets: &mut Packets,
        flags: impl FnOnce(&mut TcpHeader),
    ) {
        let (from, to) = match direction {
            Direction::Sent => (&mut self.local, self.peer),
            Direction::Received => (&mut self.peer, self.local),
        };
        let (source, destination) = (from.address.port(), to.address.port());
        let mut tcp = TcpHeader::new(source, destination, from.next, WINDOW);
        tcp.ack = true;
        flags(&mut tcp);
        if tcp.ack {
            tcp.acknowledgment_number = to.next;
        }
        // SYN and FIN count as a byte each.
        let counted = payload.len() + usize::from(tcp.syn) + usize::from(tcp.fin);
        let counted = u32::try_from(counted).unwrap_or(u32::MAX);
        from.next = from.next.wrapping_add(counted);
        packets.push(Packet { at, from: from.address, to: to.address, tcp, payload });
    }
}

const fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Sent => Direction::Received,
        Direction::Received => Direction::Sent,
    }
}

/// Returns an address for an end whose own is not known, such as that of a Unix socket.
pub(super) const fn unknown(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
