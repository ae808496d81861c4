//! Both sides of an exchange in one trace.

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
