//! Bodies of any length pass in both directions at once, and wait for the slower side.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::proxy::{Proxy, head, server};

/// More than the proxy and the buffers of the system hold.
const LONG: u64 = 256 * 1024 * 1024;

/// More than the buffers of the system and of the proxy hold in one direction.
const BUFFERS: u64 = 64 * 1024 * 1024;

/// The memory that the proxy may use, in KiB. A debug build has 30 MiB of code.
const MEMORY: u64 = 64 * 1024;

/// Returns the most memory that a process has used, in KiB.
fn peak(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn assert_small(proxy: &Proxy) {
    if let Some(peak) = peak(proxy.id()) {
        assert!(peak < MEMORY, "{peak} KiB");
    }
}

/// Writes this many bytes.
fn write_long(stream: &mut TcpStream, length: u64, written: &AtomicU64) {
    let piece = vec![b'x'; 64 * 1024];
    while written.load(Ordering::Relaxed) < length {
        if stream.write_all(&piece).is_err() {
            return;
        }
        written.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
}

/// Waits until a counter stands still, and returns it.
fn still(counter: &AtomicU64) -> u64 {
    let mut before = counter.load(Ordering::Relaxed);
    loop {
        thread::sleep(Duration::from_millis(300));
        let now = counter.load(Ordering::Relaxed);
        if now == before && now > 0 {
            return now;
        }
        before = now;
    }
}

#[test]
fn long_response_waits_for_a_slow_client() {
    let written = Arc::<AtomicU64>::default();
    let counter = Arc::clone(&written);
    let address = server(move |mut stream| {
        head(&mut stream).unwrap();
        stream
            .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {LONG}\r\n\r\n").as_bytes())
            .unwrap();
        write_long(&mut stream, LONG, &counter);
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut stream = proxy.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    head(&mut stream).unwrap();
    assert!(still(&written) < BUFFERS);
    assert_eq!(std::io::copy(&mut stream, &mut std::io::sink()).unwrap(), LONG);
    assert_small(&proxy);
}

#[test]
fn long_request_waits_for_a_slow_server() {
    let (permit, permitted) = std::sync::mpsc::channel::<()>();
    let permitted = std::sync::Mutex::new(permitted);
    let address = server(move |mut stream| {
        head(&mut stream).unwrap();
        permitted.lock().unwrap().recv().unwrap();
        let read = std::io::copy(&mut (&stream).take(LONG), &mut std::io::sink()).unwrap();
        let text = read.to_string();
        stream
            .write_all(
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len())
                    .as_bytes(),
            )
            .unwrap();
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut stream = proxy.connect();
    stream
        .write_all(
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {LONG}\r\nConnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
        .unwrap();
    let written = Arc::<AtomicU64>::default();
    let (mut writer, counter) = (stream.try_clone().unwrap(), Arc::clone(&written));
    let writing = thread::spawn(move || write_long(&mut writer, LONG, &counter));
    assert!(still(&written) < BUFFERS);
    permit.send(()).unwrap();
    writing.join().unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.ends_with(&LONG.to_string()), "{response}");
    assert_small(&proxy);
}

#[test]
fn both_directions_pass_at_once() {
    // The server sends back each piece as it arrives, and the client reads nothing before it has sent everything
    // that the buffers do not hold.
    let address = server(|mut stream| {
        head(&mut stream).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        let mut room = vec![0; 64 * 1024];
        let mut line = Vec::new();
        loop {
            // A chunk of one byte, with its framing.
            let n = stream.read(&mut room).unwrap();
            line.extend_from_slice(&room[..n]);
            stream.write_all(&room[..n]).unwrap();
            if line.ends_with(b"0\r\n\r\n") {
                return;
            }
            line.drain(..line.len().saturating_sub(8));
        }
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut stream = proxy.connect();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    stream.write_all(b"5\r\nfirst\r\n").unwrap();
    assert!(head(&mut stream).unwrap().starts_with("HTTP/1.1 200 OK\r\n"));
    let mut first = [0; 10];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"5\r\nfirst\r\n");
    stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").unwrap();
    let mut last = [0; 14];
    stream.read_exact(&mut last).unwrap();
    assert_eq!(&last, b"4\r\nlast\r\n0\r\n\r\n");
}

#[test]
fn request_passes_while_the_client_does_not_read_the_response() {
    // The server responds with more than the buffers hold, and reads the request at the same time.
    let address = server(|stream| {
        let mut reader = stream.try_clone().unwrap();
        head(&mut reader).unwrap();
        let mut writer = stream;
        let writing = thread::spawn(move || {
            writer
                .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {LONG}\r\n\r\n").as_bytes())
                .unwrap();
            write_long(&mut writer, LONG, &AtomicU64::new(0));
        });
        std::io::copy(&mut reader.take(LONG), &mut std::io::sink()).unwrap();
        writing.join().unwrap();
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut stream = proxy.connect();
    stream
        .write_all(
            format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {LONG}\r\nConnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
        .unwrap();
    // The client reads nothing before it has sent everything.
    write_long(&mut stream, LONG, &AtomicU64::new(0));
    head(&mut stream).unwrap();
    assert_eq!(std::io::copy(&mut stream, &mut std::io::sink()).unwrap(), LONG);
    assert_small(&proxy);
}

#[test]
fn body_without_a_length_has_the_framing_of_each_connection() {
    for (response, version, expected) in [
        ("HTTP/1.1 200 OK\r\n\r\nhello", "1.1", "\r\nTransfer-Encoding: chunked\r\n"),
        ("HTTP/1.0 200 OK\r\n\r\nhello", "1.1", "\r\nTransfer-Encoding: chunked\r\n"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: 1\r\n\r\n",
            "1.0",
            "\r\nConnection: close\r\n",
        ),
    ] {
        let (address, _heads) = crate::proxy::answering(response);
        let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
        let request = format!("GET / HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n");
        let received = proxy.exchange(&request);
        let (head, body) = crate::proxy::parts(&received);
        assert!(format!("{head}\r\n").contains(expected), "{response}: {head}");
        let body_expected = if version == "1.0" { "hello" } else { "5\r\nhello\r\n0\r\n\r\n" };
        assert_eq!(body, body_expected, "{response}");
    }
}

#[test]
fn many_requests_pass_at_once() {
    let address = server(|mut stream| {
        let request = head(&mut stream).unwrap();
        let path = request.split(' ').nth(1).unwrap();
        thread::sleep(Duration::from_millis(50));
        let length = path.len();
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{path}");
        stream.write_all(response.as_bytes()).unwrap();
    });
    let proxy = Proxy::start(&["--to", &format!("http://{address}")]);
    let mut streams: Vec<_> = (0..100).map(|_| proxy.connect()).collect();
    for (number, stream) in streams.iter_mut().enumerate() {
        let request = format!("GET /{number} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        let mut received = String::new();
        stream.read_to_string(&mut received).unwrap();
        assert!(received.ends_with(&format!("\r\n\r\n/{number}")), "{received}");
    }
    assert_eq!(proxy.events("Forwarded", 100).len(), 100);
}
