//! Requests that are being built.

use std::fmt;
use std::sync::Arc;

use limpid_core::client::{Request, RequestBuilder, UrlError};
use limpid_core::http1::BodySize;

use crate::connections::{Connections, Transport};
use crate::error::Error;
use crate::session::Session;

/// A request that is being built, in memory that one before it has left to the client.
pub struct Draft<T: Transport> {
    /// The session that had the memory. It is the one that will do this request.
    session: Option<Session<T>>,
    /// What is known of the request, if its URL is one.
    request: Result<RequestBuilder, UrlError>,
}

impl<T: Transport> Draft<T> {
    /// Starts a request.
    #[must_use]
    pub fn new(connections: &Arc<Connections<T>>, method: &str, url: &str) -> Self {
        let mut session = Session::spare(connections);
        let request = match &mut session {
            Some(session) => session.exchange.draft(method.as_bytes(), url),
            None => url.parse().map(|url| Request::builder(method.as_bytes(), url)),
        };
        Self { session, request }
    }

    /// Adds a field.
    #[inline]
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        if let Ok(request) = &mut self.request {
            request.push(name, value);
        }
    }

    /// Goes on building it.
    #[must_use]
    pub fn map(self, edit: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        let Self { session, request } = self;
        Self { session, request: request.map(edit) }
    }

    /// Completes it, for an exchange of these connections, which has no transport yet.
    ///
    /// # Errors
    /// The URL is none.
    pub fn begin(
        self,
        connections: &Arc<Connections<T>>,
        size: BodySize,
    ) -> Result<Session<T>, Error> {
        let Self { session, request } = self;
        let decodes = connections.options().decode;
        let request = request?.body(size).accept_codings(decodes).build_shared();
        Ok(match session {
            Some(session) => session.begin(request),
            None => Session::new(Arc::clone(connections), request),
        })
    }

    /// The request, to be completed elsewhere.
    ///
    /// # Errors
    /// The URL is none.
    pub fn into_request(self) -> Result<RequestBuilder, Error> {
        Ok(self.request?)
    }
}

impl<T: Transport> fmt::Debug for Draft<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("request", &self.request).finish_non_exhaustive()
    }
}
