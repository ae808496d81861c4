//! Growth of cost with size: a head that arrives byte by byte.

use super::parse::{Client, First};
use crate::job::Job;
use crate::measure::{Outcome, repeat};
use crate::messages;
use crate::subject::{LIMPID, Subject};

/// A head of 1 KiB arrives byte by byte; the units are bytes.
pub const SMALL: &str = "byte of a 1 KiB head";
/// A head of 64 KiB arrives byte by byte; the units are bytes.
pub const LARGE: &str = "byte of a 64 KiB head";

pub(super) const SUBJECTS: &[Subject] = &[
    Subject { work: SMALL, peer: LIMPID, run: |job| dripping(job, 1024) },
    // A little less, since a head may not exceed 64 KiB.
    Subject { work: LARGE, peer: LIMPID, run: |job| dripping(job, 64 * 1000) },
];

fn dripping(job: &Job, len: usize) -> Outcome {
    let response = messages::long_response(len);
    let (mut client, mut first) = (Client::new(), First::default());
    let outcome = repeat(job, response.len() as u64, || {
        first.note(client.ask());
        for byte in response.chunks(1) {
            client.arrive(byte);
            first.note(client.read_on());
        }
        first.note(client.restart());
    });
    first.or(outcome)
}
