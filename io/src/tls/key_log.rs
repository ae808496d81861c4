//! The file of the secrets of TLS connections, with which a packet capture can be decrypted.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use rustls::KeyLog;

/// A file to which secrets are appended, in the format of NSS. rustls has such a type too, but it
/// reads the name from the environment only and ignores errors of opening the file.
#[derive(Debug)]
pub(super) struct KeyLogFile(File);

impl KeyLogFile {
    /// Opens the file, or creates it, readable only by its owner.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map(Self)
    }
}

impl KeyLog for KeyLogFile {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        // One write, so that the lines of connections and processes do not mix.
        let line = format!("{label} {} {}\n", Hex(client_random), Hex(secret));
        // A full disk does not end the connection.
        let _ = (&self.0).write_all(line.as_bytes());
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
