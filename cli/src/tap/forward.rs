//! Passes a request on, and its response back.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use limpid_core::error::Cause;
use limpid_core::fields::FieldBlock;
use limpid_core::framing::Framing;
use limpid_core::http1::{BodySize, Version};
use limpid_core::trace::{EventKind, TraceEvent};
use limpid_io::continued_trace;
use limpid_tokio::{Client, Error, Exchange, RequestBuilder, Response};
use tokio::time::sleep;

use super::destination::Onward;
use super::hop_by_hop::HopByHop;
use super::pipe::{Pipe, add_trailers};
use super::refusal::Refusal;
use super::tunnel::Tunnel;
use super::via;
use crate::report::Chain;

/// The bytes of a response that are buffered for a client that does not read, before no more are read of the
/// server.
const BUFFERED: usize = 64 * 1024;

/// The most bytes of a request that are read after the server has refused it, so that the connection is kept.
const SHORT: u64 = 256 * 1024;

/// How long a client that has closed its direction is taken to wait for a response that has not begun.
const HALF_CLOSED: Duration = Duration::from_secs(2);

/// Why an exchange ended before its response was complete.
pub(super) enum Failure {
    /// The client has failed.
    Client(Cause),
    /// The server has failed, after its response had begun.
    Server(Error),
    /// A tunnel has failed.
    Tunnel(std::io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(cause) => write!(f, "the client: {cause}"),
            Self::Server(error) => write!(f, "the server: {}", Chain(error)),
            Self::Tunnel(error) => write!(f, "the tunnel: {error}"),
        }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self::Client(cause)
    }
}

/// An informational response, to be passed on.
struct Informational {
    status: u16,
    reason: Vec<u8>,
    fields: FieldBlock,
}

type Informationals = Arc<Mutex<VecDeque<Informational>>>;

/// A request that is passed on.
pub(super) struct Forwarding<'t> {
    client: &'t Client,
    /// The name of the proxy in Via.
    name: &'t str,
    exchange: Exchange,
    pipe: Pipe,
    /// The client expects `100 Continue`.
    expects_continue: bool,
    /// A part of the body of the request has been read.
    is_begun: bool,
    /// The whole request has been read.
    is_read: bool,
    /// The request that is sent on is an operation of its own in the trace that the client names.
    is_traced: bool,
}

impl<'t> Forwarding<'t> {
    pub(super) fn new(client: &'t Client, name: &'t str, exchange: Exchange) -> Self {
        let is_read = matches!(exchange.framing(), Framing::None | Framing::Length(0));
        let pipe = Pipe::default();
        let (expects_continue, is_begun, is_traced) = (false, false, false);
        Self { client, name, exchange, pipe, expects_continue, is_begun, is_read, is_traced }
    }

    /// Sets whether the request that is sent on has a number of its own in `traceparent`.
    pub(super) const fn traced(mut self, is_traced: bool) -> Self {
        self.is_traced = is_traced;
        self
    }

    /// Passes the request on, and the response back. `hops` is the new value of Max-Forwards.
    pub(super) async fn run(mut self, onward: &Onward, hops: Option<u64>) -> Result<(), Failure> {
        let informationals = Informationals::default();
        let queue = Arc::clone(&informationals);
        let sending = self.request(onward, hops).on_informational(move |head| {
            let fields = HopByHop::of(head.fields)
                .passed_on()
                .map(|field| (field.name, field.value))
                .collect();
            let (status, reason) = (head.status, head.reason.to_vec());
            lock(&queue).push_back(Informational { status, reason, fields });
        });
        let sent = self.send(Box::pin(sending.send()), &informationals).await?;
        let response = match sent {
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                return Ok(Refusal::of_request(&error).answer(&mut self.exchange)?);
            }
            None => return Ok(Refusal::LEFT.answer(&mut self.exchange)?),
        };
        let client_exchange = response.exchange_id().0;
        self.exchange.emit(EventKind::Forwarded, || TraceEvent::Forwarded {
            client_exchange,
            url: &onward.url,
        });
        if response.status() == 101 {
            return self.upgrade(response).await;
        }
        self.read_end().await?;
        match self.respond(&response) {
            Ok(()) => self.pass_body(response).await,
            Err(cause @ Cause::Misuse(_)) => {
                drop(response);
                Ok(Refusal::of_response(cause, client_exchange).answer(&mut self.exchange)?)
            }
            Err(cause) => Err(cause.into()),
        }
    }

    /// Returns the request that is passed on.
    fn request(&mut self, onward: &Onward, hops: Option<u64>) -> RequestBuilder<'t> {
        let head = self.exchange.head();
        let method = String::from_utf8_lossy(head.method);
        let mut request = self
            .client
            .request(&method, &onward.url)
            .target(&onward.target)
            .tag(format!("served-{}", self.exchange.exchange_id().0));
        for name in ["Host", "Accept", "User-Agent", "Accept-Encoding", "Content-Length"] {
            request = request.without_header(name);
        }
        let hop_by_hop = HopByHop::of(head.fields);
        let is_old = head.version < Version::HTTP_11;
        let own = head.traceparent().filter(|_| self.is_traced).map(continued_trace);
        let mut host = onward.host.as_deref();
        for field in hop_by_hop.passed_on() {
            request = match field {
                field if field.is("host") => match host.take() {
                    Some(host) => request.header(field.name, host),
                    None if onward.host.is_none() => request.header(field.name, field.value),
                    None => request,
                },
                field if field.is("traceparent") && own.is_some() => request,
                // RFC 9110 section 10.1.1.
                field if field.is("expect") && is_old => request,
                field if field.is("max-forwards") && hops.is_some() => {
                    request.header(field.name, hops.unwrap_or_default().to_string())
                }
                field => {
                    self.expects_continue |= field.is("expect");
                    request.header(field.name, field.value)
                }
            };
        }
        if let Some(own) = own {
            request = request.traceparent(own);
        }
        if let Some(host) = host {
            request = request.header("Host", host);
        }
        if hop_by_hop.takes_trailers {
            request = request.header("TE", "trailers");
        }
        let options: Vec<&str> = [
            hop_by_hop.takes_trailers.then_some("TE"),
            hop_by_hop.upgrade.as_ref().map(|_| "upgrade"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !options.is_empty() {
            request = request.header("Connection", options.join(", "));
        }
        if let Some(protocols) = &hop_by_hop.upgrade {
            request = request.header("Upgrade", protocols);
        }
        request
            .header("Via", via::value(head.version, self.name))
            .body(self.pipe.body(self.exchange.framing()))
    }

    /// Sends the request, until the head of the response has arrived; `None` if the client seems to have left.
    async fn send(
        &mut self,
        mut sending: Pin<Box<impl Future<Output = Result<Response, Error>>>>,
        informationals: &Informationals,
    ) -> Result<Option<Result<Response, Error>>, Cause> {
        let half_closed = self.exchange.half_closed();
        let mut left = Box::pin(async {
            half_closed.await;
            sleep(HALF_CLOSED).await;
        });
        loop {
            let step = poll_fn(|cx| {
                if let Poll::Ready(sent) = sending.as_mut().poll(cx) {
                    return Poll::Ready(Step::Sent(sent));
                }
                if !lock(informationals).is_empty() {
                    return Poll::Ready(Step::Informed);
                }
                if self.pipe.is_wanted()
                    && let Poll::Ready(piece) = poll_data(&mut self.exchange, cx)
                {
                    return Poll::Ready(Step::Piece(piece));
                }
                left.as_mut().poll(cx).map(|()| Step::Left)
            })
            .await;
            self.inform(informationals).await?;
            match step {
                Step::Sent(sent) => return Ok(Some(sent)),
                Step::Informed => {}
                Step::Piece(piece) => self.put(piece?),
                Step::Left => return Ok(None),
            }
        }
    }

    /// Reads on once if a part of the request has been read, without waiting: its end may have arrived, which was not
    /// asked for if the server has responded before that.
    async fn read_end(&mut self) -> Result<(), Cause> {
        if self.is_read || !self.is_begun || !self.pipe.has_room() {
            return Ok(());
        }
        let exchange = &mut self.exchange;
        match poll_fn(|cx| Poll::Ready(poll_data(exchange, cx))).await {
            Poll::Ready(piece) => self.put(piece?),
            Poll::Pending => {}
        }
        Ok(())
    }

    /// Passes a piece of the request's body on, or its end.
    fn put(&mut self, piece: Option<Bytes>) {
        self.is_begun = true;
        match piece {
            Some(piece) => self.pipe.put(piece),
            None => {
                self.is_read = true;
                let mut trailers = FieldBlock::new();
                add_trailers(self.exchange.trailers(), |name, value| trailers.push(name, value));
                self.pipe.end(trailers);
            }
        }
    }

    /// Passes informational responses on that have arrived (RFC 9110 section 15.2), except to clients that do not
    /// know them.
    async fn inform(&mut self, informationals: &Informationals) -> Result<(), Cause> {
        loop {
            let Some(Informational { status, reason, fields }) = lock(informationals).pop_front()
            else {
                return Ok(());
            };
            let is_old = self.exchange.head().version < Version::HTTP_11;
            if is_old || (status == 100 && !self.expects_continue) {
                continue;
            }
            self.exchange.reason(reason);
            for field in fields.fields() {
                self.exchange.field(field.name, field.value);
            }
            self.exchange.inform(status).await?;
        }
    }

    /// Starts the response with the head of that of the server.
    fn respond(&mut self, response: &Response) -> Result<(), Cause> {
        let status = response.status();
        let size = match response.framing() {
            Framing::Length(length) => BodySize::Length(length),
            Framing::Chunked | Framing::UntilClose => BodySize::Unknown,
            Framing::None | Framing::Tunnel => BodySize::None,
        };
        self.set_head(response, |field| status != 204 || !field.is("content-length"));
        // The server does not want the rest of the request, or will not read it. Otherwise the rest is read.
        let closes = || lists_close(response) || response.version() < Version::HTTP_11;
        if self.has_long_rest() && (status >= 300 || closes()) {
            self.exchange.field("Connection", "close");
        }
        self.exchange.start(status, size)
    }

    /// Returns whether more of the request is to come than is worth reading to keep the connection.
    fn has_long_rest(&self) -> bool {
        let (received, announced) = self.exchange.body_progress();
        let is_long = announced - received.min(announced) > SHORT;
        let is_known = matches!(self.exchange.framing(), Framing::Length(_));
        !self.is_read && (is_long || !is_known)
    }

    /// Sets the reason phrase and those fields of the response that `keep` keeps.
    fn set_head(
        &mut self,
        response: &Response,
        keep: impl Fn(&limpid_core::fields::Field<'_>) -> bool,
    ) {
        self.exchange.reason(response.reason());
        let hop_by_hop = HopByHop::of(response.fields());
        for field in hop_by_hop.passed_on().filter(keep) {
            self.exchange.field(field.name, field.value);
        }
        // 426 must name the protocols (RFC 9110 section 15.5.22).
        if let (101 | 426, Some(protocols)) = (response.status(), &hop_by_hop.upgrade) {
            self.exchange.field("Connection", "upgrade").field("Upgrade", protocols);
        }
        self.exchange.field("Via", via::value(response.version(), self.name));
    }

    /// Passes the body of the response back, and at the same time the rest of that of the request on.
    async fn pass_body(mut self, mut response: Response) -> Result<(), Failure> {
        let has_trailers = response.framing() == Framing::Chunked
            && self.exchange.head().version >= Version::HTTP_11;
        loop {
            let Self { exchange, pipe, .. } = &mut self;
            match poll_fn(|cx| poll_both(exchange, pipe, &mut response, cx)).await {
                Both::Piece(piece) => self.put(piece?),
                Both::Data(Ok(Some(data))) => self.exchange.buffer(data)?,
                Both::Data(Ok(None)) => break,
                Both::Data(Err(error)) => return Err(Failure::Server(error)),
                Both::Flushed(result) => result?,
            }
        }
        if has_trailers {
            let Self { exchange, .. } = &mut self;
            add_trailers(response.trailers(), |name, value| {
                exchange.field(name, value);
            });
        }
        Ok(self.exchange.finish()?)
    }

    /// Connects the client with the server, which have left HTTP/1.1.
    async fn upgrade(mut self, response: Response) -> Result<(), Failure> {
        self.set_head(&response, |_| true);
        let server = response.upgrade().map_err(Failure::Server)?;
        let client = self.exchange.upgrade(101).await?;
        Tunnel::new(client).join(server).await;
        Ok(())
    }
}

/// Returns whether a server closes the connection after this response.
fn lists_close(response: &Response) -> bool {
    let mut connection = response.fields().iter().filter(|field| field.is("connection"));
    connection.any(|field| field.elements().any(|option| option.eq_ignore_ascii_case(b"close")))
}

/// What happens while the request is sent.
enum Step {
    Sent(Result<Response, Error>),
    Informed,
    Piece(Result<Option<Bytes>, Cause>),
    Left,
}

/// What happens while the response is passed back.
enum Both {
    /// A piece of the request, or its end.
    Piece(Result<Option<Bytes>, Cause>),
    /// A piece of the response, or its end.
    Data(Result<Option<Bytes>, Error>),
    /// The client has taken what was buffered, or has failed.
    Flushed(Result<(), Cause>),
}

/// Moves bytes in both directions. The server is read only while little is buffered for the client, and the
/// client only when the server has taken what it has sent.
fn poll_both(
    exchange: &mut Exchange,
    pipe: &Pipe,
    response: &mut Response,
    cx: &mut Context<'_>,
) -> Poll<Both> {
    loop {
        let is_wanted = pipe.is_wanted();
        if is_wanted {
            // This also sends what is buffered.
            if let Poll::Ready(piece) = poll_data(exchange, cx) {
                return Poll::Ready(Both::Piece(piece));
            }
        } else if exchange.unsent() > 0
            && let Poll::Ready(result) = pin!(exchange.flush()).poll(cx)
        {
            return Poll::Ready(Both::Flushed(result));
        }
        if exchange.unsent() < BUFFERED {
            let next = pin!(response.next_piece()).poll(cx);
            if let Poll::Ready(data) = next {
                let data = data.map(|data| data.map(Bytes::copy_from_slice));
                return Poll::Ready(Both::Data(data));
            }
        } else if let Poll::Ready(Err(error)) = pin!(response.upload()).poll(cx) {
            return Poll::Ready(Both::Data(Err(error)));
        }
        // Sending may have asked for more of the request.
        if pipe.is_wanted() == is_wanted {
            return Poll::Pending;
        }
    }
}

/// Returns the next piece of the request, once it has arrived. A pending piece is continued by the next call.
fn poll_data(exchange: &mut Exchange, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Cause>> {
    let next = pin!(exchange.data()).poll(cx);
    next.map(|piece| piece.map(|data| data.map(Bytes::copy_from_slice)))
}

fn lock(informationals: &Informationals) -> std::sync::MutexGuard<'_, VecDeque<Informational>> {
    informationals.lock().unwrap_or_else(PoisonError::into_inner)
}
