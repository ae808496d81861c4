//! Interrupts: Ctrl-C, and on Unix the signal to terminate.

use std::future::Future;
use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;

use limpid_tokio::Handle;
use tokio::time::sleep;

/// How long to wait for the open exchanges at the end without saying so.
const QUIET: Duration = Duration::from_millis(200);

/// The interrupts from now on.
pub(crate) struct Interrupts {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    /// Takes interrupts over, which would otherwise end the process.
    ///
    /// # Errors
    /// The system does not allow it.
    #[cfg(unix)]
    pub(crate) fn take() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self { interrupt: signal(interrupt)?, terminate: signal(terminate)? })
    }

    /// Takes interrupts over, which would otherwise end the process.
    ///
    /// # Errors
    /// The system does not allow it.
    #[cfg(windows)]
    pub(crate) fn take() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    /// Waits for the next interrupt.
    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        let _ = self.interrupt.recv().await;
    }
}

/// Serves until an interrupt, then finishes what is open. A second interrupt ends it at once. `command` is the name for
/// messages.
pub(crate) async fn until_interrupted(
    command: &str,
    mut interrupts: Interrupts,
    handle: Handle,
    serving: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    let mut serving = pin!(serving);
    tokio::select! {
        served = &mut serving => return served,
        () = interrupts.next() => handle.shutdown(Duration::MAX),
    }
    let stopped = async {
        tokio::select! {
            () = interrupts.next() => return,
            () = sleep(QUIET) => say(command, "finishing the open exchanges; Ctrl-C again stops at once"),
        }
        interrupts.next().await;
    };
    tokio::select! {
        served = &mut serving => served,
        () = stopped => Ok(()),
    }
}

/// Prints a message of a command that serves.
pub(crate) fn say(command: &str, message: &str) {
    // There is no output for a failure of standard error.
    let _ = writeln!(io::stderr(), "limpid {command}: {message}");
}
