//! Ctrl-C finishes what is open.

#![cfg(unix)]

use std::io::{Read, Write};
use std::sync::mpsc::{Sender, channel};

use crate::proxy::{PATIENCE, Proxy, head, server};

/// A server that answers when it may, and a function that permits it. The receiver has a value for each request.
fn waiting() -> (std::net::SocketAddr, Sender<()>, std::sync::mpsc::Receiver<()>) {
    let ((permit, permitted), (begun, has_begun)) = (channel(), channel());
    let permitted = std::sync::Mutex::new(permitted);
    let address = server(move |mut stream| {
        head(&mut stream).unwrap();
        begun.send(()).unwrap();
        let _ = permitted.lock().unwrap().recv_timeout(PATIENCE);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    });
    (address, permit, has_begun)
}

#[test]
fn first_interrupt_finishes_open_exchanges() {
    let (address, permit, begun) = waiting();
    let mut proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut idle = proxy.connect();
    idle.write_all(b"OPTIONS / HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n").unwrap();
    head(&mut idle).unwrap();
    let mut stream = proxy.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    begun.recv_timeout(PATIENCE).unwrap();
    proxy.interrupt();
    // A connection without a request is closed at once.
    assert_eq!(idle.read(&mut [0]).unwrap(), 0);
    proxy.line("finishing the open exchanges");
    permit.send(()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.ends_with("hello"), "{response}");
    assert_eq!(proxy.ended().code, 0);
}

#[test]
fn second_interrupt_stops_at_once() {
    let (address, _permit, begun) = waiting();
    let mut proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut stream = proxy.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    begun.recv_timeout(PATIENCE).unwrap();
    proxy.interrupt();
    proxy.line("finishing the open exchanges");
    proxy.interrupt();
    assert_eq!(proxy.ended().code, 0);
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap_or(0), 0);
}

#[test]
fn interrupt_without_open_exchanges_ends_it() {
    let proxy = Proxy::start(&[]);
    proxy.interrupt();
    let ended = proxy.ended();
    assert_eq!(ended.code, 0);
    assert!(!ended.stderr.contains("finishing"), "{}", ended.stderr);
}
