//! A redirect whose body does not end.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// More than the buffers of both sockets hold.
const MOST: usize = 64 << 20;

/// Redirects the first request with an endless body, and returns how much of it was sent; answers the
/// second.
fn serve(listener: &TcpListener) -> io::Result<usize> {
    let (mut first, _) = listener.accept()?;
    read_head(&mut first)?;
    let head = "HTTP/1.1 302 Found\r\nLocation: /there\r\nTransfer-Encoding: chunked\r\n\r\n";
    first.write_all(head.as_bytes())?;
    let chunk = [b"4000\r\n", &[b'x'; 0x4000][..], b"\r\n"].concat();
    let mut sent = 0;
    while sent < MOST && first.write_all(&chunk).is_ok() {
        sent += chunk.len();
    }
    let (mut second, _) = listener.accept()?;
    read_head(&mut second)?;
    second.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")?;
    Ok(sent)
}

fn read_head(stream: &mut TcpStream) -> io::Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(())
}

/// Returns how much of the body the server sent before the client went on.
fn body_sent(get: impl FnOnce(&str) -> String) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || serve(&listener));
    assert_eq!(get(&url), "hello");
    server.join().unwrap().unwrap()
}

#[test]
fn endless_body_of_a_redirect_is_given_up_by_both_drivers() {
    let blocking = body_sent(|url| {
        let client = limpid_std::Client::builder().redirects(1).build();
        client.get(url).send().unwrap().text().unwrap()
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let asynchronous = body_sent(|url| {
        let client = limpid_tokio::Client::builder().redirects(1).build();
        runtime.block_on(async { client.get(url).send().await.unwrap().text().await.unwrap() })
    });
    assert!(blocking < MOST && asynchronous < MOST, "{blocking} {asynchronous}");
}
