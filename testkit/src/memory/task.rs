//! The end of a peer that is a task of tokio, whose time is that of the runtime.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::pipe::{End, Wanted};
use super::thread::unsupported;
use crate::wire::Wire;

/// An end whose operations wait as tasks do. It waits for its peer without limit: a time limit would be a timer, to which
/// a paused clock advances.
#[derive(Debug)]
pub(super) struct Task(pub(super) End);

impl Wire for Task {
    async fn read(&mut self, room: &mut [u8], _: Option<Duration>) -> io::Result<Option<usize>> {
        poll_fn(|cx| poll_read(&self.0, cx, room)).await.map(Some)
    }

    async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let n = poll_fn(|cx| poll_write(&self.0, cx, &[IoSlice::new(bytes)])).await?;
            bytes = &bytes[n..];
        }
        Ok(())
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    async fn connect(&self, _: SocketAddr) -> io::Result<Self> {
        Err(unsupported())
    }

    fn close(&mut self) -> io::Result<()> {
        self.0.close();
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.0.reset();
        Ok(())
    }
}

fn poll_read(end: &End, cx: &Context<'_>, room: &mut [u8]) -> Poll<io::Result<usize>> {
    end.poll_now(Wanted { read: true, write: false }, cx, || end.read_now(room))
}

fn poll_write(end: &End, cx: &Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
    end.poll_now(Wanted { read: false, write: true }, cx, || end.write_now(slices))
}

impl AsyncRead for End {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let n = ready!(poll_read(&self, cx, room.initialize_unfilled()))?;
        room.advance(n);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for End {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        poll_write(&self, cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        poll_write(&self, cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.close();
        Poll::Ready(Ok(()))
    }
}
