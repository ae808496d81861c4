//! The TLS layer against rustls's own connections, in memory.

#![cfg(test)]

use std::io::{Read, Write};
use std::sync::Arc;

use limpid_core::transport::tls::ClientTls;
use limpid_core::transport::{Layer, LayerError, LayerState};
use limpid_tests::certificates::{Certificates, Identity, Terms};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, ServerConnection, SupportedProtocolVersion};

/// Our client and rustls's server.
struct Pair {
    client: ClientTls,
    server: ServerConnection,
    /// What the client's layer delivered.
    delivered: Vec<u8>,
}

impl Pair {
    /// A connection whose handshake is complete.
    fn open(version: &'static SupportedProtocolVersion) -> Self {
        let certificates = Certificates::new().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(certificates.ca_file()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let server = certificates.server_on(Identity::Good, Terms::default()).unwrap();
        let mut pair = Self {
            client: ClientTls::client(Arc::new(config), "localhost").unwrap(),
            server: ServerConnection::new(server).unwrap(),
            delivered: Vec::new(),
        };
        pair.server.set_buffer_limit(None);
        while pair.server.is_handshaking() || !pair.client.is_open() {
            pair.take(usize::MAX).unwrap();
            pair.hear();
            let records = pair.records();
            pair.give(&records, usize::MAX).unwrap();
        }
        pair
    }

    /// What the server has to send.
    fn records(&mut self) -> Vec<u8> {
        let mut records = Vec::new();
        while self.server.wants_write() {
            self.server.write_tls(&mut records).unwrap();
        }
        records
    }

    /// Lets the client's layer work through what has come.
    fn take(&mut self, most: usize) -> Result<LayerState, LayerError> {
        let mut state = LayerState::Delivered;
        for _ in 0..most {
            let delivered = &mut self.delivered;
            state = self.client.advance(&mut |bytes| delivered.extend_from_slice(bytes))?;
            if state != LayerState::Delivered {
                break;
            }
        }
        Ok(state)
    }

    /// Gives the client bytes, no more than `most` at a time.
    fn give(&mut self, bytes: &[u8], most: usize) -> Result<LayerState, LayerError> {
        let mut state = LayerState::Opening;
        for piece in bytes.chunks(most) {
            self.client.space(piece.len())[..piece.len()].copy_from_slice(piece);
            self.client.filled(piece.len());
            state = self.take(usize::MAX)?;
        }
        Ok(state)
    }

    /// Hands what the client has to send to the server: the plaintext of it.
    fn hear(&mut self) -> Vec<u8> {
        let mut out = self.client.out();
        let mut plaintext = Vec::new();
        while !out.is_empty() {
            self.server.read_tls(&mut out).unwrap();
            let news = self.server.process_new_packets().unwrap();
            let start = plaintext.len();
            plaintext.resize(start + news.plaintext_bytes_to_read(), 0);
            self.server.reader().read_exact(&mut plaintext[start..]).unwrap();
        }
        self.client.sent(self.client.out().len());
        plaintext
    }
}

/// More than the largest buffer holds, and no two pages of it alike.
fn much() -> Vec<u8> {
    (0..300_000_u32).map(|n| (n ^ (n >> 8)).to_le_bytes()[0]).collect()
}

#[test]
fn bytes_arrive_whole_however_they_are_cut() {
    for version in [&TLS12, &TLS13] {
        for most in [1, 4, 5, 1000, 16 * 1024, 70_000, usize::MAX] {
            let mut pair = Pair::open(version);
            pair.server.writer().write_all(&much()).unwrap();
            pair.server.send_close_notify();
            let records = pair.records();
            let state = pair.give(&records, most).unwrap();
            assert_eq!(state, LayerState::PeerClosed, "in pieces of {most}");
            assert!(pair.delivered == much(), "in pieces of {most}");
        }
    }
}

#[test]
fn a_layer_that_is_asked_for_less_delivers_less() {
    let mut pair = Pair::open(&TLS13);
    pair.server.writer().write_all(&much()).unwrap();
    let records = pair.records();
    pair.client.space(records.len())[..records.len()].copy_from_slice(&records);
    pair.client.filled(records.len());
    assert_eq!(pair.take(1).unwrap(), LayerState::Delivered);
    assert_eq!(pair.delivered.len(), 16 * 1024);
    // What is written meanwhile loses nothing of the rest, and keeps its order.
    pair.client.write(b"still there?").unwrap();
    assert_eq!(pair.hear(), b"still there?");
    assert_eq!(pair.take(usize::MAX).unwrap(), LayerState::Open);
    assert!(pair.delivered == much());
}

#[test]
fn what_is_written_fits_into_records_of_any_number() {
    for version in [&TLS12, &TLS13] {
        let mut pair = Pair::open(version);
        for len in [0, 1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 65 * 1024, 300_000] {
            pair.client.write(&much()[..len]).unwrap();
            assert!(pair.hear() == much()[..len], "{len} bytes");
        }
    }
}

#[test]
fn a_change_of_keys_is_answered_and_changes_nothing_else() {
    let mut pair = Pair::open(&TLS13);
    for round in 0..3 {
        pair.server.refresh_traffic_keys().unwrap();
        pair.server.writer().write_all(&much()).unwrap();
        let records = pair.records();
        pair.delivered.clear();
        assert_eq!(pair.give(&records, 1000).unwrap(), LayerState::Open, "round {round}");
        assert!(pair.delivered == much());
        // The server asked for a change of ours, which comes before what is written next.
        pair.client.write(b"with new keys").unwrap();
        assert_eq!(pair.hear(), b"with new keys");
    }
}

#[test]
fn what_follows_the_end_is_ignored() {
    let bad: [&[u8]; 5] = [
        &[7; 100],
        &[20, 3, 3, 0, 1, 1],
        &[21, 3, 3, 0, 2, 2, 40],
        &[22, 3, 3, 0, 4, 0, 0, 0, 0],
        &[23, 3, 3, 0, 40],
    ];
    for (version, most) in [(&TLS12, 1), (&TLS12, usize::MAX), (&TLS13, 1), (&TLS13, usize::MAX)] {
        let mut pair = Pair::open(version);
        pair.server.writer().write_all(b"the last").unwrap();
        pair.server.send_close_notify();
        let mut records = pair.records();
        for bad in bad {
            records.extend_from_slice(bad);
            assert_eq!(pair.give(&records, most).unwrap(), LayerState::PeerClosed);
            records.clear();
        }
        assert_eq!(pair.delivered, b"the last");
        // Our direction is still open.
        pair.client.write(b"goodbye").unwrap();
        pair.client.close();
        assert_eq!(pair.hear(), b"goodbye");
        assert_eq!(pair.give(bad[0], most).unwrap(), LayerState::PeerClosed);
    }
}

#[test]
fn a_record_that_was_changed_on_its_way_ends_the_connection() {
    for version in [&TLS12, &TLS13] {
        let mut pair = Pair::open(version);
        pair.server.writer().write_all(&much()).unwrap();
        let mut records = pair.records();
        records[20_000] ^= 1;
        assert!(matches!(pair.give(&records, 3000), Err(LayerError::Tls { .. })));
        assert_eq!(pair.delivered, much()[..16 * 1024], "all before it was delivered");
        assert!(!pair.client.out().is_empty(), "the server is told why");
        assert!(matches!(pair.take(1), Err(LayerError::Tls { .. })), "and so it stays");
    }
}

#[test]
fn memory_that_was_given_back_comes_again() {
    let mut pair = Pair::open(&TLS13);
    for _ in 0..3 {
        pair.server.writer().write_all(b"news").unwrap();
        let records = pair.records();
        // Some of a record has come: that stays.
        pair.give(&records[..9], usize::MAX).unwrap();
        pair.client.free_buffers();
        pair.give(&records[9..], usize::MAX).unwrap();
        pair.client.free_buffers();
        pair.client.write(b"thanks").unwrap();
        pair.client.free_buffers();
        assert_eq!(pair.hear(), b"thanks");
    }
    assert_eq!(pair.delivered, b"newsnewsnews");
}

#[test]
fn an_open_connection_says_what_was_agreed_and_who_the_server_is() {
    for (version, name, cipher) in
        [(&TLS12, "TLSv1.2", "TLS_ECDHE_"), (&TLS13, "TLSv1.3", "TLS_AES_")]
    {
        let pair = Pair::open(version);
        let facts = pair.client.facts();
        assert_eq!(facts.version, Some(name));
        assert!(facts.cipher.unwrap().starts_with(cipher), "{facts:?}");
        assert_eq!(facts.protocol, None, "none was offered");
        let certificate = facts.peer_certificate.unwrap();
        let common_name = b"limpid test server";
        assert!(certificate.windows(common_name.len()).any(|window| window == common_name));
    }
}

#[test]
fn what_is_held_for_the_layer_above_is_counted() {
    let mut pair = Pair::open(&TLS13);
    pair.server.writer().write_all(&much()).unwrap();
    let records = pair.records();
    let (most, last) = records.split_at(records.len() - 1);
    pair.client.space(most.len())[..most.len()].copy_from_slice(most);
    pair.client.filled(most.len());
    assert_eq!(pair.take(1).unwrap(), LayerState::Delivered);
    assert!((200_000..300_000).contains(&pair.client.buffered()), "{}", pair.client.buffered());
    assert_eq!(pair.take(usize::MAX).unwrap(), LayerState::Open);
    assert_eq!(pair.client.buffered(), 0, "a part of a record cannot be delivered");
    pair.give(last, 1).unwrap();
    assert!(pair.delivered == much());
}
