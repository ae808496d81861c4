//! A running `limpid tap`, and clients and servers around it.

// Each test file is a separate crate and uses some of these.
#![allow(dead_code)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use limpid_tests::command::Finished;
use limpid_tests::directory::Directory;
use serde_json::Value;

use crate::common::limpid;

/// Longer than any step takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running proxy. Dropping it kills it.
pub(crate) struct Proxy {
    child: Child,
    pub(crate) address: SocketAddr,
    lines: Receiver<String>,
    seen: String,
    directory: Directory,
}

impl Proxy {
    /// Starts it on a free port with these arguments. Its events go to a file.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(&[&["--listen", "127.0.0.1:0"], arguments].concat())
    }

    /// Starts it with these arguments, of which one says where it listens.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        Self::command("tap", arguments)
    }

    /// Starts this command, which listens, with these arguments.
    pub(crate) fn command(name: &str, arguments: &[&str]) -> Self {
        let directory = Directory::new().unwrap();
        let mut command = limpid([name, "--log-json"]);
        command.arg(directory.path().join("events.jsonl")).args(arguments);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let first = lines.recv_timeout(PATIENCE).expect("it prints where it listens");
        let url = first.split("://").nth(1).unwrap_or_else(|| panic!("{first}"));
        let end = url.find([',', ' ', '/']).unwrap_or(url.len());
        let mut address: SocketAddr = url[..end].parse().unwrap();
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        Self { child, address, lines, seen: format!("{first}\n"), directory }
    }

    /// Returns its URL.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns a connection to it.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends these bytes on a connection, and returns everything that comes until it is closed.
    pub(crate) fn exchange(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut response = Vec::new();
        // A reset ends the response too.
        let _ = stream.read_to_end(&mut response);
        String::from_utf8(response).unwrap()
    }

    /// Waits for a line on standard error that contains `text`.
    pub(crate) fn line(&mut self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("it does not print {text:?} after:\n{}", self.seen);
            });
            self.seen.push_str(&line);
            self.seen.push('\n');
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Returns the number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Interrupts it, as Ctrl-C does.
    #[cfg(unix)]
    pub(crate) fn interrupt(&self) {
        let id = i32::try_from(self.child.id()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    }

    /// Waits until it has ended.
    pub(crate) fn ended(mut self) -> Finished {
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if start.elapsed() > PATIENCE => {
                    panic!("it does not end after:\n{}", self.seen)
                }
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        self.seen.extend(self.lines.iter().map(|line| line + "\n"));
        let code = status.code().unwrap_or(-1);
        Finished { code, stdout: Vec::new(), stderr: std::mem::take(&mut self.seen) }
    }

    /// Returns the events of this name so far, once there are `count`.
    pub(crate) fn events(&self, name: &str, count: usize) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let text = self.directory.read("events.jsonl");
            let events: Vec<Value> = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .filter(|event: &Value| event["event"] == name)
                .collect();
            if events.len() >= count {
                return events;
            }
            let names = || {
                text.lines().filter_map(|line| line.split("\"event\":\"").nth(1)?.split('"').next())
            };
            assert!(
                start.elapsed() < Duration::from_secs(10),
                "{} of {count} events {name} among {:?}",
                events.len(),
                names().collect::<Vec<_>>()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

trait ReadFile {
    fn read(&self, name: &str) -> String;
}

impl ReadFile for Directory {
    fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path().join(name)).unwrap_or_default())
            .into_owned()
    }
}

/// A server that accepts one connection after the other, each handled by `serve`.
pub(crate) fn server(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = std::sync::Arc::new(serve);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let serve = std::sync::Arc::clone(&serve);
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            stream.set_write_timeout(Some(PATIENCE)).unwrap();
            thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A server that answers every request with these bytes and closes. The receiver has the heads of the requests.
pub(crate) fn answering(response: impl Into<Vec<u8>>) -> (SocketAddr, Receiver<String>) {
    let (response, (sender, heads)) = (response.into(), channel());
    let address = server(move |mut stream| {
        if let Ok(head) = head(&mut stream) {
            let _ = sender.send(head);
            let _ = stream.write_all(&response);
        }
    });
    (address, heads)
}

/// Reads a head, with its blank line.
pub(crate) fn head(stream: &mut impl Read) -> io::Result<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Returns the lines of a head, without the blank line.
pub(crate) fn lines(head: &str) -> Vec<&str> {
    head.trim_end().split("\r\n").collect()
}

/// Returns the head and the body of a response.
pub(crate) fn parts(response: &str) -> (&str, &str) {
    response.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{response:?}"))
}
