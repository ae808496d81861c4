//! Custom connectors and resolvers that fail.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Instant;

use limpid_core::error::{Cause, OsErrorKind, Phase, ResolveError};
use limpid_io::{Error, LookupError};

use crate::drivers::chain;

/// The error of a connector, or of a resolver.
#[derive(Debug, PartialEq)]
struct NoTunnel {
    attempts: u32,
}

impl fmt::Display for NoTunnel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no tunnel after {} attempts", self.attempts)
    }
}

impl StdError for NoTunnel {}

fn no_tunnel() -> io::Error {
    io::Error::new(ErrorKind::HostUnreachable, NoTunnel { attempts: 3 })
}

struct Failing;

impl limpid_std::Connect for Failing {
    fn connect(
        &self,
        _: limpid_std::Dial<'_>,
        _: Option<Instant>,
    ) -> io::Result<Box<dyn limpid_std::Transport>> {
        Err(no_tunnel())
    }
}

impl limpid_tokio::Connect for Failing {
    fn connect(&self, _: limpid_tokio::Dial<'_>) -> limpid_tokio::Connecting {
        Box::pin(async { Err(no_tunnel()) })
    }
}

fn lookup_error() -> LookupError {
    LookupError::new(ResolveError::Temporary, NoTunnel { attempts: 2 })
}

impl limpid_std::Resolve for Failing {
    fn resolve(&self, _: &str, _: u16, _: Option<Instant>) -> Result<Vec<SocketAddr>, LookupError> {
        Err(lookup_error())
    }
}

impl limpid_tokio::Resolve for Failing {
    fn resolve<'r>(&'r self, _: &'r str, _: u16) -> limpid_tokio::Resolving<'r> {
        Box::pin(async { Err(lookup_error()) })
    }
}

fn over_std(url: &str) -> Error {
    let builder = limpid_std::Client::builder().connector(Failing).resolver(Failing);
    builder.build().get(url).send().unwrap_err()
}

fn over_tokio(url: &str) -> Error {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = limpid_tokio::Client::builder().connector(Failing).resolver(Failing);
    runtime.block_on(builder.build().get(url).send()).unwrap_err()
}

#[test]
fn error_of_a_connector_comes_back_through_the_source() {
    for error in [over_std("http://127.0.0.1/"), over_tokio("http://127.0.0.1/")] {
        let source = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
        let own = source.get_ref().unwrap().downcast_ref::<NoTunnel>();
        assert_eq!(own, Some(&NoTunnel { attempts: 3 }));
        let failure = error.exchange().unwrap();
        assert!(matches!(failure.cause, Cause::Os(os) if os.kind == OsErrorKind::HostUnreachable));
        assert!(failure.phase == Phase::Connect && error.is_connect());
        let expected = [
            "127.0.0.1:80: failed while connecting: no route to host",
            "no tunnel after 3 attempts",
        ];
        assert_eq!(chain(&error), expected);
        assert_eq!(io::Error::from(error).kind(), ErrorKind::HostUnreachable);
    }
}

#[test]
fn error_of_a_resolver_comes_back_through_the_source() {
    for error in [over_std("http://host.test/"), over_tokio("http://host.test/")] {
        let own = error.source().unwrap().downcast_ref::<NoTunnel>();
        assert_eq!(own, Some(&NoTunnel { attempts: 2 }));
        let failure = error.exchange().unwrap();
        assert_eq!(failure.cause, Cause::Resolve(ResolveError::Temporary));
        assert_eq!(failure.phase, Phase::Resolve);
        let expected = [
            "host.test:80: failed while resolving the host name: temporary failure in name \
             resolution",
            "no tunnel after 2 attempts",
        ];
        assert_eq!(chain(&error), expected);
    }
}
