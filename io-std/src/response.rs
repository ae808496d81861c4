//! Responses and their bodies.

use std::io::{self, BufRead, Read, Write};

use limpid_core::client::{Emitted, Event, Sizes, Timings};
use limpid_core::error::Cause;
use limpid_core::fields::Fields;
use limpid_io::{Error, InFlight, Listener};

use crate::driver::Driver;
use crate::stream::Stream;
use crate::upgraded::Upgraded;

/// A response, whose head was received. Its body is read whole with [`bytes`](Self::bytes) or
/// [`text`](Self::text), or piece by piece with [`next_piece`](Self::next_piece), or as a reader with
/// [`into_body`](Self::into_body).
///
/// Dropping it before the end of the body closes the connection, unless the rest has arrived already and
/// is [short enough](crate::ClientBuilder::drain).
///
/// [`Client`](crate::Client) has an example.
#[derive(Debug)]
pub struct Response {
    body: ResponseBody,
}

limpid_io::response_methods!();

impl Response {
    /// Runs the exchange up to the head of its response.
    pub(crate) fn receive(mut driver: Driver, mut listener: Listener<'_>) -> Result<Self, Error> {
        loop {
            match driver.run()? {
                Some(Emitted::Informational | Emitted::Redirect | Emitted::Retried) => {
                    listener.notify(driver.in_flight.event());
                }
                Some(Emitted::Head) => {
                    let body = ResponseBody { driver, read: 0, has_data: false, over: false };
                    return Ok(Self { body });
                }
                Some(Emitted::Data) => {}
                None => return Err(driver.in_flight.failed(Cause::Cancelled.into())),
            }
        }
    }

    pub(crate) const fn in_flight(&self) -> &InFlight<Stream> {
        &self.body.driver.in_flight
    }

    /// Takes the connection, after the server has agreed to leave HTTP/1.1: with 101 to a request
    /// that had the fields `Connection: upgrade` and `Upgrade` (RFC 9110 section 7.8), or with 2xx to
    /// CONNECT (section 9.3.6). Bytes that arrived after the response are read first. The connection
    /// no longer counts towards the pool.
    ///
    /// ```no_run
    /// use std::io::Write;
    ///
    /// let client = limpid_std::Client::builder().build();
    /// let request = client.get("http://localhost/chat").header("Connection", "upgrade");
    /// let response = request.header("Upgrade", "chat/1").send()?;
    /// let mut chat = response.upgrade()?;
    /// chat.write_all(b"hello\n")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NotUpgraded`]: the server gave another answer.
    pub fn upgrade(mut self) -> Result<Upgraded, Error> {
        let driver = &mut self.body.driver;
        let Some((switched, transport)) = driver.in_flight.take_switched() else {
            return Err(Error::NotUpgraded(self.status()));
        };
        let upgraded = Upgraded::new(switched, transport);
        upgraded.map_err(|error| driver.in_flight.failed(error.into()))
    }

    /// Returns the body, to be read piece by piece.
    #[doc(alias("body_mut", "into_reader", "chunk"))]
    #[must_use]
    pub fn into_body(self) -> ResponseBody {
        self.body
    }

    /// Returns the next bytes of the body, borrowed from the buffer of the connection; `None` at its end.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        self.body.next_piece()
    }

    /// Returns the trailers, after the end of the body.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.body.trailers()
    }

    /// Reads the whole body. It is decoded if the client
    /// [decompresses](crate::ClientBuilder::decompress).
    ///
    /// # Errors
    /// The exchange failed before the body was complete, or the body exceeds the
    /// [limit](crate::ClientBuilder::in_memory_limit).
    #[doc(alias = "read_to_vec")]
    pub fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = self.in_flight().body_buffer();
        while let Some(piece) = self.next_piece()? {
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
    pub fn text(self) -> Result<String, Error> {
        let charset = self.in_flight().charset();
        Ok(charset.decode(self.bytes()?))
    }

    /// Reads the whole body as JSON, whatever its Content-Type.
    ///
    /// # Errors
    /// Those of [`bytes`](Self::bytes), or the body is not the expected JSON.
    #[doc(alias = "read_json")]
    #[cfg(feature = "json")]
    pub fn json<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        let url = self.url().clone();
        limpid_io::from_json(&self.bytes()?, &url)
    }

    /// Writes the rest of the body to `writer`, piece by piece, and returns how many bytes that were.
    ///
    /// ```no_run
    /// let client = limpid_std::Client::new();
    /// let mut file = std::fs::File::create("page.html")?;
    /// client.get("http://localhost/").send()?.error_for_status()?.copy_to(&mut file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The exchange failed before the body was complete, or the writer did ([`Error::Writer`]).
    pub fn copy_to(&mut self, writer: &mut (impl Write + ?Sized)) -> Result<u64, Error> {
        let mut copied = 0;
        while let Some(piece) = self.next_piece()? {
            writer.write_all(piece).map_err(Error::Writer)?;
            copied += piece.len() as u64;
        }
        Ok(copied)
    }
}

/// The body of a response. It implements [`Read`] and [`BufRead`], for lines.
///
/// [`Client`](crate::Client) has an example.
#[derive(Debug)]
pub struct ResponseBody {
    driver: Driver,
    /// The current event is a piece of the body that was not read completely.
    has_data: bool,
    /// How many bytes of it were read.
    read: usize,
    over: bool,
}

impl ResponseBody {
    /// Returns the next bytes of the body, borrowed from the buffer of the connection; `None` at its
    /// end.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        if !self.has_data && !self.advance()? {
            return Ok(None);
        }
        self.has_data = false;
        Ok(Some(self.unread()))
    }

    /// Returns the trailers, after the end of the body.
    #[must_use]
    pub fn trailers(&self) -> Fields<'_> {
        self.driver.in_flight.trailers()
    }

    /// Returns the durations of its phases: up to now, or in total after the end of the body.
    #[must_use]
    pub fn timings(&self) -> Timings {
        self.driver.in_flight.timings()
    }

    /// Returns how many bytes were sent and received: up to now, or in total after the end of the
    /// body.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        self.driver.in_flight.sizes()
    }

    /// Returns the unread part of the current piece.
    fn unread(&self) -> &[u8] {
        match self.driver.in_flight.event() {
            Some(Event::Data(data)) => data.get(self.read..).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Runs the exchange up to the next bytes. Returns `false` at its end.
    fn advance(&mut self) -> Result<bool, Error> {
        self.read = 0;
        while !self.over {
            match self.driver.run() {
                Ok(Some(Emitted::Data)) => {
                    self.has_data = true;
                    return Ok(true);
                }
                Ok(Some(
                    Emitted::Informational | Emitted::Redirect | Emitted::Retried | Emitted::Head,
                )) => {}
                Ok(None) => self.over = true,
                Err(error) => {
                    self.over = true;
                    return Err(error);
                }
            }
        }
        Ok(false)
    }
}

impl Read for ResponseBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || (!self.has_data && !self.advance()?) {
            return Ok(0);
        }
        let unread = self.unread();
        let n = unread.len().min(buffer.len());
        buffer[..n].copy_from_slice(&unread[..n]);
        self.has_data = n < unread.len();
        self.read += n;
        Ok(n)
    }
}

impl BufRead for ResponseBody {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let has_data = self.has_data || self.advance()?;
        Ok(if has_data { self.unread() } else { &[] })
    }

    fn consume(&mut self, n: usize) {
        self.read += n;
        self.has_data &= !self.unread().is_empty();
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if !self.over {
            self.driver.discard();
        }
    }
}
