//! Objects that only programs in Python can make, and what to use instead.

use super::document::Node;
use super::error::{ConfigError, ConfigProblem};

/// A section of a document that has objects of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Formatters,
    Filters,
    Handlers,
}

/// Rejects a factory, which only Python can call.
pub(super) fn reject_factory(node: &Node<'_>, section: Section) -> Result<(), ConfigError> {
    let Some(factory) = node.get("()")? else { return Ok(()) };
    let name = factory.text().unwrap_or_default();
    Err(factory.error(problem(name, section)))
}

/// Returns the error of a class that is not supported.
pub(super) fn class(node: &Node<'_>, name: &str, section: Section) -> ConfigError {
    node.error_at("class", problem(name, section))
}

fn problem(name: &str, section: Section) -> ConfigProblem {
    ConfigProblem::Python { name: name.into(), instead: instead(name, section) }
}

/// What to use instead of a class or a factory with one of these words in its name.
const INSTEAD: [(Section, &[&str], &str); 11] = [
    (
        Section::Formatters,
        &["json", "logstash", "ecs", "gelf", "structlog"],
        "for lines of JSON, use limpid_sinks::JsonSink; for text, use the class logging.Formatter with \
         format, datefmt, style and defaults",
    ),
    (
        Section::Formatters,
        &["color", "colour", "rich", "uvicorn"],
        "use the class logging.Formatter with format, datefmt and style; levels are coloured on a terminal",
    ),
    (
        Section::Formatters,
        &[""],
        "use the class logging.Formatter with format, datefmt, style and defaults",
    ),
    (
        Section::Filters,
        &[""],
        "use a filter with the name of a logger, without () and class; the level of a handler filters by \
         level",
    ),
    (
        Section::Handlers,
        &["timed", "time"],
        "use the class logging.handlers.TimedRotatingFileHandler",
    ),
    (Section::Handlers, &["rotat"], "use the class logging.handlers.RotatingFileHandler"),
    (
        Section::Handlers,
        &["queue", "async"],
        "use the class logging.handlers.QueueHandler with handlers",
    ),
    (
        Section::Handlers,
        &["socket", "datagram", "http", "smtp", "syslog", "journal", "nteventlog", "gelf"],
        "use the class logging.handlers.SysLogHandler with address, or a file that another program sends",
    ),
    (Section::Handlers, &["file"], "use the class logging.FileHandler"),
    (
        Section::Handlers,
        &["json", "sentry", "otel", "opentelemetry"],
        "for lines of JSON, use limpid_sinks::JsonSink; for text, use the class logging.StreamHandler",
    ),
    (
        Section::Handlers,
        &[""],
        "use one of the classes logging.StreamHandler, logging.FileHandler, logging.NullHandler and, of \
         logging.handlers, RotatingFileHandler, TimedRotatingFileHandler, WatchedFileHandler, \
         SysLogHandler, MemoryHandler and QueueHandler",
    ),
];

/// Returns what to use instead of a class or a factory.
fn instead(name: &str, section: Section) -> &'static str {
    let name = name.to_lowercase();
    let applies = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let found = INSTEAD.iter().find(|(of, words, _)| *of == section && applies(words));
    found.map_or("", |(.., instead)| instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_has_an_alternative() {
        for section in [Section::Formatters, Section::Filters, Section::Handlers] {
            assert!(instead("myapp.Thing", section).starts_with("use "), "{section:?}");
        }
        let json = instead("pythonjsonlogger.jsonlogger.JsonFormatter", Section::Formatters);
        assert!(json.contains("JsonSink"), "{json}");
        let rotating = "concurrent_log_handler.ConcurrentRotatingFileHandler";
        assert!(instead(rotating, Section::Handlers).ends_with("handlers.RotatingFileHandler"));
    }
}
