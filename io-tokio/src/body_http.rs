//! Bodies of requests from those of the crate `http-body`, and as such.

use std::any::Any;
use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};
use limpid_core::error::Error;
use limpid_core::http1::BodySize;
use limpid_io::Input;
use limpid_io::http::HeaderMap;

use crate::body::Body;
use crate::sources::{PollPiece, io_error};

impl Body {
    /// Creates a body from one of the crate `http-body`. If its length is known, exactly that many bytes are sent, and
    /// no trailers; otherwise the body is chunked, and its trailers follow. One that is available whole, such as text
    /// or bytes, can be sent again where it is needed again.
    ///
    /// ```
    /// use limpid_tokio::Body;
    ///
    /// let body = Body::http("text".to_owned());
    /// # drop(body);
    /// ```
    pub fn http<B>(body: B) -> Self
    where
        B: http_body::Body + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let mut body = Some(body);
        if let Some(own) = (&mut body as &mut dyn Any).downcast_mut::<Option<Self>>() {
            return own.take().unwrap_or_default();
        }
        let Some(body) = body.filter(|body| !body.is_end_stream()) else { return Self::none() };
        let mut pieces = HttpPieces::new(body);
        let length = pieces.length();
        if let Some(whole) = length.and_then(|_| pieces.read_whole()) {
            return whole.into();
        }
        let trailers = Arc::clone(&pieces.trailers);
        let body = Self::polled(pieces.into_source(), length);
        if length.is_some() {
            return body;
        }
        body.trailers(move |fields| {
            fields.extend(&*trailers.lock().unwrap_or_else(PoisonError::into_inner));
        })
    }
}

/// Bodies pass middleware as bodies of the crate `http-body`.
impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        if this.is_over {
            return Poll::Ready(None);
        }
        let trailers = match ready!(this.poll_next(cx)) {
            Input::Body(piece) => return Poll::Ready(Some(Ok(Frame::data(piece)))),
            Input::BodyEnd(trailers) if trailers.is_empty() => None,
            Input::BodyEnd(trailers) => Some(
                HeaderMap::try_from(trailers).map_err(|error| Error::body(io::Error::other(error))),
            ),
            Input::BodyFailed(error) => Some(Err(error)),
            _ => None,
        };
        this.is_over = true;
        Poll::Ready(trailers.map(|trailers| trailers.map(Frame::trailers)))
    }

    fn is_end_stream(&self) -> bool {
        self.is_over || self.size() == BodySize::None
    }

    fn size_hint(&self) -> SizeHint {
        match self.size() {
            _ if self.is_over => SizeHint::with_exact(0),
            BodySize::None => SizeHint::with_exact(0),
            BodySize::Length(length) => SizeHint::with_exact(length),
            BodySize::Unknown => SizeHint::default(),
        }
    }
}

/// A body of the crate `http-body`, as far as it was read.
struct HttpPieces<B: http_body::Body> {
    body: Pin<Box<B>>,
    /// What was read before it was asked for.
    first: Option<io::Result<Option<Bytes>>>,
    /// The trailers, once they were read.
    trailers: Arc<Mutex<HeaderMap>>,
}

impl<B> HttpPieces<B>
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    fn new(body: B) -> Self {
        Self { body: Box::pin(body), first: None, trailers: Arc::default() }
    }

    /// Returns the length, if it is known.
    fn length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    /// Reads the first piece if it is available, and returns it if nothing follows.
    fn read_whole(&mut self) -> Option<Bytes> {
        let first = self.poll_next(&mut Context::from_waker(Waker::noop()));
        match first {
            Poll::Ready(Ok(Some(piece))) if self.body.is_end_stream() => return Some(piece),
            Poll::Ready(first) => self.first = Some(first),
            Poll::Pending => {}
        }
        None
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(first);
        }
        loop {
            if self.body.is_end_stream() {
                return Poll::Ready(Ok(None));
            }
            let frame = match ready!(self.body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Err(io_error(error.into()))),
                None => return Poll::Ready(Ok(None)),
            };
            match frame.into_data() {
                Ok(mut data) => {
                    let piece = data.copy_to_bytes(data.remaining());
                    if !piece.is_empty() {
                        return Poll::Ready(Ok(Some(piece)));
                    }
                }
                Err(frame) => {
                    if let Ok(trailers) = frame.into_trailers() {
                        *self.trailers.lock().unwrap_or_else(PoisonError::into_inner) = trailers;
                    }
                }
            }
        }
    }

    fn into_source(mut self) -> PollPiece {
        Box::new(move |cx| self.poll_next(cx))
    }
}
