//! Inputs of the machines of the core.

use limpid_core::time::Mono;

use crate::settings::SharedSink;

/// An input of a machine: anything that can change its behaviour. Each machine has one method that all its inputs
/// pass, so that recorded inputs can be replayed.
pub(crate) trait MachineInput<Machine> {
    /// The result.
    type Output;

    /// Passes the input to the machine.
    fn enter(self, machine: &mut Machine, now: Mono, sink: &SharedSink) -> Self::Output;
}

/// An input of a machine that a recorder of this type records.
pub(crate) trait RecordedInput<Machine, Recorder>: MachineInput<Machine> + Sized {
    /// Records the input. Returns the one to pass to the machine.
    fn record(self, recorder: &mut Recorder, machine: &mut Machine, now: Mono) -> Self;
}
