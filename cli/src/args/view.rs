//! What is shown on standard error.

use clap::ValueEnum;

/// The form of what `-v` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    /// The documented lines of httpx and httpcore
    Lines,
    /// The lines of curl: * for what happens, > and < for heads
    Curl,
    /// A line of JSON for each event
    Json,
    /// Bars of time for all requests, at the end
    Waterfall,
}
