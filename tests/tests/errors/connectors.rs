//! Connectors of a caller's own that fail.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Instant;

use limpid_core::error::{Cause, OsErrorKind, Phase};
use limpid_io::Error;

use crate::drivers::chain;

const URL: &str = "http://127.0.0.1:80/";

/// The error of a connector.
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

fn over_std() -> Error {
    limpid_std::Client::builder().connector(Failing).build().get(URL).send().unwrap_err()
}

fn over_tokio() -> Error {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = limpid_tokio::Client::builder().connector(Failing).build();
    runtime.block_on(client.get(URL).send()).unwrap_err()
}

#[test]
fn error_of_a_connector_comes_back_through_the_source() {
    for error in [over_std(), over_tokio()] {
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
