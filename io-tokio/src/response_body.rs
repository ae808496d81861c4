//! The body of a response, to be read piece by piece.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

#[cfg(any(feature = "http", feature = "stream"))]
use bytes::Bytes;
use limpid_core::client::{Emitted, Event, Sizes, Timings};
use limpid_core::fields::Fields;
use limpid_io::Error;
#[cfg(feature = "http")]
use limpid_io::http::HeaderMap;
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use crate::driver::Driver;
use crate::upgraded::Upgraded;

/// The body of a response. It implements [`AsyncRead`] and [`AsyncBufRead`]; with the feature `http`, it is a body of the
/// crate `http-body`, and with the feature `stream`, a stream of [`Bytes`](bytes::Bytes). Dropping it before its end is
/// as dropping a [`Response`](crate::Response).
///
/// Both of these traits have a method `size_hint`. Where both are imported, a call says which one it means:
/// `http_body::Body::size_hint(&body)`, whose answer is the length that is left, if that is known.
///
/// ```
/// use limpid_tokio::{Error, Response};
/// use tokio::io::AsyncBufReadExt;
///
/// async fn print_lines(response: Response) -> std::io::Result<()> {
///     let mut lines = response.into_body().lines();
///     while let Some(line) = lines.next_line().await? {
///         println!("{line}");
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct ResponseBody {
    driver: Driver,
    status: u16,
    /// The current event is a piece of the body that was not read completely.
    has_data: bool,
    /// How many bytes of it were read.
    read: usize,
    /// How many bytes of the body were read before.
    taken: u64,
    /// The last frame was returned.
    #[cfg(feature = "http")]
    is_ended: bool,
}

impl ResponseBody {
    pub(crate) const fn new(driver: Driver, status: u16) -> Self {
        Self {
            driver,
            status,
            has_data: false,
            read: 0,
            taken: 0,
            #[cfg(feature = "http")]
            is_ended: false,
        }
    }

    /// Returns the next bytes of the body, borrowed from the buffer of the connection; `None` at its
    /// end. The future can be dropped at any point.
    ///
    /// # Errors
    /// The exchange failed before the body was complete.
    pub async fn next_piece(&mut self) -> Result<Option<&[u8]>, Error> {
        while !self.has_data && !self.driver.is_over() {
            let emitted = self.driver.run().await?;
            self.begin_piece(emitted);
        }
        if !self.has_data {
            return Ok(None);
        }
        let read = self.read;
        self.consume_piece();
        Ok(Some(self.piece().get(read..).unwrap_or_default()))
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

    /// Takes the connection, after the server has agreed to leave HTTP/1.1, as
    /// [`Response::upgrade`](crate::Response::upgrade) does.
    ///
    /// # Errors
    /// [`Error::NotUpgraded`]: the server gave another answer.
    pub fn upgrade(mut self) -> Result<Upgraded, Error> {
        match self.driver.in_flight.take_switched() {
            Some((switched, transport)) => Ok(Upgraded::new(switched, transport.into_stream())),
            None => Err(Error::NotUpgraded(self.status)),
        }
    }

    /// Runs the exchange up to the next bytes. Returns `false` at its end.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, Error>> {
        while !self.has_data && !self.driver.is_over() {
            let emitted = ready!(self.driver.poll_run(cx))?;
            self.begin_piece(emitted);
        }
        Poll::Ready(Ok(self.has_data))
    }

    fn begin_piece(&mut self, emitted: Option<Emitted>) {
        (self.has_data, self.read) = (emitted == Some(Emitted::Data), 0);
    }

    /// Returns the current piece.
    fn piece(&self) -> &[u8] {
        match self.driver.in_flight.event() {
            Some(Event::Data(data)) => data,
            _ => &[],
        }
    }

    fn unread(&self) -> &[u8] {
        self.piece().get(self.read..).unwrap_or_default()
    }

    /// Notes that `n` more bytes of the current piece were read.
    fn consume_bytes(&mut self, n: usize) {
        let unread = self.unread().len();
        let n = n.min(unread);
        self.read += n;
        self.taken += n as u64;
        self.has_data &= n < unread;
    }

    fn consume_piece(&mut self) {
        self.consume_bytes(self.unread().len());
    }

    /// Returns the rest of the current piece, owned. It is copied unless the machine owns it.
    #[cfg(any(feature = "http", feature = "stream"))]
    fn take_piece(&mut self) -> Bytes {
        let whole = (self.read == 0).then(|| self.driver.in_flight.data()).flatten();
        let piece = whole.unwrap_or_else(|| Bytes::copy_from_slice(self.unread()));
        self.consume_piece();
        piece
    }
}

impl AsyncRead for ResponseBody {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if room.remaining() > 0 && ready!(this.poll_piece(cx))? {
            let unread = this.unread();
            let n = unread.len().min(room.remaining());
            room.put_slice(&unread[..n]);
            this.consume_bytes(n);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncBufRead for ResponseBody {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let this = self.get_mut();
        let has_data = ready!(this.poll_piece(cx))?;
        Poll::Ready(Ok(if has_data { this.unread() } else { &[] }))
    }

    fn consume(self: Pin<&mut Self>, n: usize) {
        if n > 0 {
            self.get_mut().consume_bytes(n);
        }
    }
}

#[cfg(feature = "stream")]
impl futures_core::Stream for ResponseBody {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let has_data = ready!(this.poll_piece(cx)?);
        Poll::Ready(has_data.then(|| Ok(this.take_piece())))
    }
}

#[cfg(feature = "http")]
impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        if this.is_ended {
            return Poll::Ready(None);
        }
        match ready!(this.poll_piece(cx)) {
            Ok(true) => return Poll::Ready(Some(Ok(http_body::Frame::data(this.take_piece())))),
            Ok(false) => {}
            Err(error) => {
                this.is_ended = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
        this.is_ended = true;
        let trailers = this.trailers();
        if trailers.is_empty() {
            return Poll::Ready(None);
        }
        let trailers = HeaderMap::try_from(trailers).map_err(Error::Http);
        Poll::Ready(Some(trailers.map(http_body::Frame::trailers)))
    }

    fn is_end_stream(&self) -> bool {
        self.is_ended
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match self.driver.in_flight.body_length() {
            Some(length) => http_body::SizeHint::with_exact(length.saturating_sub(self.taken)),
            None => http_body::SizeHint::default(),
        }
    }
}
