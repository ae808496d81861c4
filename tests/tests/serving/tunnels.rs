//! Switched connections whose ends both send more at once than sockets buffer.

use std::io::{self, Read, Write};
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Builder;

use crate::running::{EVERY, Running};

/// The bytes that each end sends.
const MUCH: usize = 8 * 1024 * 1024;

/// Echoes in capitals.
pub(crate) fn loud(exchange: limpid_std::Exchange<'_>) -> io::Result<()> {
    let mut upgraded = exchange.upgrade(101)?;
    let mut room = [0; 100];
    loop {
        match upgraded.read(&mut room)? {
            0 => return upgraded.shutdown(),
            n => upgraded.write_all(&room[..n].to_ascii_uppercase())?,
        }
    }
}

/// Does the same for the asynchronous server.
pub(crate) async fn asynchronous_loud(exchange: limpid_tokio::Exchange) -> io::Result<()> {
    let mut upgraded = exchange.upgrade(101).await?;
    let mut room = [0; 100];
    loop {
        match upgraded.read(&mut room).await? {
            0 => return upgraded.shutdown().await,
            n => upgraded.write_all(&room[..n].to_ascii_uppercase()).await?,
        }
    }
}

/// Sends much and receives everything at once, and then sends the number of received bytes.
pub(crate) fn bulk(mut exchange: limpid_std::Exchange<'_>) -> io::Result<()> {
    exchange.field("Connection", "upgrade").field("Upgrade", "bulk");
    let upgraded = exchange.upgrade(101)?;
    let mut writer = upgraded.clone();
    let writing = thread::spawn(move || writer.write_all(&vec![b's'; MUCH]));
    let mut received = Vec::new();
    (&upgraded).read_to_end(&mut received)?;
    writing.join().unwrap()?;
    (&upgraded).write_all(&received.len().to_be_bytes())?;
    upgraded.shutdown()
}

/// Does the same for the asynchronous server.
pub(crate) async fn asynchronous_bulk(mut exchange: limpid_tokio::Exchange) -> io::Result<()> {
    exchange.field("Connection", "upgrade").field("Upgrade", "bulk");
    let upgraded = exchange.upgrade(101).await?;
    let (mut reader, mut writer) = tokio::io::split(upgraded);
    let writing =
        tokio::spawn(async move { writer.write_all(&vec![b's'; MUCH]).await.map(|()| writer) });
    let mut received = Vec::new();
    reader.read_to_end(&mut received).await?;
    let mut writer = writing.await??;
    writer.write_all(&received.len().to_be_bytes()).await?;
    writer.shutdown().await
}

fn check(received: &[u8]) {
    assert_eq!(received.len(), MUCH + size_of::<usize>());
    assert!(received[..MUCH].iter().all(|byte| *byte == b's'));
    assert_eq!(received[MUCH..], MUCH.to_be_bytes());
}

#[test]
fn both_ends_of_a_tunnel_send_much_at_once_over_std() {
    for place in EVERY {
        let server = Running::start(place);
        let client = server.client();
        let url = server.url("/bulk");
        let request = client.get(&url).header("Connection", "upgrade").header("Upgrade", "bulk");
        let upgraded = request.send().unwrap().upgrade().unwrap();
        let mut writer = upgraded.clone();
        let writing = thread::spawn(move || {
            writer.write_all(&vec![b'c'; MUCH]).unwrap();
            writer.shutdown().unwrap();
        });
        let mut received = Vec::new();
        (&upgraded).read_to_end(&mut received).unwrap();
        writing.join().unwrap();
        check(&received);
    }
}

#[test]
fn both_ends_of_a_tunnel_send_much_at_once_over_tokio() {
    for place in EVERY {
        let server = Running::start(place);
        let client = server.asynchronous_client();
        let url = server.url("/bulk");
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let request = client.get(&url).header("Connection", "upgrade");
            let request = request.header("Upgrade", "bulk");
            let upgraded = request.send().await.unwrap().upgrade().unwrap();
            let (mut reader, mut writer) = tokio::io::split(upgraded);
            let writing = tokio::spawn(async move {
                writer.write_all(&vec![b'c'; MUCH]).await.unwrap();
                writer.shutdown().await.unwrap();
            });
            let mut received = Vec::new();
            reader.read_to_end(&mut received).await.unwrap();
            writing.await.unwrap();
            check(&received);
        });
    }
}
