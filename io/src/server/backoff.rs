//! What a server does when the system lacks the resources for another connection.

use std::time::Duration;

use limpid_core::trace::{Cx, EventKind, Scope, TraceEvent};

use super::places::{Occupant, Places};
use super::settings::ServerSettings;

/// The first pause. Each is twice as long as the one before.
const SHORTEST: Duration = Duration::from_millis(10);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(1);

/// The pauses between attempts to accept or to serve a connection while resources are exhausted.
///
/// A failed attempt makes room as [`Places::make_room`] does; [`Places`] has an example.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: SHORTEST }
    }
}

impl Backoff {
    /// Handles a failed attempt: reports the first of several, makes the connection leave that has been
    /// idle longest, and returns how long to wait before the next attempt.
    #[cold]
    pub fn failed<T: Occupant>(
        &mut self,
        what: &'static str,
        settings: &ServerSettings,
        places: &Places<T>,
    ) -> Duration {
        if self.next == SHORTEST
            && let Some(sink) = &settings.sink
        {
            let (mut scope, open) = (Scope::default(), places.taken() as u64);
            let event = || TraceEvent::ResourcesExhausted { what, open };
            Cx::new(settings.clock.now(), sink, &mut scope)
                .emit(EventKind::ResourcesExhausted, event);
        }
        places.make_room();
        let pause = self.next;
        self.next = LONGEST.min(pause * 2);
        pause
    }

    /// Notes an attempt that succeeded.
    pub const fn succeeded(&mut self) {
        self.next = SHORTEST;
    }
}
