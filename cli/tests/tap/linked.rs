//! Both sides of an exchange in one trace.

use crate::collector::{Collector, hex, text};
use crate::proxy::{Proxy, answering};

#[test]
fn events_of_both_sides_name_each_other() {
    let (address, _heads) = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    for _ in 0..3 {
        proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    let forwarded = proxy.events("Forwarded", 3);
    let sent = proxy.events("ExchangeStarted", 3);
    for (forwarded, sent) in forwarded.iter().zip(&sent) {
        assert_eq!(forwarded["client_exchange"], sent["exchange"]);
        assert_eq!(sent["tag"], format!("served-{}", forwarded["exchange"]));
        assert_eq!(forwarded["url"], format!("http://{address}/"));
        assert_ne!(forwarded["connection"], sent["connection"]);
    }
    let served = proxy.events("AnswerComplete", 3);
    assert_eq!(served[0]["exchange"], forwarded[0]["exchange"]);
}

#[test]
fn lines_for_people_are_logged_without_arguments() {
    let (address, _heads) = answering("HTTP/1.1 200 Fine\r\nContent-Length: 5\r\n\r\nhello");
    let mut proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    proxy.exchange("GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let line = proxy.line("HTTP Request");
    assert!(line.contains(&format!("GET http://{address}/x \"HTTP/1.1 200 Fine\"")), "{line}");
    proxy.line("request.complete");
}

/// Returns the number of the trace and of the span in a head.
fn sent(head: &str) -> (String, String) {
    let line = head.lines().find(|line| line.starts_with("traceparent: ")).unwrap();
    let parts: Vec<_> = line["traceparent: ".len()..].split('-').collect();
    (parts[1].to_owned(), parts[2].to_owned())
}

#[test]
fn spans_of_both_sides_are_in_the_trace_of_the_client() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    for named in [Some("00f067aa0ba902b7"), None] {
        let (address, heads) = answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        let collector = Collector::start(200);
        let to = format!("http://{address}");
        let proxy = Proxy::start(&["--to", &to, "--otlp", &collector.url()]);
        let field = named.map(|span| format!("traceparent: 00-{trace}-{span}-01\r\n"));
        let field = field.unwrap_or_default();
        proxy.exchange(&format!("GET / HTTP/1.1\r\nHost: x\r\n{field}Connection: close\r\n\r\n"));
        proxy.interrupt();
        proxy.ended();
        let (spans, _) = collector.finish();
        // 2 is a server, 3 a client.
        let of_kind = |kind| spans.iter().find(|span| span.kind == kind).unwrap();
        let (served, asked) = (of_kind(2), of_kind(3));
        let (sent_trace, sent_span) = sent(&heads.recv().unwrap());
        assert_eq!((hex(&asked.trace_id), hex(&asked.span_id)), (sent_trace, sent_span));
        assert_eq!((&served.trace_id, &served.span_id), (&asked.trace_id, &asked.parent_span_id));
        assert_eq!(hex(&served.parent_span_id), named.unwrap_or_default());
        if named.is_some() {
            assert_eq!(hex(&served.trace_id), trace);
        }
        assert_eq!(text(&served.attributes, "http.response.status_code").as_deref(), Some("200"));
    }
}
