//! What a person is told when something fails: one line on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use limpid_core::error::{Cause, TlsError};
use limpid_std::Error;

use crate::exit::Exit;

/// Tells one line. Control characters, which may be a server's, are shown as escapes.
pub(crate) fn tell(exit: Exit, message: &dyn Display) {
    let mut line = format!("limpid: ({}) ", exit as u8);
    for c in message.to_string().chars() {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line.push('\n');
    // There is nobody left to tell that standard error cannot be written.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Tells that a request failed, and what would help.
pub(crate) fn tell_error(error: &Error) -> Exit {
    let exit = Exit::of(error);
    let hint = match error {
        Error::Exchange { error, .. } => match error.cause {
            Cause::Tls(TlsError::Certificate(_)) => {
                " (--cacert FILE trusts an authority of your own, -k trusts everybody)"
            }
            Cause::Tls(TlsError::NotTls) => " (is it an http:// URL?)",
            _ => "",
        },
        _ => "",
    };
    tell(exit, &format_args!("{error}{hint}"));
    exit
}
