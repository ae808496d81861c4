//! A recorded request, and the reply to it.

use limpid_core::http1::Role;
use limpid_core::trace::Capture;
use limpid_recording::format::Header;
use limpid_sinks::exchanges::{Body, Field, Hop, Model, Request, Response};

use crate::reply::Reply;

/// A recorded request, and what answers it.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) method: String,
    /// The target in origin form.
    pub(super) target: Vec<u8>,
    /// The body of the request; `None` if it was not recorded.
    pub(super) body: Option<Vec<u8>>,
    pub(super) answer: Answer,
}

/// What answers a recorded request.
///
/// [`Answers`](super::Answers) has an example.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The recorded response.
    Reply(Box<Reply>),
    /// The recorded response cannot be sent, for this reason.
    Refused(String),
}

/// Fields that the server sets for its own connection and framing.
const OF_THE_CONNECTION: [&str; 5] =
    ["connection", "content-length", "keep-alive", "proxy-connection", "transfer-encoding"];

/// Returns the recorded requests of clients, in their order.
pub(super) fn of(model: Model, header: &Header) -> Vec<Recorded> {
    let clients = model.exchanges.into_iter().filter(|exchange| exchange.role == Role::Client);
    let hops = clients.flat_map(|exchange| exchange.hops);
    let mut hops: Vec<Hop> = hops.filter(|hop| hop.request.is_some()).collect();
    hops.sort_by_key(|hop| hop.started);
    hops.into_iter().filter_map(|hop| Recorded::of(hop, header)).collect()
}

/// Returns the target of a request without the scheme and the authority that one for a proxy has.
fn origin_form(target: &[u8]) -> &[u8] {
    let after_scheme = [&b"http://"[..], b"https://"]
        .into_iter()
        .find_map(|scheme| target.get(..scheme.len()).filter(|it| it.eq_ignore_ascii_case(scheme)))
        .and_then(|scheme| target.get(scheme.len()..));
    match after_scheme {
        None => target,
        Some(rest) => match rest.iter().position(|byte| *byte == b'/') {
            Some(path) => rest.get(path..).unwrap_or_default(),
            None => b"/",
        },
    }
}

/// Returns whether a recording does not have all of a body.
fn is_cut(body: &Body, header: &Header) -> bool {
    let size = body.size.unwrap_or(0);
    let most = if header.capture.shows_bytes() { header.bodies.unwrap_or(u64::MAX) } else { 0 };
    size > most
}

impl Recorded {
    fn of(hop: Hop, header: &Header) -> Option<Self> {
        let Request { method, target, .. } = hop.request?;
        let body = match is_cut(&hop.request_body, header) {
            true => None,
            false => Some(hop.request_body.bytes.unwrap_or_default()),
        };
        let cut = is_cut(&hop.response_body, header) && method != "HEAD";
        let answer = match (hop.response, hop.failed) {
            (Some(response), _) if response.status == 101 => {
                refused("it switched to another protocol", &response)
            }
            (Some(response), _) if cut => {
                let size = hop.response_body.size.unwrap_or(0);
                refused(&format!("the recording does not have its body of {size} bytes"), &response)
            }
            (Some(response), Some(failed)) => {
                refused(&format!("it is incomplete: {}", failed.text), &response)
            }
            (Some(response), None) => Answer::Reply(Box::new(reply(&response, hop.response_body))),
            (None, Some(failed)) => Answer::Refused(format!(
                "The recorded request has no response: it failed {}.",
                failed.text
            )),
            (None, None) => Answer::Refused("The recording ends before the response.".into()),
        };
        Some(Self { method, target: origin_form(target.as_bytes()).to_vec(), body, answer })
    }

    /// Returns whether this is the record of a request for a target. Secrets of both are masked, if the recording has none.
    pub(super) fn is_for(&self, method: &[u8], target: &[u8], capture: Capture) -> bool {
        let mut target = origin_form(target).to_vec();
        capture.mask_target(&mut target);
        self.method.as_bytes() == method && self.target == target
    }
}

fn refused(why: &str, response: &Response) -> Answer {
    Answer::Refused(format!("The recorded response {} cannot be sent: {why}.", response.status))
}

/// Returns a recorded response as a reply.
fn reply(response: &Response, body: Body) -> Reply {
    let mut reply = Reply::new(response.status).reason(&*response.reason);
    for Field { name, value } in &response.fields {
        let is_of_connection = |known: &&str| name.eq_ignore_ascii_case(known);
        if !OF_THE_CONNECTION.iter().any(is_of_connection) {
            reply = reply.field(name, value);
        }
    }
    let length = response.get("Content-Length").and_then(|length| length.parse().ok());
    if let Some(length) = length {
        reply = reply.length(length);
    }
    if body.framing == Some("chunked") {
        reply = reply.chunked();
        for Field { name, value } in &body.trailers {
            reply = reply.trailer(name, value);
        }
    }
    reply.body(body.bytes.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_for_a_proxy_is_the_one_for_the_server() {
        for (target, origin) in [
            ("/a?b", "/a?b"),
            ("http://h/a?b", "/a?b"),
            ("HTTPS://h:81/a", "/a"),
            ("http://h", "/"),
            ("*", "*"),
            ("h:80", "h:80"),
        ] {
            assert_eq!(origin_form(target.as_bytes()), origin.as_bytes());
        }
    }
}
