//! The catalogue of events. Everything that can be observed is declared once, in the parts of this
//! module: an entry for each span, and one for each point. `declare.rs` explains what an entry says.

mod client;
mod http1;
mod httpcore;
mod server;

#[cfg(feature = "std")]
use super::codec::written;
use super::declare::{catalog, description};
use super::events::{events, level};
use super::metadata::{FieldMeta, Level, Logger, Sensitivity, Stage};
use super::owned::{borrowed, lend, own, owned, value};
use super::spans::{spans, with_only};
use super::value::{Failure, Value};
use crate::values::StreamId;

/// Hands the entries of all parts to `catalog`, in this order.
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
