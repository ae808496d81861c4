//! Places in the source of httpx and httpcore.

use limpid_core::trace::{EventKind, Logger};

use super::message::Messages;
use super::profile::StreamClass;

/// The place in Python's source that writes a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The file, with the directory of its package.
    pub(crate) path: &'static str,
    pub(crate) function: &'static str,
    pub(crate) line: u16,
}

impl Source {
    /// Where Python does not know the place of a line. Events of limpid have none in Python.
    const UNKNOWN: Self = Self { path: "(unknown file)", function: "(unknown function)", line: 0 };

    /// Returns the name of the file.
    pub(crate) fn file_name(self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the name of the file without its extension.
    pub(crate) fn module(self) -> &'static str {
        let name = self.file_name();
        name.strip_suffix(".py").unwrap_or(name)
    }
}

impl Messages {
    /// Returns the place that writes the lines of these events. The two lines about TLS configurations are not
    /// in httpx 0.28; their places are those of httpx 0.27.2.
    pub(crate) const fn source(self, kind: EventKind) -> Source {
        let is_httpx2 = self.profile.is_httpx2();
        let (path, function, line) = match (kind, kind.metadata().logger, self.stream_class) {
            (EventKind::HttpRequest, _, class) => {
                let path = if is_httpx2 { "httpx2/_client.py" } else { "httpx/_client.py" };
                let line = match (is_httpx2, class) {
                    (false, StreamClass::Sync) => 1025,
                    (false, StreamClass::AnyIo) => 1740,
                    (true, StreamClass::Sync) => 1079,
                    (true, StreamClass::AnyIo) => 1917,
                };
                (path, "_send_single_request", line)
            }
            (EventKind::LoadSslContext, ..) => ("httpx/_config.py", "load_ssl_context", 82),
            (_, Logger::Httpx, _) => ("httpx/_config.py", "load_ssl_context_verify", 148),
            (_, Logger::Connection | Logger::Http11 | Logger::Proxy | Logger::Socks, class) => {
                let path = if is_httpx2 { "httpcore2/_trace.py" } else { "httpcore/_trace.py" };
                match (is_httpx2, class) {
                    (false, StreamClass::Sync) => (path, "trace", 47),
                    (false, StreamClass::AnyIo) => (path, "atrace", 87),
                    (true, StreamClass::Sync) => (path, "trace", 45),
                    (true, StreamClass::AnyIo) => (path, "atrace", 85),
                }
            }
            _ => return Source::UNKNOWN,
        };
        Source { path, function, line }
    }
}
