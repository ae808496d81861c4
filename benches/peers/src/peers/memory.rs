//! hyper without a network: an in-memory transport answers each request at once, and its futures are polled
//! without a runtime.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use http_body_util::Empty;
use hyper::Request;
use hyper::body::{Body, Bytes};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::rt::{Read, ReadBufCursor, Write};
use limpid_benches::measure::repeat;
use limpid_benches::messages::REQUEST_FIELDS;
use limpid_benches::{Failure, Job, Outcome};

/// The response, and how much of it was read.
struct Wire {
    response: Vec<u8>,
    read: usize,
}

#[derive(Clone)]
struct Transport(Rc<RefCell<Wire>>);

impl Read for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        mut room: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let mut wire = self.0.borrow_mut();
        let n = (wire.response.len() - wire.read).min(room.remaining());
        if n == 0 {
            return Poll::Pending;
        }
        room.put_slice(&wire.response[wire.read..wire.read + n]);
        wire.read += n;
        Poll::Ready(Ok(()))
    }
}

impl Write for Transport {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().read = 0;
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A connection, and the future that drives it.
struct Client {
    send: SendRequest<Empty<Bytes>>,
    connection: Pin<Box<dyn Future<Output = hyper::Result<()>>>>,
}

impl Client {
    fn open(response: &[u8]) -> Result<Self, Failure> {
        let wire = Wire { response: response.to_vec(), read: response.len() };
        let transport = Transport(Rc::new(RefCell::new(wire)));
        let mut cx = Context::from_waker(Waker::noop());
        match pin!(handshake(transport)).poll(&mut cx) {
            Poll::Ready(Ok((send, connection))) => {
                Ok(Self { send, connection: Box::pin(connection) })
            }
            Poll::Ready(Err(error)) => Err(error.into()),
            Poll::Pending => Err("hyper waits before the first request".into()),
        }
    }

    /// Polls the connection once.
    fn turn(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
        match self.connection.as_mut().poll(cx) {
            Poll::Pending => Ok(()),
            Poll::Ready(_) => Err("hyper's connection is over".into()),
        }
    }

    /// Sends a request and reads the response. Returns the length of the body.
    fn exchange(&mut self) -> Result<usize, Failure> {
        let mut cx = Context::from_waker(Waker::noop());
        while !self.send.is_ready() {
            self.turn(&mut cx)?;
        }
        let mut request = Request::get("/").header("Host", "www.example.com");
        for (name, value) in REQUEST_FIELDS {
            request = request.header(name, value);
        }
        let mut sent = pin!(self.send.send_request(request.body(Empty::new())?));
        let mut body = loop {
            if let Poll::Ready(response) = sent.as_mut().poll(&mut cx) {
                break response?.into_body();
            }
            if self.connection.as_mut().poll(&mut cx).is_ready() {
                return Err("hyper's connection is over".into());
            }
        };
        let mut bytes = 0;
        loop {
            match Pin::new(&mut body).poll_frame(&mut cx) {
                Poll::Ready(Some(frame)) => bytes += frame?.data_ref().map_or(0, Bytes::len),
                Poll::Ready(None) => return Ok(bytes),
                Poll::Pending => self.turn(&mut cx)?,
            }
        }
    }
}

pub(super) fn hyper(job: &Job, response: &[u8], units: u64) -> Outcome {
    let mut client = Client::open(response)?;
    client.exchange()?;
    let mut failure = None;
    let outcome = repeat(job, units, || match client.exchange() {
        Ok(bytes) => {
            std::hint::black_box(bytes);
        }
        Err(error) => failure = Some(error),
    });
    failure.map_or(outcome, Err)
}
