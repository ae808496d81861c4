//! The sink that a configuration makes.

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

/// Loggers and handlers, configured as by Python's `logging.config.dictConfig`.
///
/// Each handler composes its line and hands it on in one write; lines of several threads never mix.
/// A handler that fails disturbs neither the others nor the request: its lines are lost, the first
/// failure is told on standard error, and [`Logging::failures`] tells how many there were.
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
    /// Loggers and handlers as they are configured.
    ///
    /// # Errors
    /// A name leads nowhere, or a file cannot be opened. No file is changed then.
    pub fn from_config(config: LoggingConfig) -> Result<Self, ConfigErrors> {
        let logging = Self {
            messages: Messages::default(),
            clock: Box::new(|_| SystemTime::now()),
            zone: TimeZone::Local,
            registry: RwLock::new(Registry::new()),
        };
        logging.configure(config)?;
        Ok(logging)
    }

    /// Configures again, as a second call of `dictConfig` does: with an
    /// [incremental](LoggingConfig::incremental) configuration, levels change; with another one,
    /// everything does.
    ///
    /// Clients ask for the interest of a sink once per exchange. Exchanges that are under way may
    /// tell less than is configured now, and nothing more.
    ///
    /// # Errors
    /// As [`Logging::from_config`]. All is as before then.
    pub fn configure(&self, config: LoggingConfig) -> Result<(), ConfigErrors> {
        let mut registry = self.registry.write().unwrap_or_else(PoisonError::into_inner);
        registry.configure(config, self.zone)
    }

    /// How much lines may show: [`Capture::Default`] unless set.
    #[must_use]
    pub fn capture(mut self, capture: Capture) -> Self {
        self.messages.capture = capture;
        self
    }

    /// Whose lines they are: [`Profile::HTTPX_0_28`] unless set.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.messages.profile = profile;
        self
    }

    /// What streams are shown as: [`StreamClass::Sync`] unless set.
    #[must_use]
    pub fn stream_class(mut self, class: StreamClass) -> Self {
        self.messages.stream_class = class;
        self
    }

    /// Where the time is told: [`TimeZone::Local`] unless set.
    #[must_use]
    pub fn time_zone(mut self, zone: TimeZone) -> Self {
        self.registry().set_time_zone(zone);
        self.zone = zone;
        self
    }

    /// What tells the time of a line: the system's clock unless set. It is asked when the line is
    /// composed, once for each handler whose lines show the time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(move |_| clock());
        self
    }

    /// What went wrong so far with the handlers that are configured: for each of them that lost a
    /// line, its name and its failures.
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
    /// The events that some handler writes.
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
