//! Layers in memory, against rustls's own connections.

use std::io::{Read, Write};

use limpid_core::http1::Role;
use limpid_core::transport::{Layer, LayerError, LayerState};
use limpid_io::{ClientLayers, ServerLayers};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, Connection, ServerConnection};

use super::implementation::{ClientTerms, Failure, Implementation, ServerTerms, Version};
use super::rustls_layers::Rustls;
use crate::certificates::{Certificates, Identity};

/// More rounds than a handshake takes.
const ROUNDS: usize = 10;

const BOTH_VERSIONS: [Version; 2] = [Version::Tls12, Version::Tls13];

/// Every role in every version.
const EVERY: [(Role, Version); 4] = [
    (Role::Client, Version::Tls12),
    (Role::Client, Version::Tls13),
    (Role::Server, Version::Tls12),
    (Role::Server, Version::Tls13),
];

/// A layer and rustls's connection at the other end.
struct Pair {
    layer: Box<dyn Layer>,
    peer: Connection,
    /// The plaintext from the layer.
    delivered: Vec<u8>,
    is_open: bool,
}

impl Pair {
    /// Returns a connection after its handshake. The role is that of the layer.
    fn open<I: Implementation>(role: Role, version: Version) -> Result<Self, Failure> {
        let certificates = Certificates::new()?;
        let authority = &certificates.ca_file();
        let certified = &certificates.issue(Identity::Good)?;
        let client = ClientTerms { authority, version, protocols: &[] };
        let server = ServerTerms { certified, version, protocols: &[] };
        let (layer, mut peer) = match role {
            Role::Client => {
                let peer = ServerConnection::new(Rustls::server(server)?)?;
                (I::client(client)?.layer("localhost", false)?, Connection::Server(peer))
            }
            Role::Server => {
                let name = ServerName::try_from("localhost")?;
                let peer = ClientConnection::new(Rustls::client(client)?, name)?;
                (I::server(server)?.layer()?, Connection::Client(peer))
            }
        };
        peer.set_buffer_limit(None);
        let mut pair = Self { layer, peer, delivered: Vec::new(), is_open: false };
        for _ in 0..ROUNDS {
            pair.take(usize::MAX)?;
            pair.pass_output()?;
            let records = pair.records()?;
            pair.give(&records, usize::MAX)?;
            if pair.is_open && !pair.peer.is_handshaking() {
                return Ok(pair);
            }
        }
        Err("the handshake does not end".into())
    }

    /// Returns the records that the peer has to send.
    fn records(&mut self) -> Result<Vec<u8>, Failure> {
        let mut records = Vec::new();
        while self.peer.wants_write() {
            self.peer.write_tls(&mut records)?;
        }
        Ok(records)
    }

    /// Returns the records of the peer for this data.
    fn records_of(&mut self, data: &[u8]) -> Result<Vec<u8>, Failure> {
        self.peer.writer().write_all(data)?;
        self.records()
    }

    /// Processes received records, with a limit of plaintext.
    fn take(&mut self, most: usize) -> Result<LayerState, LayerError> {
        let mut state = LayerState::Delivered;
        for _ in 0..most {
            let delivered = &mut self.delivered;
            state = self.layer.advance(&mut |bytes| delivered.extend_from_slice(bytes))?;
            if state != LayerState::Delivered {
                break;
            }
        }
        self.is_open |= state != LayerState::Opening;
        Ok(state)
    }

    /// Fills the layer with bytes.
    fn fill(&mut self, bytes: &[u8]) {
        self.layer.space(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.layer.filled(bytes.len());
    }

    /// Passes bytes to the layer, at most `most` at a time.
    fn give(&mut self, bytes: &[u8], most: usize) -> Result<LayerState, LayerError> {
        let mut state = LayerState::Opening;
        for piece in bytes.chunks(most) {
            self.fill(piece);
            state = self.take(usize::MAX)?;
        }
        Ok(state)
    }

    /// Passes the layer's output to the peer, and returns its plaintext.
    fn pass_output(&mut self) -> Result<Vec<u8>, Failure> {
        let mut out = self.layer.out();
        let mut plaintext = Vec::new();
        while !out.is_empty() {
            self.peer.read_tls(&mut out)?;
            let news = self.peer.process_new_packets()?;
            let start = plaintext.len();
            plaintext.resize(start + news.plaintext_bytes_to_read(), 0);
            self.peer.reader().read_exact(&mut plaintext[start..])?;
        }
        self.layer.sent(self.layer.out().len());
        Ok(plaintext)
    }
}

/// Returns more than the largest buffer holds, with no two equal pages.
fn much() -> Vec<u8> {
    (0..300_000_u32).map(|n| (n ^ (n >> 8)).to_le_bytes()[0]).collect()
}

/// Bytes arrive whole in any pieces.
///
/// # Errors
/// They do not.
pub fn bytes_arrive_whole_however_they_are_cut<I: Implementation>() -> Result<(), Failure> {
    for (role, version) in EVERY {
        for most in [1, 4, 5, 1000, 16 * 1024, 70_000, usize::MAX] {
            let mut pair = Pair::open::<I>(role, version)?;
            pair.peer.writer().write_all(&much())?;
            pair.peer.send_close_notify();
            let records = pair.records()?;
            let state = pair.give(&records, most)?;
            assert_eq!(state, LayerState::PeerClosed, "{role:?}, in pieces of {most}");
            assert!(pair.delivered == much(), "{role:?}, in pieces of {most}");
        }
    }
    Ok(())
}

/// A layer with a smaller limit delivers less, and loses nothing.
///
/// # Errors
/// It fails.
pub fn a_layer_that_is_asked_for_less_delivers_less<I: Implementation>() -> Result<(), Failure> {
    let mut pair = Pair::open::<I>(Role::Client, Version::Tls13)?;
    let records = pair.records_of(&much())?;
    pair.fill(&records);
    assert_eq!(pair.take(1)?, LayerState::Delivered);
    assert_eq!(pair.delivered.len(), 16 * 1024);
    // Writes meanwhile do not affect the rest and keep their order.
    pair.layer.write(b"still there?")?;
    assert_eq!(pair.pass_output()?, b"still there?");
    assert_eq!(pair.take(usize::MAX)?, LayerState::Open);
    assert!(pair.delivered == much());
    Ok(())
}

/// The plaintext held for the layer above is counted.
///
/// # Errors
/// It is not.
pub fn what_is_held_for_the_layer_above_is_counted<I: Implementation>() -> Result<(), Failure> {
    let mut pair = Pair::open::<I>(Role::Client, Version::Tls13)?;
    let records = pair.records_of(&much())?;
    let (most, last) = records.split_at(records.len() - 1);
    pair.fill(most);
    assert_eq!(pair.take(1)?, LayerState::Delivered);
    let buffered = pair.layer.buffered();
    assert!((200_000..300_000).contains(&buffered), "{buffered}");
    assert_eq!(pair.take(usize::MAX)?, LayerState::Open);
    assert_eq!(pair.layer.buffered(), 0, "a part of a record cannot be delivered");
    pair.give(last, 1)?;
    assert!(pair.delivered == much());
    Ok(())
}

/// Written data fits into records of any number.
///
/// # Errors
/// It does not.
pub fn what_is_written_fits_into_records_of_any_number<I: Implementation>() -> Result<(), Failure> {
    for (role, version) in EVERY {
        let mut pair = Pair::open::<I>(role, version)?;
        for len in [0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 65 * 1024, 300_000] {
            pair.layer.write(&much()[..len])?;
            assert!(pair.pass_output()? == much()[..len], "{role:?}, {len} bytes");
        }
    }
    Ok(())
}

/// A key update is answered, and has no other effect.
///
/// # Errors
/// It is not answered.
pub fn a_change_of_keys_is_answered_and_changes_nothing_else<I: Implementation>()
-> Result<(), Failure> {
    for role in [Role::Client, Role::Server] {
        let mut pair = Pair::open::<I>(role, Version::Tls13)?;
        for round in 0..3 {
            pair.peer.refresh_traffic_keys()?;
            let records = pair.records_of(&much())?;
            pair.delivered.clear();
            assert_eq!(pair.give(&records, 1000)?, LayerState::Open, "round {round}");
            assert!(pair.delivered == much());
            // The peer requested an update of the layer's keys, which precedes the next data.
            pair.layer.write(b"with new keys")?;
            assert_eq!(pair.pass_output()?, b"with new keys");
        }
    }
    Ok(())
}

/// Data after the end is ignored (RFC 8446 section 6.1).
///
/// # Errors
/// It is not.
pub fn what_follows_the_end_is_ignored<I: Implementation>() -> Result<(), Failure> {
    let bad: [&[u8]; 5] = [
        &[7; 100],
        &[20, 3, 3, 0, 1, 1],
        &[21, 3, 3, 0, 2, 2, 40],
        &[22, 3, 3, 0, 4, 0, 0, 0, 0],
        &[23, 3, 3, 0, 40],
    ];
    for version in BOTH_VERSIONS {
        for most in [1, usize::MAX] {
            let mut pair = Pair::open::<I>(Role::Client, version)?;
            pair.peer.writer().write_all(b"the last")?;
            pair.peer.send_close_notify();
            let mut records = pair.records()?;
            for bad in bad {
                records.extend_from_slice(bad);
                assert_eq!(pair.give(&records, most)?, LayerState::PeerClosed);
                records.clear();
            }
            assert_eq!(pair.delivered, b"the last");
            // The other direction is still open.
            pair.layer.write(b"goodbye")?;
            pair.layer.close();
            assert_eq!(pair.pass_output()?, b"goodbye");
            assert_eq!(pair.give(bad[0], most)?, LayerState::PeerClosed);
        }
    }
    Ok(())
}

/// A modified record ends the connection.
///
/// # Errors
/// It does not.
pub fn a_record_that_was_changed_on_its_way_ends_the_connection<I: Implementation>()
-> Result<(), Failure> {
    for (role, version) in EVERY {
        let mut pair = Pair::open::<I>(role, version)?;
        let mut records = pair.records_of(&much())?;
        records[20_000] ^= 1;
        assert!(pair.give(&records, 3000).is_err());
        assert_eq!(pair.delivered, much()[..16 * 1024], "all before it was delivered");
        assert!(!pair.layer.out().is_empty(), "the peer receives an alert");
        assert!(pair.take(1).is_err(), "and so it stays");
    }
    Ok(())
}

/// Freed buffers are allocated again.
///
/// # Errors
/// It does not.
pub fn memory_that_was_given_back_comes_again<I: Implementation>() -> Result<(), Failure> {
    let mut pair = Pair::open::<I>(Role::Client, Version::Tls13)?;
    for _ in 0..3 {
        let records = pair.records_of(b"news")?;
        // A partial record stays.
        pair.give(&records[..9], usize::MAX)?;
        pair.layer.free_buffers();
        pair.give(&records[9..], usize::MAX)?;
        pair.layer.free_buffers();
        pair.layer.write(b"thanks")?;
        pair.layer.free_buffers();
        assert_eq!(pair.pass_output()?, b"thanks");
    }
    assert_eq!(pair.delivered, b"newsnewsnews");
    Ok(())
}

/// An open connection reports the negotiated settings and the server's certificate.
///
/// # Errors
/// It does not.
pub fn an_open_connection_says_what_was_agreed_and_who_the_server_is<I: Implementation>()
-> Result<(), Failure> {
    for (version, name, cipher) in
        [(Version::Tls12, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_"), (Version::Tls13, "TLSv1.3", "TLS_")]
    {
        let client = Pair::open::<I>(Role::Client, version)?;
        let facts = client.layer.facts();
        assert_eq!(facts.version, Some(name));
        assert!(facts.cipher.is_some_and(|name| name.starts_with(cipher)), "{facts:?}");
        assert_eq!(facts.protocol, None, "none was offered");
        assert_eq!(facts.server_name, None, "the client has asked itself");
        let chain = client.layer.peer_certificates();
        assert_eq!(chain.first(), facts.peer_certificate.as_ref());
        let certificate = facts.peer_certificate.ok_or("there is no certificate")?;
        let common_name = b"limpid test server";
        assert!(certificate.windows(common_name.len()).any(|window| window == common_name));

        let server = Pair::open::<I>(Role::Server, version)?;
        let facts = server.layer.facts();
        assert_eq!(facts.version, Some(name));
        assert_eq!(facts.server_name, Some("localhost"));
        assert_eq!(facts.peer_certificate, None, "the client shows none");
        assert!(server.layer.peer_certificates().is_empty());
    }
    Ok(())
}
