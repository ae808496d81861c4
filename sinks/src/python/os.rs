//! Errors of the operating system and of the resolver, as Python raises them on Linux.

use std::fmt::{self, Display, Formatter};

use limpid_core::error::{OsError, OsErrorKind, ResolveError};

use super::repr::{Exception, Str};

/// Whether the system has the error numbers of the table below.
const IS_LINUX: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// The `OSError`, or its sub-class, for an error of the operating system.
///
/// Numbers and texts are those of Linux with glibc on every system, so that equal failures have equal
/// lines.
pub(super) struct OsException(pub(super) OsError);

impl Display for OsException {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Some(number) = linux_number(self.0, IS_LINUX) else {
            let sentence = Str(self.0.kind.description());
            return match self.0.code {
                0 => Exception("OSError", (sentence,)).fmt(f),
                code => Exception("OSError", (code, sentence)).fmt(f),
            };
        };
        match ERRORS.binary_search_by_key(&number, |(number, ..)| *number) {
            Ok(index) => {
                let (_, class, text) = ERRORS[index];
                Exception(class, (number, Str(text))).fmt(f)
            }
            Err(_) => {
                Exception("OSError", (number, Str(format_args!("Unknown error {number}")))).fmt(f)
            }
        }
    }
}

/// Returns Linux's number of an error, if it is known.
const fn linux_number(error: OsError, is_linux: bool) -> Option<i32> {
    if is_linux && error.code != 0 {
        return Some(error.code);
    }
    Some(match error.kind {
        OsErrorKind::Refused => 111,
        OsErrorKind::Reset => 104,
        OsErrorKind::Aborted => 103,
        OsErrorKind::BrokenPipe => 32,
        OsErrorKind::NetworkUnreachable => 101,
        OsErrorKind::HostUnreachable => 113,
        OsErrorKind::AddressUnavailable => 99,
        OsErrorKind::AddressInUse => 98,
        OsErrorKind::TimedOut => 110,
        OsErrorKind::NotFound => 2,
        OsErrorKind::Denied => 13,
        // The numbers that all Unix systems share.
        _ if cfg!(unix) && matches!(error.code, 1..=10 | 12..=34) => error.code,
        _ => return None,
    })
}

/// Number, class and text, sorted by number.
static ERRORS: [(i32, &str, &str); 51] = [
    (1, "PermissionError", "Operation not permitted"),
    (2, "FileNotFoundError", "No such file or directory"),
    (3, "ProcessLookupError", "No such process"),
    (4, "InterruptedError", "Interrupted system call"),
    (5, "OSError", "Input/output error"),
    (9, "OSError", "Bad file descriptor"),
    (10, "ChildProcessError", "No child processes"),
    (11, "BlockingIOError", "Resource temporarily unavailable"),
    (12, "OSError", "Cannot allocate memory"),
    (13, "PermissionError", "Permission denied"),
    (14, "OSError", "Bad address"),
    (16, "OSError", "Device or resource busy"),
    (17, "FileExistsError", "File exists"),
    (20, "NotADirectoryError", "Not a directory"),
    (21, "IsADirectoryError", "Is a directory"),
    (22, "OSError", "Invalid argument"),
    (23, "OSError", "Too many open files in system"),
    (24, "OSError", "Too many open files"),
    (27, "OSError", "File too large"),
    (28, "OSError", "No space left on device"),
    (29, "OSError", "Illegal seek"),
    (30, "OSError", "Read-only file system"),
    (32, "BrokenPipeError", "Broken pipe"),
    (71, "OSError", "Protocol error"),
    (88, "OSError", "Socket operation on non-socket"),
    (90, "OSError", "Message too long"),
    (91, "OSError", "Protocol wrong type for socket"),
    (92, "OSError", "Protocol not available"),
    (93, "OSError", "Protocol not supported"),
    (94, "OSError", "Socket type not supported"),
    (95, "OSError", "Operation not supported"),
    (96, "OSError", "Protocol family not supported"),
    (97, "OSError", "Address family not supported by protocol"),
    (98, "OSError", "Address already in use"),
    (99, "OSError", "Cannot assign requested address"),
    (100, "OSError", "Network is down"),
    (101, "OSError", "Network is unreachable"),
    (102, "OSError", "Network dropped connection on reset"),
    (103, "ConnectionAbortedError", "Software caused connection abort"),
    (104, "ConnectionResetError", "Connection reset by peer"),
    (105, "OSError", "No buffer space available"),
    (106, "OSError", "Transport endpoint is already connected"),
    (107, "OSError", "Transport endpoint is not connected"),
    (108, "BrokenPipeError", "Cannot send after transport endpoint shutdown"),
    (110, "TimeoutError", "Connection timed out"),
    (111, "ConnectionRefusedError", "Connection refused"),
    (112, "OSError", "Host is down"),
    (113, "OSError", "No route to host"),
    (114, "BlockingIOError", "Operation already in progress"),
    (115, "BlockingIOError", "Operation now in progress"),
    (125, "OSError", "Operation canceled"),
];

/// The `gaierror` for a host name that could not be resolved.
pub(super) struct ResolveException(pub(super) ResolveError);

impl Display for ResolveException {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let number = match self.0 {
            ResolveError::NotFound | ResolveError::UnknownZone => -2,
            ResolveError::Temporary => -3,
            ResolveError::NoAddress => -5,
            ResolveError::Other(number) => number,
            _ => -4,
        };
        let text = match number {
            -1 => "Bad value for ai_flags",
            -2 => "Name or service not known",
            -3 => "Temporary failure in name resolution",
            -4 => "Non-recoverable failure in name resolution",
            -5 => "No address associated with hostname",
            -6 => "ai_family not supported",
            -7 => "ai_socktype not supported",
            -8 => "Servname not supported for ai_socktype",
            -9 => "Address family for hostname not supported",
            -10 => "Memory allocation failure",
            -11 => "System error",
            _ => "Unknown error",
        };
        Exception("gaierror", (number, Str(text))).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(ERRORS.is_sorted_by(|(a, ..), (b, ..)| a < b));
    }

    #[test]
    fn error_kind_gives_number_without_code() {
        let macos = OsError { code: 61, kind: OsErrorKind::Refused };
        assert_eq!(linux_number(macos, false), Some(111));
        let windows = OsError { code: 10061, kind: OsErrorKind::Refused };
        assert_eq!(linux_number(windows, false), Some(111));
        let simulated = OsError { code: 0, kind: OsErrorKind::Reset };
        assert_eq!(linux_number(simulated, true), Some(104));
        let linux = OsError { code: 1, kind: OsErrorKind::Denied };
        assert_eq!(linux_number(linux, true), Some(1));
        let foreign = OsError { code: 61, kind: OsErrorKind::Other };
        assert_eq!(linux_number(foreign, false), None);
    }
}
