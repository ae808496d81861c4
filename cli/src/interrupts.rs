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

/// An interrupt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// Ctrl-C.
    Interrupt,
    /// The signal to terminate.
    #[cfg(unix)]
    Terminate,
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
    pub(crate) async fn next(&mut self) -> Interrupt {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => Interrupt::Interrupt,
            _ = self.terminate.recv() => Interrupt::Terminate,
        }
        #[cfg(windows)]
        {
            let _ = self.interrupt.recv().await;
            Interrupt::Interrupt
        }
    }
}

impl Interrupt {
    /// Ends the process as the interrupt would have, so that a shell sees it.
    #[cfg(unix)]
    pub(crate) fn end_process(self) -> ! {
        let signal = match self {
            Self::Interrupt => signal_hook::consts::SIGINT,
            Self::Terminate => signal_hook::consts::SIGTERM,
        };
        // If this fails, the code says the same.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
        std::process::exit(128 + signal)
    }

    /// Ends the process with the code that Windows has for Ctrl-C.
    #[cfg(windows)]
    pub(crate) fn end_process(self) -> ! {
        const CONTROL_C_EXIT: u32 = 0xc000_013a;
        std::process::exit(CONTROL_C_EXIT.cast_signed())
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
        _ = interrupts.next() => handle.shutdown(Duration::MAX),
    }
    let stopped = async {
        tokio::select! {
            _ = interrupts.next() => return,
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
