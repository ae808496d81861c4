//! A server that closes its connections without announcing it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

/// What the server does after a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// It waits for the next request.
    Keep,
    /// It closes the connection after this time.
    Close(Duration),
    /// It resets the connection after this time.
    Reset(Duration),
    /// It reads the next request, and closes the connection without a response.
    CloseOnRequest,
}

/// A response whose connection is said to be kept.
pub(crate) const HELLO: &str =
    "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello";

/// The pause within a response in parts.
const PAUSE: Duration = Duration::from_millis(5);

/// A server in threads of its own, which counts connections and requests.
pub(crate) struct Origin {
    address: SocketAddr,
    counts: Arc<Counts>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Counts {
    connections: AtomicUsize,
    requests: AtomicUsize,
    stops: AtomicBool,
}

impl Origin {
    /// Starts a server that sends `response` to each request.
    pub(crate) fn start(response: impl Into<Vec<u8>>, after: After) -> io::Result<Self> {
        Self::start_in_parts(vec![response.into()], after)
    }

    /// Starts a server that sends these parts of a response to each request, with pauses between them.
    pub(crate) fn start_in_parts(response: Vec<Vec<u8>>, after: After) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let counts = Arc::<Counts>::default();
        let (shared, response) = (Arc::clone(&counts), Arc::new(response));
        let accepting = thread::spawn(move || {
            let mut serving = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if shared.stops.load(Ordering::Relaxed) {
                    break;
                }
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let (shared, response) = (Arc::clone(&shared), Arc::clone(&response));
                serving.push(thread::spawn(move || {
                    // The client may be gone.
                    let _ = serve(stream, &response, after, &shared.requests);
                }));
            }
            for thread in serving {
                thread.join().unwrap();
            }
        });
        Ok(Self { address, counts, accepting: Some(accepting) })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn requests(&self) -> usize {
        self.counts.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Origin {
    /// Ends the server. The clients must have closed their connections.
    fn drop(&mut self) {
        self.counts.stops.store(true, Ordering::Relaxed);
        // This ends the wait for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

fn serve(
    mut stream: TcpStream,
    response: &[Vec<u8>],
    after: After,
    requests: &AtomicUsize,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    while read_request(&mut stream)? {
        requests.fetch_add(1, Ordering::Relaxed);
        for (index, part) in response.iter().enumerate() {
            if index > 0 {
                thread::sleep(PAUSE);
            }
            stream.write_all(part)?;
        }
        match after {
            After::Keep => continue,
            After::Close(time) => thread::sleep(time),
            After::Reset(time) => {
                thread::sleep(time);
                SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
            }
            After::CloseOnRequest => {
                if read_request(&mut stream)? {
                    requests.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        break;
    }
    Ok(())
}

/// Reads a request without a body, or with a body that arrives with the head. Returns false at the end.
fn read_request(stream: &mut TcpStream) -> io::Result<bool> {
    let (mut head, mut bytes) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut bytes)? {
            0 => return Ok(false),
            n => head.extend_from_slice(&bytes[..n]),
        }
    }
    Ok(true)
}
