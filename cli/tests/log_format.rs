//! The numbers of events in lines: `--log-format`, and logging configurations.

#![cfg(test)]

mod common;

use common::finished;
use limpid_tests::directory::Directory;
use limpid_tests::script::answer;
use limpid_tests::server::Server;

const MOVED: &str = "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Returns the lines of a redirected request with these options.
fn lines(options: &[&str]) -> Vec<String> {
    let server = Server::tcp(vec![[answer(MOVED), answer(HELLO)].concat()]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let finished = finished([options, &["-L", &url]].concat());
    server.finish().unwrap();
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    finished.stderr.lines().map(str::to_owned).collect()
}

#[test]
fn lines_show_the_numbers_of_their_events() {
    let format = "%(exchange)s.%(hop)s on %(connection)s|%(tag)s|%(msecs)03d|%(message)s";
    let lines = lines(&["--log", "httpx=info", "--log-format", format]);
    let requests: Vec<_> = lines.iter().map(|line| line.split('|').collect::<Vec<_>>()).collect();
    let [first, second] = &requests[..] else { panic!("two requests: {lines:?}") };
    assert_eq!((first[0], second[0]), ("1.1 on 1", "1.2 on 1"));
    for [_, tag, milliseconds, message] in
        [first, second].map(|line| <[_; 4]>::try_from(&line[..]).unwrap())
    {
        assert_eq!((tag, milliseconds.len()), ("", 3));
        assert!(message.starts_with("HTTP Request: GET "), "{message}");
    }
}

#[test]
fn configured_formatters_show_them_too() {
    let json = r#"{"version": 1, "formatters": {"own": {"format": "{exchange}.{hop} {message:.12}", "style": "{"}},
        "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "own"}},
        "loggers": {"httpx": {"level": "INFO", "handlers": ["h"]}}}"#;
    let yaml = r"
version: 1
formatters: {own: {format: '$exchange.$hop $message', style: $}}
handlers: {h: {class: logging.StreamHandler, formatter: own}}
loggers: {httpx: {level: INFO, handlers: [h]}}
";
    let toml = r#"
version = 1
formatters.own.format = "%(exchange)s.%(hop)s %(message)s"
handlers.h = {class = "logging.StreamHandler", formatter = "own"}
loggers.httpx = {level = "INFO", handlers = ["h"]}
"#;
    let directory = Directory::new().unwrap();
    for (name, document) in [("log.json", json), ("log.yaml", yaml), ("log.toml", toml)] {
        let file = directory.write(name, document).unwrap();
        let lines = lines(&["--log-config", &file.to_string_lossy()]);
        let starts = ["1.1 HTTP Request", "1.2 HTTP Request"];
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{lines:?}");
    }
}
