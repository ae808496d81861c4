//! Events as records of the crate `log`.

use limpid_core::trace::{Capture, Interest, Level, Meta, Sink, TraceEvent};

use super::safe::Safe;
use crate::python::Messages;

/// A sink that passes events to the logger of the crate `log`.
///
/// ```
/// use limpid_core::time::Mono;
/// use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};
/// use limpid_sinks::bridge::LogBridge;
///
/// // A logger such as env_logger is set up first, with a filter such as httpx=info.
/// let sink = LogBridge::new();
///
/// let mut scope = Scope::default();
/// let mut cx = Cx::new(Mono::default(), &sink, &mut scope);
/// cx.emit(EventKind::CloseStarted, || TraceEvent::CloseStarted {});
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LogBridge {
    messages: Messages,
}

impl LogBridge {
    /// Returns a bridge that shows what [`Capture::Default`] allows.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how much messages may show: [`Capture::Default`] by default.
    #[must_use]
    pub const fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }
}

const fn level(level: Level) -> log::Level {
    match level {
        Level::Trace => log::Level::Trace,
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warning => log::Level::Warn,
        Level::Error | Level::Critical => log::Level::Error,
    }
}

impl Sink for LogBridge {
    fn interest(&self) -> Interest {
        Interest::matching(
            |event| log::log_enabled!(target: event.logger.name(), level(event.level)),
        )
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let metadata = meta.kind.metadata();
        let message = Safe(self.messages.of(event));
        log::log!(target: metadata.logger.name(), level(metadata.level), "{message}");
    }
}
