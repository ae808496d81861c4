//! Authentication that the server begins: it refuses a request, and names the schemes that it takes (RFC 9110 section 11).

use digest_auth::{AuthContext, HttpMethod};
use limpid_core::client::basic;
use limpid_io::Error;

use super::credentials::Credentials;
use super::expectation;
use super::login::Login;
use super::target::Target;
use crate::args::Scheme;
use crate::driver::{Client, Draft, Response};
use crate::heads::Heads;
use crate::payload::Payload;

/// The status of a response that asks for credentials.
const UNAUTHORIZED: u16 = 401;

/// Sends the request that `draft` returns. With `--digest` and `--anyauth`, sends it again with the credentials that the server
/// has asked for. The heads of responses before the last are added to `heads`.
pub(super) fn send<'c, 'd>(
    client: &'c Client,
    credentials: &Credentials,
    target: &Target,
    draft: impl Fn() -> Draft<'d>,
    heads: &Heads,
) -> Result<Response<'c>, Error> {
    let first = draft();
    let asked = credentials.asked(&target.url).filter(|_| !first.has("Authorization"));
    let Some((scheme, login)) = asked else {
        return expectation::send(client, first, heads);
    };
    // With Digest the first request is refused in any case, so that it has no body.
    let probes = scheme == Scheme::Digest && first.body.is_some();
    let first = if probes { without_body(first) } else { first };
    let response = expectation::send(client, first, heads)?;
    let mut next = draft();
    let uri = target.target.as_deref().unwrap_or_else(|| target.url.target());
    let answer = match response.status() {
        UNAUTHORIZED => answer(&response, scheme, &login, uri, next.method),
        _ => None,
    };
    match answer {
        Some(value) => next.add_credentials(value),
        None if probes && response.status() < 400 => {}
        None => return Ok(response),
    }
    expectation::set_aside(response, heads)?;
    expectation::send(client, next, heads)
}

/// Returns the request with an empty body.
fn without_body(mut draft: Draft<'_>) -> Draft<'_> {
    draft.body = Some(Payload::default());
    draft.without("Expect")
}

/// Returns the value of Authorization for the challenge of a response: Digest, or Basic if that is allowed too.
fn answer(
    response: &Response<'_>,
    scheme: Scheme,
    login: &Login,
    uri: &str,
    method: &str,
) -> Option<Vec<u8>> {
    let challenges: Vec<String> = response
        .fields()
        .all("WWW-Authenticate")
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect();
    let of = |name: &str| challenges.iter().find(|challenge| is_of(challenge, name));
    let digest = of("Digest").and_then(|challenge| {
        let [user, password] =
            [&login.user, &login.password].map(|bytes| String::from_utf8_lossy(bytes));
        let method = HttpMethod::from(method.to_owned());
        let context = AuthContext::new_with_method(user, password, uri, None::<&[u8]>, method);
        let mut prompt = digest_auth::parse(challenge).ok()?;
        Some(prompt.respond(&context).ok()?.to_header_string().into_bytes())
    });
    digest.or_else(|| {
        let allowed = scheme == Scheme::Any && of("Basic").is_some();
        allowed.then(|| basic(&login.user, &login.password))
    })
}

/// Returns whether a challenge is of this scheme.
fn is_of(challenge: &str, scheme: &str) -> bool {
    challenge.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}
