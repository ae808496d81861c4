//! Configurations whose output was recorded from Python: their standard error and standard output, each in
//! a separate process.

#![cfg(test)]
#![cfg(feature = "config")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, fs};

use common::documented::{FIELDS, events};
use common::{fields, tell};
use limpid_core::http1::{ResponseHead, Version};
use limpid_core::trace::{StreamId, TlsContext, TraceEvent};
use limpid_sinks::{Logging, LoggingConfig, TimeZone};

/// The variable that passes the configuration to the other process.
const CONFIG: &str = "LIMPID_TEST_CONFIG";
const EXCHANGE: &str = "LIMPID_TEST_EXCHANGE";
/// Markers around the standard output of the configuration.
const BEGIN: &str = "\n-- begin --\n";
const END: &str = "-- end --\n";

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Returns the output of a configuration for an exchange: standard error and standard output.
fn printed(config: &str, exchange: &str) -> (String, String) {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "this_process_logs", "--ignored", "--nocapture"])
        .env(CONFIG, data(config))
        .env(EXCHANGE, exchange)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let (_, stdout) = stdout.split_once(BEGIN).unwrap();
    let (stdout, _) = stdout.split_once(END).unwrap();
    (String::from_utf8(output.stderr).unwrap(), stdout.into())
}

#[test]
#[ignore = "the other tests run it, in a process of its own"]
fn this_process_logs() {
    let Some(config) = env::var_os(CONFIG) else { return };
    let config = LoggingConfig::from_file(config).unwrap();
    let logging = Logging::from_config(config).unwrap().time_zone(TimeZone::Utc);
    let block = fields(&FIELDS);
    print!("{BEGIN}");
    match &*env::var(EXCHANGE).unwrap() {
        "documented" => tell(&logging, &events(block.fields())),
        "tunnel" => tell(&logging, &tunnel()),
        _ => tell(&logging, &plain(fields(&[("Content-Length", "5")]).fields())),
    }
    print!("{END}");
}

const TIMEOUT: Option<Duration> = Some(Duration::from_secs(5));

/// Returns the events of a GET without TLS, and one that is in no recorded line.
fn plain(fields: limpid_core::fields::Fields<'_>) -> Vec<TraceEvent<'_>> {
    let (request, version) = (&b"GET"[..], Version::HTTP_11);
    vec![
        TraceEvent::ConnectTcpStarted {
            host: "127.0.0.1",
            port: 8000,
            local_address: None,
            timeout: TIMEOUT,
            socket_options: None,
        },
        TraceEvent::ConnectTcpComplete { stream: StreamId { connection: 1, layer: 0 } },
        TraceEvent::SendRequestHeadersStarted { request },
        TraceEvent::SendRequestHeadersComplete {},
        TraceEvent::SendRequestBodyStarted { request },
        TraceEvent::SendRequestBodyComplete {},
        TraceEvent::ReceiveResponseHeadersStarted { request },
        TraceEvent::FramingChosen { framing: "length", length: Some(5), why: "Content-Length" },
        TraceEvent::ReceiveResponseHeadersComplete {
            head: ResponseHead { version, status: 200, reason: b"OK", fields },
        },
        TraceEvent::HttpRequest {
            method: request,
            url: "http://127.0.0.1:8000/",
            version,
            status: 200,
            reason: b"OK",
        },
        TraceEvent::ReceiveResponseBodyStarted { request },
        TraceEvent::ReceiveResponseBodyComplete {},
        TraceEvent::ResponseClosedStarted {},
        TraceEvent::ResponseClosedComplete {},
        TraceEvent::CloseStarted {},
        TraceEvent::CloseComplete {},
    ]
}

/// Returns some events of a connection through a proxy.
fn tunnel() -> Vec<TraceEvent<'static>> {
    vec![
        TraceEvent::ConnectTcpComplete { stream: StreamId { connection: 1, layer: 0 } },
        TraceEvent::SendRequestHeadersStarted { request: b"CONNECT" },
        TraceEvent::ProxyStartTlsStarted {
            ssl_context: TlsContext::new(true),
            server_hostname: "localhost",
            timeout: TIMEOUT,
        },
        TraceEvent::ProxyStartTlsComplete { stream: StreamId { connection: 1, layer: 1 } },
        TraceEvent::CloseStarted {},
    ]
}

/// Returns lines as they were recorded: without times, addresses and ports.
fn normalised(lines: &str) -> String {
    let mut normalised = String::new();
    for line in lines.lines() {
        let mut line = line
            .replace(":8000/", ":<PORT:origin>/")
            .replace("port=8000", "port=<PORT:origin>")
            .replace("SSLContext(verify=True)", "<ssl.SSLContext object at 0xADDR>");
        for (before, after, name) in [(" [2", "]", "TIMESTAMP"), (" at 0x", ">", "ADDR")] {
            if let Some((start, rest)) = line.split_once(before)
                && let Some((_, end)) = rest.split_once(after)
            {
                let before = before.trim_end_matches('2');
                line = format!("{start}{before}{name}{after}{end}");
            }
        }
        normalised.push_str(&line);
        normalised.push('\n');
    }
    normalised
}

#[test]
fn every_recorded_configuration_prints_what_was_recorded() {
    let recorded = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    let mut count = 0;
    for entry in fs::read_dir(data("logconf")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let exchange = if name == "proxy-logger" { "tunnel" } else { "plain" };
        let (stderr, stdout) = printed(&format!("logconf/{name}.json"), exchange);
        assert_eq!(normalised(&stderr), recorded(path.with_extension("log")), "{name}");
        assert_eq!(normalised(&stdout), recorded(path.with_extension("out")), "{name}");
        count += 1;
    }
    assert_eq!(count, 17);
}

#[test]
fn the_documented_configuration_prints_every_documented_line_once() {
    let page = include_str!("documented.log").replace("SSLContext(verify=True)", "a context");
    for config in ["logging.json", "logging.toml"] {
        let (stderr, stdout) = printed(config, "documented");
        let stderr = stderr.replace("SSLContext(verify=True)", "a context");
        assert_eq!(normalised(&stderr), normalised(&page), "{config}");
        assert_eq!((stderr.lines().count(), &*stdout), (19, ""));
    }
}
