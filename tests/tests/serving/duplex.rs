//! Exchanges whose halves read and write at the same time, on every driver.

use std::io::Read;
use std::thread;

use limpid_core::error::Cause;
use limpid_core::fields::FieldBlock;
use limpid_core::http1::BodySize;
use limpid_std::Exchange;

use crate::running::{Carrier, DRIVERS, EVERY, PATIENCE, Running};

/// More than the connection buffers in both directions.
const MUCH: usize = 12 << 20;

/// Sends back what arrives, while it arrives: one thread reads, and another writes. The first byte of the response does
/// not wait for the request's body.
pub(crate) fn echo(exchange: Exchange<'_>) -> Result<(), Cause> {
    let (mut request, mut response) = exchange.split();
    response.start(200, BodySize::Unknown)?;
    response.send("first ")?;
    let (sender, pieces) = std::sync::mpsc::sync_channel(1);
    let trailers = thread::scope(|scope| {
        let reader = scope.spawn(move || {
            while let Some(data) = request.data()? {
                if sender.send(data).is_err() {
                    break;
                }
            }
            Ok::<FieldBlock, Cause>(request.trailers())
        });
        for piece in pieces {
            response.send(piece)?;
        }
        reader.join().unwrap()
    })?;
    if let Some(sum) = trailers.fields().get("X-Sum") {
        response.field("X-Sum", sum);
    }
    response.finish()
}

/// Does the same in two tasks.
pub(crate) async fn asynchronous_echo(exchange: limpid_tokio::Exchange) -> Result<(), Cause> {
    let (mut request, mut response) = exchange.split();
    response.start(200, BodySize::Unknown)?;
    response.send("first ").await?;
    let (sender, mut pieces) = tokio::sync::mpsc::channel(1);
    let reader = tokio::spawn(async move {
        while let Some(data) = request.data().await? {
            if sender.send(data).await.is_err() {
                break;
            }
        }
        Ok::<FieldBlock, Cause>(request.trailers())
    });
    while let Some(piece) = pieces.recv().await {
        response.send(piece).await?;
    }
    let trailers = reader.await.unwrap()?;
    if let Some(sum) = trailers.fields().get("X-Sum") {
        response.field("X-Sum", sum);
    }
    response.finish().await
}

/// Responds before it reads, and reads to the end after the response is complete.
pub(crate) fn respond_first(exchange: Exchange<'_>) -> Result<(), Cause> {
    let (mut request, mut response) = exchange.split();
    response.start(200, BodySize::Length(5))?;
    response.send("early")?;
    response.finish()?;
    let mut body = Vec::new();
    request.read_to_end(&mut body).map_err(|_| Cause::Cancelled)?;
    assert_eq!(body, b"late");
    Ok(())
}

/// Does the same.
pub(crate) async fn asynchronous_respond_first(
    exchange: limpid_tokio::Exchange,
) -> Result<(), Cause> {
    use tokio::io::AsyncReadExt;

    let (mut request, mut response) = exchange.split();
    response.start(200, BodySize::Length(5))?;
    response.send("early").await?;
    response.finish().await?;
    let mut body = Vec::new();
    request.read_to_end(&mut body).await.map_err(|_| Cause::Cancelled)?;
    assert_eq!(body, b"late");
    Ok(())
}

#[test]
fn response_is_sent_while_the_reader_waits() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says("POST /duplex HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        raw.read_until("\r\n\r\n");
        raw.read_until("first \r\n");
        for text in ["one", "two"] {
            raw.says(&format!("3\r\n{text}\r\n"));
            raw.read_until(&format!("3\r\n{text}\r\n"));
        }
        raw.says("0\r\nX-Sum: 6\r\n\r\n");
        raw.read_until("0\r\nX-Sum: 6\r\n\r\n");
        // The connection is reused.
        raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        raw.read_until("Hello, world!");
    }
}

#[test]
fn both_directions_pass_more_than_is_buffered() {
    for every in EVERY {
        let server = Running::start(every);
        let body: Vec<u8> = (0..MUCH).map(|n| n.to_le_bytes()[n % 3]).collect();
        let response =
            server.client().post(&server.url("/duplex")).body(body.clone()).send().unwrap();
        let received = response.bytes().unwrap();
        assert_eq!(received.len(), body.len() + 6, "{every:?}");
        assert!(received[6..] == body, "{every:?}");
    }
}

#[test]
fn request_is_read_after_the_response_is_complete() {
    for driver in DRIVERS {
        let server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says("POST /first HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
        raw.read_until("early");
        raw.says("late");
        raw.says("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        raw.read_until("Hello, world!");
    }
}

#[test]
fn client_that_leaves_fails_both_halves() {
    for driver in DRIVERS {
        let mut server = Running::start((driver, Carrier::Plain));
        let mut raw = server.raw();
        raw.says("POST /duplex HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
        raw.read_until("first \r\n");
        drop(raw);
        server.stop(PATIENCE);
    }
}
