//! A failing request over each driver.

use std::error::Error as StdError;
use std::io;

use bytes::Bytes;
use limpid_io::{ClientBuilder, Error, Settings};
use limpid_tokio::{NextPiece, Pieces};

/// The error of the request's body.
type Failing = fn() -> io::Error;

/// A driver's function that sends a request with this body and returns its error.
pub(crate) type Fail = fn(ClientBuilder<Settings>, &str, Option<Failing>) -> Error;

/// The drivers.
pub(crate) const DRIVERS: [Fail; 2] = [over_std, over_tokio];

fn over_std(builder: ClientBuilder<Settings>, url: &str, failing: Option<Failing>) -> Error {
    let client = limpid_std::Client::from(builder.build());
    let result = match failing {
        Some(error) => client.post(url).body(limpid_std::Body::reader(Source(error), None)).send(),
        None => client.get(url).send(),
    };
    result.unwrap_err()
}

fn over_tokio(builder: ClientBuilder<Settings>, url: &str, failing: Option<Failing>) -> Error {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = limpid_tokio::Client::from(builder.build());
    let request = match failing {
        Some(error) => client.post(url).body(limpid_tokio::Body::pieces(Source(error), None)),
        None => client.get(url),
    };
    runtime.block_on(request.send()).unwrap_err()
}

/// A body that fails at once.
struct Source(Failing);

impl io::Read for Source {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err((self.0)())
    }
}

impl Pieces for Source {
    fn next(&mut self) -> NextPiece<'_> {
        let error: io::Result<Option<Bytes>> = Err((self.0)());
        Box::pin(async { error })
    }
}

/// Returns the text of each error of a chain, outermost first.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}
