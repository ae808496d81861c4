//! Lines of arguments that ran with curl, and that run with the command.
//!
//! `tests/data/curl/record.py` has recorded curl's side of the lines in the files beside it. Each line runs here as it ran
//! there: in a directory of its own, against a server that answers as `answers.json` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use limpid_tests::command::run;
use limpid_tests::directory::Directory;
use serde_json::Value;

use crate::common::limpid;
use crate::server::{Request, Server, text};

pub(crate) const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/curl");

/// Standard input of each line.
const STDIN: &[u8] = b"from stdin\nline 2\n";

/// The result of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) requests: Vec<Request>,
}

/// Returns the lines of a file, and curl's result of each, which `recorded` has.
pub(crate) fn recorded(lines: &str, recorded: &str) -> Vec<(String, Outcome)> {
    let lines = fs::read_to_string(format!("{DATA}/{lines}")).unwrap();
    let recorded = fs::read_to_string(format!("{DATA}/{recorded}")).unwrap();
    let recorded: Vec<Value> = serde_json::from_str(&recorded).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = lines.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    let result = |line: &str| {
        let entry = recorded.iter().find(|entry| entry["line"] == line);
        let entry = entry.unwrap_or_else(|| panic!("curl's side of {line} is not recorded"));
        let files = entry["files"].as_object().unwrap();
        let requests = entry["requests"].as_array().unwrap().iter();
        let requests = requests
            .map(|request| Request { head: text(&request["head"]), body: text(&request["body"]) });
        Outcome {
            exit: i32::try_from(entry["exit"].as_i64().unwrap()).unwrap(),
            stdout: text(&entry["stdout"]),
            files: files.iter().map(|(name, content)| (name.clone(), text(content))).collect(),
            requests: requests.collect(),
        }
    };
    lines.map(|line| (line.to_owned(), result(line))).collect()
}

/// Runs the command with a line.
fn outcome(line: &str) -> Outcome {
    let server = Server::start(&format!("{DATA}/answers.json"));
    let directory = Directory::new().unwrap();
    let port = server.port().to_string();
    let before = copy_files(directory.path(), &port);
    let host = format!("127.0.0.1:{port}");
    let line = line.replace("URL", &format!("http://{host}")).replace("HOST", &host);
    let arguments = shlex::split(&line.replace("PORT", &port)).unwrap();
    let mut command = limpid(arguments);
    command.current_dir(directory.path());
    command.env("HOME", directory.path());
    let done = run(&mut command, STDIN).unwrap();
    let files = contents(directory.path());
    let files = files.into_iter().filter(|(name, content)| before.get(name) != Some(content));
    Outcome {
        exit: done.code,
        stdout: text(&done.stdout, server.port()),
        files: files.map(|(name, content)| (name, text(&content, server.port()))).collect(),
        requests: server.requests(),
    }
}

/// Copies the files that lines name into their directory, and returns their content.
fn copy_files(directory: &Path, port: &str) -> BTreeMap<String, Vec<u8>> {
    for (name, content) in contents(Path::new(&format!("{DATA}/files"))) {
        let content = match String::from_utf8(content) {
            Ok(text) => text.replace("PORT", port).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        fs::write(directory.join(name), content).unwrap();
    }
    fs::write(directory.join("BIG"), b"0123456789abcdef".repeat(70_000)).unwrap();
    contents(directory)
}

/// Returns the files of a directory.
fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// Runs all lines, several at a time. `differs` compares the results of a line, those of the command and of curl, and returns
/// a message if they differ. Returns these messages, with the lines.
pub(crate) fn differing(
    lines: Vec<(String, Outcome)>,
    differs: impl Fn(Outcome, Outcome) -> Option<String> + Sync,
) -> Vec<(String, String)> {
    let (lines, differing) = (Mutex::new(lines.into_iter()), Mutex::new(Vec::new()));
    let work = || {
        while let Some((line, curl)) = { lines.lock().unwrap().next() } {
            if let Some(message) = differs(outcome(&line), curl) {
                differing.lock().unwrap().push((line, message));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(work);
        }
    });
    differing.into_inner().unwrap()
}
