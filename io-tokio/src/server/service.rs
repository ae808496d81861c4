//! Services of tower, such as routers of axum, as handlers.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use limpid_core::error::Cause;
use limpid_core::framing::Framing;
use limpid_core::http1::BodySize;
use limpid_io::http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use limpid_io::http::{Method, Request, Response, StatusCode, Version};
use tokio::sync::oneshot;
use tower_service::Service;

use super::exchange::Exchange;
use super::halves::{RequestReader, ResponseWriter};
use crate::upgraded::Upgraded;

/// Answers one request with a service. Returns the text of an error.
pub(super) async fn call<S, B>(mut service: S, mut exchange: Exchange) -> Result<(), String>
where
    S: Service<Request<RequestReader>, Response = Response<B>>,
    S::Error: fmt::Display,
    B: Body,
    B::Error: fmt::Display,
{
    let head = match Request::try_from(exchange.head()) {
        Ok(head) => head,
        Err(error) => {
            return exchange
                .respond_text(400, format!("{error}\n"))
                .map_err(|cause| cause.to_string());
        }
    };
    let request = Asked { connect: head.method() == Method::CONNECT, version: head.version() };
    let (peer, switches) =
        (exchange.peer(), request.connect || head.headers().contains_key("upgrade"));
    let (reader, mut writer) = exchange.split();
    let mut head = head.map(|()| reader);
    if let Some(peer) = peer {
        head.extensions_mut().insert(peer);
    }
    let upgrade = switches.then(|| {
        let (sender, receiver) = oneshot::channel();
        head.extensions_mut().insert(OnUpgrade { receiver: Arc::new(Mutex::new(Some(receiver))) });
        sender
    });
    let ready = poll_fn(|cx| service.poll_ready(cx)).await;
    ready.map_err(|error| format!("{error:#}"))?;
    let response = service.call(head).await.map_err(|error| format!("{error:#}"))?;
    let (head, body) = response.into_parts();
    add_fields(&mut writer, &head.headers);
    let status = head.status;
    let leaves =
        status == StatusCode::SWITCHING_PROTOCOLS || (request.connect && status.is_success());
    match upgrade {
        Some(upgrade) if leaves => {
            let upgraded =
                writer.upgrade(status.as_u16()).await.map_err(|cause| cause.to_string())?;
            // A service that does not want the connection has dropped the receiver.
            drop(upgrade.send(upgraded));
            Ok(())
        }
        _ => send(&mut writer, request, (status, &head.headers), body).await,
    }
}

/// What of a request determines how its response is sent.
#[derive(Clone, Copy)]
struct Asked {
    connect: bool,
    version: Version,
}

/// Sends a response with its body and its trailers.
async fn send<B>(
    writer: &mut ResponseWriter,
    request: Asked,
    (status, fields): (StatusCode, &HeaderMap),
    body: B,
) -> Result<(), String>
where
    B: Body,
    B::Error: fmt::Display,
{
    let failed = |cause: Cause| cause.to_string();
    let size = size(status, fields, &body);
    // Only a chunked body has trailers.
    let has_trailers = size == BodySize::Unknown && request.version == Version::HTTP_11;
    writer.start(status.as_u16(), size).map_err(failed)?;
    let mut body = pin!(body);
    while size != BodySize::None
        && !body.is_end_stream()
        && let Some(frame) =
            poll_fn(|cx| body.as_mut().poll_frame(cx).map_err(|error| failed_body(&error))).await
    {
        let frame = frame?;
        let trailers = match frame.into_data() {
            Ok(mut data) => {
                let data = data.copy_to_bytes(data.remaining());
                match body.is_end_stream() {
                    // Its end is sent with it.
                    true => writer.buffer(data).map_err(failed)?,
                    false => writer.send(data).await.map_err(failed)?,
                }
                continue;
            }
            Err(frame) => frame.into_trailers(),
        };
        if has_trailers && let Ok(trailers) = trailers {
            add_fields(writer, &trailers);
        }
    }
    writer.finish().await.map_err(failed)
}

fn failed_body(error: &impl fmt::Display) -> String {
    format!("the body of the response failed: {error:#}")
}

/// Returns the size of a response's body.
fn size(status: StatusCode, fields: &HeaderMap, body: &impl Body) -> BodySize {
    if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        return BodySize::None;
    }
    let announced = fields.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    match announced.or(body.size_hint().exact()) {
        Some(len) => BodySize::Length(len),
        None => BodySize::Unknown,
    }
}

/// Adds fields, except those of the framing, which the session adds.
fn add_fields(writer: &mut ResponseWriter, fields: &HeaderMap) {
    for (name, value) in fields {
        if name != CONTENT_LENGTH && name != TRANSFER_ENCODING {
            writer.field(name, value);
        }
    }
}

/// The request's body, with its trailers.
impl Body for RequestReader {
    type Data = Bytes;
    type Error = Cause;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cause>>> {
        let this = self.get_mut();
        if this.is_over() {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(this.poll_data(cx)) {
            Err(cause) => Some(Err(cause)),
            Ok(Some(data)) => Some(Ok(Frame::data(data))),
            Ok(None) => {
                let trailers = HeaderMap::try_from(this.take_trailers().fields());
                // A name that the crate http does not accept is one that a tolerance has let pass.
                trailers.ok().filter(|map| !map.is_empty()).map(|map| Ok(Frame::trailers(map)))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.is_over()
    }

    fn size_hint(&self) -> SizeHint {
        match self.framing() {
            Framing::None => SizeHint::with_exact(0),
            Framing::Length(len) => SizeHint::with_exact(len.saturating_sub(self.received())),
            _ => SizeHint::default(),
        }
    }
}

/// A handle for a connection that leaves HTTP/1.1, among the extensions of a request that asks for it.
///
/// The service responds with 101 (or 2xx to CONNECT), and awaits the connection in a task of its own.
///
/// ```
/// use limpid_tokio::http::{Request, Response, StatusCode};
/// use limpid_tokio::{OnUpgrade, RequestReader};
/// use tokio::io::AsyncWriteExt;
///
/// async fn greet(mut request: Request<RequestReader>) -> Response<String> {
///     let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
///         return Response::new("Ask for an upgrade.".into());
///     };
///     tokio::spawn(async move {
///         if let Some(mut upgraded) = upgrade.upgraded().await {
///             let _ = upgraded.write_all(b"hello").await;
///         }
///     });
///     let mut response = Response::new(String::new());
///     *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
///     response.headers_mut().insert("connection", "upgrade".parse().unwrap());
///     response.headers_mut().insert("upgrade", "greeting".parse().unwrap());
///     response
/// }
/// ```
#[derive(Clone, Debug)]
pub struct OnUpgrade {
    receiver: Arc<Mutex<Option<oneshot::Receiver<Upgraded>>>>,
}

impl OnUpgrade {
    /// Waits for the connection; `None` if the response was another one, the client has disconnected, or a clone of this
    /// handle has the connection.
    pub async fn upgraded(self) -> Option<Upgraded> {
        let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        receiver?.await.ok()
    }
}
