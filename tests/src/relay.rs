//! Passing bytes on between two streams.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::stream::{PATIENCE, Stream};

/// How long one side is listened to before it is the other side's turn. A TLS stream cannot be read
/// and written by two threads at once, so they take turns in one.
const TURN: Duration = Duration::from_millis(1);

/// Connects `client` to `target`, which gets what was read `ahead` first.
pub(crate) fn relay(client: &mut Stream, ahead: &[u8], target: SocketAddr) -> io::Result<()> {
    let target = TcpStream::connect_timeout(&target, PATIENCE)?;
    target.set_write_timeout(Some(PATIENCE))?;
    let mut target = Stream::Plain(target.into());
    target.write_all(ahead)?;
    client.patience(TURN)?;
    target.patience(TURN)?;
    let (mut up, mut down) = (true, true);
    let start = Instant::now();
    while up || down {
        if start.elapsed() > PATIENCE {
            return Err(ErrorKind::TimedOut.into());
        }
        up = up && pass_on(client, &mut target);
        down = down && pass_on(&mut target, client);
    }
    Ok(())
}

/// Takes one turn; false when nothing more will come, which `to` is told.
fn pass_on(from: &mut Stream, to: &mut Stream) -> bool {
    let mut buffer = [0; 16 * 1024];
    let passed = match from.read(&mut buffer) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Ok(n) => to.write_all(&buffer[..n]),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(()),
        Err(error) => Err(error),
    };
    if passed.is_err() {
        // It may be gone already.
        let _ = to.transport().shutdown(Shutdown::Write);
    }
    passed.is_ok()
}
