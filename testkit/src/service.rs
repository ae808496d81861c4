//! What servers do with their connections, on loopback and in memory.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustls::ServerConfig;

use crate::mock::{self, Mock};
use crate::peer::Peer;
use crate::script::Step;
use crate::scripts::{Part, Scripts};
use crate::stream::Stream;
use crate::wire::Wire;

/// What a server does.
#[derive(Clone, Debug)]
pub(crate) enum Service {
    /// Connections end when the flag is set.
    Mock(Mock, Arc<AtomicBool>),
    Scripts(Scripts),
}

/// What it does on one connection.
pub(crate) enum Accepted {
    Mock(Mock, Arc<AtomicBool>),
    Script(Part),
    /// There is no script for it.
    Refused,
}

impl Service {
    /// Accepts the next connection.
    pub(crate) fn accept(&self) -> Accepted {
        match self {
            Self::Mock(mock, stopping) => Accepted::Mock(mock.clone(), Arc::clone(stopping)),
            Self::Scripts(scripts) => scripts.next().map_or(Accepted::Refused, Accepted::Script),
        }
    }
}

impl Accepted {
    /// Serves the connection to its end.
    pub(crate) async fn serve<W: Wire>(self, wire: W, tls: Option<Arc<ServerConfig>>) {
        match self {
            Self::Refused => {}
            Self::Script(mut part) => {
                part.script().splice(0..0, tls.map(Step::StartTls));
                let (messages, result) = Peer::new(wire).play(part.script()).await;
                part.played(messages, result);
            }
            Self::Mock(mock, stopping) => {
                let served = serve_mock(&mock, Stream::new(wire), tls, &stopping).await;
                // A client that leaves is no problem of the mock; an expectation that is not met is.
                drop(served);
            }
        }
    }
}

async fn serve_mock<W: Wire>(
    mock: &Mock,
    mut stream: Stream<W>,
    tls: Option<Arc<ServerConfig>>,
    stopping: &AtomicBool,
) -> io::Result<()> {
    if let Some(tls) = tls {
        stream.start_tls(tls).await?;
    }
    mock::serve(mock, &mut stream, stopping).await
}
