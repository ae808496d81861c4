//! Responses and their bodies.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::pin::Pin;

use limpid_core::client::{Emitted, Event};
use limpid_core::error::Cause;
use limpid_core::fields::Fields;
use limpid_io::{Error, InFlight, Listener};
use tokio::io::AsyncWrite;

use crate::driver::Driver;
use crate::response_body::ResponseBody;
use crate::timed::Timed;
use crate::upgraded::Upgraded;

/// A response, whose head was received. Its body is read whole with [`bytes`](Self::bytes) or
/// [`text`](Self::text), or piece by piece with [`next_piece`](Self::next_piece).
///
/// Dropping it before the end of the body closes the connection, unless the rest arrives soon and is
/// [short enough](crate::ClientBuilder::drain).
///
/// [`Client`](crate::Client) has an example.
#[derive(Debug)]
pub struct Response {
    driver: Driver,
}

limpid_io::response_methods!();

impl Response {
    pub(crate) const fn new(driver: Driver) -> Self {
        Self { driver }
    }

    /// Runs the exchange up to the head of the response.
    pub(crate) async fn receive(&mut self, mut listener: Listener<'_>) -> Result<(), Error> {
        let Self { driver, .. } = self;
        loop {
            match driver.run().await? {
                Some(Emitted::Informational | Emitted::Redirect | Emitted::Retried) => {
                    listener.notify(driver.in_flight.event());
                }
                Some(Emitted::Head) => return Ok(()),
                Some(Emitted::Data) => {}
                None => return Err(driver.in_flight.failed(Cause::Cancelled.into())),
            }
        }
    }

    pub(crate) const fn in_flight(&self) -> &InFlight<Timed> {
        &self.driver.in_flight
    }

    /// Takes the connection, after the server has agreed to leave HTTP/1.1: with 101 to a request
    /// that had the fields `Connection: upgrade` and `Upgrade` (RFC 9110 section 7.8), or with 2xx to
    /// CONNECT (section 9.3.6). Bytes that arrived after the response are read first. The connection
    /// no longer counts towards the pool.
    ///
    /// # Errors
    /// [`Error::NotUpgraded`]: the server gave another answer.
    pub fn upgrade(mut self) -> Result<Upgraded, Error> {
        match self.driver.in_flight.take_switched() {
            Some((switched, transport)) => Ok(Upgraded::new(switched, transport.into_stream())),
            None => Err(Error::NotUpgraded(self.status())),
        }
    }

    /// Returns the body, to be read piece by piece, or as a body or stream of other crates.
    #[doc(alias("bytes_stream", "body_mut", "into_reader"))]
    #[must_use]
    pub fn into_body(self) -> ResponseBody {
        let status = self.status();
        ResponseBody::new(self.driver, status)
    }

    /// Sends the rest of the request's body, without reading the response, and returns when all of it was
    /// sent. [`next_piece`](Self::next_piece) sends it as well; this is for a caller that takes no data of the
    /// response at present, because its own reader is slow. The future can be dropped at any point, and the
    /// next call goes on.
    ///
    /// # Errors
    /// The exchange failed.
    pub async fn upload(&mut self) -> Result<(), Error> {
        self.driver.upload().await
    }

    /// Returns the trailers, after the end of the body.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.driver.in_flight.trailers()
    }

    /// Returns the next bytes of the body, borrowed from the buffer of the connection; `None` at its
    /// end.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    #[doc(alias = "chunk")]
    pub async fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        while !self.driver.is_over() {
            if let Some(Emitted::Data) = self.driver.run().await? {
                break;
            }
        }
        Ok(match self.driver.in_flight.event() {
            Some(Event::Data(data)) if !self.driver.is_over() => Some(data),
            _ => None,
        })
    }

    /// Reads the whole body. It is decoded if the client
    /// [decompresses](crate::ClientBuilder::decompress).
    ///
    /// # Errors
    /// The exchange failed before the body was complete, or the body exceeds the
    /// [limit](crate::ClientBuilder::in_memory_limit).
    #[doc(alias = "read_to_vec")]
    pub async fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = self.in_flight().body_buffer();
        while let Some(piece) = self.next_piece().await? {
            bytes.push(piece)?;
        }
        Ok(bytes.into_bytes())
    }

    /// Reads the whole body as text. Its charset is that of the Content-Type field, or UTF-8; a byte order mark takes
    /// precedence. [`Charset`](limpid_io::Charset) lists the charsets. Invalid bytes are replaced by U+FFFD.
    ///
    /// # Errors
    /// Those of [`bytes`](Self::bytes).
    #[doc(alias = "read_to_string")]
    pub async fn text(self) -> Result<String, Error> {
        let charset = self.in_flight().charset();
        Ok(charset.decode(self.bytes().await?))
    }

    /// Reads the whole body as JSON, whatever its Content-Type.
    ///
    /// # Errors
    /// Those of [`bytes`](Self::bytes), or the body is not the expected JSON.
    #[doc(alias = "read_json")]
    #[cfg(feature = "json")]
    pub async fn json<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        let url = self.url().clone();
        limpid_io::from_json(&self.bytes().await?, &url)
    }

    /// Writes the rest of the body to `writer`, piece by piece, and returns how many bytes that were. The writer is not
    /// flushed.
    ///
    /// # Errors
    /// The exchange failed before the body was complete, or the writer did ([`Error::Writer`]).
    pub async fn copy_to(
        &mut self,
        writer: &mut (impl AsyncWrite + Unpin + ?Sized),
    ) -> Result<u64, Error> {
        let mut copied = 0;
        while let Some(piece) = self.next_piece().await? {
            let mut unwritten = piece;
            while !unwritten.is_empty() {
                let write = poll_fn(|cx| Pin::new(&mut *writer).poll_write(cx, unwritten));
                let n = match write.await {
                    Ok(0) => return Err(Error::Writer(ErrorKind::WriteZero.into())),
                    result => result.map_err(Error::Writer)?,
                };
                unwritten = unwritten.get(n..).unwrap_or_default();
            }
            copied += piece.len() as u64;
        }
        Ok(copied)
    }
}
