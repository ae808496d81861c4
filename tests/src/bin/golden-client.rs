//! A client with the flags of the golden-log harness: every request it is told to make, one after
//! the other over one client, with the documented lines on standard error.
//!
//! Client options come first. Each group of request options is followed by its URLs; `--next` starts
//! another group. A failed request is told in a line `error: ...` and stops nothing.

use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use limpid_core::trace::{Capture, SocketOption};
use limpid_sinks::LineSink;
use limpid_sinks::python::StreamClass;
use limpid_std::{Body, Client, ClientBuilder, PoolLimits};

/// What the arguments say of the client.
struct Settings<C> {
    builder: ClientBuilder<C>,
    pool: PoolLimits,
    follow: bool,
    redirects: u32,
    socket_options: Vec<SocketOption>,
}

/// A group of requests that share their options.
#[derive(Clone, Debug, Default)]
struct Group {
    method: Option<String>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    data: Option<Vec<u8>>,
    chunks: Vec<Vec<u8>>,
    fail_after: Option<usize>,
    read: Reading,
    delay: Duration,
    urls: Vec<String>,
}

/// How much of a body is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    All,
    First,
    Nothing,
}

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let driver = arguments.iter().position(|argument| argument == "--driver");
    let driver = driver.map(|at| arguments.drain(at..(at + 2).min(arguments.len())).nth(1));
    let done = match driver.flatten().as_deref() {
        None | Some("std") => read_arguments(arguments, StreamClass::Sync)
            .map(|(client, groups)| groups.iter().for_each(|group| run(&client, group))),
        Some("tokio") => {
            read_arguments(arguments, StreamClass::AnyIo).and_then(|(client, groups)| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.map_err(|error| error.to_string())?.block_on(async move {
                    for group in &groups {
                        run_async(&client, group).await;
                    }
                    drop(client);
                });
                Ok(())
            })
        }
        Some(other) => Err(format!("there is no driver {other}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&message);
            ExitCode::from(2)
        }
    }
}

/// Tells a line that the harness does not compare.
fn say(message: &str) {
    use std::io::Write;
    // There is nobody else to tell.
    let _ = writeln!(io::stderr(), "error: {message}");
}

async fn run_async(client: &limpid_tokio::Client, group: &Group) {
    for url in &group.urls {
        tokio::time::sleep(group.delay).await;
        let mut request = client.request(&group.method(), url);
        for (name, value) in &group.headers {
            request = request.header(name, value);
        }
        if let Some(data) = &group.data {
            request = request.body(data.clone());
        } else if !group.chunks.is_empty() {
            request = request.body(limpid_tokio::Body::pieces(group.pieces(), None));
        }
        let read = async {
            let mut response = request.send().await?;
            match group.read {
                Reading::All => while response.next_piece().await?.is_some() {},
                Reading::First => drop(response.next_piece().await?),
                Reading::Nothing => {}
            }
            Ok::<(), limpid_std::Error>(())
        };
        if let Err(error) = read.await {
            say(&error.to_string());
        }
    }
}

fn run(client: &Client, group: &Group) {
    for url in &group.urls {
        thread::sleep(group.delay);
        let mut request = client.request(&group.method(), url);
        for (name, value) in &group.headers {
            request = request.header(name, value);
        }
        if let Some(data) = &group.data {
            request = request.body(data.clone());
        } else if !group.chunks.is_empty() {
            request = request.body(Body::reader(group.pieces(), None));
        }
        let result = request.send().and_then(|response| {
            let mut body = response.into_body();
            match group.read {
                Reading::All => while body.next_piece()?.is_some() {},
                Reading::First => drop(body.next_piece()?),
                Reading::Nothing => {}
            }
            Ok(())
        });
        if let Err(error) = result {
            say(&error.to_string());
        }
    }
}

/// Pieces of a chunked upload, one a read, with a failure among them perhaps.
struct Pieces {
    pieces: Vec<Vec<u8>>,
    at: usize,
    fail_after: Option<usize>,
}

impl limpid_tokio::Pieces for Pieces {
    fn next(&mut self) -> limpid_tokio::NextPiece<'_> {
        let mut piece = vec![0; 64 * 1024];
        let next = self.read(&mut piece).map(|n| {
            piece.truncate(n);
            (n > 0).then(|| piece.into())
        });
        Box::pin(std::future::ready(next))
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.fail_after == Some(self.at) {
            return Err(io::Error::from_raw_os_error(5));
        }
        let Some(piece) = self.pieces.get_mut(self.at) else { return Ok(0) };
        let n = piece.len().min(buffer.len());
        buffer[..n].copy_from_slice(&piece[..n]);
        piece.drain(..n);
        if piece.is_empty() {
            self.at += 1;
        }
        Ok(n)
    }
}

fn read_arguments<C: From<limpid_std::Settings>>(
    arguments: Vec<String>,
    class: StreamClass,
) -> Result<(C, Vec<Group>), String> {
    let mut arguments = arguments.into_iter();
    let sink = LineSink::stderr().capture(Capture::Private).stream_class(class);
    let mut settings = Settings {
        builder: ClientBuilder::default().sink(sink),
        pool: PoolLimits::default(),
        follow: false,
        redirects: 20,
        socket_options: Vec::new(),
    };
    let mut groups = vec![Group::default()];
    while let Some(argument) = arguments.next() {
        if argument == "--next" {
            groups.push(Group::default());
            continue;
        }
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        let Some(group) = groups.last_mut() else { continue };
        if !argument.starts_with('-') {
            group.urls.push(argument);
        } else if !settings.take(&argument, &mut value)? && !group.take(&argument, &mut value)? {
            return Err(format!("{argument} is not known"));
        }
    }
    Ok((settings.build(), groups))
}

type Value<'v> = &'v mut dyn FnMut() -> Result<String, String>;

impl<C: From<limpid_std::Settings>> Settings<C> {
    /// Takes a client option; false if it is none.
    fn take(&mut self, flag: &str, value: Value<'_>) -> Result<bool, String> {
        let builder = std::mem::take(&mut self.builder);
        self.builder = match flag {
            "--http1.1" => builder,
            "-o" => value().map(|_| builder)?,
            "-k" => builder.danger_accept_invalid_certs(true),
            "--cacert" => builder.ca_file(value()?),
            "-x" => builder.proxy(number(&value()?)?),
            "--proxy-cacert" => builder.proxy_ca_file(value()?),
            "--unix-socket" => builder.unix_socket(value()?),
            "--connect-timeout" => builder.connect_timeout(seconds(&value()?)?),
            "--read-timeout" => builder.read_timeout(seconds(&value()?)?),
            "--write-timeout" => builder.write_timeout(seconds(&value()?)?),
            "--retries" => builder.retries(number(&value()?)?),
            "--local-address" => builder.local_address(number(&value()?)?),
            _ => {
                self.builder = builder;
                return self.take_more(flag, value);
            }
        };
        Ok(true)
    }

    fn take_more(&mut self, flag: &str, value: Value<'_>) -> Result<bool, String> {
        match flag {
            "-L" => self.follow = true,
            "--max-redirs" => self.redirects = number(&value()?)?,
            "--keepalive-expiry" => self.pool.expiry = seconds(&value()?)?,
            "--max-keepalive" => self.pool.keep_alive = number(&value()?)?,
            "--max-connections" => self.pool.connections = number(&value()?)?,
            "--socket-option" => {
                let text = value()?;
                let numbers: Result<Vec<i32>, _> = text.split(':').map(number).collect();
                let [level, name, value] = numbers?[..] else {
                    return Err(format!("{text} is not LEVEL:NAME:VALUE"));
                };
                self.socket_options.push(SocketOption { level, name, value });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn build(self) -> C {
        let mut builder = self.builder.pool(self.pool);
        if self.follow {
            builder = builder.redirects(self.redirects);
        }
        if !self.socket_options.is_empty() {
            builder = builder.socket_options(self.socket_options);
        }
        builder.build()
    }
}

impl Group {
    fn method(&self) -> String {
        self.method.as_deref().unwrap_or("GET").to_ascii_uppercase()
    }

    fn pieces(&self) -> Pieces {
        Pieces { pieces: self.chunks.clone(), at: 0, fail_after: self.fail_after }
    }

    /// Takes a request option; false if it is none.
    fn take(&mut self, flag: &str, value: Value<'_>) -> Result<bool, String> {
        match flag {
            "-X" => self.method = Some(value()?),
            "-H" => {
                let field = latin1(&value()?)?;
                let colon = field.iter().position(|byte| *byte == b':').unwrap_or(field.len());
                let (name, rest) = field.split_at(colon);
                let value = rest.get(1..).unwrap_or_default();
                self.headers.push((name.to_vec(), value.trim_ascii().to_vec()));
            }
            "--data-binary" => self.data = Some(file(&value()?)?),
            "--data-chunk" => self.chunks.push(file(&value()?)?),
            "--fail-body-after" => self.fail_after = Some(number(&value()?)?),
            "--read" => {
                self.read = match value()?.as_str() {
                    "first" => Reading::First,
                    "none" => Reading::Nothing,
                    _ => Reading::All,
                }
            }
            "--delay" => self.delay = seconds(&value()?)?.unwrap_or_default(),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn latin1(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).map_err(|_| format!("{c} is not in latin-1")))
        .collect()
}

fn file(argument: &str) -> Result<Vec<u8>, String> {
    let path = argument.strip_prefix('@').unwrap_or(argument);
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}

fn seconds(text: &str) -> Result<Option<Duration>, String> {
    if text == "none" {
        return Ok(None);
    }
    let number: f64 = number(text)?;
    Duration::try_from_secs_f64(number).map(Some).map_err(|error| format!("{text}: {error}"))
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{text} is no number of the kind that is needed"))
}
