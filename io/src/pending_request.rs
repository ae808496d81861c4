//! Requests under construction.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::{Request, RequestBuilder, UrlError};
use limpid_core::http1::BodySize;

use crate::connections::{Connections, PooledTransport};
use crate::error::Error;
use crate::ids::new_trace;
use crate::in_flight::InFlight;

/// A request under construction, in memory that an earlier request of the client has left.
///
/// It becomes a request in flight, of which the [crate](crate) has an example.
pub struct PendingRequest<T: PooledTransport> {
    /// The memory for the request, if some was free.
    in_flight: Option<InFlight<T>>,
    /// The builder, or the error of the URL.
    request: Result<RequestBuilder, UrlError>,
}

impl<T: PooledTransport> PendingRequest<T> {
    /// Starts a request.
    #[must_use]
    pub fn new(connections: &Arc<Connections<T>>, method: &str, url: &str) -> Self {
        let mut in_flight = InFlight::reuse(connections);
        let request = match &mut in_flight {
            Some(in_flight) => in_flight.build(method.as_bytes(), url),
            None => url.parse().map(|url| Request::builder(method.as_bytes(), url)),
        };
        Self { in_flight, request }
    }

    /// Adds a field.
    #[inline]
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        if let Ok(request) = &mut self.request {
            request.push(name, value);
        }
    }

    /// Applies `edit` to the builder.
    #[must_use]
    pub fn map(self, edit: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        let Self { in_flight, request } = self;
        Self { in_flight, request: request.map(edit) }
    }

    /// Completes the request, and starts an exchange for it, which has no transport yet.
    ///
    /// # Errors
    /// [`Error::Url`]: the URL is not valid.
    pub fn begin(
        self,
        connections: &Arc<Connections<T>>,
        size: BodySize,
    ) -> Result<InFlight<T>, Error> {
        let Self { in_flight, request } = self;
        let (decodes, adds) = (connections.options().decode, connections.options().traceparent);
        let mut request = request?;
        if adds && !request.has("traceparent") {
            request.push(b"traceparent", new_trace().to_string().as_bytes());
        }
        let request = request.body(size).accept_codings(decodes).build_shared();
        Ok(match in_flight {
            Some(in_flight) => in_flight.begin(request),
            None => InFlight::new(Arc::clone(connections), request),
        })
    }

    /// Returns the builder, to complete the request elsewhere.
    ///
    /// # Errors
    /// [`Error::Url`]: the URL is not valid.
    pub fn into_request(self) -> Result<RequestBuilder, Error> {
        Ok(self.request?)
    }
}

impl<T: PooledTransport> fmt::Debug for PendingRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingRequest").field("request", &self.request).finish_non_exhaustive()
    }
}
