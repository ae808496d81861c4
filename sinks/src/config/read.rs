//! Parsing of documents: every key and its values.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::document::Node;
use super::error::{ConfigError, ConfigErrors, ConfigProblem};
use super::foreign::{self, Section};
use super::model::{FormatterConfig, LoggerConfig, LoggingConfig};
use super::read_handler::{read_existing_handler, read_handler, read_level};
use super::yaml;
use crate::date::DateFormat;
use crate::template::{Constant, Style, Template};

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

    /// Reads a configuration from YAML, with the same keys as in JSON. Values without quotes are those that
    /// Python's `PyYAML` reads: `no` is false, for example.
    ///
    /// # Errors
    /// Returns the errors of YAML, or every place that Python's `dictConfig` does not accept.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigErrors> {
        let document = yaml::parse(text)
            .map_err(|error| syntax("YAML", (error.line, error.column), &error.message))?;
        read(&document)
    }

    /// Reads a configuration from a file: TOML if its name ends in `.toml`, YAML if it ends in `.yaml` or
    /// `.yml`, otherwise JSON.
    ///
    /// # Errors
    /// The file cannot be read, or the errors of [`from_json`](Self::from_json).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref();
        let read = || {
            let text = fs::read_to_string(path).map_err(|error| ConfigError {
                path: "".into(),
                problem: ConfigProblem::Read(error),
            })?;
            let is = |names: &[&str]| {
                let extension = path.extension().unwrap_or_default();
                names.iter().any(|name| extension.eq_ignore_ascii_case(name))
            };
            if is(&["toml"]) {
                Self::from_toml(&text)
            } else if is(&["yaml", "yml"]) {
                Self::from_yaml(&text)
            } else {
                Self::from_json(&text)
            }
        };
        let mut config = read().map_err(|errors: ConfigErrors| errors.in_file(Some(path)))?;
        config.file = Some(path.into());
        Ok(config)
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
    foreign::reject_factory(node, Section::Formatters)?;
    if let Some(name) = node.text_at("class")?.filter(|name| *name != "logging.Formatter") {
        return Err(foreign::class(node, name, Section::Formatters));
    }
    let mut formatter = FormatterConfig::default();
    let style = match node.get("style")? {
        Some(style) => read_style(&style)?,
        None => Style::Percent,
    };
    if let Some(format) = node.text_at("format")? {
        let validates = node.flag_at("validate", true)?;
        let defaults = read_defaults(node)?;
        formatter.template = Template::parse_formatter(format, style, &defaults, validates)
            .map_err(|error| node.error_at("format", ConfigProblem::Format(error)))?;
    }
    if let Some(format) = node.text_at("datefmt")? {
        formatter.date_format = format
            .parse::<DateFormat>()
            .map_err(|error| node.error_at("datefmt", ConfigProblem::DateFormat(error)))?;
    }
    Ok(formatter)
}

/// Reads the values that a formatter gives to fields of its own.
fn read_defaults(node: &Node<'_>) -> Result<Vec<(Box<str>, Constant)>, ConfigError> {
    let Some(defaults) = node.get("defaults")? else { return Ok(Vec::new()) };
    let read =
        |(name, node): (&str, Result<Node<'_>, ConfigError>)| Ok((name.into(), node?.constant()?));
    defaults.entries()?.map(read).collect()
}

fn read_style(node: &Node<'_>) -> Result<Style, ConfigError> {
    let name = node.text()?;
    let style = Style::ALL.into_iter().find(|style| style.to_string() == name);
    style.ok_or_else(|| node.error(ConfigProblem::UnknownStyle(name.into())))
}

fn read_filter(node: &Node<'_>) -> Result<Box<str>, ConfigError> {
    foreign::reject_factory(node, Section::Filters)?;
    Ok(node.text_at("name")?.unwrap_or_default().into())
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
