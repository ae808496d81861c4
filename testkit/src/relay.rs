//! Passing bytes between two streams.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use crate::stream::Stream;
use crate::wire::Wire;

/// The time for which one side is read before the other. Two threads cannot read and write a TLS stream at
/// once, so one thread alternates.
const TURN: Duration = Duration::from_millis(1);

/// The limit of consecutive turns without data.
const PATIENCE: u32 = 15_000;

/// Connects `client` to `target`, which first receives the bytes that were read `ahead`.
pub(crate) async fn relay<W: Wire>(
    client: &mut Stream<W>,
    ahead: &[u8],
    target: SocketAddr,
) -> io::Result<()> {
    let mut target = Stream::new(client.wire().connect(target).await?);
    target.write_all(ahead).await?;
    let (mut up, mut down, mut silent) = (Turn::Passed, Turn::Passed, 0);
    while up != Turn::Over || down != Turn::Over {
        if up != Turn::Over {
            up = pass_on(client, &mut target).await;
        }
        if down != Turn::Over {
            down = pass_on(&mut target, client).await;
        }
        silent = if [up, down].contains(&Turn::Passed) { 0 } else { silent + 1 };
        if silent > PATIENCE {
            return Err(ErrorKind::TimedOut.into());
        }
    }
    Ok(())
}

/// The result of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Passed,
    Nothing,
    /// The direction has ended, and the end was passed on.
    Over,
}

async fn pass_on<W: Wire>(from: &mut Stream<W>, to: &mut Stream<W>) -> Turn {
    let mut buffer = [0; 16 * 1024];
    let passed = match from.read(&mut buffer, Some(TURN)).await {
        Ok(None) => return Turn::Nothing,
        Ok(Some(0)) => false,
        Ok(Some(n)) => to.write_all(&buffer[..n]).await.is_ok(),
        Err(_) => false,
    };
    if passed {
        return Turn::Passed;
    }
    // It may be closed already.
    let _ = to.wire().close();
    Turn::Over
}
