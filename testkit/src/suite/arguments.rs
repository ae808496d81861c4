//! The arguments of the golden client.

use std::fs;
use std::io;
use std::mem;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use limpid_core::trace::SocketOption;
use limpid_io::{ClientBuilder, PoolLimits, Proxy, Settings};
use limpid_sinks::python::Profile;

use super::pieces::Pieces;
use super::plan::{Plan, PlannedBody, PlannedRequest, Reading};
use super::wrong::wrong;

/// The arguments of a client that is a program: [`command_line`](super::command_line) makes them of a scenario.
///
/// ```
/// use limpid_test::suite::Arguments;
///
/// let arguments = ["--connect-retries", "2", "http://127.0.0.1:80/"].map(str::to_owned);
/// let plan = Arguments::read(arguments)?.into_plan();
/// assert_eq!(plan.requests[0].method, "GET");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// Client options come first. Each group of request options is followed by its URLs; `--next`
/// starts another group.
pub struct Arguments {
    /// The driver of the client, by its name: `--driver`. Empty without the option.
    pub driver: String,
    /// The file with the logging configuration: `--log-config`.
    pub log_config: Option<PathBuf>,
    /// The profile of the lines: `--lines`.
    pub profile: Profile,
    settings: Settings,
    groups: Vec<Group>,
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

/// Returns the value of a flag.
type Value<'v> = &'v mut dyn FnMut() -> io::Result<String>;

impl Arguments {
    /// Parses arguments.
    ///
    /// # Errors
    /// A flag is unknown, a value is missing or invalid, or a file cannot be read.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> io::Result<Self> {
        let mut arguments = arguments.into_iter();
        let mut client = ClientOptions::default();
        let mut groups = vec![Group::default()];
        while let Some(argument) = arguments.next() {
            if argument == "--next" {
                groups.push(Group::default());
                continue;
            }
            let mut value = || arguments.next().ok_or_else(|| wrong(&argument, "needs a value"));
            let Some(group) = groups.last_mut() else { continue };
            if !argument.starts_with('-') {
                group.urls.push(argument);
            } else if !client.take(&argument, &mut value)? && !group.take(&argument, &mut value)? {
                return Err(wrong(&argument, "is not known"));
            }
        }
        let (driver, profile) = (mem::take(&mut client.driver), client.profile);
        let log_config = client.log_config.take();
        Ok(Self { driver, log_config, profile, settings: client.build(), groups })
    }

    /// Returns what they ask of a driver.
    #[must_use]
    pub fn into_plan(self) -> Plan {
        let requests = self.groups.iter().flat_map(Group::requests).collect();
        Plan { settings: self.settings, requests, cancel_at: None }
    }
}

/// The client options.
#[derive(Default)]
struct ClientOptions {
    driver: String,
    profile: Profile,
    log_config: Option<PathBuf>,
    builder: ClientBuilder<Settings>,
    pool: PoolLimits,
    follow: bool,
    redirects: Option<u32>,
    socket_options: Vec<SocketOption>,
}

impl ClientOptions {
    /// Takes a client option. Returns false if the flag is not one.
    fn take(&mut self, flag: &str, value: Value<'_>) -> io::Result<bool> {
        let builder = mem::take(&mut self.builder);
        self.builder = match flag {
            "--http1.1" => builder,
            "--like-httpx" => builder.like_httpx(),
            "-o" => value().map(|_| builder)?,
            "-k" => builder.danger_accept_invalid_certs(true),
            "--cacert" => builder.ca_file(value()?),
            "-x" => builder.proxy(parsed::<Proxy>(&value()?)?),
            "--proxy-cacert" => builder.proxy_ca_file(value()?),
            "--unix-socket" => builder.unix_socket(value()?),
            "--connect-timeout" => builder.connect_timeout(seconds(&value()?)?),
            "--read-timeout" => builder.read_timeout(seconds(&value()?)?),
            "--write-timeout" => builder.write_timeout(seconds(&value()?)?),
            "--connect-retries" => builder.connect_retries(parsed(&value()?)?),
            "--local-address" => builder.local_address(parsed(&value()?)?),
            _ => {
                self.builder = builder;
                return self.take_more(flag, value);
            }
        };
        Ok(true)
    }

    fn take_more(&mut self, flag: &str, value: Value<'_>) -> io::Result<bool> {
        match flag {
            "--driver" => self.driver = value()?,
            "--lines" => self.profile = parsed(&value()?)?,
            "--log-config" => self.log_config = Some(value()?.into()),
            "-L" => self.follow = true,
            "--max-redirs" => self.redirects = Some(parsed(&value()?)?),
            "--keepalive-expiry" => self.pool.expiry = seconds(&value()?)?,
            "--max-keepalive" => self.pool.keep_alive = parsed(&value()?)?,
            "--max-connections" => self.pool.connections = parsed(&value()?)?,
            "--socket-option" => {
                let text = value()?;
                let numbers: io::Result<Vec<i32>> = text.split(':').map(parsed).collect();
                let [level, name, value] = numbers?[..] else {
                    return Err(wrong(&text, "is not LEVEL:NAME:VALUE"));
                };
                self.socket_options.push(SocketOption { level, name, value });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn build(self) -> Settings {
        let mut builder = self.builder.pool(self.pool);
        if self.follow {
            builder = builder.redirects(self.redirects.unwrap_or(20));
        }
        if !self.socket_options.is_empty() {
            builder = builder.socket_options(self.socket_options);
        }
        builder.build()
    }
}

impl Group {
    /// Returns the request to each of its URLs.
    fn requests(&self) -> impl Iterator<Item = PlannedRequest> {
        self.urls.iter().map(|url| PlannedRequest {
            method: self.method.as_deref().unwrap_or("GET").to_ascii_uppercase(),
            url: url.clone(),
            headers: self.headers.clone(),
            body: self.body(),
            read: self.read,
            delay: self.delay,
        })
    }

    fn body(&self) -> PlannedBody {
        match &self.data {
            Some(data) => PlannedBody::Bytes(data.clone()),
            None if self.chunks.is_empty() => PlannedBody::None,
            None => PlannedBody::Pieces(Pieces::new(self.chunks.clone(), self.fail_after)),
        }
    }

    /// Takes a request option. Returns false if the flag is not one.
    fn take(&mut self, flag: &str, value: Value<'_>) -> io::Result<bool> {
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
            "--fail-body-after" => self.fail_after = Some(parsed(&value()?)?),
            "--read" => self.read = parsed(&value()?)?,
            "--delay" => self.delay = seconds(&value()?)?.unwrap_or_default(),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn latin1(text: &str) -> io::Result<Vec<u8>> {
    let byte = |c| u8::try_from(c).map_err(|_| wrong(text, "is not in latin-1"));
    text.chars().map(byte).collect()
}

fn file(argument: &str) -> io::Result<Vec<u8>> {
    let path = argument.strip_prefix('@').unwrap_or(argument);
    fs::read(path).map_err(|error| wrong(path, &format!("cannot be read: {error}")))
}

fn seconds(text: &str) -> io::Result<Option<Duration>> {
    if text == "none" {
        return Ok(None);
    }
    let no_time = |error| wrong(text, &format!("is no time: {error}"));
    Duration::try_from_secs_f64(parsed(text)?).map(Some).map_err(no_time)
}

fn parsed<T: FromStr>(text: &str) -> io::Result<T> {
    text.parse().map_err(|_| wrong(text, "is not of the kind that is needed"))
}
