//! The servers of a scenario.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use serde_json::Value;

use super::certificates::{Certificates, Identity};
use super::directory::Directory;
use super::host::{Host, Listener};
use super::scenario::Scenario;
use super::wrong::wrong;
use crate::script::{Script, Socks5, Step};
use crate::server::Listen;

/// The address of a server.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) at: At,
}

#[derive(Debug)]
pub(super) enum At {
    Address(SocketAddr),
    Socket(PathBuf),
}

impl Place {
    /// Replaces `{port:NAME}` and `{path:NAME}` in a text.
    pub(super) fn expand(&self, text: &str) -> String {
        match &self.at {
            At::Address(address) => {
                text.replace(&format!("{{port:{}}}", self.name), &address.port().to_string())
            }
            At::Socket(path) => {
                text.replace(&format!("{{path:{}}}", self.name), &path.display().to_string())
            }
        }
    }

    /// Replaces addresses in a line by `<PORT:NAME>` and `<SOCKET:NAME>`.
    pub(super) fn normalise(&self, line: &str) -> String {
        match &self.at {
            At::Address(address) => {
                let token = format!("<PORT:{}>", self.name);
                replace_number(line, &address.port().to_string(), &token)
            }
            At::Socket(path) => {
                line.replace(&path.display().to_string(), &format!("<SOCKET:{}>", self.name))
            }
        }
    }
}

/// Replaces `number` unless it is a part of a longer one.
fn replace_number(line: &str, number: &str, token: &str) -> String {
    let (mut kept, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once(number) {
        let is_digit = |c: char| c.is_ascii_digit();
        let is_part = before.ends_with(is_digit) || after.starts_with(is_digit);
        kept = kept + before + if is_part { number } else { token };
        rest = after;
    }
    kept + rest
}

/// A listener and its scripts.
type Listeners<'s> = Vec<(&'s Value, Listener)>;

/// Binds the addresses of all servers, so that scripts can refer to them.
pub(super) fn bind<'s>(
    scenario: &'s Scenario,
    certificates: &Certificates,
    directory: &Directory,
    host: &Host,
) -> io::Result<(Vec<Place>, Listeners<'s>)> {
    let (mut places, mut listeners) = (Vec::new(), Vec::new());
    for (name, server) in &scenario.servers {
        let socket = directory.file(&format!("{name}.sock"));
        let listen = match server["listen"].as_str() {
            None | Some("tcp") => Some(Listen::Tcp),
            Some("tcp6") => Some(Listen::Tcp6),
            Some("tls") => Some(Listen::Tls(tls(&server["cert"], certificates)?)),
            Some("unix") => Some(Listen::Unix(socket.clone())),
            Some("unix-missing") => None,
            Some("refuse") => Some(Listen::Refuse),
            Some("blackhole") => Some(Listen::Blackhole),
            Some(other) => return Err(wrong(other, "is no way to listen")),
        };
        let listener = listen.map(|listen| host.bind(listen)).transpose()?;
        let address = listener.as_ref().and_then(Listener::address);
        places.push(Place {
            name: name.clone(),
            at: address.map_or(At::Socket(socket), At::Address),
        });
        listeners.extend(listener.map(|listener| (&server["connections"], listener)));
    }
    Ok((places, listeners))
}

/// Returns the TLS configuration of a server with this identity.
fn tls(identity: &Value, certificates: &Certificates) -> io::Result<Arc<ServerConfig>> {
    certificates.server(match identity.as_str() {
        None | Some("good") => Identity::Good,
        Some("wrong-host") => Identity::WrongHost,
        Some("expired") => Identity::Expired,
        Some("self-signed") => Identity::SelfSigned,
        Some("unknown-ca") => Identity::UnknownCa,
        Some(other) => return Err(wrong(other, "is no identity")),
    })
}

/// Returns the scripts of each connection.
pub(super) fn scripts(
    connections: &Value,
    places: &[Place],
    certificates: &Certificates,
) -> io::Result<Vec<Script>> {
    let script = |steps: &Value| {
        let steps = steps.as_array().into_iter().flatten();
        steps.map(|value| step(value, places, certificates)).collect()
    };
    connections.as_array().into_iter().flatten().map(script).collect()
}

fn step(value: &Value, places: &[Place], certificates: &Certificates) -> io::Result<Step> {
    let not_understood = || wrong(&value.to_string(), "is not understood");
    // An action may have arguments beside it.
    let mut keys = value.as_object().into_iter().flat_map(|table| table.keys());
    let action = keys.find(|key| *key != "times").ok_or_else(not_understood)?;
    let argument = &value[action];
    Ok(match action.as_str() {
        "read_request" => Step::ReadRequest,
        "read_head" => Step::ReadHead,
        "read_bytes" => Step::ReadBytes(count(argument).ok_or_else(not_understood)?),
        "send" => {
            let text = argument.as_str().ok_or_else(not_understood)?.to_owned();
            let text = places.iter().fold(text, |text, place| place.expand(&text));
            let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
            let times = count(&value["times"]).unwrap_or(1);
            Step::Send(bytes.map_err(io::Error::other)?.repeat(times))
        }
        "sleep" => {
            let seconds = argument.as_f64().ok_or_else(not_understood)?;
            Step::Sleep(Duration::try_from_secs_f64(seconds).map_err(io::Error::other)?)
        }
        "start_tls" => Step::StartTls(tls(argument, certificates)?),
        "socks5" => Step::Socks5(socks5(argument)?),
        "relay" => {
            let target = places.iter().find(|place| argument == place.name.as_str());
            let Some(Place { at: At::Address(address), .. }) = target else {
                return Err(not_understood());
            };
            Step::Relay(*address)
        }
        "shutdown" => Step::Shutdown,
        "close_notify" => Step::CloseNotify,
        "close" => Step::Close,
        "reset" => Step::Reset,
        _ => return Err(not_understood()),
    })
}

fn count(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|count| usize::try_from(count).ok())
}

fn socks5(options: &Value) -> io::Result<Socks5> {
    let number = |value: &Value| -> io::Result<u8> {
        u8::try_from(value.as_u64().unwrap_or(0)).map_err(io::Error::other)
    };
    Ok(Socks5 {
        method: number(&options["method"])?,
        authenticates: options["auth_ok"].as_bool().unwrap_or(true),
        reply: match options.get("reply") {
            Some(Value::Null) => None,
            _ => Some(number(&options["reply"])?),
        },
    })
}
