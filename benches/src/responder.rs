//! The server for measuring clients: it finds the ends of requests and answers each with the same bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::{io, mem};

use memchr::memmem::Finder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Barrier, oneshot};

use crate::failure::Failure;
use crate::{machine, messages};

/// A response: bytes that are sent once, and between them a block that is sent repeatedly, so that a long
/// body needs little memory.
#[derive(Clone, Debug)]
pub struct Answer {
    first: Vec<u8>,
    block: Vec<u8>,
    times: usize,
    last: &'static [u8],
}

/// The part of a large body that is in memory.
const BLOCK: usize = 1024 * 1024;

/// How many small responses are sent at once, for as many requests.
const TOGETHER: usize = 16;

/// The size of the chunks in a large body.
const CHUNK: usize = 64 * 1024;

impl Answer {
    /// Returns a response of these bytes.
    #[must_use]
    pub const fn of(bytes: Vec<u8>) -> Self {
        Self { first: bytes, block: Vec::new(), times: 0, last: b"" }
    }

    /// Returns a response with a body of this length and a Content-Length.
    #[must_use]
    pub fn with_length(length: usize) -> Self {
        let mut first = messages::response_head(&format!("Content-Length: {length}"));
        let times = length / BLOCK;
        first.resize(first.len() + length % BLOCK, b'x');
        let block = if times > 0 { vec![b'x'; BLOCK] } else { Vec::new() };
        Self { first, block, times, last: b"" }
    }

    /// Returns a response with a body in chunks of 64 KiB; the length is rounded down to whole MiB.
    #[must_use]
    pub fn chunked(length: usize) -> Self {
        let first = messages::response_head("Transfer-Encoding: chunked");
        let block = messages::chunks(BLOCK / CHUNK, CHUNK);
        Self { first, block, times: length / BLOCK, last: b"0\r\n\r\n" }
    }

    /// Returns whether several of them should be sent together.
    const fn is_small(&self) -> bool {
        self.times == 0 && self.last.is_empty() && self.first.len() < 1024
    }

    /// Returns the pieces in the order in which they are sent.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let blocks = std::iter::repeat_n(&self.block[..], self.times);
        let pieces = [&self.first[..]].into_iter().chain(blocks).chain([self.last]);
        pieces.filter(|piece| !piece.is_empty())
    }
}

/// Counts the ends of requests in received bytes.
#[derive(Debug)]
pub struct Ends {
    finder: Finder<'static>,
    /// The bytes after the last end.
    rest: Vec<u8>,
}

impl Default for Ends {
    fn default() -> Self {
        Self { finder: Finder::new(b"\r\n\r\n"), rest: Vec::new() }
    }
}

impl Ends {
    /// Returns how many requests end in `bytes`.
    pub fn count(&mut self, bytes: &[u8]) -> usize {
        let mut held = mem::take(&mut self.rest);
        let bytes = if held.is_empty() {
            bytes
        } else {
            held.extend_from_slice(bytes);
            &held
        };
        let (mut count, mut end) = (0, 0);
        while let Some(at) = self.finder.find(&bytes[end..]) {
            end += at + 4;
            count += 1;
        }
        self.rest.extend_from_slice(&bytes[end..]);
        count
    }
}

/// A server in a separate thread. It stops when it is dropped.
#[derive(Debug)]
pub struct Responder {
    /// The address of the listener.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Responder {
    /// Starts the server on this processor.
    ///
    /// # Errors
    /// The server cannot listen.
    pub fn start(answer: Answer, processor: usize) -> Result<Self, Failure> {
        Self::holding(answer, processor, 1)
    }

    /// Starts the server, which answers once this many requests wait. As many connections must be open
    /// then.
    ///
    /// # Errors
    /// The server cannot listen.
    pub fn holding(answer: Answer, processor: usize, hold: usize) -> Result<Self, Failure> {
        let (stop, stopped) = oneshot::channel::<()>();
        let (listening, address) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            machine::stay_on(processor);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
            runtime.block_on(async {
                let socket = TcpSocket::new_v4()?;
                socket.bind(([127, 0, 0, 1], 0).into())?;
                let listener = socket.listen(8192)?;
                // The receiver may be gone if the other thread has failed.
                let _ = listening.send(listener.local_addr()?);
                tokio::spawn(serve(listener, Arc::new(answer), Arc::new(Barrier::new(hold))));
                // Spawned tasks end with the runtime.
                let _ = stopped.await;
                Ok(())
            })
        });
        let address = address.recv()?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn serve(listener: TcpListener, answer: Arc<Answer>, hold: Arc<Barrier>) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let (answer, hold) = (Arc::clone(&answer), Arc::clone(&hold));
        // A client may close the connection early, so a failure is ignored.
        tokio::spawn(async move { respond(stream, &answer, &hold).await });
    }
}

async fn respond(mut stream: TcpStream, answer: &Answer, hold: &Barrier) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut ends = Ends::default();
    let mut buffer = vec![0; 8 * 1024];
    // Small responses to requests that arrive together are sent together.
    let answers = if answer.is_small() { answer.first.repeat(TOGETHER) } else { Vec::new() };
    loop {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        let mut owed = ends.count(&buffer[..n]);
        while owed > 0 {
            hold.wait().await;
            let together = owed.min(answers.len().checked_div(answer.first.len()).unwrap_or(0));
            if together > 1 {
                stream.write_all(&answers[..together * answer.first.len()]).await?;
                owed -= together;
                continue;
            }
            for piece in answer.pieces() {
                stream.write_all(piece).await?;
            }
            owed -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ends_are_found_in_any_pieces() {
        let requests = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3);
        for cut in 1..requests.len() {
            let mut ends = Ends::default();
            let count: usize = requests.chunks(cut).map(|piece| ends.count(piece)).sum();
            assert_eq!(count, 3, "in pieces of {cut}");
        }
    }

    #[test]
    fn answer_has_announced_length() {
        for length in [0, 13, BLOCK, 3 * BLOCK + 5] {
            let whole = Answer::with_length(length).pieces().collect::<Vec<_>>().concat();
            let (head, body) = messages::lengths(&whole).unwrap();
            assert_eq!((whole.len(), body), (head + length, length));
        }
    }
}
