//! Bodies of requests whose source fails.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, ErrorKind};

use limpid_core::error::{Cause, Phase};
use limpid_tests::script::Step;
use limpid_tests::server::Server;

use crate::drivers::{DRIVERS, chain};

/// The error of a custom source.
#[derive(Debug, PartialEq)]
struct DiskGone {
    sector: u64,
}

impl fmt::Display for DiskGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sector {} cannot be read", self.sector)
    }
}

impl StdError for DiskGone {}

fn disk_gone() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, DiskGone { sector: 7 })
}

fn server() -> (Server, String) {
    let server = Server::tcp(vec![vec![Step::ReadHead]]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    (server, url)
}

#[test]
fn error_of_a_body_source_comes_back_through_the_source() {
    for driver in DRIVERS {
        let (_server, url) = server();
        let error = driver(Default::default(), &url, Some(disk_gone));
        let source = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
        let own = source.get_ref().unwrap().downcast_ref::<DiskGone>();
        assert_eq!(own, Some(&DiskGone { sector: 7 }));
        let body_error = error.body_error().unwrap().to_string();
        assert_eq!(body_error, "sector 7 cannot be read");
        let failure = error.exchange().unwrap();
        assert!(matches!(failure.cause, Cause::Body(_)) && failure.phase == Phase::SendBody);
    }
}

#[test]
fn chain_of_a_failed_body_says_each_thing_once() {
    for driver in DRIVERS {
        let (server, url) = server();
        let error = driver(Default::default(), &url, Some(disk_gone));
        let what = "failed while sending the request body: the request body could not be read";
        let expected =
            [format!("127.0.0.1:{}: {what}", server.port()), "sector 7 cannot be read".to_owned()];
        assert_eq!(chain(&error), expected);
    }
}

#[test]
fn kind_of_a_body_source_is_that_of_the_io_error() {
    let unreadable: fn() -> io::Error = || ErrorKind::PermissionDenied.into();
    for driver in DRIVERS {
        for (failing, kind) in [
            (disk_gone as fn() -> _, ErrorKind::InvalidData),
            (unreadable, ErrorKind::PermissionDenied),
        ] {
            let (_server, url) = server();
            let error = io::Error::from(driver(Default::default(), &url, Some(failing)));
            assert_eq!(error.kind(), kind);
            assert!(error.get_ref().unwrap().is::<limpid_io::Error>(), "nothing else is lost");
        }
    }
}

#[test]
fn number_of_the_system_is_kept_of_a_body_source() {
    for driver in DRIVERS {
        let (_server, url) = server();
        let error = driver(Default::default(), &url, Some(|| io::Error::from_raw_os_error(5)));
        let Cause::Body(os) = error.exchange().unwrap().cause else { panic!("{error}") };
        assert_eq!(os.code, 5);
    }
}
