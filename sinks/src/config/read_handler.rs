//! Parsing of handlers: each class with its arguments.

use super::document::Node;
use super::error::{ConfigError, ConfigProblem};
use super::file_config::{FileConfig, FileMode, Schedule, When};
use super::foreign::{self, Section};
use super::level::LogLevel;
use super::model::{HandlerConfig, MemoryConfig, QueueConfig, Stream, SyslogConfig, Target};

/// The arguments of every handler.
const ARGUMENTS: [&str; 4] = ["class", "level", "formatter", "filters"];

/// A class of handlers.
struct Class {
    name: &'static str,
    /// Its additional arguments.
    arguments: &'static [&'static str],
    read: fn(&Node<'_>) -> Result<Target, ConfigError>,
}

const CLASSES: [Class; 9] = [
    Class { name: "logging.StreamHandler", arguments: &["stream"], read: read_stream },
    Class {
        name: "logging.FileHandler",
        arguments: &["filename", "mode", "encoding", "delay", "errors"],
        read: |node| read_file(node).map(Target::File),
    },
    Class { name: "logging.NullHandler", arguments: &[], read: |_| Ok(Target::Null) },
    Class {
        name: "logging.handlers.RotatingFileHandler",
        arguments: &["filename", "mode", "maxBytes", "backupCount", "encoding", "delay", "errors"],
        read: read_rotating_file,
    },
    Class {
        name: "logging.handlers.TimedRotatingFileHandler",
        arguments: &[
            "filename",
            "when",
            "interval",
            "backupCount",
            "encoding",
            "delay",
            "utc",
            "errors",
        ],
        read: read_timed_file,
    },
    Class {
        name: "logging.handlers.WatchedFileHandler",
        arguments: &["filename", "mode", "encoding", "delay", "errors"],
        read: |node| Ok(Target::File(read_file(node)?.watched(true))),
    },
    Class {
        name: "logging.handlers.SysLogHandler",
        arguments: &["address", "facility", "socktype"],
        read: read_syslog,
    },
    Class {
        name: "logging.handlers.MemoryHandler",
        arguments: &["capacity", "flushLevel", "target", "flushOnClose"],
        read: read_memory,
    },
    Class {
        name: "logging.handlers.QueueHandler",
        arguments: &["queue", "listener", "handlers", "respect_handler_level"],
        read: read_queue,
    },
];

/// Reads a handler.
pub(super) fn read_handler(node: &Node<'_>) -> Result<HandlerConfig, ConfigError> {
    foreign::reject_factory(node, Section::Handlers)?;
    let name = node.text_at("class")?;
    let name = name.ok_or_else(|| node.error_at("class", ConfigProblem::NoClass))?;
    let Some(class) = CLASSES.iter().find(|class| class.name == name) else {
        return Err(foreign::class(node, name, Section::Handlers));
    };
    check_arguments(node, class)?;
    Ok(HandlerConfig {
        target: Some((class.read)(node)?),
        level: read_level(node)?,
        formatter: node.text_at("formatter")?.map(Into::into),
        filters: node.names_at("filters")?,
    })
}

/// Rejects unknown arguments of a handler's class.
fn check_arguments(node: &Node<'_>, class: &Class) -> Result<(), ConfigError> {
    let Class { name, arguments, .. } = *class;
    let mut keys = node.entries()?.map(|(key, _)| key);
    match keys.find(|key| !ARGUMENTS.contains(key) && !arguments.contains(key)) {
        // Attributes of an object in Python.
        Some(".") => {
            let instead = "set the arguments of the class";
            Err(node.error_at(".", ConfigProblem::Python { name: ".".into(), instead }))
        }
        Some(key) => {
            Err(node
                .error_at(key, ConfigProblem::UnknownArgument { class: name, known: arguments }))
        }
        None => Ok(()),
    }
}

fn read_stream(node: &Node<'_>) -> Result<Target, ConfigError> {
    let Some(stream) = node.get("stream")? else { return Ok(Target::Stream(Stream::default())) };
    match stream.text()? {
        "ext://sys.stderr" | "ext://sys.__stderr__" => Ok(Target::Stream(Stream::Stderr)),
        "ext://sys.stdout" | "ext://sys.__stdout__" => Ok(Target::Stream(Stream::Stdout)),
        name => Err(stream.error(ConfigProblem::UnknownStream(name.into()))),
    }
}

fn read_rotating_file(node: &Node<'_>) -> Result<Target, ConfigError> {
    let file = read_file(node)?.rotate(node.number_at("maxBytes")?, backup_count(node)?);
    Ok(Target::File(file))
}

fn backup_count(node: &Node<'_>) -> Result<u32, ConfigError> {
    Ok(u32::try_from(node.number_at("backupCount")?).unwrap_or(u32::MAX))
}

fn read_timed_file(node: &Node<'_>) -> Result<Target, ConfigError> {
    let when = match node.text_at("when")?.unwrap_or("h").to_uppercase().as_str() {
        "S" => When::Second,
        "M" => When::Minute,
        "H" => When::Hour,
        "D" => When::Day,
        "MIDNIGHT" => When::Midnight,
        text => {
            let day = text.strip_prefix('W').and_then(|day| day.parse().ok());
            let day = day.filter(|day| *day <= 6);
            let expected = "S, M, H, D, midnight, or W0 (Monday) to W6 (Sunday)";
            When::Weekday(
                day.ok_or_else(|| node.error_at("when", ConfigProblem::Expected(expected)))?,
            )
        }
    };
    let interval = match node.get("interval")? {
        Some(_) => u32::try_from(node.number_at("interval")?).unwrap_or(u32::MAX),
        None => 1,
    };
    if interval == 0 {
        return Err(node.error_at("interval", ConfigProblem::Expected("a number above 0")));
    }
    let (backup_count, utc) = (backup_count(node)?, node.flag_at("utc", false)?);
    let schedule = Schedule { when, interval, backup_count, utc };
    Ok(Target::File(read_file(node)?.rotate_at(schedule)))
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

/// The facilities of syslog by their numbers (RFC 5424, section 6.2.1), as Python names them.
const FACILITIES: [&str; 24] = [
    "kern",
    "user",
    "mail",
    "daemon",
    "auth",
    "syslog",
    "lpr",
    "news",
    "uucp",
    "cron",
    "authpriv",
    "ftp",
    "ntp",
    "security",
    "console",
    "solaris-cron",
    "local0",
    "local1",
    "local2",
    "local3",
    "local4",
    "local5",
    "local6",
    "local7",
];

fn read_syslog(node: &Node<'_>) -> Result<Target, ConfigError> {
    const ADDRESS: &str = "the path of a socket, or a list of a host and a port";
    let syslog = match node.get("address")? {
        None => SyslogConfig::host("localhost", 514),
        Some(address) => match address.text() {
            Ok(path) => SyslogConfig::unix(path),
            Err(_) => {
                let (host, port) = address
                    .host_and_port()
                    .ok_or_else(|| address.error(ConfigProblem::Expected(ADDRESS)))?;
                SyslogConfig::host(host, port)
            }
        },
    };
    let syslog = match node.get("facility")? {
        None => syslog,
        Some(facility) => syslog.facility(read_facility(&facility)?),
    };
    let Some(kind) = node.get("socktype")? else { return Ok(Target::Syslog(syslog)) };
    let is_stream = match (kind.integer(), kind.text()) {
        (Some(1), _) | (_, Ok("ext://socket.SOCK_STREAM")) => true,
        (Some(2), _) | (_, Ok("ext://socket.SOCK_DGRAM")) => false,
        _ => {
            let expected = "ext://socket.SOCK_DGRAM or ext://socket.SOCK_STREAM";
            return Err(kind.error(ConfigProblem::Expected(expected)));
        }
    };
    Ok(Target::Syslog(syslog.stream(is_stream)))
}

fn read_facility(node: &Node<'_>) -> Result<u8, ConfigError> {
    const FACILITY: &str = "the name of a facility, such as user or local0, or its number up to 23";
    let number = match (node.integer(), node.text()) {
        (Some(number), _) => u8::try_from(number).ok(),
        (_, Ok(name)) => {
            let name = name.strip_prefix("ext://logging.handlers.SysLogHandler.LOG_");
            let name = name
                .map_or_else(|| node.text().map(str::to_owned), |name| Ok(name.to_lowercase()))?;
            let known = FACILITIES.iter().position(|known| **known == *name);
            known.and_then(|number| u8::try_from(number).ok())
        }
        _ => None,
    };
    let number = number.filter(|number| usize::from(*number) < FACILITIES.len());
    number.ok_or_else(|| node.error(ConfigProblem::Expected(FACILITY)))
}

fn read_memory(node: &Node<'_>) -> Result<Target, ConfigError> {
    let capacity = node.get("capacity")?;
    if capacity.is_none() {
        let problem = ConfigProblem::Expected("the number of lines to keep");
        return Err(node.error_at("capacity", problem));
    }
    let default = MemoryConfig::default();
    Ok(Target::Memory(MemoryConfig {
        capacity: usize::try_from(node.number_at("capacity")?).unwrap_or(usize::MAX),
        flush_level: read_level_at(node, "flushLevel")?.unwrap_or(default.flush_level),
        flush_on_close: node.flag_at("flushOnClose", default.flush_on_close)?,
        target: node.text_at("target")?.map(Into::into),
    }))
}

fn read_queue(node: &Node<'_>) -> Result<Target, ConfigError> {
    const QUEUE: &str = "leave it out, or write {\"()\": \"queue.Queue\", \"maxsize\": N}";
    const LISTENER: &str = "leave it out: the handler has its listener, which is started with it";
    let mut max_size = 0;
    if let Some(queue) = node.get("queue")? {
        let factory = match queue.text() {
            Ok(name) => Some(name),
            Err(_) => queue.text_at("()")?,
        };
        let name = factory.unwrap_or_default();
        let known = ["queue.Queue", "queue.SimpleQueue", "multiprocessing.Queue"];
        if !known.contains(&name.trim_start_matches("ext://")) {
            let problem = ConfigProblem::Python { name: name.into(), instead: QUEUE };
            return Err(queue.error(problem));
        }
        if queue.text().is_err() {
            max_size = usize::try_from(queue.number_at("maxsize")?).unwrap_or(usize::MAX);
        }
    }
    if let Some(listener) = node.get("listener")? {
        let name = listener.text().unwrap_or("()");
        if name.trim_start_matches("ext://") != "logging.handlers.QueueListener" {
            let problem = ConfigProblem::Python { name: name.into(), instead: LISTENER };
            return Err(listener.error(problem));
        }
    }
    Ok(Target::Queue(QueueConfig {
        handlers: node.names_at("handlers")?,
        respects_levels: node.flag_at("respect_handler_level", false)?,
        max_size,
    }))
}

/// Reads the level of a handler or a logger.
pub(super) fn read_level(node: &Node<'_>) -> Result<Option<LogLevel>, ConfigError> {
    read_level_at(node, "level")
}

fn read_level_at(node: &Node<'_>, key: &str) -> Result<Option<LogLevel>, ConfigError> {
    let Some(level) = node.get(key)? else { return Ok(None) };
    if let Some(number) = level.integer() {
        return Ok(Some(LogLevel(number)));
    }
    let name = level.text().map_err(|_| {
        level.error(ConfigProblem::Expected("the name of a level in capitals, or a whole number"))
    })?;
    let name = name.strip_prefix("ext://logging.").unwrap_or(name);
    name.parse().map(Some).map_err(|problem| level.error(problem))
}

/// Reads the level of an existing handler.
pub(super) fn read_existing_handler(node: &Node<'_>) -> Result<HandlerConfig, ConfigError> {
    Ok(HandlerConfig { level: read_level(node)?, ..HandlerConfig::existing() })
}
