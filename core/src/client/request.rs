//! Requests as an application builds them.

use alloc::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::origin::Origin;
use super::url::Url;
use crate::coding::ACCEPTED;
use crate::fields::{FieldBlock, Fields};
use crate::http1::BodySize;
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
}

impl Request {
    /// Starts a request.
    pub fn builder(method: &[u8], url: Url) -> RequestBuilder {
        RequestBuilder {
            method: method.to_vec(),
            url,
            target: None,
            fields: FieldBlock::new(),
            size: BodySize::None,
            expect_continue: false,
        }
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

    pub(super) const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Asks for the content codings that are built in, where the caller has not said which ones he
    /// takes. A part of a coded body could not be decoded, so a part is asked for as it is.
    ///
    /// An exchange whose [`Options`](super::Options) say that bodies are decoded does this too, in a
    /// copy of the request.
    pub fn accept_codings(&mut self) {
        if self.lacks_codings() {
            self.fields.push(b"Accept-Encoding", ACCEPTED.as_bytes());
        }
    }

    /// Whether it is for us to say which codings are taken.
    pub(super) fn lacks_codings(&self) -> bool {
        let fields = self.fields.fields();
        !ACCEPTED.is_empty() && fields.get("Accept-Encoding").or(fields.get("Range")).is_none()
    }

    /// Whether there is a body, of more than no bytes.
    pub(super) const fn has_content(&self) -> bool {
        has_content(self.size)
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
    method: Vec<u8>,
    url: Url,
    /// The target, where it is not the URL's.
    target: Option<Vec<u8>>,
    fields: FieldBlock,
    size: BodySize,
    expect_continue: bool,
}

impl RequestBuilder {
    /// Adds a field. Its case, and its place among the fields that are added so, are kept. A field
    /// that cannot be sent is refused when the request is.
    pub fn field(mut self, name: &[u8], value: &[u8]) -> Self {
        self.fields.push(name, value);
        self
    }

    /// Asks for this target instead of the URL's path and query (RFC 9112 section 3.2): `*` for
    /// OPTIONS, or `host:port` for CONNECT, which is otherwise that of the URL. It is sent as it is;
    /// what is no target for the method is refused when the request is sent.
    pub fn target(mut self, target: &[u8]) -> Self {
        self.target = Some(target.to_vec());
        self
    }

    /// Says how long the body will be.
    pub const fn body(mut self, size: BodySize) -> Self {
        self.size = size;
        self
    }

    /// Sends the body only when the server asks for it with `100 Continue`, or says nothing for a
    /// while (RFC 9110 section 10.1.1). Without a body, nothing is expected.
    pub const fn expect_continue(mut self) -> Self {
        self.expect_continue = true;
        self
    }

    /// Completes the request: Host, Accept and User-Agent are added where the caller gave none, and
    /// the credentials of the URL as Basic authentication (RFC 7617).
    #[must_use]
    pub fn build(self) -> Request {
        let given = self.fields.fields();
        let mut fields = FieldBlock::new();
        let mut default = |name: &str, value: &[u8]| {
            if given.get(name).is_none() {
                fields.push(name.as_bytes(), value);
            }
        };
        default("Host", self.url.authority().as_bytes());
        default("Accept", b"*/*");
        default("User-Agent", concat!("limpid/", env!("CARGO_PKG_VERSION")).as_bytes());
        if let Some((user, password)) = self.url.credentials() {
            default("Authorization", &basic(&user, &password));
        }
        fields.extend(given.iter().map(|field| (field.name, field.value)));
        let size = announced(&fields).unwrap_or(self.size);
        if self.expect_continue && has_content(size) && !expects_continue(fields.fields()) {
            fields.push(b"Expect", b"100-continue");
        }
        let target = match self.target {
            None if self.method == b"CONNECT" => Some(self.url.host_and_port().into_bytes()),
            target => target,
        };
        let origin = Origin::of(&self.url);
        Request { method: self.method, url: self.url, target, fields, size, origin }
    }
}

const fn has_content(size: BodySize) -> bool {
    !matches!(size, BodySize::None | BodySize::Length(0))
}

fn expects_continue(fields: Fields<'_>) -> bool {
    let expected = |element: &[u8]| element.eq_ignore_ascii_case(b"100-continue");
    fields.iter().any(|field| field.is("Expect") && field.elements().any(expected))
}

/// The value of Authorization for the Basic scheme (RFC 7617).
#[must_use]
pub fn basic(user: &[u8], password: &[u8]) -> Vec<u8> {
    [b"Basic ", STANDARD.encode([user, b":", password].concat()).as_bytes()].concat()
}

/// How long the body is by the caller's own fields, which count more than what the body looks like.
fn announced(fields: &FieldBlock) -> Option<BodySize> {
    let fields = fields.fields();
    if fields.get("Transfer-Encoding").is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked"))
    {
        return Some(BodySize::Unknown);
    }
    number::decimal(fields.get("Content-Length")?).ok().map(BodySize::Length)
}
