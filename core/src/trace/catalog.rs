//! The catalogue of events. The parts of this module declare everything that can be observed, once: an
//! entry for each span and one for each point. `declare.rs` documents the form of an entry.

mod client;
mod http1;
mod httpcore;
mod server;

#[cfg(feature = "std")]
use super::codec::written;
use super::declare::{catalog, description, entry};
use super::events::{events, level};
use super::metadata::{FieldMeta, Level, Logger, Sensitivity, Stage};
use super::owned::{borrowed, lend, own, owned, value};
use super::spans::{spans, with_only};
use super::value::{Failure, Value};
use crate::values::StreamId;

/// Passes the entries of all parts to `catalog`, in this order.
macro_rules! collect {
    ([$part:ident $($parts:ident)*] $($entries:tt)*) => {
        $part::entries! { collect [$($parts)*] $($entries)* }
    };
    ([] $($entries:tt)*) => {
        catalog! { $($entries)* }
    };
}

collect! { [httpcore client server http1] }

#[cfg(test)]
mod tests;
