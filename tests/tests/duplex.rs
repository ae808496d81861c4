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

/// Longer than an answer takes on a busy machine, and shorter than any timeout of the client.
const SOON: Duration = Duration::from_secs(4);

const SIZES: [usize; 3] = [6_000_000, 20_000_000, 50_000_000];

/// A server that reads a head, answers 401 and then reads nothing more, until the client is gone. It
/// tells when it has answered.
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
fn a_piece_that_is_being_made_is_not_lost_to_bytes_of_the_response() {
    /// Makes its second piece in several turns, while an informational response comes.
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
