//! The server that clients are measured against over TLS.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use limpid_benches::responder::{Answer, Ends};
use limpid_benches::{Failure, machine};
use limpid_tests::certificates::{Certificates, Identity};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server with its own threads, which end with the program.
#[derive(Debug)]
pub struct TlsResponder {
    /// The address of the listener.
    pub address: SocketAddr,
    certificates: Certificates,
}

impl TlsResponder {
    /// Starts the server on this processor.
    ///
    /// # Errors
    /// The server cannot listen, or there is no certificate.
    pub fn start(answer: Answer, processor: usize) -> Result<Self, Failure> {
        let certificates = Certificates::new()?;
        let config = certificates.server(Identity::Good)?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        thread::spawn(move || {
            machine::stay_on(processor);
            for stream in listener.incoming().flatten() {
                let (config, answer) = (Arc::clone(&config), answer.clone());
                // A client may close the connection early, so a failure is ignored.
                thread::spawn(move || respond(stream, config, &answer));
            }
        });
        Ok(Self { address, certificates })
    }

    /// Returns the file with the certificate of its authority.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.certificates.ca_file()
    }
}

fn respond(stream: TcpStream, config: Arc<ServerConfig>, answer: &Answer) -> Result<(), Failure> {
    stream.set_nodelay(true)?;
    let mut stream = StreamOwned::new(ServerConnection::new(config)?, stream);
    let (mut ends, mut buffer) = (Ends::default(), vec![0; 8 * 1024]);
    loop {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        for _ in 0..ends.count(&buffer[..n]) {
            for piece in answer.pieces() {
                stream.write_all(piece)?;
            }
            stream.flush()?;
        }
    }
}
