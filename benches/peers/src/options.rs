//! What is measured, and how often.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measures limpid beside its peers: one run, interleaved, on the same work.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// What is measured; everything, if nothing is named.
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
    /// Counts neither instructions nor system calls, which takes most of the time.
    #[arg(long)]
    pub no_counts: bool,
    /// Writes every reading to this file, with tabs between its fields.
    #[arg(long)]
    pub readings: Option<PathBuf>,
    /// Puts the tables into this page, in place of those that are there.
    #[arg(long)]
    pub page: Option<PathBuf>,
}

/// What can be measured.
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
    /// The sections that were named, or all.
    #[must_use]
    pub fn sections(&self) -> Vec<Section> {
        if self.sections.is_empty() {
            return Section::value_variants().to_vec();
        }
        self.sections.clone()
    }

    /// How long a subject is timed.
    #[must_use]
    pub const fn duration(&self) -> Duration {
        Duration::from_millis(self.time)
    }

    /// The numbers of connections of a client.
    #[must_use]
    pub fn connections(&self, blocking: bool) -> Vec<usize> {
        if blocking { self.blocking.clone() } else { self.tokio.clone() }
    }
}
