//! Why no request is made.

use crate::exit::Exit;

/// Why no request is made.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) exit: Exit,
    pub(super) message: String,
}

impl Refusal {
    /// The arguments are wrong.
    pub(super) const fn usage(message: String) -> Self {
        Self { exit: Exit::Usage, message }
    }

    /// A file cannot be read.
    pub(super) const fn read(message: String) -> Self {
        Self { exit: Exit::Read, message }
    }
}
