//! A custom resolver: names below `.test` are this machine, and the system resolves the others.
//!
//! ```text
//! cargo run -p limpid-programs --bin resolver -- http://shop.test:8000/get
//! ```

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Instant;

use limpid_std::{Client, LookupError, Resolve, SystemResolver};

/// The resolver.
struct Tests;

impl Resolve for Tests {
    fn resolve(
        &self,
        host: &str,
        port: u16,
        deadline: Option<Instant>,
    ) -> Result<Vec<SocketAddr>, LookupError> {
        match host.strip_suffix(".test") {
            Some(_) => Ok(vec![(Ipv4Addr::LOCALHOST, port).into()]),
            None => SystemResolver.resolve(host, port, deadline),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: resolver URL")?;
    let client = Client::builder().resolver(Tests).build();
    println!("{}", client.get(&url).send()?.text()?);
    Ok(())
}
