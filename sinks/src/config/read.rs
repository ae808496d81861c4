//! Parsing of documents: every key and its values.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::document::Node;
use super::error::{ConfigError, ConfigErrors, ConfigProblem};
use super::level::LogLevel;
use super::model::{
    FileConfig, FileMode, FormatterConfig, HandlerConfig, LoggerConfig, LoggingConfig, Stream,
    Target,
};
use crate::date::DateFormat;
use crate::template::{Style, Template};

impl LoggingConfig {
    /// Reads a configuration from JSON.
    ///
    /// # Errors
    /// Returns the errors of JSON, or every place that Python's `dictConfig` does not accept.
    pub fn from_json(text: &str) -> Result<Self, ConfigErrors> {
        let document = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let message =
                message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
            syntax("JSON", (error.line(), error.column()), message)
        })?;
        read(&document)
    }

    /// Reads a configuration from TOML, with the same keys as in JSON.
    ///
    /// # Errors
    /// Returns the errors of TOML, or every place that Python's `dictConfig` does not accept.
    pub fn from_toml(text: &str) -> Result<Self, ConfigErrors> {
        let document = toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            syntax("TOML", position(text, offset), error.message())
        })?;
        read(&document)
    }

    /// Reads a configuration from a file: TOML if its name ends in `.toml`, otherwise JSON.
    ///
    /// # Errors
    /// The file cannot be read, or the errors of [`from_json`](Self::from_json).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|error| ConfigError {
            path: "".into(),
            problem: ConfigProblem::Read(error),
        })?;
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("toml") => Self::from_toml(&text),
            _ => Self::from_json(&text),
        }
    }
}

fn syntax(language: &'static str, (line, column): (usize, usize), message: &str) -> ConfigError {
    let problem = ConfigProblem::Syntax { language, line, column, message: message.into() };
    ConfigError { path: "".into(), problem }
}

/// Returns the line and column of an offset.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    (before.matches('\n').count() + 1, column + 1)
}

fn read(document: &Value) -> Result<LoggingConfig, ConfigErrors> {
    let document = Node::new(document);
    // Other versions may have other meanings.
    if !document.get("version")?.is_some_and(|version| version.is_number(1.0)) {
        return Err(document.error_at("version", ConfigProblem::Version).into());
    }
    let mut reader = Reader::default();
    let incremental = reader.keep(document.flag_at("incremental", false)).unwrap_or_default();
    let mut config = LoggingConfig::new().incremental(incremental);
    if incremental {
        config.handlers = reader.section(&document, "handlers", read_existing_handler);
    } else {
        let disable = reader.keep(document.flag_at("disable_existing_loggers", true));
        config.disable_existing_loggers = disable.unwrap_or(true);
        config.formatters = reader.section(&document, "formatters", read_formatter);
        config.filters = reader.section(&document, "filters", read_filter);
        config.handlers = reader.section(&document, "handlers", read_handler);
    }
    let read_logger = |node: &Node<'_>| read_logger(node, incremental);
    config.loggers = reader.section(&document, "loggers", read_logger);
    let root = document.get("root").transpose();
    let root = root.and_then(|root| reader.keep(root)).filter(|root| !root.is_empty());
    config.root = root.and_then(|root| reader.keep(read_logger(&root)));
    ConfigErrors::unless_empty(reader.errors, config)
}

/// A reader that collects all errors.
#[derive(Default)]
struct Reader {
    errors: Vec<ConfigError>,
}

impl Reader {
    fn keep<T>(&mut self, result: Result<T, ConfigError>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    /// Reads a table of named entries.
    fn section<T>(
        &mut self,
        document: &Node<'_>,
        key: &str,
        read: impl Fn(&Node<'_>) -> Result<T, ConfigError>,
    ) -> BTreeMap<Box<str>, T> {
        let section = document.get(key).transpose();
        let Some(section) = section.and_then(|section| self.keep(section)) else {
            return BTreeMap::new();
        };
        let Some(entries) = self.keep(section.entries()) else { return BTreeMap::new() };
        entries
            .filter_map(|(name, node)| {
                let thing = self.keep(node.and_then(|node| read(&node)))?;
                Some((name.into(), thing))
            })
            .collect()
    }
}

fn read_formatter(node: &Node<'_>) -> Result<FormatterConfig, ConfigError> {
    reject_factory(node)?;
    const CLASSES: &[&str] = &["logging.Formatter"];
    if let Some(name) = node.text_at("class")?.filter(|name| !CLASSES.contains(name)) {
        return Err(unknown_class(node, name, CLASSES));
    }
    let mut formatter = FormatterConfig::default();
    let style = match node.get("style")? {
        Some(style) => read_style(&style)?,
        None => Style::Percent,
    };
    if let Some(format) = node.text_at("format")? {
        let validates = node.flag_at("validate", true)?;
        let parse = if validates { Template::parse } else { Template::parse_constant };
        formatter.template = parse(format, style)
            .map_err(|error| node.error_at("format", ConfigProblem::Format(error)))?;
    }
    if let Some(format) = node.text_at("datefmt")? {
        formatter.date_format = format
            .parse::<DateFormat>()
            .map_err(|error| node.error_at("datefmt", ConfigProblem::DateFormat(error)))?;
    }
    Ok(formatter)
}

fn read_style(node: &Node<'_>) -> Result<Style, ConfigError> {
    let name = node.text()?;
    let style = Style::ALL.into_iter().find(|style| style.to_string() == name);
    style.ok_or_else(|| node.error(ConfigProblem::UnknownStyle(name.into())))
}

fn read_filter(node: &Node<'_>) -> Result<Box<str>, ConfigError> {
    reject_factory(node)?;
    Ok(node.text_at("name")?.unwrap_or_default().into())
}

/// The arguments of every handler.
const ARGUMENTS: [&str; 4] = ["class", "level", "formatter", "filters"];

/// Each class of handlers, with its additional arguments.
const STREAM_HANDLER: &str = "logging.StreamHandler";
const FILE_HANDLER: &str = "logging.FileHandler";
const ROTATING_FILE_HANDLER: &str = "logging.handlers.RotatingFileHandler";
const NULL_HANDLER: &str = "logging.NullHandler";
const HANDLERS: &[&str] = &[STREAM_HANDLER, FILE_HANDLER, ROTATING_FILE_HANDLER, NULL_HANDLER];
const FILE_ARGUMENTS: &[&str] = &["filename", "mode", "encoding", "delay", "errors"];
const ROTATING_FILE_ARGUMENTS: &[&str] =
    &["filename", "mode", "maxBytes", "backupCount", "encoding", "delay", "errors"];

fn read_handler(node: &Node<'_>) -> Result<HandlerConfig, ConfigError> {
    reject_factory(node)?;
    let class = node.text_at("class")?;
    let class = class.ok_or_else(|| node.error_at("class", ConfigProblem::NoClass))?;
    let target = match class {
        STREAM_HANDLER => {
            check_arguments(node, STREAM_HANDLER, &["stream"])?;
            Target::Stream(read_stream(node)?)
        }
        FILE_HANDLER => {
            check_arguments(node, FILE_HANDLER, FILE_ARGUMENTS)?;
            Target::File(read_file(node)?)
        }
        ROTATING_FILE_HANDLER => {
            check_arguments(node, ROTATING_FILE_HANDLER, ROTATING_FILE_ARGUMENTS)?;
            let backups = node.number_at("backupCount")?;
            let backups = u32::try_from(backups).unwrap_or(u32::MAX);
            Target::File(read_file(node)?.rotate(node.number_at("maxBytes")?, backups))
        }
        NULL_HANDLER => {
            check_arguments(node, NULL_HANDLER, &[])?;
            Target::Null
        }
        name => return Err(unknown_class(node, name, HANDLERS)),
    };
    Ok(HandlerConfig {
        target: Some(target),
        level: read_level(node)?,
        formatter: node.text_at("formatter")?.map(Into::into),
        filters: node.names_at("filters")?,
    })
}

fn read_existing_handler(node: &Node<'_>) -> Result<HandlerConfig, ConfigError> {
    Ok(HandlerConfig { level: read_level(node)?, ..HandlerConfig::existing() })
}

fn read_stream(node: &Node<'_>) -> Result<Stream, ConfigError> {
    let Some(stream) = node.get("stream")? else { return Ok(Stream::default()) };
    match stream.text()? {
        "ext://sys.stderr" => Ok(Stream::Stderr),
        "ext://sys.stdout" => Ok(Stream::Stdout),
        name => Err(stream.error(ConfigProblem::UnknownStream(name.into()))),
    }
}

fn read_file(node: &Node<'_>) -> Result<FileConfig, ConfigError> {
    let path = node.text_at("filename")?;
    let path = path
        .ok_or_else(|| node.error_at("filename", ConfigProblem::Expected("the path of a file")))?;
    let mode = match node.get("mode")?.map(|mode| mode.text()).transpose()? {
        None | Some("a" | "at" | "ta") => FileMode::Append,
        Some("w" | "wt" | "tw") => FileMode::Truncate,
        Some("x" | "xt" | "tx") => FileMode::CreateNew,
        Some(mode) => return Err(node.error_at("mode", ConfigProblem::UnknownMode(mode.into()))),
    };
    // Lines are always UTF-8, so `errors` has no effect.
    let _ = node.text_at("errors")?;
    if let Some(encoding) = node.text_at("encoding")?.filter(|encoding| !is_utf8(encoding)) {
        return Err(node.error_at("encoding", ConfigProblem::UnknownEncoding(encoding.into())));
    }
    Ok(FileConfig::new(path).mode(mode).delay(node.flag_at("delay", false)?))
}

/// Returns whether a name is one of Python's for UTF-8.
fn is_utf8(encoding: &str) -> bool {
    let encoding = encoding.replace([' ', '_'], "-");
    ["utf-8", "utf8", "u8", "utf"].iter().any(|name| name.eq_ignore_ascii_case(&encoding))
}

fn read_logger(node: &Node<'_>, incremental: bool) -> Result<LoggerConfig, ConfigError> {
    let propagate = node.get("propagate")?.map(|propagate| propagate.flag()).transpose()?;
    let logger = LoggerConfig { level: read_level(node)?, propagate, ..LoggerConfig::new() };
    if incremental {
        return Ok(logger);
    }
    let (handlers, filters) = (node.names_at("handlers")?, node.names_at("filters")?);
    Ok(LoggerConfig { handlers, filters, ..logger })
}

fn read_level(node: &Node<'_>) -> Result<Option<LogLevel>, ConfigError> {
    let Some(level) = node.get("level")? else { return Ok(None) };
    if let Some(number) = level.integer() {
        return Ok(Some(LogLevel(number)));
    }
    let name = level.text().map_err(|_| {
        level.error(ConfigProblem::Expected("the name of a level in capitals, or a whole number"))
    })?;
    name.parse().map(Some).map_err(|problem| level.error(problem))
}

/// Rejects a factory, which only Python can call.
fn reject_factory(node: &Node<'_>) -> Result<(), ConfigError> {
    match node.get("()")? {
        Some(factory) => Err(factory.error(ConfigProblem::Python)),
        None => Ok(()),
    }
}

/// Rejects unknown arguments of a handler's class.
fn check_arguments(
    node: &Node<'_>,
    class: &'static str,
    known: &'static [&'static str],
) -> Result<(), ConfigError> {
    let mut keys = node.entries()?.map(|(key, _)| key);
    match keys.find(|key| !ARGUMENTS.contains(key) && !known.contains(key)) {
        // Attributes of an object in Python.
        Some(".") => Err(node.error_at(".", ConfigProblem::Python)),
        Some(key) => Err(node.error_at(key, ConfigProblem::UnknownArgument { class, known })),
        None => Ok(()),
    }
}

fn unknown_class(node: &Node<'_>, name: &str, known: &'static [&'static str]) -> ConfigError {
    node.error_at("class", ConfigProblem::UnknownClass { name: name.into(), known })
}
