//! What the system is asked for. Where it cannot answer, nothing is known and nothing fails.

use std::thread;

/// Seconds of CPU of this process so far: its own, and the kernel's for it.
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

/// Seconds of CPU of this process so far.
#[cfg(not(unix))]
#[must_use]
pub fn cpu_time() -> (f64, f64) {
    (0.0, 0.0)
}

/// Allows as many open files as can be had: each connection is two, where both ends are ours.
pub fn allow_many_files() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
        }
    }
}

/// How many processors there are.
#[must_use]
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Keeps this thread, and the threads and processes that it starts, on one processor, if there is one
/// of this number.
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
