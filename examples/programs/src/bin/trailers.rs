//! Trailers (RFC 9110 section 6.5) both ways: sends standard input with its length after it, and prints the response and
//! the fields after it.
//!
//! ```text
//! cargo run -p limpid-programs --bin trailers -- http://localhost:8000/sum < file
//! ```

use std::error::Error;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use limpid_std::{Body, Client};

/// Counts the bytes that are read.
struct Counted<R>(R, Arc<AtomicU64>);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(room)?;
        self.1.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: trailers URL")?;
    let count = Arc::new(AtomicU64::new(0));
    let body = Body::reader(Counted(io::stdin(), Arc::clone(&count)), None);
    let body = body.trailers(move |fields| {
        fields.push(b"X-Checksum", count.load(Ordering::Relaxed).to_string().as_bytes());
    });
    let mut body = Client::new().post(&url).header("TE", "trailers").body(body).send()?.into_body();
    io::copy(&mut body, &mut io::stdout())?;
    for field in body.trailers() {
        println!("{}: {}", field.name.escape_ascii(), field.value.escape_ascii());
    }
    Ok(())
}
