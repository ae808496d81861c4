//! Options of the measurement.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measures limpid beside its peers: one run, interleaved, on the same work.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// The sections to measure [default: all]
    #[arg(value_enum)]
    pub sections: Vec<Section>,
    /// How often each subject is timed.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// How long a subject is timed, in milliseconds.
    #[arg(long, default_value_t = 300)]
    pub time: u64,
    /// Sizes of the bodies that clients get, in bytes.
    #[arg(long, value_delimiter = ',', default_value = "0,1024,65536")]
    pub sizes: Vec<usize>,
    /// Connections of blocking clients.
    #[arg(long, value_delimiter = ',', default_value = "1,32")]
    pub blocking: Vec<usize>,
    /// Connections of asynchronous clients.
    #[arg(long, value_delimiter = ',', default_value = "1,32,256")]
    pub tokio: Vec<usize>,
    /// The large body, in MiB.
    #[arg(long, default_value_t = 1024)]
    pub body: usize,
    /// Idle connections.
    #[arg(long, default_value_t = 1000)]
    pub idle: usize,
    /// Skips counting instructions and system calls, which takes most of the time.
    #[arg(long)]
    pub no_counts: bool,
    /// Writes every reading to this file, with tabs between its fields.
    #[arg(long)]
    pub readings: Option<PathBuf>,
    /// Replaces the tables in this page.
    #[arg(long)]
    pub page: Option<PathBuf>,
}

/// The sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Section {
    /// Messages in memory.
    Parse,
    /// Blocking clients.
    Blocking,
    /// Asynchronous clients.
    Tokio,
    /// Servers.
    Server,
    /// Large bodies.
    Body,
    /// Lines and events.
    Trace,
    /// Memory of idle connections.
    Idle,
    /// Large heads, and many connections.
    Growth,
}

impl Options {
    /// Returns the named sections, or all.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        if self.sections.is_empty() {
            return Section::value_variants().to_vec();
        }
        self.sections.clone()
    }

    /// Returns how long a subject is timed.
    #[must_use]
    pub const fn duration(&self) -> Duration {
        Duration::from_millis(self.time)
    }

    /// Returns the numbers of connections of a client.
    #[must_use]
    pub fn connections(&self, blocking: bool) -> Vec<usize> {
        if blocking { self.blocking.clone() } else { self.tokio.clone() }
    }
}
