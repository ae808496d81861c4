//! Handlers that pass lines on, and the fields of their formats.

#![cfg(test)]
#![cfg(feature = "config")]

mod common;

use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::tell;
use limpid_core::http1::Version;
use limpid_core::trace::TraceEvent;
use limpid_sinks::python::Profile;
use limpid_sinks::{Logging, LoggingConfig};

const REQUEST: TraceEvent<'static> = TraceEvent::HttpRequest {
    method: b"GET",
    url: "http://h/",
    version: Version::HTTP_11,
    status: 200,
    reason: b"OK",
};

const CLOSE: TraceEvent<'static> = TraceEvent::CloseStarted {};

/// Returns the path of a file that does not exist, for one test.
fn path(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("config_handlers").join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory.join("a.log")
}

/// Returns the loggers of httpx with the handler `h`, and this section of handlers. `FILE` stands for a path.
fn logging(handlers: &str, path: &Path, profile: Profile) -> Logging {
    let path = path.display().to_string().replace('\\', "/");
    let config = format!(
        r#"
        version = 1
        formatters.short.format = "%(levelname)s %(message)s"
        loggers.httpx = {{ handlers = ["h"], level = "DEBUG" }}
        loggers.httpcore = {{ handlers = ["h"], level = "DEBUG" }}
        handlers.file = {{ class = "logging.FileHandler", filename = "FILE", level = "INFO" }}
        {handlers}
        "#
    );
    let config = LoggingConfig::from_toml(&config.replace("FILE", &path)).unwrap();
    Logging::with_profile(config, profile).unwrap()
}

#[test]
fn memory_handler_writes_its_lines_when_it_is_full() {
    let path = path("full");
    let memory = r#"handlers.h = { class = "logging.handlers.MemoryHandler", capacity = 2, target = "file" }"#;
    let logging = logging(memory, &path, Profile::default());
    let lines = || fs::read_to_string(&path).unwrap().lines().count();
    tell(&logging, &[CLOSE]);
    assert_eq!(lines(), 0);
    tell(&logging, &[CLOSE]);
    assert_eq!(lines(), 2, "the level of the other handler does not apply");
    tell(&logging, &[CLOSE]);
    assert_eq!(lines(), 2);
    drop(logging);
    assert_eq!(lines(), 3, "its end writes the rest");
}

#[test]
fn memory_handler_writes_its_lines_at_its_level() {
    let path = path("level");
    let memory = r#"handlers.h = { class = "logging.handlers.MemoryHandler", capacity = 100,
        flushLevel = "INFO", target = "file", flushOnClose = false }"#
        .replace("\n", "");
    let logging = logging(&memory, &path, Profile::default());
    tell(&logging, &[CLOSE, REQUEST, CLOSE]);
    drop(logging);
    let lines = fs::read_to_string(&path).unwrap();
    assert_eq!(lines, "close.started\nHTTP Request: GET http://h/ \"HTTP/1.1 200 OK\"\n");
}

#[test]
fn queue_handler_formats_messages_and_its_listener_writes_them() {
    let path = path("queue");
    let queue = r#"
        handlers.h = { class = "logging.handlers.QueueHandler", formatter = "short", handlers = ["m", "file"], respect_handler_level = true }
        handlers.m = { class = "logging.handlers.MemoryHandler", capacity = 9, target = "all" }
        handlers.all = { class = "logging.FileHandler", filename = "FILE.all", formatter = "short" }
    "#;
    let logging = logging(queue, &path, Profile::default());
    tell(&logging, &[CLOSE, REQUEST]);
    drop(logging);
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    assert_eq!(read(&path), "INFO HTTP Request: GET http://h/ \"HTTP/1.1 200 OK\"\n");
    let all = read(&path.with_extension("log.all"));
    let first = all.lines().next();
    assert_eq!(first, Some("DEBUG DEBUG close.started"), "the memory handler has no format");
}

#[test]
fn syslog_handler_sends_priority_and_message() {
    let daemon = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    daemon.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let port = daemon.local_addr().unwrap().port();
    let syslog = format!(
        r#"handlers.h = {{ class = "logging.handlers.SysLogHandler", address = ["127.0.0.1", {port}], facility = "local0" }}"#
    );
    let logging = logging(&syslog, &path("syslog"), Profile::default());
    tell(&logging, &[CLOSE, REQUEST]);
    let mut buffer = [0; 200];
    let mut receive = || {
        let len = daemon.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..len]).into_owned()
    };
    assert_eq!(receive(), "<135>close.started\0");
    assert_eq!(receive(), "<134>HTTP Request: GET http://h/ \"HTTP/1.1 200 OK\"\0");
}

#[cfg(unix)]
#[test]
fn syslog_daemon_behind_a_socket_may_start_later() {
    use std::os::unix::net::UnixDatagram;
    // The path of a socket has at most 100 bytes or so.
    let directory = std::env::temp_dir().join(format!("limpid-log-{}", std::process::id()));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let socket = directory.join("s");
    let syslog = r#"handlers.h = { class = "logging.handlers.SysLogHandler", address = "FILE" }"#;
    let logging = logging(syslog, &socket, Profile::default());
    let daemon = UnixDatagram::bind(&socket).unwrap_or_else(|_| {
        // The other handler made a file of that name.
        fs::remove_file(&socket).unwrap();
        UnixDatagram::bind(&socket).unwrap()
    });
    daemon.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    tell(&logging, &[CLOSE]);
    let mut buffer = [0; 200];
    let len = daemon.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..len], b"<15>close.started\0");
    fs::remove_dir_all(directory).unwrap();
}

#[cfg(unix)]
#[test]
fn watched_file_is_opened_again_after_it_was_renamed() {
    let path = path("watched");
    let watched =
        r#"handlers.h = { class = "logging.handlers.WatchedFileHandler", filename = "FILE.w" }"#;
    let logging = logging(watched, &path, Profile::default());
    let (path, renamed) = (path.with_extension("log.w"), path.with_extension("log.1"));
    tell(&logging, &[CLOSE]);
    fs::rename(&path, &renamed).unwrap();
    tell(&logging, &[CLOSE, CLOSE]);
    let lines = |path: &Path| fs::read_to_string(path).unwrap().lines().count();
    assert_eq!((lines(&renamed), lines(&path)), (1, 2));
}

/// Returns the lines of a close and a request in a format of its own.
fn formatted(name: &str, formatter: &str, profile: Profile) -> String {
    let path = path(name);
    let handlers = format!(
        r#"
        handlers.h = {{ class = "logging.FileHandler", filename = "FILE.f", formatter = "own" }}
        formatters.own = {{ {formatter} }}
        "#
    );
    let logging = logging(&handlers, &path, profile);
    tell(&logging, &[CLOSE, REQUEST]);
    fs::read_to_string(path.with_extension("log.f")).unwrap()
}

#[test]
fn fields_have_the_values_of_python() {
    let format = r#"format = "%(module)s|%(filename)s|%(pathname)s|%(funcName)s|%(lineno)d|%(processName)s|%(taskName)s""#;
    assert_eq!(
        formatted("place", format, Profile::HTTPX_0_28),
        "_trace|_trace.py|httpcore/_trace.py|trace|47|MainProcess|None\n\
         _client|_client.py|httpx/_client.py|_send_single_request|1025|MainProcess|None\n"
    );
    assert_eq!(
        formatted("place2", format, Profile::HTTPX2_2_16),
        "_trace|_trace.py|httpcore2/_trace.py|trace|45|MainProcess|None\n\
         _client|_client.py|httpx2/_client.py|_send_single_request|1079|MainProcess|None\n"
    );
    let process = formatted("process", r#"format = "%(process)d""#, Profile::default());
    assert_eq!(process, format!("{0}\n{0}\n", std::process::id()));
}

#[test]
fn formatter_has_values_for_its_own_fields() {
    let braces = r#"format = "{app} {build:03d} {levelname}", style = "{", defaults = { app = "shop", build = 7 }"#;
    assert_eq!(
        formatted("defaults", braces, Profile::default()),
        "shop 007 DEBUG\nshop 007 INFO\n"
    );
}
