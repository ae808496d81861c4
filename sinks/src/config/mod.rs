//! Configuration as in Python: the dictionary of `logging.config.dictConfig`.
//!
//! A [`LoggingConfig`] contains loggers, handlers, formatters and filters. It is read from JSON, TOML or YAML
//! (feature `config`, on by default), or made by its methods. A [`Logging`] is the sink that it configures:
//!
//! ```
//! # #[cfg(feature = "config")] {
//! use limpid_sinks::{Logging, LoggingConfig};
//!
//! let json = r#"{
//!     "version": 1,
//!     "handlers": {"default": {"class": "logging.StreamHandler", "formatter": "http"}},
//!     "formatters": {"http": {"format": "%(levelname)s [%(asctime)s] %(name)s - %(message)s"}},
//!     "loggers": {"httpx": {"handlers": ["default"], "level": "DEBUG"}}
//! }"#;
//! let logging = Logging::from_config(LoggingConfig::from_json(json)?)?;
//! # }
//! # Ok::<(), limpid_sinks::config::ConfigErrors>(())
//! ```
//!
//! `docs/LOGGING.md` describes each key and the differences from Python.

#[cfg(feature = "config")]
mod document;
mod error;
mod file;
mod file_config;
#[cfg(feature = "config")]
mod foreign;
mod handler;
mod level;
mod level_name;
mod lineage;
mod logging;
mod model;
mod path;
#[cfg(feature = "config")]
mod read;
#[cfg(feature = "config")]
mod read_handler;
mod registry;
mod relay;
mod schedule;
mod syslog;
#[cfg(feature = "config")]
mod yaml;

pub use error::{ConfigError, ConfigErrors, ConfigProblem};
pub use file_config::{FileConfig, FileMode, Schedule, When};
pub use level::LogLevel;
pub use logging::Logging;
pub use model::{
    FormatterConfig, HandlerConfig, LoggerConfig, LoggingConfig, Stream, SyslogConfig,
};
