//! One read or write of a transport that `std::io` describes.

use std::io::{self, ErrorKind, IoSlice, Write};

/// Writes once: all slices together if more than one has bytes. A transport that takes nothing fails.
///
/// # Errors
/// Those of the transport, and [`ErrorKind::WriteZero`].
pub(crate) fn write_slices(mut transport: impl Write, out: [&[u8]; 3]) -> io::Result<usize> {
    let mut slices = out.into_iter().filter(|slice| !slice.is_empty());
    let n = match (slices.next(), slices.next()) {
        (Some(only), None) => transport.write(only)?,
        _ => transport.write_vectored(&out.map(IoSlice::new))?,
    };
    if n > 0 { Ok(n) } else { Err(ErrorKind::WriteZero.into()) }
}

/// Returns whether an operation that ended like this has changed nothing, and can be repeated.
pub(crate) fn is_transient(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
