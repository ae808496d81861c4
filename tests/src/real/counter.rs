//! Counting the connections to a real server.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

/// The time limit for each direction to carry on.
const PATIENCE: Duration = Duration::from_secs(60);

/// A port of loopback whose connections are passed on to another port and counted. Ends and resets are passed
/// on as what they are.
///
/// Dropping it stops it. Its connections end with those of the client or the server.
#[derive(Debug)]
pub struct Counter {
    /// The port.
    pub port: u16,
    accepted: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Counter {
    /// Starts it in front of the server on port `target`.
    ///
    /// # Errors
    /// No port is available.
    pub fn start(target: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let (accepted, stopping) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (count, stops) = (Arc::clone(&accepted), Arc::clone(&stopping));
        let acceptor = thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if stops.load(Ordering::SeqCst) {
                    break;
                }
                count.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || relay(&client, target));
            }
        });
        Ok(Self { port, accepted, stopping, acceptor: Some(acceptor) })
    }

    /// Returns the number of connections so far.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The thread is waiting for a connection.
        let woken = TcpStream::connect(("127.0.0.1", self.port));
        if let (Ok(_), Some(acceptor)) = (woken, self.acceptor.take()) {
            drop(acceptor.join());
        }
    }
}

/// Passes on bytes in both directions until both have ended.
fn relay(client: &TcpStream, target: u16) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", target))?;
    for socket in [client, &server] {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
    }
    let (from, to) = (client.try_clone()?, server.try_clone()?);
    let upwards = thread::spawn(move || pass_on(&from, &to));
    pass_on(&server, client);
    drop(upwards.join());
    Ok(())
}

/// Passes on bytes until an end, which is passed on as well.
fn pass_on(mut from: &TcpStream, mut to: &TcpStream) {
    let mut buffer = [0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            // The other direction may still have bytes, such as a response before the end of the request.
            Ok(n) if to.write_all(&buffer[..n]).is_err() => return,
            Ok(_) => {}
            Err(_) => {
                // Closing it then resets it.
                let _ = SockRef::from(to).set_linger(Some(Duration::ZERO));
                let _ = to.shutdown(Shutdown::Both);
                return;
            }
        }
    }
    // It may be closed already.
    let _ = to.shutdown(Shutdown::Write);
}
