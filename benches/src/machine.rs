//! Queries of the system. Unsupported ones return nothing and do not fail.

use std::thread;

/// Returns the seconds of CPU of this process so far: its own, and the kernel's for it.
#[cfg(unix)]
#[must_use]
pub fn cpu_time() -> (f64, f64) {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeVal;

    #[expect(clippy::cast_precision_loss, reason = "no process runs for 2^53 seconds")]
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    getrusage(UsageWho::RUSAGE_SELF)
        .map_or((0.0, 0.0), |usage| (seconds(usage.user_time()), seconds(usage.system_time())))
}

/// Returns the seconds of CPU of this process so far.
#[cfg(not(unix))]
#[must_use]
pub fn cpu_time() -> (f64, f64) {
    (0.0, 0.0)
}

/// Raises the limit of open files as far as possible: each connection uses two, if both ends are in this
/// process.
pub fn allow_many_files() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
        }
    }
}

/// Returns the number of processors.
#[must_use]
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Binds this thread, and the threads and processes that it starts, to one processor, if that exists.
pub fn stay_on(processor: usize) {
    #[cfg(target_os = "linux")]
    {
        use nix::sched::{CpuSet, sched_setaffinity};
        use nix::unistd::Pid;
        let mut set = CpuSet::new();
        if set.set(processor).is_ok() {
            let _ = sched_setaffinity(Pid::from_raw(0), &set);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = processor;
}
