//! The peers' implementations of [`limpid_benches::works`].

pub mod blocking;
pub mod body;
#[cfg(feature = "curl")]
pub mod curl;
pub mod idle;
pub mod memory;
mod names;
pub mod parse;
pub mod server;
pub mod tasks;
pub mod trace;

use limpid_benches::{Subject, load, works};
pub use names::{CURL, HYPER, RAW, RAW_TOKIO, REQWEST, UREQ};

/// Returns all subjects, including limpid's.
#[must_use]
pub fn subjects() -> Vec<Subject> {
    let mut all = works::subjects();
    let peers = [
        load::SUBJECTS,
        parse::SUBJECTS,
        blocking::SUBJECTS,
        tasks::SUBJECTS,
        body::SUBJECTS,
        idle::SUBJECTS,
        server::SUBJECTS,
        trace::SUBJECTS,
        #[cfg(feature = "curl")]
        curl::SUBJECTS,
    ];
    all.extend(peers.concat());
    all
}
