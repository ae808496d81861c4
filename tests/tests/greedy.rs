//! An early response to an upload that the server still takes, over each driver.

#![cfg(test)]

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most bytes of an upload that are taken at a time.
const TAKEN: usize = 4 * 1024;

/// The length of the upload.
const UPLOAD: usize = 16 << 20;

const REFUSED: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";

/// A connection that takes every write, and has its response after a part of the body.
#[derive(Clone, Default)]
struct Greedy {
    written: Arc<AtomicUsize>,
    answered: Arc<AtomicUsize>,
}

impl Greedy {
    fn take(&self, bytes: &[u8]) -> usize {
        let n = bytes.len().min(TAKEN);
        self.written.fetch_add(n, Ordering::Relaxed);
        n
    }

    /// Returns the response once; `None` before a part of the body was taken, and afterwards.
    fn answer(&self) -> Option<&'static [u8]> {
        let is_due = self.written.load(Ordering::Relaxed) > UPLOAD / 32;
        (is_due && self.answered.fetch_add(1, Ordering::Relaxed) == 0).then_some(REFUSED)
    }

    /// Checks that no more was sent than between two checks for the response.
    fn was_spared(&self) {
        let written = self.written.load(Ordering::Relaxed);
        assert!(written < UPLOAD / 16, "{written}");
    }
}

impl limpid_std::Transport for Greedy {
    fn read(&self, room: &mut [u8]) -> io::Result<usize> {
        let answer = self.answer().ok_or(ErrorKind::WouldBlock)?;
        room[..answer.len()].copy_from_slice(answer);
        Ok(answer.len())
    }

    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(slices.iter().find(|slice| !slice.is_empty()).map_or(0, |slice| self.take(slice)))
    }

    fn wait(&self, _: limpid_std::Interest, _: Option<Instant>) -> io::Result<()> {
        Ok(())
    }

    fn is_silent(&self) -> bool {
        true
    }

    fn shutdown(&self) -> io::Result<()> {
        Ok(())
    }
}

impl limpid_std::Connect for Greedy {
    fn connect(
        &self,
        _: limpid_std::Dial<'_>,
        _: Option<Instant>,
    ) -> io::Result<Box<dyn limpid_std::Transport>> {
        Ok(Box::new(self.clone()))
    }
}

impl AsyncRead for Greedy {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(answer) = self.answer() else { return Poll::Pending };
        room.put_slice(answer);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Greedy {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(self.take(bytes)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl limpid_tokio::Connect for Greedy {
    fn connect(&self, _: limpid_tokio::Dial<'_>) -> limpid_tokio::Connecting {
        let transport: Box<dyn limpid_tokio::Transport> = Box::new(self.clone());
        Box::pin(async { Ok(transport) })
    }
}

#[test]
fn std_stops_an_upload_though_the_server_takes_all_of_it() {
    let server = Greedy::default();
    let client = limpid_std::Client::builder().connector(server.clone()).build();
    let response = client.post("http://127.0.0.1/").body(vec![b'x'; UPLOAD]).send().unwrap();
    assert_eq!(response.status(), 401);
    server.was_spared();
}

#[test]
fn tokio_stops_an_upload_though_the_server_takes_all_of_it() {
    let server = Greedy::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = limpid_tokio::Client::builder().connector(server.clone()).build();
        let request = client.post("http://127.0.0.1/").body(vec![b'x'; UPLOAD]);
        assert_eq!(request.send().await.unwrap().status(), 401);
    });
    server.was_spared();
}
