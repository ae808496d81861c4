//! Operations on sockets that the runtime watches.

/// Whether the runtime is notified of each change once (edge-triggered): after an operation that
/// moved fewer bytes than it could, the next would block. Clearing the readiness saves that attempt.
pub(crate) const EDGE_TRIGGERED: bool = cfg!(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "ios",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly"
));

/// Performs an operation on the socket `$system` of `$stream` that moves at most `$most` bytes, once the
/// runtime reports that it is possible.
macro_rules! attempt {
    ($stream:expr, $system:expr, $cx:expr, $ready:ident, $is_ready:expr, $interest:expr, $most:expr, $operation:expr) => {{
        let mut is_ready = $is_ready;
        loop {
            if !core::mem::take(&mut is_ready) {
                ready!($stream.$ready($cx))?;
            }
            let mut moved = None;
            let result = $stream.try_io($interest, || {
                let n = $operation(&SockRef::from($system))?;
                if $crate::attempt::EDGE_TRIGGERED && 0 < n && n < $most {
                    moved = Some(n);
                    return Err(ErrorKind::WouldBlock.into());
                }
                Ok(n)
            });
            if let Some(n) = moved {
                // An error of a kind alone owns nothing, and dropping it is a call.
                core::mem::forget(result);
                return Poll::Ready(Ok(n));
            }
            return match result {
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                result => Poll::Ready(result),
            };
        }
    }};
}

pub(crate) use attempt;
