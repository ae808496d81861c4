//! What is done while requests wait: the command says what it waits for, and an interrupt shows the last events.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use limpid_core::error::Phase;
use limpid_core::trace::{Capture, ExchangeId, Sink};
use limpid_sinks::Ring;
use limpid_sinks::python::Profile;
use tokio::runtime::Builder;

use crate::args::RequestArgs;
use crate::interrupts::Interrupts;
use crate::report;
use crate::trace::{Completion, Outputs};

/// How many seconds nothing happens before the command says what it waits for.
const PATIENCE: u32 = 10;

/// Waits beside the requests.
struct Watch {
    kept: Option<Arc<Ring>>,
    completion: Completion,
    capture: Capture,
    lines: Profile,
    /// Whether it is said what is waited for.
    says: bool,
}

/// Starts a thread that waits for interrupts, if one has something to show or to complete.
pub(super) fn start(args: &RequestArgs, outputs: &Outputs) {
    let completion = outputs.completion();
    if outputs.kept.is_none() && completion.is_empty() {
        return;
    }
    let watch = Watch {
        kept: outputs.kept.clone(),
        completion,
        capture: args.outputs.capture,
        lines: args.outputs.lines,
        says: args.response.meter.shows_progress() && io::stderr().is_terminal(),
    };
    // Without the thread, an interrupt ends the process at once.
    let _ = thread::Builder::new().name("interrupts".into()).spawn(move || watch.run());
}

impl Watch {
    fn run(self) {
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        let interrupt = runtime.block_on(async {
            let mut interrupts = Interrupts::take().ok()?;
            if !self.says {
                return Some(interrupts.next().await);
            }
            let mut waiting = Waiting::default();
            loop {
                tokio::select! {
                    interrupt = interrupts.next() => return Some(interrupt),
                    () = tokio::time::sleep(Duration::from_secs(1)) => self.tick(&mut waiting),
                }
            }
        });
        if let Some(interrupt) = interrupt {
            self.show();
            self.completion.complete();
            interrupt.end_process();
        }
    }

    /// Shows the last events of the last request.
    fn show(&self) {
        let Some(ring) = &self.kept else { return };
        report::print_note(&"interrupted");
        if let Some(exchange) = ring.events().last().map(|(meta, _)| meta.exchange) {
            let trace = ring.events_of(exchange);
            report::report_trace(&trace, ring.time_base(), self.capture, self.lines);
        }
    }

    /// Says what is waited for once it takes long.
    fn tick(&self, waiting: &mut Waiting) {
        let Some(ring) = &self.kept else { return };
        let Some((meta, _)) = ring.events().pop() else { return };
        if let Some(phase) = waiting.passed((meta.exchange, meta.seq), meta.phase) {
            report::print_note(&format_args!(
                "waiting for {phase} for {PATIENCE} s; Ctrl-C shows what has happened"
            ));
        }
    }
}

/// How long nothing has happened.
#[derive(Debug, Default)]
struct Waiting {
    last: Option<(ExchangeId, u64)>,
    seconds: u32,
}

impl Waiting {
    /// Counts a second. Returns what has been waited for since the last event, when it has just become long.
    fn passed(&mut self, last: (ExchangeId, u64), phase: Phase) -> Option<&'static str> {
        self.seconds = if self.last == Some(last) { self.seconds + 1 } else { 0 };
        self.last = Some(last);
        if self.seconds != PATIENCE {
            return None;
        }
        Some(match phase {
            Phase::Pool => "a connection that is in use",
            Phase::Resolve => "the addresses of the host",
            Phase::Connect => "the connection to be opened",
            Phase::Tls => "the TLS handshake",
            Phase::SendHead => "the server to take the request",
            Phase::ReceiveHead => "the server to answer",
            // The progress of bodies is shown.
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_wait_is_said_once() {
        let mut waiting = Waiting::default();
        let mut said = |seq| waiting.passed((ExchangeId(1), seq), Phase::ReceiveHead).is_some();
        assert_eq!((0..30).filter(|_| said(3)).count(), 1);
        assert_eq!((0..30).filter(|second| said(4 + second / 5)).count(), 0, "something happens");
    }
}
