//! A server that answers as `answers.json` says.

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// The answers of each path, in their order, of which the last is repeated.
type Answers = HashMap<String, Vec<String>>;

/// A request as it arrived, each byte a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) head: String,
    /// A long body is its length, and the sum of its bytes.
    pub(crate) body: String,
}

/// The length above which a body is not kept.
const LONGEST: usize = 4096;

/// A server that answers until its process ends.
pub(crate) struct Server {
    shared: Arc<Shared>,
}

struct Shared {
    answers: Answers,
    port: u16,
    requests: Mutex<Vec<Request>>,
    /// How many requests each path has had.
    seen: Mutex<HashMap<String, usize>>,
}

impl Server {
    /// Starts a server with the answers of a file.
    pub(crate) fn start(answers: &str) -> Self {
        let answers: HashMap<String, Value> =
            serde_json::from_str(&fs::read_to_string(answers).unwrap()).unwrap();
        let listed = |answers: &Value| -> Vec<String> {
            let answers = answers.as_array().unwrap().iter();
            answers.map(|answer| answer.as_str().unwrap().to_owned()).collect()
        };
        let answers = answers.iter().map(|(path, answers)| (path.clone(), listed(answers)));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (answers, requests, seen) = (answers.collect(), Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { answers, port, requests, seen });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&own);
                // A client that leaves ends its connection.
                thread::spawn(move || while shared.answer(&stream).unwrap_or(false) {});
            }
        });
        Self { shared }
    }

    /// Returns the requests in the order of their arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub(crate) fn port(&self) -> u16 {
        self.shared.port
    }
}

impl Shared {
    /// Answers a request. Returns whether another may follow.
    fn answer(&self, mut stream: &TcpStream) -> io::Result<bool> {
        let mut reader = BufReader::with_capacity(1, stream);
        let (mut head, mut fields) = (String::new(), HashMap::new());
        loop {
            let mut line = Vec::new();
            if reader.read_until(b'\n', &mut line)? == 0 {
                return Ok(false);
            }
            let line: String = line.iter().copied().map(char::from).collect();
            if line == "\r\n" {
                break;
            }
            if let Some((name, value)) = line.split_once(':').filter(|_| !head.is_empty()) {
                fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
            head.push_str(&line);
        }
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let path = target.split('?').next().unwrap_or("");
        let expect = fields.get("expect").map(|value| value.to_ascii_lowercase());
        let body = match expect.as_deref() {
            Some("100-continue") if path == "/417" => Vec::new(),
            Some("100-continue") => {
                stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                read_body(&mut reader, &fields)?
            }
            _ => read_body(&mut reader, &fields)?,
        };
        self.keep(&head, &body);
        let answer = self.next_answer(path);
        let answer = match answer.split_once("\r\n\r\n") {
            Some((head, _)) if method == "HEAD" => format!("{head}\r\n\r\n"),
            _ => answer,
        };
        stream.write_all(answer.as_bytes())?;
        Ok(!answer.is_empty() && !answer.contains("\r\nConnection: close"))
    }

    fn keep(&self, head: &str, body: &[u8]) {
        let body = match body.len() {
            length if length > LONGEST => {
                let sum: u64 = body.iter().copied().map(u64::from).sum();
                format!("({length} bytes, sum {sum})")
            }
            _ => text(body, self.port),
        };
        let head = head.replace(&self.port.to_string(), "PORT");
        self.requests.lock().unwrap().push(Request { head, body });
    }

    fn next_answer(&self, path: &str) -> String {
        let mut seen = self.seen.lock().unwrap();
        let number = seen.entry(path.to_owned()).or_insert(0);
        let answers = self.answers.get(path).unwrap_or(&self.answers[""]);
        let answer = &answers[(*number).min(answers.len() - 1)];
        *number += 1;
        answer.replace("PORT", &self.port.to_string())
    }
}

fn read_body(reader: &mut impl BufRead, fields: &HashMap<String, String>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if fields.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let size = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            reader.take(size).read_to_end(&mut body)?;
            reader.take(2).read_to_end(&mut Vec::new())?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
    let length = fields.get("content-length").and_then(|length| length.parse().ok());
    reader.take(length.unwrap_or(0)).read_to_end(&mut body)?;
    Ok(body)
}

/// Returns bytes as text, each byte a character, without the server's port.
pub(crate) fn text(bytes: &[u8], port: u16) -> String {
    let text: String = bytes.iter().copied().map(char::from).collect();
    text.replace(&port.to_string(), "PORT")
}
