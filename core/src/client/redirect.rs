//! Redirects (RFC 9110 section 15.4).

use crate::values::Arc;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::decision::Decision;
use super::plan::Plan;
use super::request::Request;
use super::span_tracker::SpanTracker;
use super::url::{Url, UrlError, percent_encode};
use crate::error::{Cause, Error};
use crate::fields::Field;
use crate::http1::ResponseHead;
use crate::trace::{At, Capture, FieldKind, Sink, known_field};

/// The request that follows a redirect, or why it cannot be made.
pub(super) type Next = Result<Arc<Request>, Box<Error>>;

/// The number of characters of a Location that an error contains.
const MOST_SHOWN: usize = 256;

/// Decides about a redirect, after `followed` others, and logs the decision. Returns the next
/// request, or why it cannot be made; `None` if the response is not a redirect to follow.
#[cold]
pub(super) fn hop<S: Sink>(
    head: ResponseHead<'_>,
    plan: &Plan,
    followed: u32,
    spans: &mut SpanTracker,
    at: At<'_, S>,
) -> Option<Next> {
    let most = plan.options.redirects;
    let hop = most.and_then(|_| follow(plan, head));
    spans.redirect_decided(decide(head, hop.as_ref(), followed, most), at);
    hop
}

/// Returns the request that follows a redirect; `None` if the response has no Location, or an empty
/// one.
///
/// The fragment of the old URL is kept where the new one has none. A request with a body becomes a
/// GET without one after 301 (POST), 302 and 303, as in httpx. What authenticates the client is not
/// sent to another origin (RFC 9110 section 15.4).
fn follow(plan: &Plan, head: ResponseHead<'_>) -> Option<Next> {
    let request = &*plan.request;
    let location = head.fields.get("Location").filter(|location| !location.is_empty())?;
    let location = text(location, plan.options.latin1_location);
    let url = match request.url().join(&location) {
        Ok(url) => url,
        Err(error) => return Some(Err(Box::new(refused(&location, error)))),
    };
    let rules = &plan.options.redirect_rules;
    if (rules.https_only || plan.options.https_only) && !url.scheme().is_secure() {
        let error = Error::new(Cause::NotHttps).with_location(&shown(&location));
        return Some(Err(Box::new(error)));
    }
    let same_origin = request.origin().is_of(&url);
    let url = if same_origin { url } else { url.without_userinfo() };
    let (method, drops_body) = rules.next(head.status, request.method());
    let mut builder = Request::builder(method, url).in_the_form_of(request);
    for field in request.fields().fields() {
        let is_of_origin = match known_field(field.name) {
            FieldKind::Credential => !rules.trusted,
            _ => field.is("Host"),
        };
        let is_left_out = (!same_origin && is_of_origin)
            || (drops_body && is_of_content(field))
            || (rules.referer && field.is("Referer"));
        if !is_left_out {
            builder.push(field.name, field.value);
        }
    }
    if rules.referer {
        builder.push(b"Referer", referer(request.url()).as_bytes());
    }
    if !drops_body {
        builder = builder.body(request.size());
    }
    Some(Ok(builder.build_shared()))
}

/// Returns the URL of a request as a Referer: without credentials and fragment (RFC 9110 section 10.1.3).
fn referer(url: &Url) -> String {
    [url.scheme().name(), "://", url.authority(), url.target()].concat()
}

/// Returns whether a field describes the content or its transfer.
fn is_of_content(field: Field<'_>) -> bool {
    const OTHERS: [&str; 6] =
        ["Transfer-Encoding", "Trailer", "Expect", "Digest", "Repr-Digest", "Last-Modified"];
    let prefix = field.name.get(..b"Content-".len());
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"Content-"))
        || OTHERS.iter().any(|name| field.is(name))
}

/// Returns the error of a redirect to a Location that is not a URL for a request.
fn refused(location: &str, error: UrlError) -> Error {
    Error::new(Cause::BadRedirect).with_location(&shown(location)).with_source(error)
}

/// Returns a Location as errors contain it: shortened, and with secrets hidden.
fn shown(location: &str) -> String {
    let shown = Capture::Default.url(location);
    match shown.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => [&shown[..end], "..."].concat(),
        None => shown.into_owned(),
    }
}

/// Describes the decision about a redirect to `hop`, after `followed` others.
fn decide<'d>(
    head: ResponseHead<'_>,
    hop: Option<&'d Next>,
    followed: u32,
    most: Option<u32>,
) -> Decision<'d> {
    let (url, why) = match (hop, most) {
        (_, None) => (None, "redirects are not followed"),
        (None, _) => (None, "it has no Location"),
        (Some(Err(error)), _) if error.cause == Cause::NotHttps => {
            (None, "its Location is not https, and nothing else is permitted")
        }
        (Some(Err(_)), _) => (None, "its Location is not a URL for a request"),
        (Some(Ok(next)), Some(most)) => (
            Some(next.url().as_str()),
            if followed < most { FOLLOWED } else { "the limit of redirects is reached" },
        ),
    };
    Decision { status: head.status, url, follow: why == FOLLOWED, why }
}

/// Why a redirect is followed.
const FOLLOWED: &str = "its status and its Location ask for that";

/// Returns whether this status asks for another request.
#[inline]
pub(super) const fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Returns a Location as text, which is UTF-8 (RFC 3987). Bytes that are not are percent-encoded as
/// they are, or else read as ISO-8859-1.
fn text(value: &[u8], latin1: bool) -> Cow<'_, str> {
    if let Ok(text) = core::str::from_utf8(value) {
        return Cow::Borrowed(text);
    }
    if latin1 {
        return Cow::Owned(value.iter().copied().map(char::from).collect());
    }
    let mut text = String::with_capacity(value.len() + 8);
    for chunk in value.utf8_chunks() {
        text.push_str(chunk.valid());
        percent_encode(chunk.invalid(), &mut text);
    }
    Cow::Owned(text)
}
