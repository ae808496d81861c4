//! Interrupts of requests.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use limpid_tests::directory::Directory;
use rustix::process::{Pid, Signal, kill_process};

use crate::common::limpid;

/// Interrupts the command while its request has no answer. Returns the signal that ended it, and its messages.
fn interrupted(arguments: &[&str], signal: Signal) -> (Option<i32>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut command = limpid(arguments);
    let mut child = command.arg(&url).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    // It waits for the answer now, or will in a moment: there is nothing else that it could do.
    thread::sleep(Duration::from_millis(200));
    kill_process(Pid::from_child(&child), signal).unwrap();
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    (child.wait().unwrap().signal(), messages)
}

#[test]
fn interrupt_shows_the_last_events_and_ends_the_process_by_its_signal() {
    for driver in ["std", "tokio"] {
        let (signal, messages) = interrupted(&["--driver", driver], Signal::INT);
        assert_eq!(signal, Some(Signal::INT.as_raw()), "{messages}");
        assert!(messages.starts_with("limpid: interrupted\n"), "{messages}");
        assert!(messages.contains("receive_response_headers.started"), "{messages}");
    }
    let (signal, messages) = interrupted(&["-s"], Signal::TERM);
    assert_eq!((signal, messages.as_str()), (Some(Signal::TERM.as_raw()), ""));
}

#[test]
fn interrupt_completes_outputs() {
    let directory = Directory::new().unwrap();
    let path = |name: &str| directory.path().join(name);
    let har = path("requests.har").display().to_string();
    let record = path("requests.limpid").display().to_string();
    let (signal, _) = interrupted(&["-s", "--har", &har, "--record", &record], Signal::INT);
    assert_eq!(signal, Some(Signal::INT.as_raw()));
    let har: serde_json::Value = serde_json::from_slice(&fs::read(&har).unwrap()).unwrap();
    assert_eq!(har["log"]["entries"].as_array().unwrap().len(), 1, "{har}");
    let shown = crate::common::output(["show", &record, "--as", "lines"]);
    assert!(shown.contains("receive_response_headers.started"), "{shown}");
}
