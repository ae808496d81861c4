//! The interface of a driver under test.

use std::io;

use limpid_sinks::python::StreamClass;

use super::ability::Ability;
use super::host::Host;
use super::plan::Plan;

/// A driver of a client, under test. The [module](super) has an example.
pub trait Driver: Sync {
    /// Returns what it has not. Nothing by default.
    fn lacks(&self) -> &[Ability] {
        &[]
    }

    /// Returns the class that httpcore would use for its streams: that of synchronous streams by default.
    fn stream_class(&self) -> StreamClass {
        StreamClass::Sync
    }

    /// Returns where its servers run: on loopback by default. It is asked once for each scenario.
    fn host(&self) -> Host {
        Host::Loopback
    }

    /// Sends the requests of a plan in sequence, over one client with the plan's settings, whose sink receives the events. A
    /// failed request does not stop the others. Returns whether a request was cancelled, at
    /// [`Plan::cancel_at`].
    ///
    /// # Errors
    /// The plan cannot be carried out, for a reason other than a failure of a request.
    fn play(&self, plan: Plan, host: &Host) -> io::Result<bool>;
}
