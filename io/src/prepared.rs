//! Prepared requests, which can be sent many times.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use limpid_core::client::{Options, Request, RequestBuilder, Url};
use limpid_core::http1::BodySize;

use crate::error::Error;

/// A request that is built once and can be sent many times, also concurrently. It is cheap to clone.
///
/// It is sent as a request in flight, of which the [crate](crate) has an example.
#[derive(Clone)]
pub struct Prepared {
    request: Arc<Request>,
    body: Bytes,
}

impl fmt::Debug for Prepared {
    /// Formats the request with its secrets hidden, and without its body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("request", &self.request).finish_non_exhaustive()
    }
}

impl Prepared {
    /// Completes a request with this body, for clients with these options.
    ///
    /// # Errors
    /// [`Error::BodyOnce`]: the body cannot be sent again.
    pub fn new(
        draft: RequestBuilder,
        body: Option<Bytes>,
        options: &Options,
    ) -> Result<Self, Error> {
        let Some(body) = body else { return Err(Error::BodyOnce) };
        Ok(Self { request: draft.accept_codings(options.decode).build_shared(), body })
    }

    /// Returns its URL.
    #[must_use]
    pub fn url(&self) -> &Url {
        self.request.url()
    }

    /// Returns the request.
    #[must_use]
    pub fn request(&self) -> Arc<Request> {
        Arc::clone(&self.request)
    }

    pub(crate) fn body(&self) -> Bytes {
        self.body.clone()
    }

    pub(crate) fn size(&self) -> BodySize {
        self.request.size()
    }
}
