//! A custom resolver in the client on tokio: hickory, which queries name servers itself, caches their
//! answers for their lifetimes, and needs no threads.
//!
//! ```text
//! cargo run -p limpid-examples --bin hickory -- http://www.example.com/ 192.0.2.53:53
//! ```
//!
//! The body is written to standard output, the lines to standard error.

use std::env;
use std::error::Error as StdError;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::{Resolver, TokioResolver};
use limpid_sinks::LineSink;
use limpid_tokio::{Client, LookupError, Resolve, ResolveError, Resolving};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed, and there is no other output.
            let _ = writeln!(io::stderr(), "hickory: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn StdError>> {
    let mut arguments = env::args().skip(1);
    let (Some(url), Some(server)) = (arguments.next(), arguments.next()) else {
        return Err("usage: hickory URL ADDRESS:PORT OF A NAME SERVER".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let body = runtime.block_on(get(&url, server.parse()?))?;
    io::stdout().write_all(&body)?;
    Ok(())
}

/// Gets a page from a host that this name server resolves.
async fn get(url: &str, server: SocketAddr) -> Result<Vec<u8>, Box<dyn StdError>> {
    let resolver = Hickory::new(server)?;
    let client = Client::builder().resolver(resolver).sink(LineSink::stderr()).build();
    Ok(client.get(url).send().await?.bytes().await?)
}

/// A resolver that queries one name server.
struct Hickory(TokioResolver);

impl Hickory {
    fn new(server: SocketAddr) -> Result<Self, NetError> {
        let mut connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
        connections.iter_mut().for_each(|connection| connection.port = server.port());
        let server = NameServerConfig::new(server.ip(), true, connections.into());
        let config = ResolverConfig::from_name_servers(vec![server]);
        Resolver::builder_with_config(config, TokioRuntimeProvider::default()).build().map(Self)
    }
}

/// The whole interface of a custom resolver.
impl Resolve for Hickory {
    fn resolve<'r>(&'r self, host: &'r str, port: u16) -> Resolving<'r> {
        Box::pin(async move {
            // The dot at the end marks a complete name, so that no search domain is added.
            let name = format!("{}.", host.trim_end_matches('.'));
            let found = self.0.lookup_ip(name).await;
            let found = found.map_err(|error| LookupError::new(reason(&error), error))?;
            Ok(found.iter().map(|address| SocketAddr::new(address, port)).collect())
        })
    }
}

/// Returns the reason for a failed lookup as an error of the client.
fn reason(error: &NetError) -> ResolveError {
    if error.is_nx_domain() {
        ResolveError::NotFound
    } else if error.is_no_records_found() {
        ResolveError::NoAddress
    } else {
        ResolveError::Temporary
    }
}
