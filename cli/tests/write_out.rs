//! `-w`: the variables of a finished request, as in curl.

#![cfg(test)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{finished, output, output_with};
use limpid_tests::command::run;
use limpid_tests::script::{Script, answer};
use limpid_tests::server::{Listen, Server};

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A: 1\r\nx-a: \"2\"\r\n\
    Content-Length: 5\r\n\r\nhello";
const MOVED: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 4\r\n\r\nover";

/// Variables that depend neither on time nor on ports.
const STEADY: &str = "%{http_code}|%{response_code}|%{http_version}|%{method}|%{num_connects}|\
    %{num_redirects}|%{size_download}|%{size_upload}|%{size_header}|%{remote_ip}|%{local_ip}|\
    %{content_type}|%{redirect_url}|%{ssl_verify_result}|%{exitcode}|%{num_headers}|%{urlnum}|\
    %header{x-a}|%{errormsg}|%{time_redirect}|%{time_appconnect}|%{http_connect}|%{referer}|100%%\\n";

fn serve(script: Script) -> (Server, String) {
    let server = Server::tcp(vec![script]).unwrap();
    let url = format!("http://127.0.0.1:{}/here", server.port());
    (server, url)
}

#[test]
fn variables_describe_request() {
    let (server, url) = serve(answer(HELLO));
    let told = output(["-w", STEADY, &url]);
    assert_eq!(
        told,
        "hello200|200|1.1|GET|1|0|5|0|82|127.0.0.1|127.0.0.1|text/plain||0|0|4|0|1||0.000000|\
         0.000000|000||100%\n"
    );
    server.finish().unwrap();
}

#[test]
fn times_follow_one_another() {
    let (server, url) = serve([answer(MOVED), answer(HELLO)].concat());
    let names = [
        "time_queue",
        "time_namelookup",
        "time_connect",
        "time_pretransfer",
        "time_posttransfer",
        "time_starttransfer",
        "time_total",
    ];
    let format: String = names.iter().map(|name| format!("%{{{name}}} ")).collect();
    let told = output(["-L", "-o", "-", "-w", &format, &url]);
    let times: Vec<f64> =
        told["hello".len()..].split(' ').filter_map(|time| time.parse().ok()).collect();
    assert_eq!(times.len(), names.len());
    assert!(times.is_sorted(), "{told}");
    server.finish().unwrap();
}

#[test]
fn redirects_that_are_not_followed_say_where_they_lead() {
    let (server, url) = serve(answer(MOVED));
    let told = output(["-w", "|%{redirect_url}|%{url_effective}|%{num_redirects}", &url]);
    let there = url.replace("here", "there");
    assert_eq!(told, format!("over|{there}|{url}|0"));
    server.finish().unwrap();
}

#[test]
fn json_has_every_variable_and_every_field() {
    let (server, url) = serve(answer(HELLO));
    let told = output(["-o", "-", "-w", "\\n%{json}\\n%{header_json}", &url]);
    let mut lines = told.splitn(3, '\n').skip(1);
    let all: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!((&all["http_code"], &all["size_download"]), (&200.into(), &5.into()));
    assert!(all["time_total"].as_f64().unwrap() > 0.0);
    let fields: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(fields["x-a"], serde_json::json!(["1", "\"2\""]));
    server.finish().unwrap();
}

#[test]
fn a_failure_is_told_of_too() {
    let server = Server::start(Listen::Refuse, vec![]).unwrap();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let format = "%{http_code} %{exitcode} %{num_connects} %{time_connect} %{onerror}%{errormsg}";
    let finished = finished(["-s", "-w", format, &url]);
    let told = String::from_utf8(finished.stdout).unwrap();
    assert_eq!(finished.code, 7);
    assert!(told.starts_with("000 7 0 0.000000 127.0.0.1:"), "{told}");
}

#[test]
fn standard_error_gets_what_it_is_to_get_and_what_nobody_knows() {
    let (server, url) = serve(answer(HELLO));
    let finished = finished(["-w", "a%{stderr}b\\n%{nope}%{stdout}c", &url]);
    assert_eq!(finished.stdout, b"helloac");
    assert_eq!(finished.stderr, "limpid: unknown --write-out variable: 'nope'\nb\n");
    server.finish().unwrap();
}

#[test]
fn a_format_can_come_from_a_file_without_its_line_breaks() {
    let (server, url) = serve(answer(HELLO));
    let told = output_with(["-w", "@-", &url], b"%{http\n_code}\n\\n");
    assert_eq!(told, "hello200\n");
    server.finish().unwrap();
    assert_eq!(finished(["-w", "@/nowhere/at/all", "http://localhost/"]).code, 26);
}

/// Where curl is installed, it says the same.
#[test]
fn curl_says_the_same() {
    let curl = Path::new("/usr/bin/curl");
    if !curl.exists() {
        return;
    }
    for (script, arguments) in [
        (answer(HELLO), &[][..]),
        (answer(MOVED), &[]),
        ([answer(MOVED), answer(HELLO)].concat(), &["-L"]),
        (answer(HELLO), &["--data-binary", "abc"]),
        (answer(&b"HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno"[..]), &["-f"]),
    ] {
        let (ours, url) = serve(script.clone());
        let without_port = |text: &str, url: &str| text.replace(url, "URL");
        let mine = finished([arguments, &["-s", "-w", STEADY, &url]].concat());
        let mine =
            without_port(&String::from_utf8(mine.stdout).unwrap(), url.trim_end_matches("/here"));
        ours.finish().unwrap();
        let (theirs, url) = serve(script);
        let mut command = Command::new(curl);
        command.args(arguments).args(["-q", "-s", "--noproxy", "*", "-w", STEADY, &url]);
        let curls = run(&mut command, b"").unwrap();
        let curls =
            without_port(&String::from_utf8(curls.stdout).unwrap(), url.trim_end_matches("/here"));
        theirs.finish().unwrap();
        // Errors have words of their own, and redirects take time.
        let comparable = |told: &str| -> Vec<String> {
            let values = told.split('|').enumerate();
            let steady = values.filter(|(index, _)| !matches!(index, 18 | 19));
            steady.map(|(_, value)| value.to_owned()).collect()
        };
        assert_eq!(comparable(&mine), comparable(&curls), "{arguments:?}");
    }
}
