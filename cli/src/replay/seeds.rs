//! `limpid replay --seed`: the responses of a recording as seeds of a fuzz target.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use limpid_core::limits::Lenient;
use limpid_core::trace::{EventKind, ExchangeId, Interest, Meta, Sink, TraceEvent};

use super::input::{open, replay_into, unwritable};
use crate::args::ReplayArgs;
use crate::exit::Exit;
use crate::report;

/// The methods of which a seed of the target has one (`tests/properties/src/setup.rs`).
const METHODS: [&[u8]; 4] = [b"GET", b"HEAD", b"CONNECT", b"OPTIONS"];

/// Writes each response as a seed of the target `parse_response`.
pub(super) fn write(args: &ReplayArgs, directory: &Path) -> Result<(), Exit> {
    let responses = Responses::default();
    replay_into(args, open(args)?, &responses)?;
    let directory = directory.join("parse_response");
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| unwritable(&path, &error)
    };
    fs::create_dir_all(&directory).map_err(failed(&directory))?;
    let responses = responses.by_hop.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut count = 0;
    for ((exchange, hop), response) in responses {
        if let Some(seed) = response.seed() {
            let path = directory.join(format!("recorded-{}-{hop}", exchange.0));
            fs::write(&path, seed).map_err(failed(&path))?;
            count += 1;
        }
    }
    report::print_note(&format_args!("{count} seeds in {}", directory.display()));
    Ok(())
}

/// A sink that keeps what the requests have received.
#[derive(Debug, Default)]
struct Responses {
    by_hop: Mutex<BTreeMap<(ExchangeId, u16), Response>>,
}

/// What a request has received.
#[derive(Debug, Default)]
struct Response {
    method: Vec<u8>,
    /// As HTTP has received it, if there are layers.
    http: Vec<u8>,
    /// As the transport has received it.
    transport: Vec<u8>,
    has_ended: bool,
}

impl Response {
    /// Returns the seed: what a byte of options and the tolerances of a client say, and the bytes.
    fn seed(&self) -> Option<Vec<u8>> {
        let bytes = if self.http.is_empty() { &self.transport } else { &self.http };
        if bytes.is_empty() {
            return None;
        }
        let method = METHODS.iter().position(|method| *method == self.method).unwrap_or(0);
        let options = u8::from(self.has_ended) | u8::try_from(method).unwrap_or(0) << 2;
        let bits = Lenient::NAMED.iter().zip(0..);
        let lenient: u32 = bits
            .filter(|((_, one), _)| Lenient::CLIENT.allows(*one))
            .map(|(_, bit)| 1 << bit)
            .sum();
        Some([&[options][..], &lenient.to_le_bytes(), bytes].concat())
    }
}

impl Sink for Responses {
    fn interest(&self) -> Interest {
        Interest::only(EventKind::BytesReceived)
            .with(Interest::only(EventKind::RequestSent))
            .with(Interest::only(EventKind::ExchangeComplete))
    }

    fn event(&self, meta: &Meta, event: &TraceEvent<'_>) {
        let mut responses = self.by_hop.lock().unwrap_or_else(PoisonError::into_inner);
        let response = responses.entry((meta.exchange, meta.hop)).or_default();
        match event {
            TraceEvent::RequestSent { head } => {
                // A request in a tunnel follows that for the tunnel.
                *response = Response { method: head.method.to_vec(), ..Response::default() };
            }
            TraceEvent::BytesReceived { layer: "http", bytes, .. } => {
                response.http.extend_from_slice(bytes);
            }
            TraceEvent::BytesReceived { bytes, .. } => response.transport.extend_from_slice(bytes),
            TraceEvent::ExchangeComplete { .. } => response.has_ended = true,
            _ => {}
        }
    }
}
