//! `--stderr`: messages and log lines in a file.

use std::io;
use std::path::Path;

use crate::args::RequestArgs;
use crate::report;

/// Writes to the file of the last `--stderr` what goes to standard error. As in curl, a failure is only said.
pub(crate) fn redirect_as_asked(requests: &[RequestArgs]) {
    let mut paths = requests.iter().filter_map(|args| args.response.meter.stderr.as_deref());
    let Some(path) = paths.next_back() else { return };
    if let Err(error) = redirect(path) {
        report::print_note(&format_args!("cannot write to {}: {error}", path.display()));
    }
}

#[cfg(unix)]
fn redirect(path: &Path) -> io::Result<()> {
    match path == Path::new("-") {
        true => rustix::stdio::dup2_stderr(io::stdout()),
        false => rustix::stdio::dup2_stderr(std::fs::File::create(path)?),
    }
    .map_err(io::Error::from)
}

#[cfg(not(unix))]
fn redirect(_: &Path) -> io::Result<()> {
    let message = "--stderr is for Unix; write 2>FILE in the shell";
    Err(io::Error::new(io::ErrorKind::Unsupported, message))
}
