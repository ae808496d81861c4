//! The server's end of a connection, with or without TLS.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection};

use crate::wire::{PATIENCE, Wire};

/// A connection, and its TLS once that was started.
pub(crate) struct Stream<W> {
    wire: W,
    tls: Option<Box<ServerConnection>>,
    /// Received plaintext. It is taken out of rustls at once, which holds little.
    plaintext: VecDeque<u8>,
}

impl<W: Wire> Stream<W> {
    pub(crate) const fn new(wire: W) -> Self {
        Self { wire, tls: None, plaintext: VecDeque::new() }
    }

    pub(crate) const fn wire(&mut self) -> &mut W {
        &mut self.wire
    }

    /// Becomes a TLS server. After a failed handshake the stream can still be closed.
    pub(crate) async fn start_tls(&mut self, config: Arc<ServerConfig>) -> io::Result<()> {
        if self.tls.is_some() {
            return Err(io::Error::other("TLS within TLS is not played"));
        }
        self.tls = Some(Box::new(ServerConnection::new(config).map_err(io::Error::other)?));
        while self.tls.as_ref().is_some_and(|tls| tls.is_handshaking()) {
            match self.receive(Some(PATIENCE)).await? {
                None => return Err(ErrorKind::TimedOut.into()),
                Some(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Reads available bytes; 0 is the end. Returns `None` when a time limit has passed.
    pub(crate) async fn read(
        &mut self,
        room: &mut [u8],
        patience: Option<Duration>,
    ) -> io::Result<Option<usize>> {
        loop {
            let Some(tls) = &mut self.tls else { return self.wire.read(room, patience).await };
            if !self.plaintext.is_empty() {
                return self.plaintext.read(room).map(Some);
            }
            match tls.reader().read(room) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => return result.map(Some),
            }
            if self.receive(patience).await?.is_none() {
                return Ok(None);
            }
        }
    }

    pub(crate) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(tls) = &mut self.tls else { return self.wire.write_all(bytes).await };
        tls.writer().write_all(bytes)?;
        self.flush().await
    }

    /// Sends `close_notify`, and closes this direction.
    pub(crate) async fn close_notify(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else {
            return Err(io::Error::other("close_notify is a matter of TLS"));
        };
        tls.send_close_notify();
        self.flush().await?;
        self.wire.close()
    }

    /// Closes this direction, that of TLS too. A reset connection stays reset.
    pub(crate) async fn close(&mut self) -> io::Result<()> {
        if self.tls.is_some() { self.close_notify().await } else { self.wire.close() }
    }

    /// Receives records, and sends the responses of TLS.
    async fn receive(&mut self, patience: Option<Duration>) -> io::Result<Option<usize>> {
        let mut buffer = [0; 16 * 1024];
        let Some(n) = self.wire.read(&mut buffer, patience).await? else { return Ok(None) };
        let mut bytes = &buffer[..n];
        loop {
            let Some(tls) = &mut self.tls else { return Ok(None) };
            tls.read_tls(&mut bytes)?;
            let state = tls.process_new_packets();
            let answered = self.flush().await;
            let state = state.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
            answered?;
            let mut plaintext = vec![0; state.plaintext_bytes_to_read()];
            if let Some(tls) = &mut self.tls {
                tls.reader().read_exact(&mut plaintext)?;
            }
            self.plaintext.extend(plaintext);
            if bytes.is_empty() {
                return Ok(Some(n));
            }
        }
    }

    /// Sends pending records.
    async fn flush(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                tls.write_tls(&mut bytes)?;
            }
        }
        self.wire.write_all(&bytes).await
    }
}
