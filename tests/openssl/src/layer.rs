//! A connection of OpenSSL without its transport.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};

use limpid_core::error::TlsError;
use limpid_core::transport::{Layer, LayerError, LayerFacts, LayerState};
use openssl::error::ErrorStack;
use openssl::ssl::{ErrorCode, NameType, Ssl, SslStream};

use crate::failure;

/// The most plaintext of a record (RFC 8446 section 5.1).
const RECORD: usize = 16 * 1024;

/// The transport of OpenSSL: two buffers in memory.
#[derive(Debug, Default)]
struct Memory {
    incoming: Vec<u8>,
    /// How many of these bytes are received; the rest is free.
    arrived: usize,
    /// How many of them OpenSSL has read.
    taken: usize,
    outgoing: Vec<u8>,
}

impl Memory {
    fn unread(&self) -> &[u8] {
        &self.incoming[self.taken..self.arrived]
    }
}

impl Read for Memory {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.unread().len().min(room.len());
        if n == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        room[..n].copy_from_slice(&self.unread()[..n]);
        self.taken += n;
        Ok(n)
    }
}

impl Write for Memory {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.outgoing.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One side of a TLS connection.
#[derive(Debug)]
pub struct OpenSslLayer {
    stream: SslStream<Memory>,
    plaintext: Vec<u8>,
    state: LayerState,
    has_failed: bool,
    /// The certificate of the peer, once it was verified: accepted or rejected.
    certificate: Option<Vec<u8>>,
}

impl OpenSslLayer {
    /// Returns a layer for a connection whose side was set by `set_connect_state` or `set_accept_state`.
    ///
    /// # Errors
    /// The errors of OpenSSL.
    pub fn new(ssl: Ssl) -> Result<Self, ErrorStack> {
        Ok(Self {
            stream: SslStream::new(ssl, Memory::default())?,
            plaintext: Vec::new(),
            state: LayerState::Opening,
            has_failed: false,
            certificate: None,
        })
    }

    /// Continues the handshake. Returns whether it is complete.
    fn shake_hands(&mut self) -> Result<bool, LayerError> {
        match self.stream.do_handshake() {
            Ok(()) => {}
            Err(error) if error.code() == ErrorCode::WANT_READ => return Ok(false),
            Err(error) => {
                self.keep_certificate()?;
                return Err(failure::of(self.stream.ssl(), error));
            }
        }
        self.keep_certificate()?;
        let ssl = self.stream.ssl();
        if ssl.selected_alpn_protocol().is_some_and(|protocol| !protocol.starts_with(b"http/1.")) {
            return Err(TlsError::ApplicationProtocol.into());
        }
        Ok(true)
    }

    fn keep_certificate(&mut self) -> Result<(), LayerError> {
        let certificate = self.stream.ssl().peer_certificate();
        let certificate = certificate.map(|certificate| certificate.to_der());
        self.certificate = certificate.transpose().map_err(failure::of_library)?;
        Ok(())
    }

    /// Decrypts one record into `plaintext`.
    fn read(&mut self) -> Result<LayerState, LayerError> {
        self.plaintext.resize(RECORD, 0);
        match self.stream.ssl_read(&mut self.plaintext) {
            Ok(n) => {
                self.plaintext.truncate(n);
                Ok(LayerState::Delivered)
            }
            Err(error) => match error.code() {
                ErrorCode::WANT_READ => Ok(LayerState::Open),
                ErrorCode::ZERO_RETURN => Ok(LayerState::PeerClosed),
                _ => Err(failure::of(self.stream.ssl(), error)),
            },
        }
    }

    fn work(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        if self.state == LayerState::Opening && !self.shake_hands()? {
            return Ok(LayerState::Opening);
        }
        if self.state == LayerState::PeerClosed {
            return Ok(LayerState::PeerClosed);
        }
        let state = self.read()?;
        if state == LayerState::Delivered {
            deliver(&self.plaintext);
        }
        Ok(state)
    }
}

impl Layer for OpenSslLayer {
    fn space(&mut self, min: usize) -> &mut [u8] {
        let memory = self.stream.get_mut();
        memory.incoming.drain(..memory.taken);
        memory.arrived -= memory.taken;
        memory.taken = 0;
        memory.incoming.resize(memory.arrived + min, 0);
        &mut memory.incoming[memory.arrived..]
    }

    fn filled(&mut self, n: usize) {
        // Data after the end is ignored (RFC 8446 section 6.1).
        if self.state != LayerState::PeerClosed {
            self.stream.get_mut().arrived += n;
        }
    }

    fn advance(&mut self, deliver: &mut dyn FnMut(&[u8])) -> Result<LayerState, LayerError> {
        if self.has_failed {
            return Err(TlsError::Protocol.into());
        }
        let worked = self.work(deliver);
        match &worked {
            Ok(state) => self.state = *state,
            Err(_) => self.has_failed = true,
        }
        worked
    }

    fn buffered(&self) -> usize {
        let records = self.stream.get_ref().unread().len();
        self.stream.ssl().pending() + if self.state == LayerState::Delivered { records } else { 0 }
    }

    fn write(&mut self, data: &[u8]) -> Result<(), LayerError> {
        let mut rest = data;
        while !rest.is_empty() {
            match self.stream.ssl_write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(error) => return Err(failure::of(self.stream.ssl(), error)),
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        if !matches!(self.state, LayerState::Opening) && !self.has_failed {
            // A failure to close has no further effect.
            let _ = self.stream.shutdown();
        }
    }

    fn out(&self) -> &[u8] {
        &self.stream.get_ref().outgoing
    }

    fn sent(&mut self, n: usize) {
        self.stream.get_mut().outgoing.drain(..n);
    }

    fn free_buffers(&mut self) {
        self.plaintext = Vec::new();
        self.stream.get_mut().outgoing.shrink_to_fit();
        let memory = self.stream.get_mut();
        if memory.unread().is_empty() {
            (memory.incoming, memory.arrived, memory.taken) = (Vec::new(), 0, 0);
        }
    }

    fn facts(&self) -> LayerFacts<'_> {
        let ssl = self.stream.ssl();
        let mut facts = LayerFacts::default();
        if self.state != LayerState::Opening {
            facts.version = Some(ssl.version_str());
            facts.cipher = ssl.current_cipher().and_then(|cipher| cipher.standard_name());
            facts.protocol = ssl.selected_alpn_protocol();
            if ssl.is_server() {
                facts.server_name = ssl.servername(NameType::HOST_NAME);
            }
        }
        facts.peer_certificate = self.certificate.as_deref().map(Cow::Borrowed);
        facts
    }
}
