//! Requests that are all sent before the first response: the server reads them one at a time.

use limpid_core::http1::{Connection, Event, Next, Role, State};
use limpid_core::internal::transcript::Transcript;

use super::check::{check_request, check_response};
use super::plan::Exchange;
use crate::input::Input;
use crate::message::{send_body, unheard};

/// A server receives the requests of the plan in any pieces, and responds to each.
pub(super) fn run(plan: &[Exchange], mut input: Input<'_>) {
    let last = plan.iter().position(|e| e.closes() || e.switches()).unwrap_or(plan.len() - 1);
    let plan = &plan[..=last];
    let mut requests: Vec<u8> = plan.iter().flat_map(|exchange| asking(exchange).1).collect();
    let mut server = Connection::new(Role::Server, Default::default());
    let (mut read, mut at) = (Transcript::default(), 0);
    while !requests.is_empty() {
        let n = if input.is_empty() { usize::MAX } else { 1 + input.below(256) };
        let piece: Vec<u8> = requests.drain(..n.min(requests.len())).collect();
        server.push(&piece);
        while at < plan.len() && serve(&mut server, &mut read, &plan[at]) {
            at += 1;
        }
    }
    assert_eq!(at, plan.len(), "a request is left unread");
    assert_eq!(read.messages.len(), plan.len());
    for (exchange, message) in plan.iter().zip(&read.messages) {
        check_request(exchange, message);
    }
    answers(plan, server.out().concat());
}

/// Returns a client that has sent the request, and its bytes.
fn asking(exchange: &Exchange) -> (Connection, Vec<u8>) {
    let mut client = Connection::new(Role::Client, Default::default());
    let (method, target, draft) = (exchange.method, exchange.target(), &exchange.request);
    let sent =
        unheard(|cx| client.send_request(cx, method, target, draft.fields.fields(), draft.size));
    assert_eq!(sent, Ok(()));
    assert_eq!(send_body(&mut client, draft), Ok(()));
    let bytes = client.out().concat();
    client.sent(bytes.len());
    (client, bytes)
}

/// Reads and answers one request. Returns whether it was complete.
fn serve(server: &mut Connection, read: &mut Transcript, exchange: &Exchange) -> bool {
    loop {
        let is_end = match unheard(|cx| {
            server.next(cx).map(|next| match next {
                Next::Event(event) => {
                    read.add(event);
                    Some(matches!(event, Event::End(_)))
                }
                _ => None,
            })
        }) {
            Ok(Some(is_end)) => is_end,
            Ok(None) => break,
            Err(error) => unreachable!("{error}"),
        };
        if is_end {
            answer(server, exchange);
        }
    }
    let is_answered = !matches!(server.state(Role::Server), State::Idle | State::Answer);
    if is_answered && server.reuse().is_ok() {
        assert_eq!(server.restart(), Ok(()));
    }
    is_answered
}

fn answer(server: &mut Connection, exchange: &Exchange) {
    let Exchange { status, response, .. } = exchange;
    let sent = unheard(|cx| {
        server.send_response(cx, *status, b"why", response.fields.fields(), response.size)
    });
    assert_eq!(sent, Ok(()));
    if !exchange.switches() {
        assert_eq!(send_body(server, response), Ok(()));
    }
}

/// Reads each response with a separate client, which receives what the previous one left unread.
fn answers(plan: &[Exchange], mut bytes: Vec<u8>) {
    for exchange in plan {
        let (mut client, _) = asking(exchange);
        client.push(&bytes);
        let mut read = Transcript::default();
        unheard(|cx| {
            loop {
                match client.next(cx) {
                    Ok(Next::Event(event)) => read.add(event),
                    Ok(Next::Paused | Next::Switched) => break,
                    Ok(next) => unreachable!("{next:?} within the response"),
                    Err(error) => unreachable!("{error}"),
                }
            }
        });
        assert_eq!(read.messages.len(), 1);
        check_response(exchange, &read.messages[0]);
        bytes = client.unread().to_vec();
    }
    assert!(bytes.is_empty(), "more than the responses was said");
}
