//! Connections that leave HTTP/1.1, of which both ends send more at once than sockets take.

use std::io::{self, Read, Write};
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Builder;

use crate::running::{EVERY, Running};

/// How much each end sends.
const MUCH: usize = 8 * 1024 * 1024;

/// Sends back in capitals what it is sent.
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

/// The same, for the asynchronous server.
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

/// Sends much and receives everything, both at once, and then sends how much that was.
pub(crate) fn bulk(mut exchange: limpid_std::Exchange<'_>) -> io::Result<()> {
    exchange.field("Connection", "upgrade").field("Upgrade", "bulk");
    let upgraded = exchange.upgrade(101)?;
    let mut writer = upgraded.clone();
    let writing = thread::spawn(move || writer.write_all(&vec![b's'; MUCH]));
    let mut heard = Vec::new();
    (&upgraded).read_to_end(&mut heard)?;
    writing.join().unwrap()?;
    (&upgraded).write_all(&heard.len().to_be_bytes())?;
    upgraded.shutdown()
}

/// The same, for the asynchronous server.
pub(crate) async fn asynchronous_bulk(mut exchange: limpid_tokio::Exchange) -> io::Result<()> {
    exchange.field("Connection", "upgrade").field("Upgrade", "bulk");
    let upgraded = exchange.upgrade(101).await?;
    let (mut reader, mut writer) = tokio::io::split(upgraded);
    let writing =
        tokio::spawn(async move { writer.write_all(&vec![b's'; MUCH]).await.map(|()| writer) });
    let mut heard = Vec::new();
    reader.read_to_end(&mut heard).await?;
    let mut writer = writing.await??;
    writer.write_all(&heard.len().to_be_bytes()).await?;
    writer.shutdown().await
}

fn check(heard: &[u8]) {
    assert_eq!(heard.len(), MUCH + size_of::<usize>());
    assert!(heard[..MUCH].iter().all(|byte| *byte == b's'));
    assert_eq!(heard[MUCH..], MUCH.to_be_bytes());
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
        let mut heard = Vec::new();
        (&upgraded).read_to_end(&mut heard).unwrap();
        writing.join().unwrap();
        check(&heard);
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
            let mut heard = Vec::new();
            reader.read_to_end(&mut heard).await.unwrap();
            writing.await.unwrap();
            check(&heard);
        });
    }
}
