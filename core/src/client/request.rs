//! Requests as an application builds them.

use crate::values::Arc;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::basic::basic;
use super::origin::Origin;
use super::url::{Url, UrlError};
use crate::coding::ACCEPTED;
use crate::error::Misuse;
use crate::fields::{Field, FieldBlock, Fields};
use crate::http1::{BodySize, HeadForm, WrittenRequest};
use crate::stored::{Reader, Stored, stored_struct};
use crate::trace::{Capture, ShownBytes, ShownTarget};
use crate::wire::number;

/// A request, except for the bytes of its body. [`Request::builder`] creates it.
///
/// ```
/// use limpid_core::client::Request;
///
/// let request = Request::builder(b"GET", "http://me:pw@example.com/".parse()?)
///     .field(b"Accept", b"text/html")
///     .build();
/// let fields = request.fields().fields();
/// assert_eq!(fields.get("Host"), Some(&b"example.com"[..]));
/// assert_eq!(fields.get("Accept"), Some(&b"text/html"[..]));
/// assert_eq!(fields.get("Authorization"), Some(&b"Basic bWU6cHc="[..]));
/// # Ok::<(), limpid_core::client::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    method: Vec<u8>,
    url: Url,
    /// The request target, if it is not that of the URL.
    target: Option<Box<[u8]>>,
    fields: FieldBlock,
    size: BodySize,
    /// Whether its version is HTTP/1.0, not HTTP/1.1.
    is_http10: bool,
    /// The fields that are not added, because the caller has removed them.
    removed: Settled,
    /// The caller's Content-Length is not the length of the body.
    is_contradicted: bool,
    /// The origin of the URL.
    origin: Origin,
    /// The encoded head for the origin server.
    written: WrittenRequest,
    /// The caller's name for it, which its events have.
    tag: Option<Arc<str>>,
}

impl fmt::Debug for Request {
    /// Formats the request with its secrets hidden as by [`Capture::Default`].
    ///
    /// [`Capture::Default`]: crate::trace::Capture::Default
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &ShownBytes(&self.method))
            .field("url", &self.url)
            .field("target", &self.target.as_deref().map(ShownTarget))
            .field("fields", &self.fields)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Request {
    /// Returns a builder for a request with this method and URL.
    pub fn builder(method: &[u8], url: Url) -> RequestBuilder {
        let request = Self {
            method: method.to_vec(),
            origin: Origin::of(&url),
            url,
            target: None,
            fields: FieldBlock::new(),
            size: BodySize::None,
            is_http10: false,
            removed: Settled::default(),
            is_contradicted: false,
            written: WrittenRequest::with_capacity(256),
            tag: None,
        };
        let fields = FieldBlock::with_capacity(8, 256);
        RequestBuilder::of(Arc::new(request), fields)
    }

    /// Returns a builder that uses the memory of an earlier request.
    pub(super) fn builder_in(
        mut memory: Arc<Self>,
        method: &[u8],
        url: &str,
    ) -> Result<RequestBuilder, UrlError> {
        let Some(request) = Arc::get_mut(&mut memory) else {
            return Ok(Self::builder(method, url.parse()?));
        };
        request.url.replace(url)?;
        if !request.origin.is_of(&request.url) {
            request.origin = Origin::of(&request.url);
        }
        request.method.clear();
        request.method.extend_from_slice(method);
        (request.target, request.tag) = (None, None);
        request.size = BodySize::None;
        request.is_http10 = false;
        request.removed = Settled::default();
        let mut fields = core::mem::take(&mut request.fields);
        fields.clear();
        Ok(RequestBuilder::of(memory, fields))
    }

    /// Sets the caller's fields, and adds the missing ones.
    fn complete(&mut self, mut fields: FieldBlock, expect_continue: bool, accept_codings: bool) {
        let settled = self.removed.with(fields.fields());
        let size = settled.size(fields.fields()).unwrap_or(self.size);
        self.is_contradicted = contradicts(size, self.size);
        self.size = size;
        if self.size == BodySize::None && !settled.framing && self.may_announce_nothing() {
            self.size = BodySize::Length(0);
        }
        if expect_continue && self.has_content() && !expects_continue(fields.fields()) {
            fields.push(b"Expect", b"100-continue");
        }
        let credentials = || self.url.credentials().filter(|_| !settled.authorization);
        fields.add_first(|fields| {
            if !settled.host {
                fields.push(b"Host", self.url.authority().as_bytes());
            }
            if !settled.accept {
                fields.push(b"Accept", b"*/*");
            }
            if !settled.user_agent {
                fields.push(b"User-Agent", USER_AGENT.as_bytes());
            }
            if let Some((user, password)) = credentials() {
                fields.push(b"Authorization", &basic(&user, &password));
            }
        });
        self.fields = fields;
        if accept_codings {
            self.add_codings();
        }
        if self.target.is_none() && self.method == b"CONNECT" {
            self.target = Some(self.url.host_and_port().into_bytes().into());
        }
        self.write();
    }

    /// Returns whether it occupies more memory than requests usually need.
    pub(super) fn has_large_memory(&self) -> bool {
        let target = self.target.as_ref().map_or(0, |target| target.len());
        self.fields.has_large_memory() || self.url.has_large_memory() || target > 4 * 1024
    }

    /// Returns the tag, if the caller has set one.
    #[must_use]
    pub const fn tag(&self) -> Option<&Arc<str>> {
        self.tag.as_ref()
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &[u8] {
        &self.method
    }

    /// Returns whether the method is idempotent (RFC 9110 section 9.2.2). Methods that RFC 9110 does
    /// not define are not.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        matches!(
            self.method.as_slice(),
            b"GET" | b"HEAD" | b"OPTIONS" | b"TRACE" | b"PUT" | b"DELETE"
        )
    }

    /// Returns the URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the request target if it is not that of the URL: for CONNECT, or where the caller set
    /// one.
    pub(super) fn own_target(&self) -> Option<&[u8]> {
        self.target.as_deref()
    }

    /// Returns the fields, including those that were added to the caller's.
    #[must_use]
    pub const fn fields(&self) -> &FieldBlock {
        &self.fields
    }

    /// Returns the length of the body.
    #[must_use]
    pub const fn size(&self) -> BodySize {
        self.size
    }

    /// Returns the encoded head for the origin server.
    pub(super) const fn written(&self) -> &WrittenRequest {
        &self.written
    }

    /// Stores the request with its secrets masked, for a recording. All parts keep their lengths.
    #[doc(hidden)]
    pub fn store_masked(&self, capture: Capture, to: &mut Vec<u8>) {
        if capture.shows_secrets() {
            return self.store(to);
        }
        let Self { method, url, target, size, is_http10, removed, is_contradicted, tag, .. } = self;
        method.store(to);
        url.store(to);
        let url = to.len() - url.as_str().len();
        capture.mask_url(to.get_mut(url..).unwrap_or_default());
        target.store(to);
        let target = to.len() - target.as_ref().map_or(0, |target| target.len());
        capture.mask_target(to.get_mut(target..).unwrap_or_default());
        let fields = self.fields.fields();
        fields.len().store(to);
        for field in fields {
            stored_bytes(field.name, to);
            let value = stored_bytes(field.value, to);
            capture.mask_field(field.name, value);
        }
        size.store(to);
        is_http10.store(to);
        removed.store(to);
        is_contradicted.store(to);
        tag.store(to);
    }

    /// Returns why the request cannot be sent, if that is so.
    #[inline]
    pub(super) fn refusal(&self) -> Option<Misuse> {
        match self.is_contradicted {
            true => Some(Misuse::Framing),
            false => self.written.refusal(),
        }
    }

    fn write(&mut self) {
        let form = self.form();
        let Self { method, url, target, fields, size, written, .. } = self;
        let target = target.as_deref().unwrap_or_else(|| url.target().as_bytes());
        written.write(method, target, fields.fields(), *size, form);
    }

    /// Returns what the head must have: the Host field unless the caller has removed it.
    pub(super) const fn form(&self) -> HeadForm {
        HeadForm { needs_host: !self.removed.host, is_http10: self.is_http10 }
    }

    /// Returns whether a body is expected by the method, so that an empty one is announced as such
    /// (RFC 9110 section 8.6).
    fn may_announce_nothing(&self) -> bool {
        matches!(self.method.as_slice(), b"POST" | b"PUT" | b"PATCH")
    }

    pub(super) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Adds an Accept-Encoding field with the content codings that are built in, unless the caller
    /// has set one, or a Range: a part of a coded body cannot be decoded.
    ///
    /// With [`Options::decode`](super::Options::decode), an exchange does this in a copy of the
    /// request.
    pub fn accept_codings(&mut self) {
        if self.add_codings() {
            self.write();
        }
    }

    fn add_codings(&mut self) -> bool {
        let lacks = self.lacks_codings();
        if lacks {
            self.fields.push(b"Accept-Encoding", ACCEPTED.as_bytes());
        }
        lacks
    }

    /// Returns whether an Accept-Encoding field can be added.
    pub(super) fn lacks_codings(&self) -> bool {
        let fields = self.fields.fields();
        !ACCEPTED.is_empty()
            && !self.removed.codings
            && fields.get("Accept-Encoding").or(fields.get("Range")).is_none()
    }

    /// Returns the request with more cookies, behind those of its own Cookie fields, and in the same field (RFC 6265
    /// section 5.4). A cookie whose name is among its own is left out. Returns the number of those that were added; `None`
    /// without any.
    pub(super) fn with_cookies(&self, cookies: &[u8]) -> Option<(Self, u64)> {
        let mut fields = FieldBlock::new();
        let mut list: Vec<u8> = Vec::new();
        for field in self.fields.fields() {
            if field.is("Cookie") {
                append(&mut list, field.value);
            } else {
                fields.push(field.name, field.value);
            }
        }
        let own = list.clone();
        let is_own = |cookie: &[u8]| pairs(&own).any(|own| name(own) == name(cookie));
        let mut added = 0;
        for cookie in pairs(cookies).filter(|cookie| !is_own(cookie)) {
            append(&mut list, cookie);
            added += 1;
        }
        if added == 0 {
            return None;
        }
        fields.push(b"Cookie", &list);
        let mut request = Self { fields, ..self.clone() };
        request.write();
        Some((request, added))
    }

    /// Returns whether there is a body of at least one byte.
    pub(super) const fn has_content(&self) -> bool {
        !matches!(self.size, BodySize::None | BodySize::Length(0))
    }

    /// Returns whether the body is sent only after `100 Continue`.
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.has_content() && expects_continue(self.fields.fields())
    }
}

/// A builder for a [`Request`].
#[derive(Clone)]
#[must_use = "a request must be built"]
pub struct RequestBuilder {
    /// Everything except the fields. It is shared only with clones of this builder.
    request: Arc<Request>,
    /// The caller's fields.
    fields: FieldBlock,
    expect_continue: bool,
    accept_codings: bool,
}

impl fmt::Debug for RequestBuilder {
    /// Formats the request with its secrets hidden as by [`Capture::Default`].
    ///
    /// [`Capture::Default`]: crate::trace::Capture::Default
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("request", &self.request)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

impl RequestBuilder {
    /// Returns a builder for this request; `fields` are empty.
    const fn of(request: Arc<Request>, fields: FieldBlock) -> Self {
        Self { request, fields, expect_continue: false, accept_codings: false }
    }

    /// Adds a field. Case and order are kept. Sending a request with an invalid field fails.
    pub fn field(mut self, name: &[u8], value: &[u8]) -> Self {
        self.push(name, value);
        self
    }

    /// Returns whether the caller has added a field of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.fields().get(name).is_some()
    }

    /// Adds a field in place, as [`field`](Self::field) does.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        self.fields.push(name, value);
    }

    /// Adds those of `defaults` whose names the caller has not added.
    pub fn push_missing(&mut self, defaults: Fields<'_>) {
        let own = self.fields.fields().len();
        for default in defaults {
            let is_own = |field: Field<'_>| field.name.eq_ignore_ascii_case(default.name);
            if !self.fields.fields().iter().take(own).any(is_own) {
                self.fields.push(default.name, default.value);
            }
        }
    }

    /// Adds to the query of the URL, which is already encoded: after a `&` if there is a query, before the fragment.
    ///
    /// ```
    /// use limpid_core::client::Request;
    ///
    /// let builder = Request::builder(b"GET", "http://localhost/?a=1#top".parse()?);
    /// assert_eq!(builder.query("b=2")?.build().url().as_str(), "http://localhost/?a=1&b=2#top");
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    ///
    /// # Errors
    /// The URL becomes too long, or has a control character.
    pub fn query(mut self, query: &str) -> Result<Self, UrlError> {
        let request = self.request();
        let (url, fragment) = match request.url.as_str().split_once('#') {
            Some((url, fragment)) => (url, Some(fragment)),
            None => (request.url.as_str(), None),
        };
        let between = match url.split_once('?') {
            None => "?",
            Some((_, "")) => "",
            Some(_) => "&",
        };
        let fragment = fragment.map(|fragment| ["#", fragment].concat()).unwrap_or_default();
        request.url.replace(&[url, between, query, &fragment].concat())?;
        Ok(self)
    }

    /// Leaves out the field of this name, which would be added: Host, Accept, User-Agent,
    /// Accept-Encoding, Authorization (for the credentials of the URL), or the Content-Length of an
    /// empty body. Has no effect on other names, and on fields that the caller has added.
    ///
    /// ```
    /// use limpid_core::client::Request;
    ///
    /// let request = Request::builder(b"GET", "http://localhost/".parse()?).without(b"accept").build();
    /// assert_eq!(request.fields().fields().get("Accept"), None);
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    pub fn without(mut self, name: &[u8]) -> Self {
        self.request().removed.settle(name);
        self
    }

    /// Leaves out the fields that `other` leaves out, and takes its version.
    pub(super) fn in_the_form_of(mut self, other: &Request) -> Self {
        let request = self.request();
        (request.removed, request.is_http10) = (other.removed, other.is_http10);
        self
    }

    /// Sends the request as one of HTTP/1.0, which may have no body of unknown length. Whether the connection is kept is up
    /// to the server.
    ///
    /// ```
    /// use limpid_core::client::Request;
    ///
    /// let request = Request::builder(b"GET", "http://localhost/".parse()?).http10().build();
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    pub fn http10(mut self) -> Self {
        self.request().is_http10 = true;
        self
    }

    /// Sets the request target instead of the URL's path and query (RFC 9112 section 3.2): `*` for
    /// OPTIONS, or `host:port` for CONNECT, which is by default that of the URL. It is sent
    /// unchanged. Sending a request fails if the target is not valid for the method.
    pub fn target(mut self, target: &[u8]) -> Self {
        self.request().target = Some(target.into());
        self
    }

    /// Sets the tag: a name of the caller's for the request, such as the number of a job. It is not sent. All
    /// events of the exchange have it ([`Meta::tag`](crate::trace::Meta::tag)), and outputs show it in every
    /// [`Capture`](crate::trace::Capture), so it should be short and contain no secrets.
    ///
    /// ```
    /// use limpid_core::client::Request;
    ///
    /// let request = Request::builder(b"GET", "http://localhost/".parse()?).tag("job-17").build();
    /// assert_eq!(request.tag().map(|tag| &**tag), Some("job-17"));
    /// # Ok::<(), limpid_core::client::UrlError>(())
    /// ```
    pub fn tag(mut self, tag: impl Into<Arc<str>>) -> Self {
        self.request().tag = Some(tag.into());
        self
    }

    /// Sets the length of the body.
    pub fn body(mut self, size: BodySize) -> Self {
        self.request().size = size;
        self
    }

    /// Sends the body only after the server has answered `100 Continue`, or has not answered for a
    /// while (RFC 9110 section 10.1.1). Has no effect without a body.
    pub const fn expect_continue(mut self) -> Self {
        self.expect_continue = true;
        self
    }

    /// Adds an Accept-Encoding field, as [`Request::accept_codings`] does.
    pub const fn accept_codings(mut self, accept: bool) -> Self {
        self.accept_codings = accept;
        self
    }

    /// Completes the request. Adds Host, Accept and User-Agent where the caller set none, and the
    /// credentials of the URL as Basic authentication (RFC 7617). POST, PUT and PATCH without a body
    /// have a Content-Length of 0 (RFC 9110 section 8.6).
    #[must_use]
    pub fn build(self) -> Request {
        Arc::unwrap_or_clone(self.build_shared())
    }

    /// Completes the request as [`build`](Self::build) does, and returns it shared, as an exchange
    /// takes it.
    #[must_use]
    pub fn build_shared(self) -> Arc<Request> {
        let Self { mut request, fields, expect_continue, accept_codings } = self;
        Arc::make_mut(&mut request).complete(fields, expect_continue, accept_codings);
        request
    }

    fn request(&mut self) -> &mut Request {
        Arc::make_mut(&mut self.request)
    }
}

impl Stored for Request {
    fn store(&self, to: &mut Vec<u8>) {
        let Self {
            method,
            url,
            target,
            fields,
            size,
            is_http10,
            removed,
            is_contradicted,
            origin,
            written,
            tag,
        } = self;
        // They follow from the others.
        let _: (&Origin, &WrittenRequest) = (origin, written);
        method.store(to);
        url.store(to);
        target.store(to);
        fields.store(to);
        size.store(to);
        is_http10.store(to);
        removed.store(to);
        is_contradicted.store(to);
        tag.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (method, url) = from.read()?;
        let mut request = Self {
            method,
            origin: Origin::of(&url),
            url,
            target: from.read()?,
            fields: from.read()?,
            size: from.read()?,
            is_http10: from.read()?,
            removed: from.read()?,
            is_contradicted: from.read()?,
            written: WrittenRequest::with_capacity(256),
            tag: from.read()?,
        };
        request.write();
        Some(request)
    }
}

/// Stores bytes after their number, as those of fields, and returns them.
fn stored_bytes<'t>(bytes: &[u8], to: &'t mut Vec<u8>) -> &'t mut [u8] {
    bytes.len().store(to);
    let start = to.len();
    to.extend_from_slice(bytes);
    to.get_mut(start..).unwrap_or_default()
}

const USER_AGENT: &str = concat!("limpid/", env!("CARGO_PKG_VERSION"));

/// The fields that are not added to a request, because the caller has set or removed them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Settled {
    host: bool,
    accept: bool,
    user_agent: bool,
    authorization: bool,
    codings: bool,
    framing: bool,
}

stored_struct! { Settled { host accept user_agent authorization codings framing } }

impl Settled {
    /// Returns these fields and those that the caller has set, except for Accept-Encoding.
    fn with(mut self, fields: Fields<'_>) -> Self {
        for span in fields.spans() {
            match span.name_len {
                4 => self.host |= fields.is_named(span, b"host"),
                6 => self.accept |= fields.is_named(span, b"accept"),
                10 => self.user_agent |= fields.is_named(span, b"user-agent"),
                13 => self.authorization |= fields.is_named(span, b"authorization"),
                14 => self.framing |= fields.is_named(span, b"content-length"),
                17 => self.framing |= fields.is_named(span, b"transfer-encoding"),
                _ => {}
            }
        }
        self
    }

    /// Adds the field of this name.
    fn settle(&mut self, name: &[u8]) {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        self.host |= is("Host");
        self.accept |= is("Accept");
        self.user_agent |= is("User-Agent");
        self.authorization |= is("Authorization");
        self.codings |= is("Accept-Encoding");
        self.framing |= is("Content-Length");
    }

    /// Returns the length of the body by the caller's own fields, which take precedence.
    fn size(self, fields: Fields<'_>) -> Option<BodySize> {
        if !self.framing {
            return None;
        }
        match fields.get("Transfer-Encoding") {
            Some(coding) if coding.eq_ignore_ascii_case(b"chunked") => Some(BodySize::Unknown),
            _ => number::decimal(fields.get("Content-Length")?).ok().map(BodySize::Length),
        }
    }
}

/// Returns whether a body of size `actual` is not one of the `announced` length.
fn contradicts(announced: BodySize, actual: BodySize) -> bool {
    match (announced, actual) {
        (BodySize::Length(announced), BodySize::Length(actual)) => announced != actual,
        (BodySize::Length(announced), BodySize::None) => announced > 0,
        _ => false,
    }
}

fn expects_continue(fields: Fields<'_>) -> bool {
    let expected = |element: &[u8]| element.eq_ignore_ascii_case(b"100-continue");
    fields.iter().any(|field| field.is("Expect") && field.elements().any(expected))
}

/// Appends a cookie to a list of cookies.
fn append(list: &mut Vec<u8>, cookie: &[u8]) {
    if !list.is_empty() {
        list.extend_from_slice(b"; ");
    }
    list.extend_from_slice(cookie);
}

/// Returns the pairs of a list of cookies.
fn pairs(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty())
}

/// Returns the name of a cookie.
fn name(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii()
}
