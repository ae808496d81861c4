//! Requests as an application builds them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::basic::basic;
use super::origin::Origin;
use super::url::{Url, UrlError};
use crate::coding::ACCEPTED;
use crate::fields::{FieldBlock, Fields};
use crate::http1::{BodySize, WrittenRequest};
use crate::wire::number;

/// A request, complete but for the bytes of its body.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    method: Vec<u8>,
    url: Url,
    /// The target, where it is not the URL's.
    target: Option<Vec<u8>>,
    fields: FieldBlock,
    size: BodySize,
    /// Where it goes, if not through a proxy.
    origin: Origin,
    /// Its head as the origin server is sent it.
    written: WrittenRequest,
}

impl Request {
    /// Starts a request.
    pub fn builder(method: &[u8], url: Url) -> RequestBuilder {
        let request = Self {
            method: method.to_vec(),
            origin: Origin::of(&url),
            url,
            target: None,
            fields: FieldBlock::new(),
            size: BodySize::None,
            written: WrittenRequest::with_capacity(256),
        };
        let fields = FieldBlock::with_capacity(8, 256);
        RequestBuilder::of(Arc::new(request), fields)
    }

    /// Starts a request in the memory of one that nobody needs any more.
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
        request.target = None;
        request.size = BodySize::None;
        let mut fields = core::mem::take(&mut request.fields);
        fields.clear();
        Ok(RequestBuilder::of(memory, fields))
    }

    /// Takes the fields that the caller gave, and what is to be added to them.
    fn complete(&mut self, mut fields: FieldBlock, expect_continue: bool, accept_codings: bool) {
        let given = Given::of(fields.fields());
        self.size = given.size(fields.fields()).unwrap_or(self.size);
        if expect_continue && self.has_content() && !expects_continue(fields.fields()) {
            fields.push(b"Expect", b"100-continue");
        }
        let credentials = || self.url.credentials().filter(|_| !given.authorization);
        fields.add_first(|fields| {
            if !given.host {
                fields.push(b"Host", self.url.authority().as_bytes());
            }
            if !given.accept {
                fields.push(b"Accept", b"*/*");
            }
            if !given.user_agent {
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
            self.target = Some(self.url.host_and_port().into_bytes());
        }
        self.write();
    }

    /// Whether it holds more memory than requests usually need.
    pub(super) fn has_large_memory(&self) -> bool {
        let target = self.target.as_ref().map_or(0, Vec::len);
        self.fields.has_large_memory() || self.url.has_large_memory() || target > 4 * 1024
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &[u8] {
        &self.method
    }

    /// Whether the method is one of those that can be repeated without being done twice
    /// (RFC 9110 section 9.2.2). Methods that RFC 9110 does not define are taken for others.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        matches!(
            self.method.as_slice(),
            b"GET" | b"HEAD" | b"OPTIONS" | b"TRACE" | b"PUT" | b"DELETE"
        )
    }

    /// The URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The target, where it is not the URL's: that of CONNECT, or what the caller gave.
    pub(super) fn own_target(&self) -> Option<&[u8]> {
        self.target.as_deref()
    }

    /// The fields, those that were added for the caller included.
    #[must_use]
    pub const fn fields(&self) -> &FieldBlock {
        &self.fields
    }

    /// How long the body is.
    #[must_use]
    pub const fn size(&self) -> BodySize {
        self.size
    }

    /// Its head as the origin server is sent it.
    pub(super) const fn written(&self) -> &WrittenRequest {
        &self.written
    }

    fn write(&mut self) {
        let Self { method, url, target, fields, size, written, .. } = self;
        let target = target.as_deref().unwrap_or_else(|| url.target().as_bytes());
        written.write(method, target, fields.fields(), *size);
    }

    pub(super) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Asks for the content codings that are built in, where the caller has not said which ones he
    /// takes. A part of a coded body could not be decoded, so a part is asked for as it is.
    ///
    /// An exchange whose [`Options`](super::Options) say that bodies are decoded does this too, in a
    /// copy of the request.
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

    /// Whether it is for us to say which codings are taken.
    pub(super) fn lacks_codings(&self) -> bool {
        let fields = self.fields.fields();
        !ACCEPTED.is_empty() && fields.get("Accept-Encoding").or(fields.get("Range")).is_none()
    }

    /// Whether there is a body, of more than no bytes.
    pub(super) const fn has_content(&self) -> bool {
        !matches!(self.size, BodySize::None | BodySize::Length(0))
    }

    /// Whether the body is to be sent only when the server asks for it.
    #[must_use]
    pub fn expects_continue(&self) -> bool {
        self.has_content() && expects_continue(self.fields.fields())
    }
}

/// A request on its way to be complete.
#[derive(Clone, Debug)]
#[must_use = "a request must be built"]
pub struct RequestBuilder {
    /// What is known of it beside its fields. Nobody else has it, but for a clone of this builder.
    request: Arc<Request>,
    /// Those that the caller gave.
    fields: FieldBlock,
    expect_continue: bool,
    accept_codings: bool,
}

impl RequestBuilder {
    /// Builds this request; the fields are empty.
    const fn of(request: Arc<Request>, fields: FieldBlock) -> Self {
        Self { request, fields, expect_continue: false, accept_codings: false }
    }

    /// Adds a field. Its case, and its place among the fields that are added so, are kept. A field
    /// that cannot be sent is refused when the request is.
    pub fn field(mut self, name: &[u8], value: &[u8]) -> Self {
        self.push(name, value);
        self
    }

    /// The same, where the builder stays where it is.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        self.fields.push(name, value);
    }

    /// Asks for this target instead of the URL's path and query (RFC 9112 section 3.2): `*` for
    /// OPTIONS, or `host:port` for CONNECT, which is otherwise that of the URL. It is sent as it is;
    /// what is no target for the method is refused when the request is sent.
    pub fn target(mut self, target: &[u8]) -> Self {
        self.request().target = Some(target.to_vec());
        self
    }

    /// Says how long the body will be.
    pub fn body(mut self, size: BodySize) -> Self {
        self.request().size = size;
        self
    }

    /// Sends the body only when the server asks for it with `100 Continue`, or says nothing for a
    /// while (RFC 9110 section 10.1.1). Without a body, nothing is expected.
    pub const fn expect_continue(mut self) -> Self {
        self.expect_continue = true;
        self
    }

    /// Asks for the content codings that are built in, as [`Request::accept_codings`] does.
    pub const fn accept_codings(mut self, accept: bool) -> Self {
        self.accept_codings = accept;
        self
    }

    /// Completes the request: Host, Accept and User-Agent are added where the caller gave none, and
    /// the credentials of the URL as Basic authentication (RFC 7617).
    #[must_use]
    pub fn build(self) -> Request {
        Arc::unwrap_or_clone(self.build_shared())
    }

    /// The same, where it is to be shared: an exchange takes it so, without a copy.
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

const USER_AGENT: &str = concat!("limpid/", env!("CARGO_PKG_VERSION"));

/// Which fields the caller gave, of those that would be added otherwise, or say how long the body is.
#[derive(Clone, Copy, Debug, Default)]
struct Given {
    host: bool,
    accept: bool,
    user_agent: bool,
    authorization: bool,
    framing: bool,
}

impl Given {
    fn of(fields: Fields<'_>) -> Self {
        let mut given = Self::default();
        for span in fields.spans() {
            match span.name_len {
                4 => given.host |= fields.is_named(span, b"host"),
                6 => given.accept |= fields.is_named(span, b"accept"),
                10 => given.user_agent |= fields.is_named(span, b"user-agent"),
                13 => given.authorization |= fields.is_named(span, b"authorization"),
                14 => given.framing |= fields.is_named(span, b"content-length"),
                17 => given.framing |= fields.is_named(span, b"transfer-encoding"),
                _ => {}
            }
        }
        given
    }

    /// How long the body is by the caller's own fields, which count more than what it looks like.
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

fn expects_continue(fields: Fields<'_>) -> bool {
    let expected = |element: &[u8]| element.eq_ignore_ascii_case(b"100-continue");
    fields.iter().any(|field| field.is("Expect") && field.elements().any(expected))
}
