//! The servers and files of a scenario.

use std::io;
use std::path::PathBuf;

use serde_json::Value;

use super::certificates::Certificates;
use super::directory::Directory;
use super::host::{Host, Listener, Server};
use super::lines::normalise;
use super::scenario::Scenario;
use super::servers::{self, Place};

/// The running servers of a scenario, and its files, for a driver that is a program. The [module](super) has an example.
#[derive(Debug)]
pub struct Stage {
    places: Vec<Place>,
    servers: Vec<Server>,
    ca_file: PathBuf,
    scratch: Directory,
}

impl Stage {
    /// Starts the servers.
    ///
    /// # Errors
    /// The scenario is invalid, or a server cannot be started.
    pub fn set(scenario: &Scenario, certificates: &Certificates, host: &Host) -> io::Result<Self> {
        let scratch = Directory::new()?;
        let (places, listeners) = servers::bind(scenario, certificates, &scratch, host)?;
        let ca_file = certificates.ca_file();
        let play = |(connections, listener): (&Value, Listener)| {
            listener.play(servers::scripts(connections, &places, certificates)?)
        };
        let servers = listeners.into_iter().map(play).collect::<io::Result<_>>()?;
        Ok(Self { places, servers, ca_file, scratch })
    }

    /// Writes a file for the client, and returns its path.
    pub(super) fn write(&self, name: &str, content: &str) -> io::Result<String> {
        Ok(self.scratch.write(name, content)?.display().to_string())
    }

    /// Replaces `{port:NAME}`, `{path:NAME}` and `{ca}` in a text.
    pub(super) fn expand(&self, text: &str) -> String {
        let text = text.replace("{ca}", &self.ca_file.display().to_string());
        self.places.iter().fold(text, |text, place| place.expand(&text))
    }

    /// Returns the lines of a log in the format of the recordings: with `<PORT:NAME>`, `<SOCKET:NAME>`,
    /// `<CA>` and `<TMP>` for the values of this run. It omits lines that the recorded release does not
    /// write, and the client's other output.
    #[must_use]
    pub fn normalise(&self, log: &str) -> Vec<String> {
        const CONTEXT: &str = "<ssl.SSLContext object at 0xADDR>";
        let ca_file = self.ca_file.display().to_string();
        let scratch = self.scratch.path().display().to_string();
        let aside = [
            ("SSLContext(verify=True)", CONTEXT),
            ("SSLContext(verify=False)", CONTEXT),
            (ca_file.as_str(), "<CA>"),
            (scratch.as_str(), "<TMP>"),
        ];
        // Sockets are in the temporary directory, so their paths are replaced first.
        let named = |line: &str| {
            self.places.iter().fold(line.to_owned(), |line, place| place.normalise(&line))
        };
        let log: Vec<String> =
            log.split('\n').filter(|line| is_recorded(line)).map(named).collect();
        normalise(&log.join("\n"), &aside)
    }

    /// Waits for the ends of the scripts.
    ///
    /// # Errors
    /// The deviations from the scripts.
    pub fn finish(self) -> Result<(), String> {
        let problems: Vec<String> =
            self.servers.into_iter().filter_map(|server| server.finish().err()).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems.join("; ")) }
    }
}

/// Returns whether the recorded release writes such a line, and the line is not the client's other output.
fn is_recorded(line: &str) -> bool {
    const OTHERS: [&str; 2] = ["load_ssl_context", "load_verify_locations"];
    let reports = line.starts_with("error: ") || line.starts_with("result: ");
    !line.is_empty() && !reports && !OTHERS.iter().any(|other| line.contains(other))
}
