//! What the rows of waterfalls have in common.

use std::time::Duration;

use limpid_core::time::Mono;

use crate::exchanges::{Exchange, Hop, Model, Part, Slice};

/// The number of rows that a terminal shows.
pub(super) const MOST_ROWS: usize = 500;

/// A request as a row.
#[derive(Clone, Copy)]
pub(super) struct Row<'m> {
    pub(super) exchange: &'m Exchange,
    pub(super) hop: &'m Hop,
}

/// The rows of a model, and the time that they cover.
pub(super) struct Rows<'m> {
    pub(super) all: Vec<Row<'m>>,
    pub(super) start: Mono,
    pub(super) end: Mono,
}

impl<'m> Rows<'m> {
    /// Returns the rows: the hops of each exchange together, in the order in which exchanges started.
    pub(super) fn of(model: &'m Model) -> Self {
        let rows = model
            .exchanges
            .iter()
            .flat_map(|exchange| exchange.hops.iter().map(move |hop| Row { exchange, hop }));
        let all: Vec<_> = rows.collect();
        let start = all.iter().map(|row| row.hop.started).min().unwrap_or_default();
        let end = all.iter().map(Row::end).max().unwrap_or_default();
        Self { all, start, end }
    }

    /// Returns the time that the rows cover.
    pub(super) fn time(&self) -> Duration {
        self.end.since(self.start)
    }
}

impl<'m> Row<'m> {
    /// Returns when the hop ended, or the last time that is known of it.
    pub(super) fn end(&self) -> Mono {
        let last = self.hop.parts.slices().last().map_or(self.hop.started, |slice| slice.end);
        self.hop.ended.unwrap_or(last).max(last)
    }

    /// Returns its time.
    pub(super) fn time(&self) -> Duration {
        self.end().since(self.hop.started)
    }

    /// Returns the slices that have a duration.
    pub(super) fn slices(&self) -> impl Iterator<Item = &'m Slice> + use<'m> {
        self.hop.parts.slices().iter().filter(|slice| slice.start < slice.end)
    }

    /// Returns the status code in words.
    pub(super) fn status(&self) -> String {
        match (&self.hop.response, &self.hop.failed) {
            (Some(response), _) => response.status.to_string(),
            (None, Some(_)) => "failed".to_owned(),
            (None, None) => "-".to_owned(),
        }
    }

    /// Returns the size of the response's body.
    pub(super) fn size(&self) -> Option<u64> {
        self.hop.response.as_ref().and(self.hop.response_body.size)
    }

    /// Returns how the row is to be marked.
    pub(super) fn mark(&self) -> Mark {
        let status = self.hop.response.as_ref().map(|response| response.status);
        match (status, &self.hop.failed) {
            (_, Some(_)) | (Some(500..), _) => Mark::Bad,
            (Some(400..), _) => Mark::Warning,
            (Some(300..), _) => Mark::Neutral,
            (Some(_), _) => Mark::Good,
            (None, None) => Mark::Open,
        }
    }
}

/// How a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Good,
    Neutral,
    Warning,
    Bad,
    Open,
}
/// Returns a part in words.
pub(super) const fn words(part: Part) -> &'static str {
    match part {
        Part::Pool => "wait for a connection",
        Part::Resolve => "resolve the name",
        Part::Connect => "connect",
        Part::Tls => "TLS handshake",
        Part::Send => "send",
        Part::Wait => "wait",
        Part::Receive => "receive",
    }
}
