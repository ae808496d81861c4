//! Informational responses, and waiting for `100 Continue`.

use limpid_tests::script::{Step, answer, send};

use crate::both::{Answer, Ask, ask};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn ok(informational: &[u16]) -> Answer {
    Answer { status: 200, body: "ok".to_owned(), informational: informational.to_vec() }
}

#[test]
fn early_hints_precede_response() {
    let hints = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let get = Ask { method: "GET", ..Ask::default() };
    for (answer, _) in ask(get, &answer([hints, OK].concat())) {
        assert_eq!(answer, ok(&[102, 103]));
    }
}

#[test]
fn body_follows_100_continue() {
    let put = Ask { method: "PUT", body: "the body", expect_continue: true };
    let script = vec![
        Step::ReadHead,
        send("HTTP/1.1 100 Continue\r\n\r\n"),
        Step::ReadBytes("the body".len()),
        send(OK),
    ];
    for (answer, requests) in ask(put, &script) {
        assert_eq!(answer, ok(&[100]));
        assert_eq!(requests[0].field("Expect"), Some("100-continue"));
    }
}

#[test]
fn rejected_body_is_not_sent() {
    let put = Ask { method: "PUT", body: "the body", expect_continue: true };
    let refusal = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n";
    let script = vec![Step::ReadHead, send(refusal)];
    for (answer, _) in ask(put, &script) {
        assert_eq!(answer.status, 417);
    }
}

#[test]
fn body_is_sent_after_continue_timeout() {
    let put = Ask { method: "PUT", body: "the body", expect_continue: true };
    let script = vec![Step::ReadRequest, send(OK)];
    for (answer, requests) in ask(put, &script) {
        assert_eq!(answer, ok(&[]));
        assert_eq!(requests[0].body, b"the body");
    }
}
