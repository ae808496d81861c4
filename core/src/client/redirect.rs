//! Redirects (RFC 9110 section 15.4).

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::sync::Arc;

use super::decision::Decision;
use super::plan::Plan;
use super::request::Request;
use super::span_tracker::SpanTracker;
use super::url::{UrlError, UrlProblem};
use crate::error::Cause;
use crate::fields::Field;
use crate::http1::ResponseHead;
use crate::trace::{At, Sink};

/// The request that follows a redirect, or why it cannot be made.
pub(super) type Hop = Result<Arc<Request>, Cause>;

/// Decides about a redirect, after `followed` others, and logs the decision. Returns the next
/// request; `None` if the redirect is not followed.
///
/// # Errors
/// The Location is not a URL.
#[cold]
pub(super) fn hop<S: Sink>(
    head: ResponseHead<'_>,
    plan: &Plan,
    followed: u32,
    spans: &mut SpanTracker,
    at: At<'_, S>,
) -> Result<Option<Hop>, Cause> {
    let most = plan.options.redirects;
    let hop = follow(&plan.request, head).map(|hop| hop.filter(|_| most > 0));
    spans.redirect_decided(decide(head, &hop, followed, most), at);
    hop
}

/// Returns the request that follows `request` after a redirect; `None` if the response has no
/// Location.
///
/// The fragment of the old URL is kept where the new one has none. A request with a body becomes a
/// GET without one after 301 (POST), 302 and 303, as in browsers. Credentials and cookies are not
/// sent to another origin.
///
/// # Errors
/// The Location is not a URL. If it is one of another scheme, the error is in the [`Hop`], so that
/// only following it fails.
fn follow(request: &Request, head: ResponseHead<'_>) -> Result<Option<Hop>, Cause> {
    let Some(location) = head.fields.get("Location") else { return Ok(None) };
    let location = text(location);
    let url = match request.url().join(&location) {
        Ok(url) => url,
        Err(error) if is_elsewhere(&location, error) => return Ok(Some(Err(Cause::BadRedirect))),
        Err(_) => return Err(Cause::BadRedirect),
    };
    let to_get = match (head.status, request.method()) {
        (301, method) => method == b"POST",
        (302 | 303, method) => method != b"HEAD",
        _ => false,
    };
    let same_origin = request.origin().is_of(&url);
    let upgrades = request.url().host() == url.host()
        && (request.url().port(), url.port()) == (80, 443)
        && url.scheme().is_secure();
    let method = if to_get { b"GET" } else { request.method() };
    let mut builder = Request::builder(method, url);
    for field in request.fields().fields().iter() {
        let kept = match () {
            () if field.is("Host") => false,
            () if field.is("Authorization") => same_origin || upgrades,
            () if field.is("Cookie") || field.is("Proxy-Authorization") => same_origin,
            () if of_body(field) => !to_get,
            () => true,
        };
        if kept {
            builder = builder.field(field.name, field.value);
        }
    }
    if !to_get {
        builder = builder.body(request.size());
    }
    Ok(Some(Ok(builder.build_shared())))
}

/// Returns whether a field describes the body or its transfer.
fn of_body(field: Field<'_>) -> bool {
    ["Content-Length", "Transfer-Encoding", "Expect"].iter().any(|name| field.is(name))
}

/// Describes the decision about a redirect to `hop`, after `followed` others.
fn decide<'d>(
    head: ResponseHead<'_>,
    hop: &'d Result<Option<Hop>, Cause>,
    followed: u32,
    most: u32,
) -> Decision<'d> {
    let (url, why) = match hop {
        Err(_) => (None, "its Location is no URL"),
        Ok(Some(Err(_))) => (None, "its Location leads elsewhere than to HTTP"),
        Ok(Some(Ok(next))) => (
            Some(next.url().as_str()),
            if followed < most { FOLLOWED } else { "as many were followed as may be" },
        ),
        Ok(None) if head.fields.get("Location").is_none() => (None, "it has no Location"),
        Ok(None) => (None, "redirects are not to be followed"),
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

/// Returns a field value as text: UTF-8, otherwise ISO-8859-1 (RFC 9110 section 5.5).
fn text(value: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.iter().copied().map(char::from).collect::<String>()),
    }
}

/// Returns whether this is a URL with an authority, but of another protocol.
fn is_elsewhere(location: &str, error: UrlError) -> bool {
    matches!(error.problem, UrlProblem::UnknownScheme | UrlProblem::NoHost)
        && location.contains("//")
}
