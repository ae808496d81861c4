//! Requests under construction.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use limpid_core::client::{Options, Request, RequestBuilder, UrlError};
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;

use crate::connections::{Connections, PooledTransport};
use crate::error::Error;
use crate::ids::new_trace;
use crate::in_flight::InFlight;
use crate::prepared::Prepared;
use crate::request_settings::RequestSettings;
use crate::settings::SharedSink;

/// A request under construction, in memory that an earlier request of the client has left.
///
/// It becomes a request in flight, of which the [crate](crate) has an example.
pub struct PendingRequest<T: PooledTransport> {
    /// The memory for the request, if some was free.
    in_flight: Option<InFlight<T>>,
    /// The builder, or the error of the URL.
    request: Result<RequestBuilder, UrlError>,
    /// What few requests have.
    extras: Option<Box<Extras>>,
}

/// The parts of a request that most requests do not have.
#[derive(Default)]
struct Extras {
    /// The settings that differ from the client's.
    settings: Option<Box<RequestSettings>>,
    /// The media type of the body, unless the caller adds a Content-Type field.
    content_type: Option<Cow<'static, str>>,
    /// The names of fields that the caller has removed.
    removed: Vec<Box<[u8]>>,
    /// Why the request cannot be sent.
    error: Option<Error>,
}

impl Extras {
    /// Adds what the caller has not added or removed, and returns the settings.
    ///
    /// # Errors
    /// The request cannot be sent.
    fn complete(
        self,
        defaults: Option<&FieldBlock>,
        request: &mut RequestBuilder,
    ) -> Result<Option<Box<RequestSettings>>, Error> {
        let Self { settings, content_type, removed, error } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let is_kept = |name: &[u8]| !removed.iter().any(|gone| gone.eq_ignore_ascii_case(name));
        if let Some(defaults) = defaults {
            let mut kept = FieldBlock::new();
            for field in defaults.fields().iter().filter(|field| is_kept(field.name)) {
                kept.push(field.name, field.value);
            }
            request.push_missing(kept.fields());
        }
        if let Some(content_type) = content_type
            && !request.has(CONTENT_TYPE)
            && is_kept(CONTENT_TYPE.as_bytes())
        {
            request.push(CONTENT_TYPE.as_bytes(), content_type.as_bytes());
        }
        Ok(settings)
    }
}

const CONTENT_TYPE: &str = "Content-Type";

impl<T: PooledTransport> PendingRequest<T> {
    /// Starts a request.
    #[must_use]
    pub fn new(connections: &Arc<Connections<T>>, method: &str, url: &str) -> Self {
        let mut in_flight = InFlight::reuse(connections);
        let (request, extras) = match &mut in_flight {
            Some(in_flight) => (in_flight.build(method.as_bytes(), url), None),
            // A client with invalid settings never has the memory of an earlier request.
            None => {
                let error = connections.check().err();
                let extras = error.map(|error| Extras { error: Some(error), ..Extras::default() });
                let request = url.parse().map(|url| Request::builder(method.as_bytes(), url));
                (request, extras.map(Box::new))
            }
        };
        Self { in_flight, request, extras }
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
        let Self { in_flight, request, extras } = self;
        Self { in_flight, request: request.map(edit), extras }
    }

    /// Applies `edit` to the builder. If it fails, so does sending the request.
    #[must_use]
    pub fn try_map(
        self,
        edit: impl FnOnce(RequestBuilder) -> Result<RequestBuilder, UrlError>,
    ) -> Self {
        let Self { in_flight, request, extras } = self;
        Self { in_flight, request: request.and_then(edit), extras }
    }

    /// Sets the error with which sending the request fails.
    pub fn fail(&mut self, error: Error) {
        self.extras().error.get_or_insert(error);
    }

    /// Leaves out a field that would be added.
    #[must_use]
    pub fn without(mut self, name: &[u8]) -> Self {
        self.extras().removed.push(name.into());
        self.map(|request| request.without(name))
    }

    /// Sets the media type of the body, for a Content-Type field unless the caller adds one.
    pub fn set_content_type(&mut self, media_type: impl Into<Cow<'static, str>>) {
        self.extras().content_type = Some(media_type.into());
    }

    /// Returns the options of the request, to change them.
    #[cold]
    pub fn options(&mut self, connections: &Connections<T>) -> &mut Options {
        self.settings(connections).options_mut()
    }

    /// Sets the sink of the request's events, instead of the client's.
    pub fn set_sink(&mut self, connections: &Connections<T>, sink: SharedSink) {
        self.settings(connections).sink = Some(sink);
    }

    /// Sets how many bytes of the response's body are read into memory at most.
    pub fn set_in_memory_limit(&mut self, connections: &Connections<T>, limit: Option<u64>) {
        self.settings(connections).in_memory_limit = Some(limit.unwrap_or(u64::MAX));
    }

    fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    fn settings(&mut self, connections: &Connections<T>) -> &mut RequestSettings {
        let new = || Box::new(RequestSettings::new(connections.options()));
        self.extras().settings.get_or_insert_with(new)
    }

    /// Completes the request, and starts an exchange for it, which has no transport yet.
    ///
    /// # Errors
    /// [`Error::Url`]: the URL is not valid. [`Error::Proxy`]: that of a proxy is not.
    pub fn begin(
        self,
        connections: &Arc<Connections<T>>,
        size: BodySize,
    ) -> Result<InFlight<T>, Error> {
        let Self { in_flight, request, extras } = self;
        let mut request = request?;
        let settings = complete(connections, &mut request, extras)?;
        let options = settings.as_ref().map_or(&**connections.options(), |own| own.options());
        if options.traceparent && !request.has("traceparent") {
            request.push(b"traceparent", new_trace().to_string().as_bytes());
        }
        let request = request.body(size).accept_codings(options.decode).build_shared();
        Ok(match in_flight {
            Some(in_flight) => in_flight.begin(request, settings.as_deref()),
            None => InFlight::begun(Arc::clone(connections), request, settings.as_deref()),
        })
    }

    /// Completes the request with this body, without starting it.
    ///
    /// # Errors
    /// [`Error::Url`]: the URL is not valid. [`Error::Proxy`]: that of a proxy is not. [`Error::BodyOnce`]: the body
    /// cannot be sent again.
    pub fn prepare(
        self,
        connections: &Arc<Connections<T>>,
        size: BodySize,
        body: Option<Bytes>,
    ) -> Result<Prepared, Error> {
        let Self { request, extras, .. } = self;
        let mut request = request?;
        let Some(body) = body else { return Err(Error::BodyOnce) };
        let settings = complete(connections, &mut request, extras)?;
        let decodes =
            settings.as_ref().map_or(connections.options().decode, |own| own.options().decode);
        let request = request.body(size).accept_codings(decodes).build_shared();
        Ok(Prepared::new(request, body, settings))
    }
}

/// Adds the client's fields and those of the request's rare parts, and returns its settings.
#[inline]
fn complete<T: PooledTransport>(
    connections: &Connections<T>,
    request: &mut RequestBuilder,
    extras: Option<Box<Extras>>,
) -> Result<Option<Box<RequestSettings>>, Error> {
    match (extras, connections.default_headers()) {
        (None, None) => Ok(None),
        (extras, defaults) => complete_rare(defaults, request, extras),
    }
}

#[cold]
fn complete_rare(
    defaults: Option<&FieldBlock>,
    request: &mut RequestBuilder,
    extras: Option<Box<Extras>>,
) -> Result<Option<Box<RequestSettings>>, Error> {
    extras.map(|extras| *extras).unwrap_or_default().complete(defaults, request)
}

impl<T: PooledTransport> fmt::Debug for PendingRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingRequest").field("request", &self.request).finish_non_exhaustive()
    }
}
