//! The kinds of counts.

use std::fmt;

/// The kinds of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Instructions outside the kernel.
    Instructions,
    /// Blocks of heap that were allocated or grown.
    Allocations,
    /// System calls.
    SystemCalls,
    /// Bytes of heap that stay in use.
    HeapBytes,
}

impl Count {
    /// Returns its name in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instructions => "instructions",
            Self::Allocations => "allocations",
            Self::SystemCalls => "system-calls",
            Self::HeapBytes => "heap-bytes",
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
