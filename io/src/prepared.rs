//! Prepared requests, which can be sent many times.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use limpid_core::client::{Request, Url};
use limpid_core::http1::BodySize;

use crate::request_settings::RequestSettings;

/// A request that is built once and can be sent many times, also concurrently. It is cheap to clone.
///
/// It is sent as a request in flight, of which the [crate](crate) has an example.
#[derive(Clone)]
pub struct Prepared {
    request: Arc<Request>,
    body: Bytes,
    settings: Option<Box<RequestSettings>>,
}

impl fmt::Debug for Prepared {
    /// Formats the request with its secrets hidden, and without its body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("request", &self.request).finish_non_exhaustive()
    }
}

impl Prepared {
    pub(crate) const fn new(
        request: Arc<Request>,
        body: Bytes,
        settings: Option<Box<RequestSettings>>,
    ) -> Self {
        Self { request, body, settings }
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

    /// Returns the settings that differ from a client's.
    pub(crate) fn settings(&self) -> Option<&RequestSettings> {
        self.settings.as_deref()
    }

    pub(crate) fn body(&self) -> Bytes {
        self.body.clone()
    }

    pub(crate) fn size(&self) -> BodySize {
        self.request.size()
    }
}
