//! What the command sends beside what curl sends.
//!
//! All bytes are the same but for what [`normal`] changes, on both sides, and for the lines in `differences.txt`, whose
//! headings have the reasons.

use std::collections::BTreeMap;
use std::fs;

use crate::line::{DATA, Outcome, differing, recorded};
use crate::server::Request;

/// The media types whose parameter is the boundary.
const BOUNDARY: &str = "; boundary=";

/// Returns a request without what differs for a reason: the order of fields and of cookies, the spaces around values, the name of
/// the program, the codings that it decodes, boundaries, what Digest chooses at random, a field for proxies that RFC 9112
/// appendix C.2.2 advises against, and what CONNECT says of the program.
fn normal(request: Request) -> Request {
    let Request { mut head, mut body } = request;
    while let Some(boundary) = boundary(&head).or_else(|| boundary(&body)) {
        // The first of its characters are hyphens, as those before it.
        let boundary = boundary.trim_start_matches('-').to_owned();
        [head, body] = [head, body].map(|text| text.replace(&boundary, "BOUNDARY"));
    }
    let mut lines = head.lines().filter(|line| !line.is_empty());
    let start = lines.next().unwrap_or("").to_owned();
    let fields = lines.map(|line| line.split_once(':').unwrap_or((line, "")));
    let fields = fields.filter(|(name, _)| *name != "Proxy-Connection");
    let mut fields: Vec<String> = fields.map(|(name, value)| field(name, value.trim())).collect();
    if start.starts_with("CONNECT ") {
        fields.retain(|field| !matches!(field.as_str(), "User-Agent: AGENT" | "Accept: */*"));
    }
    fields.sort_by_key(|field| field.split(':').next().map(str::to_ascii_lowercase));
    Request { head: [vec![start], fields].concat().join("\n"), body }
}

/// Returns a boundary of the text that is not replaced yet.
fn boundary(text: &str) -> Option<String> {
    let boundaries = text.split(BOUNDARY).skip(1);
    let mut boundaries = boundaries.filter_map(|rest| rest.split(['\r', '\n']).next());
    boundaries.find(|boundary| !boundary.ends_with("BOUNDARY")).map(str::to_owned)
}

fn field(name: &str, value: &str) -> String {
    let value = match name {
        "User-Agent" if value.starts_with("curl/") || value.starts_with("limpid/") => {
            "AGENT".into()
        }
        "Accept-Encoding" if value.contains("zstd") => "CODINGS".into(),
        "Cookie" => {
            let mut pairs: Vec<&str> = value.split("; ").collect();
            pairs.sort_unstable();
            pairs.join("; ")
        }
        "Authorization" if value.starts_with("Digest ") => digest(&value["Digest ".len()..]),
        _ => value.to_owned(),
    };
    format!("{name}: {value}")
}

/// Returns the parameters in order, without quotes. MD5 is the algorithm without that parameter.
fn digest(parameters: &str) -> String {
    let parameters = parameters.split(", ").map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let is_random = matches!(name, "cnonce" | "response");
        (name, if is_random { "RANDOM".into() } else { value.replace('"', "") })
    });
    let mut parameters: BTreeMap<&str, String> = parameters.collect();
    parameters.entry("algorithm").or_insert_with(|| "MD5".into());
    format!("Digest {parameters:?}")
}

/// Returns a result without what differs for a reason: boundaries and times are of different lengths and values.
fn comparable(outcome: Outcome) -> Outcome {
    let Outcome { exit, stdout, files, requests } = outcome;
    let stdout = if is_time(&stdout) { "TIME".to_owned() } else { stdout };
    let stdout = without_order(&stdout);
    let files = files.into_iter().map(|(name, content)| (name, without_order(&content)));
    let requests = requests.into_iter().map(normal).collect();
    Outcome { exit, stdout, files: files.collect(), requests }
}

/// Returns text whose end may be a cookie file: without the comments, which are those of the program, and in order.
fn without_order(text: &str) -> String {
    let Some((before, cookies)) = text.split_once("# Netscape HTTP Cookie File\n") else {
        return text.to_owned();
    };
    let is_cookie = |line: &&str| !line.starts_with("# ") && !line.is_empty();
    let mut cookies: Vec<&str> = cookies.lines().filter(is_cookie).collect();
    cookies.sort_unstable();
    format!("{before}COOKIES\n{}", cookies.join("\n"))
}

fn is_time(text: &str) -> bool {
    text.split_once('.').is_some_and(|(_, digits)| digits.len() == 6)
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Returns the lines that differ for a reason.
fn reasoned() -> Vec<String> {
    let text = fs::read_to_string(format!("{DATA}/differences.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    lines.map(str::to_owned).collect()
}

fn differing_requests(file: &str) -> (usize, Vec<(String, String)>) {
    let lines = recorded(file, "recorded.json");
    let count = lines.len();
    let differing = differing(lines, |limpid, curl| {
        let [limpid, curl] = [limpid, curl].map(comparable);
        (limpid != curl).then(|| format!("    curl   {curl:?}\n    limpid {limpid:?}"))
    });
    (count, differing)
}

#[test]
fn documented_lines_send_what_curl_sends() {
    let (count, differing) = differing_requests("documented.txt");
    assert!(count > 50 && differing.is_empty(), "{differing:#?}");
}

#[test]
fn further_lines_send_what_curl_sends() {
    let (count, differing) = differing_requests("more.txt");
    let reasoned = reasoned();
    let (known, unknown): (Vec<_>, Vec<_>) =
        differing.into_iter().partition(|(line, _)| reasoned.contains(line));
    let unknown: Vec<String> =
        unknown.iter().map(|(line, message)| format!("{line}\n{message}")).collect();
    assert!(
        unknown.is_empty(),
        "{} of {count} lines differ:\n{}",
        unknown.len(),
        unknown.join("\n")
    );
    let stale: Vec<&String> =
        reasoned.iter().filter(|line| !known.iter().any(|(known, _)| known == *line)).collect();
    assert!(stale.is_empty(), "these lines no longer differ: {stale:#?}");
}
