//! An upload that is answered early, over each driver.

#![cfg(test)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use limpid_core::client::Request;
use limpid_core::time::Mono;
use limpid_io::{ClientBuilder, Settings};
use limpid_tests::sim::{self, Faults, Listening, Net, World};
use limpid_tokio::{NextPiece, Pieces};

const REFUSED: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";

/// Longer than a response takes on a busy machine, and shorter than any timeout of the client.
const SOON: Duration = Duration::from_secs(4);

const SIZES: [usize; 3] = [6_000_000, 20_000_000, 50_000_000];

/// Starts a server that reads a head, responds with 401 and then reads nothing until the client
/// disconnects. The receiver has the time of the response.
fn server() -> (String, Receiver<Instant>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (answered, answers) = channel();
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            stream.write_all(REFUSED).unwrap();
            let _ = answered.send(Instant::now());
            open.push(stream);
        }
    });
    (url, answers)
}

fn builder() -> ClientBuilder<Settings> {
    ClientBuilder::default()
}

#[test]
fn std_has_an_early_answer_while_it_uploads() {
    let (url, answers) = server();
    let client = limpid_std::Client::from(builder().build());
    for size in SIZES {
        let response = client.post(&url).body(vec![b'x'; size]).send().unwrap();
        assert_eq!(response.status(), 401);
        assert!(response.unsent().is_some_and(|unsent| unsent > 0), "{:?}", response.unsent());
        assert_eq!(response.bytes().unwrap(), b"no");
        assert!(answers.recv().unwrap().elapsed() < SOON);
    }
}

#[test]
fn std_has_an_early_answer_between_the_pieces_of_a_slow_source() {
    struct Slow(u32);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            assert!(self.0 < 100, "it is asked although the server has answered");
            thread::sleep(Duration::from_millis(50));
            buffer[0] = b'x';
            Ok(1)
        }
    }

    let (url, _answers) = server();
    let client = limpid_std::Client::from(builder().build());
    let body = limpid_std::Body::reader(Slow(0), None);
    assert_eq!(client.post(&url).body(body).send().unwrap().status(), 401);
}

/// Starts a server that responds to a head with 200 at once, and then sends each piece of the chunked body
/// back.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let line = |stream: &mut TcpStream, end: &[u8]| {
            let (mut read, mut byte) = (Vec::new(), [0]);
            while !read.ends_with(end) {
                stream.read_exact(&mut byte).unwrap();
                read.push(byte[0]);
            }
            read
        };
        line(&mut stream, b"\r\n\r\n");
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        loop {
            let mut chunk = line(&mut stream, b"\r\n");
            let is_last = chunk == b"0\r\n";
            chunk.extend(line(&mut stream, b"\r\n"));
            stream.write_all(&chunk).unwrap();
            if is_last {
                return;
            }
        }
    });
    url
}

#[test]
fn std_reads_a_response_while_the_channel_of_the_body_is_silent() {
    let client = limpid_std::Client::from(builder().build());
    let (sender, body) = limpid_std::Body::channel(None);
    // The response begins before the body. One thread does both.
    let mut response = client.post(&echo()).body(body).send().unwrap().into_body();
    for piece in ["one", "two", "three"] {
        sender.send(piece).unwrap();
        assert_eq!(response.next_piece().unwrap(), Some(piece.as_bytes()));
    }
    sender.finish();
    assert_eq!(response.next_piece().unwrap(), None);
}

#[test]
fn std_is_woken_by_a_sender_of_the_body() {
    let client = limpid_std::Client::from(builder().build());
    let (sender, body) = limpid_std::Body::channel(None);
    let mut response = client.post(&echo()).body(body).send().unwrap().into_body();
    // The reading thread waits for socket and channel most of the time.
    let sending = thread::spawn(move || {
        for piece in 0..20 {
            thread::sleep(Duration::from_millis(piece % 4));
            sender.send(piece.to_string()).unwrap();
        }
        sender.finish();
    });
    let mut all = Vec::new();
    while let Some(piece) = response.next_piece().unwrap() {
        all.extend_from_slice(piece);
    }
    sending.join().unwrap();
    assert_eq!(String::from_utf8(all).unwrap(), (0..20).map(|n| n.to_string()).collect::<String>());
}

#[test]
fn std_has_an_early_answer_while_the_channel_of_the_body_is_silent() {
    let (url, _answers) = server();
    let client = limpid_std::Client::from(builder().build());
    let (sender, body) = limpid_std::Body::channel(Some(10));
    let response = client.post(&url).body(body).send().unwrap();
    assert_eq!((response.status(), response.unsent()), (401, Some(10)));
    assert!(sender.is_stopped());
    assert_eq!(sender.send("x").unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
}

#[test]
fn std_sends_the_answer_to_a_sender_that_waits_for_room() {
    let (url, _answers) = server();
    let client = limpid_std::Client::from(builder().build());
    let (mut sender, body) = limpid_std::Body::channel(None);
    let sending = thread::spawn(move || std::io::copy(&mut std::io::repeat(b'x'), &mut sender));
    let response = client.post(&url).body(body).send().unwrap();
    assert_eq!(response.status(), 401);
    assert!(response.unsent().is_some());
    let error = sending.join().unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "while the response is still there");
}

#[test]
fn std_fails_a_request_whose_sender_is_dropped_before_the_end() {
    let (url, _answers) = server();
    let client = limpid_std::Client::from(builder().like_httpx().build());
    let (sender, body) = limpid_std::Body::channel(None);
    let sending = thread::spawn(move || {
        sender.send("x").unwrap();
        drop(sender);
    });
    let error = client.post(&url).body(body).send().unwrap_err();
    assert!(error.to_string().contains("the request body could not be read"), "{error}");
    sending.join().unwrap();
}

#[test]
fn tokio_reads_a_response_while_the_source_is_silent() {
    /// A body that another task sends.
    struct Sent(tokio::sync::mpsc::Receiver<&'static str>);

    impl Pieces for Sent {
        fn next(&mut self) -> NextPiece<'_> {
            Box::pin(async { Ok(self.0.recv().await.map(Bytes::from)) })
        }
    }

    let url = echo();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = limpid_tokio::Client::from(builder().build());
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let body = limpid_tokio::Body::pieces(Sent(receiver), None);
        let mut response = client.post(&url).body(body).send().await.unwrap();
        for piece in ["one", "two", "three"] {
            sender.send(piece).await.unwrap();
            assert_eq!(response.next_piece().await.unwrap(), Some(piece.as_bytes()));
        }
        drop(sender);
        assert_eq!(response.next_piece().await.unwrap(), None);
    });
}

#[test]
fn tokio_has_an_early_answer_while_it_uploads() {
    let (url, answers) = server();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = limpid_tokio::Client::from(builder().build());
        for size in SIZES {
            let response = client.post(&url).body(vec![b'x'; size]).send().await.unwrap();
            assert_eq!(response.status(), 401);
            assert!(response.unsent().is_some_and(|unsent| unsent > 0));
            assert_eq!(response.bytes().await.unwrap(), b"no");
            assert!(answers.recv().unwrap().elapsed() < SOON);
        }
    });
}

#[test]
fn tokio_has_an_early_answer_while_the_source_is_silent() {
    struct Silent;

    impl Pieces for Silent {
        fn next(&mut self) -> NextPiece<'_> {
            Box::pin(std::future::pending())
        }
    }

    let (url, _answers) = server();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let response = runtime.block_on(async {
        let client = limpid_tokio::Client::from(builder().build());
        let body = limpid_tokio::Body::pieces(Silent, None);
        let sending = client.post(&url).body(body).send();
        tokio::time::timeout(SOON, sending).await.expect("the answer is there").unwrap().status()
    });
    assert_eq!(response, 401);
}

#[test]
fn pending_piece_survives_bytes_of_response() {
    /// Makes its second piece in several polls, while an informational response arrives.
    struct Turns(u32);

    impl Pieces for Turns {
        fn next(&mut self) -> NextPiece<'_> {
            Box::pin(async {
                self.0 += 1;
                let taken = self.0;
                tokio::time::sleep(Duration::from_millis(100)).await;
                Ok((taken < 4).then(|| Bytes::from(taken.to_string())))
            })
        }
    }

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut all, mut byte) = (Vec::new(), [0]);
        while !all.ends_with(b"0\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            all.push(byte[0]);
            if all.ends_with(b"1\r\n") {
                thread::sleep(Duration::from_millis(30));
                stream.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").unwrap();
            }
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        all
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = limpid_tokio::Client::from(builder().build());
        let body = limpid_tokio::Body::pieces(Turns(0), None);
        assert_eq!(client.post(&url).body(body).send().await.unwrap().status(), 200);
    });
    let all = String::from_utf8(server.join().unwrap()).unwrap();
    assert!(all.ends_with("\r\n1\r\n1\r\n1\r\n2\r\n1\r\n3\r\n0\r\n\r\n"), "{all:?}");
}

#[test]
fn simulated_driver_has_an_early_answer_before_any_time_is_over() {
    const PLACE: &str = "127.0.0.1:80";
    let net = Net::new(World::default(), Faults::default());
    net.listen(PLACE.to_owned(), Listening::Open);
    let server = net.clone();
    net.world().spawn(async move {
        let socket = server.accept(PLACE).await;
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            socket.receive(&mut byte).await.unwrap();
            head.push(byte[0]);
        }
        assert_eq!(socket.write(REFUSED).await.unwrap(), REFUSED.len());
        std::future::pending::<()>().await;
    });
    let client = sim::Client::new(&net, builder().build());
    let request = Request::builder(b"POST", "http://localhost/".parse().unwrap());
    let body = sim::Body::bytes(vec![b'x'; 20_000_000]);
    let status = async { client.send(request, body).await.unwrap().status() };
    assert_eq!(net.world().run(status).unwrap(), 401);
    assert!(net.world().now().since(Mono::default()) < Duration::from_millis(100));
}
