//! The events that show what a server has received and sent: heads, and the sizes of bodies.

use limpid_core::trace::{OwnedTraceEvent, TraceEvent};

use crate::peer::{Handler, Server};

const POST: &str = "POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";

/// Returns the heads of the requests and of the responses that the events show, as they are on the wire.
fn heads(events: &[OwnedTraceEvent]) -> (String, String) {
    let (mut requests, mut responses) = (String::new(), String::new());
    let text = String::from_utf8_lossy;
    for event in events {
        let (heads, line, fields) = match event.borrow() {
            TraceEvent::RequestRead { head } => {
                let (method, target) = (text(head.method), text(head.target));
                (&mut requests, format!("{method} {target} {}\r\n", head.version), head.fields)
            }
            TraceEvent::ResponseSent { head } => {
                let (status, reason) = (head.status, text(head.reason));
                (&mut responses, format!("{} {status} {reason}\r\n", head.version), head.fields)
            }
            _ => continue,
        };
        heads.push_str(&line);
        for field in fields {
            heads.push_str(&format!("{}: {}\r\n", text(field.name), text(field.value)));
        }
        heads.push_str("\r\n");
    }
    (requests, responses)
}

/// Returns the sizes of the bodies, received and sent, of the event that ends the request.
fn sizes(events: &[OwnedTraceEvent]) -> Option<(u64, u64)> {
    events.iter().find_map(|event| match event.borrow() {
        TraceEvent::AnswerComplete { received, sent, .. }
        | TraceEvent::AnswerFailed { received, sent, .. } => Some((received, sent)),
        _ => None,
    })
}

#[test]
fn events_show_the_heads_as_they_are_on_the_wire() {
    // The second request finds the first in the cache of heads.
    let mut server = Server::new(Handler::Echo);
    let sent = [server.client_sends(POST), server.client_sends(POST)].concat();
    let (requests, responses) = heads(&server.recorded());
    assert_eq!(requests, POST.replace("body", "").repeat(2));
    for head in responses.split_inclusive("\r\n\r\n") {
        assert!(sent.contains(head), "{sent}");
    }
    assert_eq!(responses, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n".repeat(2));
}

#[test]
fn event_shows_the_fields_that_the_connection_adds() {
    let mut server = Server::new(Handler::Stream(200, &["a"]));
    let sent = server.client_sends("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    let (_, responses) = heads(&server.recorded());
    assert!(responses.contains("\r\nTransfer-Encoding: chunked\r\n"), "{responses}");
    assert!(responses.contains("\r\nConnection: close\r\n"), "{responses}");
    assert!(sent.starts_with(&responses), "{sent}");
}

#[test]
fn events_show_informational_and_final_heads() {
    let mut server = Server::new(Handler::Echo);
    let head = POST.replace("\r\n\r\nbody", "\r\nExpect: 100-continue\r\n\r\n");
    let asked = server.client_sends(&head);
    let (requests, responses) = heads(&server.recorded());
    assert_eq!((requests, &responses), (head, &asked));
    assert_eq!(responses, "HTTP/1.1 100 Continue\r\n\r\n");
}

#[test]
fn events_show_the_head_of_a_refusal() {
    let mut server = Server::new(Handler::Sleeps);
    let sent = server.client_sends("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    let (requests, responses) = heads(&server.recorded());
    assert_eq!(requests, "");
    assert!(responses.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{responses}");
    assert!(sent.starts_with(&responses), "{sent}");
}

#[test]
fn end_of_a_request_has_the_sizes_of_both_bodies() {
    let mut server = Server::new(Handler::Echo);
    server.client_sends(POST);
    assert_eq!(sizes(&server.recorded()), Some((4, 4)));
}

#[test]
fn failed_response_has_the_sizes_so_far() {
    for (handler, sent) in [(Handler::FailsLate, 5), (Handler::FailsInStream, 5)] {
        let mut server = Server::new(handler);
        server.client_sends("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(sizes(&server.recorded()), Some((0, sent)), "{handler:?}");
    }
}
