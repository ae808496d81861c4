//! Errors of configurations: place, problem and valid values.

#![cfg(test)]
#![cfg(feature = "config")]

use std::path::Path;
use std::{env, fs};

use limpid_sinks::config::ConfigProblem;
use limpid_sinks::{Logging, LoggingConfig};

/// Returns the errors of a document in JSON, one on each line.
fn errors(json: &str) -> String {
    LoggingConfig::from_json(json).and_then(Logging::from_config).unwrap_err().to_string()
}

/// Asserts the errors of a document with these keys and a version.
#[track_caller]
fn assert_errors(keys: &str, expected: &str) {
    assert_eq!(errors(&format!(r#"{{"version": 1, {keys}}}"#)), expected, "{keys}");
}

fn handler(arguments: &str) -> String {
    format!(r#""handlers": {{"default": {{{arguments}}}}}"#)
}

fn formatter(keys: &str) -> String {
    format!(r#""formatters": {{"http": {{{keys}}}}}"#)
}

#[test]
fn the_version_is_1() {
    for version in ["", r#""version": 2"#, r#""version": "1""#, r#""version": null"#] {
        assert_eq!(
            errors(&format!("{{{version}}}")),
            "version: the version is missing or not supported; it must be the number 1"
        );
    }
}

#[test]
fn config_rejects_syntax_errors() {
    assert_eq!(
        errors("{\n  \"version\": 1,\n  \"root\": [}\n}"),
        "this is not JSON: line 3, column 12: expected value"
    );
    let toml = LoggingConfig::from_toml("version = 1\nroot = {level = }").unwrap_err();
    let ConfigProblem::Syntax { language, line, column, .. } = toml.iter().next().unwrap().problem
    else {
        panic!("{toml}")
    };
    assert_eq!((language, line, column), ("TOML", 2, 17), "{toml}");
    assert_eq!(errors("[]"), "expected a table");
    let yaml = LoggingConfig::from_yaml("version: 1\nroot: %(x)s\n").unwrap_err().to_string();
    assert!(yaml.starts_with("this is not YAML: line 2, column 7: "), "{yaml}");
}

#[test]
fn config_language_follows_file_extension() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (toml, json) = (directory.join("errors.toml"), directory.join("errors.conf"));
    let (yaml, yml) = (directory.join("errors.yaml"), directory.join("errors.YML"));
    fs::write(&yaml, "# YAML\nversion: 3").unwrap();
    fs::write(&yml, "version: '1'").unwrap();
    fs::write(&toml, "version = 3").unwrap();
    fs::write(&json, "{\"version\": 3}").unwrap();
    for path in [toml, json, yaml, yml] {
        let error = LoggingConfig::from_file(&path).unwrap_err();
        assert_eq!(error.file(), Some(&*path));
        let problem = "version: the version is missing or not supported; it must be the number 1";
        assert_eq!(error.to_string(), format!("{}: {problem}", path.display()));
    }
    let none = directory.join("none.json");
    let error = LoggingConfig::from_file(&none).unwrap_err().to_string();
    let begin = format!("{}: the file cannot be read: ", none.display());
    assert!(error.starts_with(&begin), "{error}");
}

#[test]
fn errors_of_names_have_the_file_too() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("names.json");
    fs::write(&path, r#"{"version": 1, "root": {"handlers": ["h"]}}"#).unwrap();
    let config = LoggingConfig::from_file(&path).unwrap();
    assert_eq!(
        Logging::from_config(config).unwrap_err().to_string(),
        format!(
            "{}: root.handlers[0]: there is no \"h\" among the handlers; the section is empty",
            path.display()
        )
    );
}

#[test]
fn invalid_level_is_reported_with_the_valid_ones() {
    const LEVELS: &str = "the levels are NOTSET, TRACE, DEBUG, INFO, WARNING, WARN, ERROR, \
                          CRITICAL, FATAL and all numbers";
    assert_errors(
        &handler(r#""class": "logging.StreamHandler", "level": "debug""#),
        &format!("handlers.default.level: \"debug\" is not a level, DEBUG is; {LEVELS}"),
    );
    assert_errors(
        r#""loggers": {"httpcore.http11": {"level": "LOUD"}}"#,
        &format!("loggers.\"httpcore.http11\".level: \"LOUD\" is not a level; {LEVELS}"),
    );
    for level in ["1.5", "true", "[]"] {
        assert_errors(
            &format!(r#""root": {{"level": {level}}}"#),
            "root.level: expected the name of a level in capitals, or a whole number",
        );
    }
}

#[test]
fn classes_and_their_arguments() {
    assert_errors(
        &handler(""),
        "handlers.default.class: the handler has no class; add one, such as logging.StreamHandler",
    );
    assert_errors(
        &handler(r#""class": "logging.handlers.SMTPHandler""#),
        "handlers.default.class: \"logging.handlers.SMTPHandler\" needs Python, which does not run \
         here; use the class logging.handlers.SysLogHandler with address, or a file that another \
         program sends",
    );
    assert_errors(
        &handler(r#""class": "logging.StreamHandler", "filename": "x""#),
        "handlers.default.filename: logging.StreamHandler has no such argument; its arguments are stream",
    );
    assert_errors(
        &handler(r#""class": "logging.FileHandler", "filename": "x", "maxBytes": 1"#),
        "handlers.default.maxBytes: logging.FileHandler has no such argument; its arguments are \
         filename, mode, encoding, delay and errors",
    );
    assert_errors(
        &handler(r#""class": "logging.NullHandler", "stream": "ext://sys.stderr""#),
        "handlers.default.stream: logging.NullHandler takes no arguments",
    );
    assert_errors(
        &formatter(r#""class": "mine.Formatter""#),
        "formatters.http.class: \"mine.Formatter\" needs Python, which does not run here; use the class \
         logging.Formatter with format, datefmt, style and defaults",
    );
}

#[test]
fn config_rejects_python_factories_and_attributes() {
    let python = |name| format!("\"{name}\" needs Python, which does not run here; ");
    let make = python("mine.make");
    assert_errors(
        &handler(r#""()": "concurrent_log_handler.ConcurrentRotatingFileHandler""#),
        &format!(
            "handlers.default.\"()\": {}use the class logging.handlers.RotatingFileHandler",
            python("concurrent_log_handler.ConcurrentRotatingFileHandler")
        ),
    );
    assert_errors(
        &formatter(r#""()": "mine.make""#),
        &format!(
            "formatters.http.\"()\": {make}use the class logging.Formatter with format, datefmt, style \
             and defaults"
        ),
    );
    assert_errors(
        r#""filters": {"f": {"()": "mine.make"}}"#,
        &format!(
            "filters.f.\"()\": {make}use a filter with the name of a logger, without () and class; the \
             level of a handler filters by level"
        ),
    );
    assert_errors(
        &handler(r#""class": "logging.StreamHandler", ".": {"terminator": ""}"#),
        &format!("handlers.default.\".\": {}set the arguments of the class", python(".")),
    );
    assert_errors(
        &handler(r#""class": "logging.handlers.QueueHandler", "queue": "mine.queue""#),
        &format!(
            "handlers.default.queue: {}leave it out, or write {{\"()\": \"queue.Queue\", \"maxsize\": N}}",
            python("mine.queue")
        ),
    );
}

#[test]
fn invalid_argument_of_a_handler_is_reported() {
    let class = |name: &str, arguments: &str| {
        handler(&format!(r#""class": "logging.handlers.{name}", {arguments}"#))
    };
    let timed = |arguments: &str| class("TimedRotatingFileHandler", arguments);
    assert_errors(
        &timed(r#""filename": "x", "when": "W7""#),
        "handlers.default.when: expected S, M, H, D, midnight, or W0 (Monday) to W6 (Sunday)",
    );
    assert_errors(
        &timed(r#""filename": "x", "interval": 0"#),
        "handlers.default.interval: expected a number above 0",
    );
    let syslog = |arguments: &str| class("SysLogHandler", arguments);
    assert_errors(
        &syslog(r#""address": ["localhost"]"#),
        "handlers.default.address: expected the path of a socket, or a list of a host and a port",
    );
    for facility in [r#""local8""#, "24", "[]"] {
        assert_errors(
            &syslog(&format!(r#""facility": {facility}"#)),
            "handlers.default.facility: expected the name of a facility, such as user or local0, or \
             its number up to 23",
        );
    }
    assert_errors(
        &class("MemoryHandler", r#""target": "x""#),
        "handlers.default.capacity: expected the number of lines to keep",
    );
    assert_errors(
        &class("MemoryHandler", r#""capacity": 3, "target": "x""#),
        "handlers.default.target: there is no \"x\" among the handlers, which are default",
    );
    assert_errors(
        &class("QueueHandler", r#""handlers": ["default"]"#),
        "handlers.default.handlers: the handler passes its lines on to itself; name one that writes them",
    );
}

#[test]
fn invalid_stream_or_file_is_reported() {
    assert_errors(
        &handler(r#""class": "logging.StreamHandler", "stream": "sys.stderr""#),
        "handlers.default.stream: \"sys.stderr\" is not a stream; the streams are ext://sys.stderr \
         and ext://sys.stdout",
    );
    let file = |arguments: &str| handler(&format!(r#""class": "logging.FileHandler"{arguments}"#));
    assert_errors(&file(""), "handlers.default.filename: expected the path of a file");
    assert_errors(&file(r#", "filename": 3"#), "handlers.default.filename: expected a string");
    assert_errors(
        &file(r#", "filename": "x", "mode": "r""#),
        "handlers.default.mode: \"r\" is not a mode of a log file; the modes are a (append), w (start \
         empty) and x (a new file)",
    );
    assert_errors(
        &file(r#", "filename": "x", "encoding": "latin-1""#),
        "handlers.default.encoding: the encoding \"latin-1\" is not supported; write utf-8",
    );
    assert_errors(
        &file(r#", "filename": "x", "delay": "no""#),
        "handlers.default.delay: expected true or false",
    );
    assert_errors(
        &handler(
            r#""class": "logging.handlers.RotatingFileHandler", "filename": "x", "maxBytes": -1"#,
        ),
        "handlers.default.maxBytes: expected a whole number that is not negative",
    );
}

#[test]
fn invalid_format_is_reported_with_its_place() {
    assert_errors(
        &formatter(r#""format": "%(levelname)s %(mesage)s""#),
        "formatters.http.format: at byte 14: there is no field \"mesage\"; the fields are \
         levelname, levelno, name, message, asctime, created, msecs, relativeCreated, process, \
         processName, thread, threadName, taskName, module, filename, pathname, funcName, lineno, \
         exc_info, stack_info, exchange, hop, connection, attempt and tag",
    );
    assert_errors(
        &formatter(r#""format": "plain""#),
        "formatters.http.format: at byte 0: the template has no field; add one, such as %(message)s",
    );
    assert_errors(
        &formatter(r#""format": "%(message)s", "style": "{""#),
        "formatters.http.format: at byte 0: the template has no field; add one, such as {message}",
    );
    assert_errors(
        &formatter(r#""format": "$message $", "style": "$""#),
        "formatters.http.format: at byte 9: $ starts a field, such as ${message}; write $$ for one",
    );
    assert_errors(
        &formatter(r#""format": "{message:+}", "style": "{""#),
        "formatters.http.format: at byte 0: expected a fill character and one of <, > and ^, a \
         width, a precision and, for a number, d, x, o, f or e after the colon, as in {name:<20.20} \
         and {msecs:03.0f}; found '+'",
    );
    assert_errors(
        &formatter(r#""style": "!""#),
        "formatters.http.style: \"!\" is not a style; the styles are %, { and $",
    );
    assert_errors(&formatter(r#""format": 3"#), "formatters.http.format: expected a string");
    let bad_date = errors(&format!(r#"{{"version": 1, {}}}"#, formatter(r#""datefmt": "%H:%""#)));
    assert!(
        bad_date
            .starts_with("formatters.http.datefmt: not a date format such as %Y-%m-%d %H:%M:%S"),
        "{bad_date}"
    );
}

#[test]
fn config_rejects_unknown_names() {
    assert_errors(
        r#""formatters": {"http": {}, "short": {}}, "filters": {"f": {}},
           "handlers": {"h": {"class": "logging.NullHandler", "formatter": "htp", "filters": ["g"]}},
           "loggers": {"httpx": {"handlers": ["h", "i"]}}, "root": {"filters": ["", "f"]}"#,
        "handlers.h.formatter: there is no \"htp\" among the formatters, which are http and short\n\
         handlers.h.filters[0]: there is no \"g\" among the filters, which are f\n\
         loggers.httpx.handlers[1]: there is no \"i\" among the handlers, which are h\n\
         root.filters[0]: there is no \"\" among the filters, which are f",
    );
    assert_errors(
        r#""root": {"handlers": ["h"]}"#,
        "root.handlers[0]: there is no \"h\" among the handlers; the section is empty",
    );
    assert_errors(
        r#""root": {"level": "cfg://levels.mine"}"#,
        "root.level: \"cfg://levels.mine\" refers to no value of this document; write cfg:// and the \
         path of one, as in cfg://handlers.default.level",
    );
}

#[test]
fn value_that_is_no_table_or_list_is_reported() {
    assert_errors(r#""handlers": []"#, "handlers: expected a table");
    assert_errors(r#""loggers": {"httpx": null}"#, "loggers.httpx: expected a table");
    assert_errors(r#""root": "DEBUG""#, "root: expected a table");
    assert_errors(r#""root": {"handlers": "h"}"#, "root.handlers: expected a list of names");
    assert_errors(r#""root": {"handlers": [1]}"#, "root.handlers[0]: expected a name");
    assert_errors(r#""filters": {"f": {"name": 1}}"#, "filters.f.name: expected a string");
    assert_errors(
        r#""loggers": {"httpx": {"propagate": "no"}}"#,
        "loggers.httpx.propagate: expected true or false",
    );
    assert_errors(
        r#""disable_existing_loggers": "no""#,
        "disable_existing_loggers: expected true or false",
    );
}

#[test]
fn config_reports_every_error() {
    let error = errors(
        r#"{"version": 1, "formatters": {"f": {"style": 1}}, "handlers": {"h": {"class": "X"}},
            "loggers": {"a": {"level": "x"}, "b": {"level": "y"}}, "root": 1}"#,
    );
    let paths: Vec<_> =
        error.lines().filter_map(|line| line.split_once(':')).map(|l| l.0).collect();
    assert_eq!(
        paths,
        ["formatters.f.style", "handlers.h.class", "loggers.a.level", "loggers.b.level", "root"]
    );
}

#[test]
fn keys_that_python_ignores_are_ignored() {
    let json = r#"{"version": 1.0, "comment": [], "incremental": false, "formatters": {"f":
        {"fmt": 1, ".": 1, "validate": 0, "format": null}}, "filters": {"f": {"comment": 1}},
        "loggers": {"urllib3": {"comment": 1, "propagate": 0, "handlers": null, "level": null}},
        "root": {}, "disable_existing_loggers": null}"#;
    Logging::from_config(LoggingConfig::from_json(json).unwrap()).unwrap();
}

#[test]
fn config_error_changes_no_file() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("untouched");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let (old, new) = (directory.join("old.log"), directory.join("new.log"));
    fs::write(&old, "precious\n").unwrap();
    let document = |last: &str| {
        serde_json::json!({"version": 1, "handlers": {
            "a": {"class": "logging.FileHandler", "filename": old, "mode": "w"},
            "b": {"class": "logging.FileHandler", "filename": new, "formatter": last},
            "c": {"class": "logging.FileHandler", "filename": directory.join("no/such.log")},
        }, "formatters": {"f": {}}})
        .to_string()
    };
    assert!(errors(&document("g")).starts_with("handlers.b.formatter: "));
    assert!(!new.exists(), "names are checked before any file is opened");
    let error = errors(&document("f"));
    assert!(error.starts_with("handlers.c.filename: the file cannot be opened: "), "{error}");
    assert_eq!(fs::read_to_string(old).unwrap(), "precious\n");
}

/// The documents have the shapes of those in tutorials, frameworks and bug reports.
#[test]
fn documents_that_people_write_are_read_unless_python_refuses_them_or_runs_code() {
    let refused = [
        (
            "13_factory.json",
            "formatters.f.\"()\": \"logging.Formatter\" needs Python, which does not run here; use the \
             class logging.Formatter with format, datefmt, style and defaults",
        ),
        ("21_level_num.json", "loggers.httpcore.level: \"warning\" is not a level, WARNING is; "),
        (
            "38_jsonlogger.json",
            "formatters.f.\"()\": \"pythonjsonlogger.jsonlogger.JsonFormatter\" needs Python, which \
             does not run here; for lines of JSON, use limpid_sinks::JsonSink; ",
        ),
    ];
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/wild");
    let mut read = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let refused = refused.iter().find(|(name, _)| path.ends_with(name));
        match (LoggingConfig::from_file(&path), refused) {
            (Ok(_), None) => read += 1,
            (Err(error), Some((_, begin))) => {
                let place = format!("{}: {begin}", path.display());
                assert!(error.to_string().starts_with(&place), "{error}");
            }
            (result, _) => panic!("{}: {result:?}", path.display()),
        }
        // JSON is YAML too.
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(
            LoggingConfig::from_yaml(&text).is_ok(),
            refused.is_none(),
            "{}",
            path.display()
        );
    }
    assert_eq!(read, 23);
}
