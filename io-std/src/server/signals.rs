//! Signals that shut servers down.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
#[cfg(unix)]
use std::thread;
use std::time::Duration;

use limpid_io::server::{Handle, ShutdownSignal};

/// The servers of the process that signals shut down.
static SERVERS: Mutex<Servers> = Mutex::new(Servers { has_thread: false, targets: Vec::new() });

struct Servers {
    /// The process has a thread that waits for signals.
    has_thread: bool,
    targets: Vec<Weak<Target>>,
}

/// A server that signals shut down while it serves. Its owner is the call that serves.
#[derive(Debug)]
pub(super) struct Target {
    handle: Handle,
    grace: Duration,
    /// The number of signals so far.
    count: AtomicU32,
}

/// Takes over the signals that end the process: they shut down this server, until the returned value is dropped.
///
/// # Errors
/// The system does not allow it, or lacks a thread.
pub(super) fn watch(shutdown: &Arc<ShutdownSignal>, grace: Duration) -> io::Result<Arc<Target>> {
    let handle = Handle::new(Arc::clone(shutdown));
    let target = Arc::new(Target { handle, grace, count: AtomicU32::new(0) });
    let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    if !servers.has_thread {
        take_over()?;
        servers.has_thread = true;
    }
    servers.targets.push(Arc::downgrade(&target));
    Ok(target)
}

/// Passes a signal to the servers. Returns whether it is to have its usual effect: no server is left, or one has
/// received two signals before.
fn signalled() -> bool {
    let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
    servers.targets.retain(|target| target.strong_count() > 0);
    let live: Vec<_> = servers.targets.iter().filter_map(Weak::upgrade).collect();
    drop(servers);
    live.is_empty() || live.iter().filter(|target| target.signalled()).count() > 0
}

impl Target {
    fn signalled(&self) -> bool {
        match self.count.fetch_add(1, Ordering::Relaxed) {
            0 => self.handle.shutdown(self.grace),
            1 => self.handle.shutdown(Duration::ZERO),
            _ => return true,
        }
        false
    }
}

/// Handles every signal from now on, on a thread that lives as long as the process.
#[cfg(unix)]
fn take_over() -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let wait = move || {
        for signal in &mut signals {
            if signalled() {
                // It ends the process.
                let _ = emulate_default_handler(signal);
            }
        }
    };
    thread::Builder::new().name("limpid-signals".into()).spawn(wait).map(drop)
}

/// Handles every Ctrl-C from now on, on a thread that lives as long as the process.
#[cfg(windows)]
fn take_over() -> io::Result<()> {
    /// The exit code of a process that Ctrl-C has ended (STATUS_CONTROL_C_EXIT).
    const ENDED: i32 = 0xC000_013A_u32.cast_signed();

    ctrlc::set_handler(|| {
        if signalled() {
            std::process::exit(ENDED);
        }
    })
    .map_err(io::Error::other)
}
