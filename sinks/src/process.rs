//! The process and the thread that write a line.

use std::cell::{Cell, OnceCell};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

/// When the first sink of lines was made, in seconds since 1970.
static STARTED: OnceLock<f64> = OnceLock::new();

/// The number of the next thread without a name.
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// Has an address that no other thread has at the same time.
    static MARK: Cell<u8> = const { Cell::new(0) };
    static NAME: OnceCell<Box<str>> = const { OnceCell::new() };
}

/// Starts the clock of `relativeCreated`, unless it runs.
pub(crate) fn start() {
    started();
}

/// Returns when that clock was started, in seconds since 1970.
pub(crate) fn started() -> f64 {
    *STARTED.get_or_init(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    })
}

/// Returns the number of the process.
pub(crate) fn id() -> i64 {
    std::process::id().into()
}

/// Returns a number of this thread, which another thread may have after its end: an address, as in Python.
pub(crate) fn thread() -> i64 {
    MARK.with(|mark| i64::try_from(ptr::from_ref(mark).addr()).unwrap_or_default())
}

/// Calls `show` with the name of this thread, as Python would name it: `MainThread`, its own name, or
/// `Thread-1` and so on.
pub(crate) fn with_thread_name<T>(show: impl FnOnce(&str) -> T) -> T {
    NAME.with(|name| {
        show(name.get_or_init(|| match thread::current().name() {
            Some("main") => "MainThread".into(),
            Some(name) => name.into(),
            None => format!("Thread-{}", NEXT.fetch_add(1, Ordering::Relaxed)).into(),
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_differ_in_name_and_number() {
        let named = || (thread(), with_thread_name(str::to_owned));
        let here = named();
        assert_eq!(here, named(), "both stay");
        thread::scope(|scope| {
            let others = [scope.spawn(named), scope.spawn(named)];
            let [one, other] = others.map(|thread| thread.join().unwrap());
            assert_ne!(one.1, other.1);
            assert!(one.1.starts_with("Thread-"), "{}", one.1);
            assert_ne!(one.0, here.0);
        });
    }
}
