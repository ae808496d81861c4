//! Requests whose body waits for the server (RFC 9110 section 10.1.1).

use limpid_io::Error;

use crate::driver::{Client, Draft, Response};
use crate::heads::Heads;

/// The status of a server that does not take Expect.
const EXPECTATION_FAILED: u16 = 417;

/// Sends a request, and sends it again without Expect if the server does not take that (RFC 9110 section 15.5.18).
pub(super) fn send<'c>(
    client: &'c Client,
    draft: Draft<'_>,
    heads: &Heads,
) -> Result<Response<'c>, Error> {
    let again = draft.has("Expect").then(|| draft.clone().without("Expect"));
    let response = client.send(draft, heads)?;
    match again {
        Some(again) if response.status() == EXPECTATION_FAILED => {
            set_aside(response, heads)?;
            client.send(again, heads)
        }
        _ => Ok(response),
    }
}

/// Reads a response that another follows to its end, so that its connection can be used again. Its head is added to `heads`.
pub(super) fn set_aside(response: Response<'_>, heads: &Heads) -> Result<(), Error> {
    let (version, status) = (response.version(), response.status());
    heads.push_parts(version, status, response.reason(), response.fields());
    let mut body = response.into_body();
    while body.next_piece()?.is_some() {}
    Ok(())
}
