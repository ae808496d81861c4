//! A body of any length is read without an allocation. The count includes the whole process with its
//! server, so this is its only test.

#![cfg(test)]

use std::alloc::System;

use limpid_benches::drive::runtime;
use limpid_benches::responder::{Answer, Responder};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const BODY: usize = 32 * 1024 * 1024;

/// The buffers have their full size after this many bytes.
const WARM: usize = 1024 * 1024;

/// Counts the allocations between the first MiB of a body and its last byte.
#[derive(Debug, Default)]
struct Count {
    read: usize,
    before: Option<usize>,
    allocations: Option<usize>,
}

impl Count {
    /// Counts a piece of the body.
    fn read(&mut self, piece: &[u8]) {
        self.read += piece.len();
        let stats = COUNTING.stats();
        let now = stats.allocations + stats.reallocations;
        if self.read >= WARM && self.before.is_none() {
            self.before = Some(now);
        }
        if self.read == BODY {
            self.allocations = self.before.map(|before| now - before);
        }
    }
}

fn over_std(url: &str) -> Option<usize> {
    let mut count = Count::default();
    let mut body = limpid_std::Client::builder().build().get(url).send().unwrap().into_body();
    while let Some(piece) = body.next_piece().unwrap() {
        count.read(piece);
    }
    count.allocations
}

fn over_tokio(url: &str) -> Option<usize> {
    let mut count = Count::default();
    runtime().unwrap().block_on(async {
        let client = limpid_tokio::Client::builder().build();
        let mut response = client.get(url).send().await.unwrap();
        while let Some(piece) = response.next_piece().await.unwrap() {
            count.read(piece);
        }
    });
    count.allocations
}

#[test]
fn reading_body_does_not_allocate() {
    for answer in [Answer::with_length(BODY), Answer::chunked(BODY)] {
        let responder = Responder::start(answer, 0).unwrap();
        let url = format!("http://{}/", responder.address);
        assert_eq!(over_std(&url).unwrap(), 0);
        // The timer of a connection is allocated at its first wait.
        assert!(over_tokio(&url).unwrap() <= 1);
    }
}
