//! Signals that shut a server down.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use limpid_io::server::{Handle, ShutdownSignal};
use tokio::task::JoinSet;

/// Takes over the signals that end the process, which shut down this server until the returned set, whose task waits for
/// them, is dropped.
///
/// # Errors
/// The system does not allow it.
pub(super) fn watch(shutdown: &Arc<ShutdownSignal>, grace: Duration) -> io::Result<JoinSet<()>> {
    let handle = Handle::new(Arc::clone(shutdown));
    let mut signals = Signals::new()?;
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        signals.next().await;
        handle.shutdown(grace);
        signals.next().await;
        handle.shutdown(Duration::ZERO);
    });
    Ok(tasks)
}

/// The signals from now on.
struct Signals {
    #[cfg(unix)]
    kinds: [tokio::signal::unix::Signal; 2],
    #[cfg(windows)]
    kinds: [tokio::signal::windows::CtrlC; 1],
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { kinds: [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?] })
    }

    #[cfg(windows)]
    fn new() -> io::Result<Self> {
        Ok(Self { kinds: [tokio::signal::windows::ctrl_c()?] })
    }

    /// Waits for the next signal.
    async fn next(&mut self) {
        poll_fn(|cx| self.poll_next(cx)).await;
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut kinds = self.kinds.iter_mut();
        if kinds.any(|kind| kind.poll_recv(cx).is_ready()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}
