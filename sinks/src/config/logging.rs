//! The sink of a configuration.

use std::fmt::{self, Debug, Formatter};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::SystemTime;

use limpid_core::trace::{Capture, Interest, Meta, Sink, TraceEvent};

use super::error::ConfigErrors;
use super::model::LoggingConfig;
use super::registry::Registry;
use crate::date::TimeZone;
use crate::line_writer::Clock;
use crate::output::WriteFailures;
use crate::python::{Messages, Profile, StreamClass};
use crate::time_base::TimeBase;

/// Loggers and handlers, configured as by Python's `logging.config.dictConfig`.
///
/// Each handler composes its line and passes it on in one write; lines of several threads never mix. A
/// handler that fails affects neither the others nor the request: its lines are lost, the first failure is
/// printed to standard error, and [`Logging::failures`] counts them.
///
/// ```
/// # #[cfg(feature = "config")] {
/// use limpid_sinks::{Logging, LoggingConfig};
///
/// let config = r#"
///     version = 1
///     handlers.default = { class = "logging.StreamHandler", level = "INFO" }
///     loggers.httpx = { handlers = ["default"], level = "DEBUG" }
/// "#;
/// let logging = Logging::from_config(LoggingConfig::from_toml(config)?)?;
/// # }
/// # Ok::<(), limpid_sinks::config::ConfigErrors>(())
/// ```
pub struct Logging {
    messages: Messages,
    clock: Clock,
    zone: TimeZone,
    registry: RwLock<Registry>,
}

impl Logging {
    /// Makes loggers and handlers from a configuration, with the lines of [`Profile::HTTPX_0_28`].
    ///
    /// # Errors
    /// Returns every invalid name and every file that cannot be opened. No file is changed then.
    pub fn from_config(config: LoggingConfig) -> Result<Self, ConfigErrors> {
        Self::with_profile(config, Profile::default())
    }

    /// Makes loggers and handlers whose lines are those of a profile, under its names. A configuration with
    /// the names of httpx serves for httpx2 too, unless it names loggers of both.
    ///
    /// # Errors
    /// The errors of [`Logging::from_config`].
    pub fn with_profile(config: LoggingConfig, profile: Profile) -> Result<Self, ConfigErrors> {
        let logging = Self {
            messages: Messages { profile, ..Messages::default() },
            clock: Box::new(TimeBase::shown),
            zone: TimeZone::Local,
            registry: RwLock::new(Registry::new(profile)),
        };
        logging.configure(config)?;
        Ok(logging)
    }

    /// Configures again, as a second call of `dictConfig` does: an
    /// [incremental](LoggingConfig::incremental) configuration changes levels; any other one replaces
    /// everything.
    ///
    /// Clients read the interest of a sink once for each exchange. Open exchanges may emit fewer events
    /// than the new configuration has, but no others.
    ///
    /// # Errors
    /// The errors of [`Logging::from_config`]. The previous configuration stays then.
    pub fn configure(&self, config: LoggingConfig) -> Result<(), ConfigErrors> {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        let file = config.file.clone();
        registry.configure(config, self.zone).map_err(|errors| errors.in_file(file.as_deref()))
    }

    /// Sets how much lines may show: [`Capture::Default`] by default.
    #[must_use]
    pub fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }

    /// Sets the class that streams are shown as: [`StreamClass::Sync`] by default.
    #[must_use]
    pub fn stream_class(mut self, class: StreamClass) -> Self {
        self.messages.stream_class = class;
        self
    }

    /// Sets the time zone of lines: [`TimeZone::Local`] by default.
    #[must_use]
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.registry().set_time_zone(zone);
        self.zone = zone;
        self
    }

    /// Sets the clock of lines: the system's by default. It is read when the line is composed, once for
    /// each handler whose lines show the time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(move |_| clock());
        self
    }

    /// Returns the failures of the present handlers: for each of them that lost a line, its name and its
    /// failures.
    pub fn failures(&self) -> Vec<(Box<str>, WriteFailures)> {
        let failures = |(name, handler): (&str, &super::handler::Handler)| {
            let failures = handler.failures();
            (failures.lines > 0).then(|| (name.into(), failures))
        };
        self.registry().handlers().filter_map(failures).collect()
    }

    fn registry(&self) -> RwLockReadGuard<'_, Registry> {
        self.registry.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Logging {
    /// Returns the events that any handler writes.
    fn interest(&self) -> Interest {
        self.registry().interest()
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        for handler in self.registry().takers(meta.kind) {
            handler.write(self.messages, &self.clock, meta, event);
        }
    }
}

impl Debug for Logging {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logging").field("messages", &self.messages).finish_non_exhaustive()
    }
}
