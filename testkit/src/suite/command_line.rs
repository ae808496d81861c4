//! Conversion of a scenario to the arguments of a client.

use std::io;

use serde_json::{Map, Value};

use super::scenario::Scenario;
use super::stage::Stage;
use super::wrong::wrong;

/// Keys of a scenario, and their flags with one value.
const VALUES: [(&str, &str); 13] = [
    ("max_redirects", "--max-redirs"),
    ("cacert", "--cacert"),
    ("proxy", "-x"),
    ("proxy_cacert", "--proxy-cacert"),
    ("unix_socket", "--unix-socket"),
    ("connect_timeout", "--connect-timeout"),
    ("read_timeout", "--read-timeout"),
    ("write_timeout", "--write-timeout"),
    ("retries", "--connect-retries"),
    ("local_address", "--local-address"),
    ("keepalive_expiry", "--keepalive-expiry"),
    ("max_keepalive", "--max-keepalive"),
    ("max_connections", "--max-connections"),
];

/// Keys of a scenario, and their flags without a value.
const SWITCHES: [(&str, &str); 2] = [("follow_redirects", "-L"), ("insecure", "-k")];

/// Returns the arguments for the requests of a scenario, which [`Arguments`](super::Arguments) reads. Bodies become files of
/// the stage.
///
/// # Errors
/// The scenario is invalid, or a file cannot be written.
pub fn command_line(scenario: &Scenario, stage: &Stage) -> io::Result<Vec<String>> {
    let mut flags = client(&scenario.client, stage)?;
    flags.extend(scenario.like_httpx.then(|| "--like-httpx".to_owned()));
    let mut last = None;
    for (index, request) in scenario.requests.iter().enumerate() {
        let mut options = request.as_object().cloned().unwrap_or_default();
        let url = options.remove("url").ok_or_else(|| wrong(&scenario.name, "needs a URL"))?;
        if last.as_ref() != Some(&options) {
            flags.extend((index > 0).then(|| "--next".to_owned()));
            flags.extend(group(&options, index, stage)?);
        }
        flags.push(stage.expand(&text(&url)));
        last = Some(options);
    }
    Ok(flags)
}

fn client(options: &Map<String, Value>, stage: &Stage) -> io::Result<Vec<String>> {
    let mut flags = vec!["--http1.1".to_owned(), "-o".into(), "/dev/null".into()];
    for (key, value) in options {
        if let Some((_, flag)) = VALUES.iter().find(|(known, _)| known == key) {
            flags.extend([(*flag).to_owned(), stage.expand(&text(value))]);
        } else if let Some((_, flag)) = SWITCHES.iter().find(|(known, _)| known == key) {
            flags.extend((value == &Value::Bool(true)).then(|| (*flag).to_owned()));
        } else if key == "socket_options" {
            for option in list(value) {
                let numbers: Vec<String> = list(option).iter().map(text).collect();
                flags.extend(["--socket-option".to_owned(), numbers.join(":")]);
            }
        } else if key == "log_config" {
            let file = stage.write("logging.json", &serde_json::to_string_pretty(value)?)?;
            flags.extend(["--log-config".to_owned(), file]);
        } else {
            return Err(wrong(key, "is not known of a client"));
        }
    }
    Ok(flags)
}

fn group(options: &Map<String, Value>, index: usize, stage: &Stage) -> io::Result<Vec<String>> {
    let mut flags = Vec::new();
    let mut flag = |flag: &str, value: String| flags.extend([flag.to_owned(), value]);
    for (key, value) in options {
        match key.as_str() {
            "method" => flag("-X", text(value)),
            "headers" => {
                for field in list(value) {
                    let (name, value) = (text(&field[0]), stage.expand(&text(&field[1])));
                    flag("-H", format!("{name}: {value}"));
                }
            }
            "body" => {
                if let Some(text) = value["text"].as_str() {
                    let times = value["times"].as_u64().unwrap_or(1);
                    let text = text.repeat(usize::try_from(times).map_err(io::Error::other)?);
                    let file = stage.write(&format!("body{index}"), &text)?;
                    flag("--data-binary", format!("@{file}"));
                }
                for (place, piece) in list(&value["chunks"]).iter().enumerate() {
                    let file = stage.write(&format!("body{index}.{place}"), &text(piece))?;
                    flag("--data-chunk", format!("@{file}"));
                }
                if let Some(pieces) = value.get("fail_after") {
                    flag("--fail-body-after", text(pieces));
                }
            }
            "read" => flag("--read", text(value)),
            "delay" => flag("--delay", text(value)),
            _ => return Err(wrong(key, "is not known of a request")),
        }
    }
    Ok(flags)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Returns a value as an argument.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
