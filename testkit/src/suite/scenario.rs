//! Scenarios of the data.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv6Addr, TcpListener};

use limpid_sinks::python::{Profile, StreamClass};
use serde_json::{Map, Value};

use super::comparable::{asynchronous, of_httpx2};
use super::intended::{self, Intended};
use super::wrong::wrong;

/// The texts of one kind of scenarios: the scenarios, and the lines of httpx and of httpx2.
struct Kind {
    scenarios: &'static str,
    of_httpx: &'static str,
    of_httpx2: &'static str,
}

/// Lists the kinds of scenarios, each of which has a file of scenarios and two of lines.
macro_rules! kinds {
    ($($kind:literal)*) => {
        [$(Kind {
            scenarios: include_str!(concat!("../../data/golden/", $kind, ".json")),
            of_httpx: include_str!(concat!("../../data/golden/", $kind, ".log")),
            of_httpx2: include_str!(concat!("../../data/golden/httpx2/", $kind, ".log")),
        }),*]
    };
}

const KINDS: [Kind; 17] = kinds! {
    "body" "interim" "keepalive" "logconf" "neterror" "option" "plain" "protocol" "proxy" "redirect" "retry" "socks"
    "stream" "text" "timeout" "tls" "unix"
};

/// A scenario and its recording. The [module](super) has an example.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its unique name.
    pub name: String,
    /// Its subject.
    pub description: String,
    /// The servers, by name.
    pub servers: Map<String, Value>,
    /// The options of the client.
    pub client: Map<String, Value>,
    /// The requests, in sequence.
    pub requests: Vec<Value>,
    /// The recorded output of httpx.
    pub recorded: Printed,
    /// The recorded output of httpx2.
    pub recorded_of_httpx2: Printed,
    /// The intended result, if it differs.
    pub intended: Option<Intended>,
    /// Whether the client uses `like_httpx`.
    pub like_httpx: bool,
}

/// Lines that a client prints. The [module](super) has an example.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Those on standard error.
    pub stderr: Vec<String>,
    /// Those on standard output, if they are compared.
    pub stdout: Option<Vec<String>>,
}

/// Reads all scenarios: each twice, for a client with `like_httpx` and for one with the defaults.
///
/// # Errors
/// The data cannot be read, or is invalid.
pub fn scenarios() -> io::Result<Vec<Scenario>> {
    let mut intended = intended::read()?;
    let mut scenarios = Vec::new();
    for kind in &KINDS {
        let mut recorded = Recording([sections(kind.of_httpx), sections(kind.of_httpx2)]);
        let values: BTreeMap<String, Value> = serde_json::from_str(kind.scenarios)?;
        for (name, value) in values {
            let recorded = recorded.take(&name)?;
            let intended = intended.remove(&name);
            for like_httpx in [true, false] {
                // If the two differ, the client with `like_httpx` prints the recorded lines.
                let intended = intended.clone().filter(|other| !(like_httpx && other.by_default));
                let (name, value, recorded) = (name.clone(), value.clone(), recorded.clone());
                scenarios.push(Scenario::read(name, value, recorded, intended, like_httpx)?);
            }
        }
        recorded.finish()?;
    }
    match intended.pop_first() {
        Some((name, _)) => Err(wrong(&name, "is intended and is no scenario")),
        None => Ok(scenarios),
    }
}

/// The lines of one kind of scenarios, by name: of httpx, and of httpx2.
struct Recording([BTreeMap<String, Vec<String>>; 2]);

impl Recording {
    fn take(&mut self, name: &str) -> io::Result<[Printed; 2]> {
        let [of_httpx, of_httpx2] = &mut self.0;
        let take = |lines: &mut BTreeMap<String, Vec<String>>| {
            let stderr = lines.remove(name).ok_or_else(|| wrong(name, "has no lines"))?;
            Ok::<_, io::Error>(Printed {
                stderr,
                stdout: lines.remove(&format!("{name} (standard output)")),
            })
        };
        Ok([take(of_httpx)?, take(of_httpx2)?])
    }

    /// Checks that all lines were taken.
    fn finish(self) -> io::Result<()> {
        match self.0.into_iter().find_map(|mut lines| lines.pop_first()) {
            Some((name, _)) => Err(wrong(&name, "has lines and is no scenario")),
            None => Ok(()),
        }
    }
}

/// Returns the lines below each `== NAME`.
fn sections(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut sections = BTreeMap::<String, Vec<String>>::new();
    let mut name = String::new();
    for line in text.split('\n') {
        if let Some(next) = line.strip_prefix("== ") {
            next.clone_into(&mut name);
            sections.entry(name.clone()).or_default();
        } else if let (false, Some(section)) = (line.is_empty(), sections.get_mut(&name)) {
            section.push(line.to_owned());
        }
    }
    sections
}

impl Scenario {
    fn read(
        name: String,
        mut value: Value,
        [recorded, recorded_of_httpx2]: [Printed; 2],
        intended: Option<Intended>,
        like_httpx: bool,
    ) -> io::Result<Self> {
        let mut table = |key: &str| match value[key].take() {
            Value::Null => Ok(Map::new()),
            Value::Object(table) => Ok(table),
            _ => Err(wrong(&name, &format!("has {key} that are no object"))),
        };
        let (mut servers, client) = (table("servers")?, table("client")?);
        if let Some(Value::Object(others)) = intended.as_ref().map(|other| &other.servers) {
            servers.extend(others.clone());
        }
        let Value::Array(requests) = value["requests"].take() else {
            return Err(wrong(&name, "has no requests"));
        };
        let description = value["description"].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            name,
            description,
            servers,
            client,
            requests,
            recorded,
            recorded_of_httpx2,
            intended,
            like_httpx,
        })
    }

    /// Returns its name, and with which settings its client starts.
    #[must_use]
    pub fn title(&self) -> String {
        let how = if self.like_httpx { "like httpx" } else { "by default" };
        format!("{}, {how}", self.name)
    }

    /// Returns the expected output over a driver with streams of this class, in the lines of a profile.
    #[must_use]
    pub fn expected(&self, class: StreamClass, profile: Profile) -> Printed {
        let is_httpx2 = profile.package() == "httpx2";
        let recorded = if is_httpx2 { &self.recorded_of_httpx2 } else { &self.recorded };
        let intended = self
            .intended
            .as_ref()
            .map(|Intended { lines, .. }| if is_httpx2 { of_httpx2(lines) } else { lines.clone() });
        let stderr = intended.unwrap_or_else(|| recorded.stderr.clone());
        let of_driver = |lines: Vec<String>| match class {
            StreamClass::AnyIo => asynchronous(&lines),
            _ => lines,
        };
        Printed { stderr: of_driver(stderr), stdout: recorded.stdout.clone().map(of_driver) }
    }

    /// Returns whether the scenario tests a logging configuration. It may write to the standard streams of
    /// the process.
    #[must_use]
    pub fn configures_logging(&self) -> bool {
        self.client.contains_key("log_config")
    }

    /// Returns the reason if this machine cannot play the scenario.
    #[must_use]
    pub fn unplayable(&self) -> Option<&'static str> {
        const SYSTEM_ERRORS: [&str; 4] =
            ["ConnectionRefusedError(", "ConnectionResetError(", "FileNotFoundError(", "(OSError("];
        let listens = |kinds: &[&str]| {
            let listen = |server: &Value| kinds.iter().any(|kind| server["listen"] == *kind);
            self.servers.values().any(listen)
        };
        let shows = |text: &&str| self.recorded.stderr.iter().any(|line| line.contains(*text));
        let reasons = [
            (cfg!(not(unix)) && listens(&["unix", "unix-missing"]), "there are no Unix sockets"),
            (
                cfg!(not(target_os = "linux")) && listens(&["blackhole"]),
                "only Linux drops what comes to a full queue",
            ),
            (
                cfg!(not(target_os = "linux")) && self.client.contains_key("socket_options"),
                "the numbers of socket options are those of Linux",
            ),
            (
                cfg!(not(target_os = "linux")) && SYSTEM_ERRORS.iter().any(shows),
                "the numbers of system errors are those of Linux",
            ),
            (
                listens(&["tcp6"]) && TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_err(),
                "there is no address ::1",
            ),
        ];
        reasons.into_iter().find_map(|(applies, reason)| applies.then_some(reason))
    }
}
