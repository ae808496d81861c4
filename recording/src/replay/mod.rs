//! Making the events of a recording again.

mod client;
mod content;
mod input;
mod layer;
mod server;
mod streams;
mod summary;
mod tunnel;

use limpid_core::internal::Reader;
use limpid_core::time::Mono;
use limpid_core::trace::{ConnectionId, Sink};
use limpid_core::transport::CertificateReader;

use self::client::Clients;
use self::content::Call;
pub use self::content::Recording;
use self::input::Context;
use self::server::Servers;
pub use self::summary::Replayed;
use self::tunnel::Tunnels;
use crate::driver_events;
use crate::format::{FrameKind, ReadError};
use crate::recorder::unzigzag;

impl Recording {
    /// Passes the recorded inputs to the machines again, in their order, and their events to `sink`.
    ///
    /// The events are those of the recorded run, in the order of the recorded inputs, if the capture is `everything` and
    /// bodies are whole. Otherwise secrets in them are asterisks, and the bytes of bodies are zeros.
    ///
    /// # Errors
    /// A frame does not have the content that its kind requires. The events so far were emitted.
    pub fn replay(self, sink: &dyn Sink) -> Result<Replayed, ReadError> {
        self.replay_with(sink, None)
    }

    /// As [`replay`](Self::replay), with a reader of certificates, for their event. The drivers of limpid have one.
    ///
    /// # Errors
    /// As those of [`replay`](Self::replay).
    pub fn replay_with(
        mut self,
        sink: &dyn Sink,
        certificates: Option<CertificateReader>,
    ) -> Result<Replayed, ReadError> {
        let calls = std::mem::take(&mut self.calls);
        let bytes = std::sync::Arc::clone(&self.bytes);
        let mut machines = Machines::default();
        let mut replayed = Replayed::default();
        let mut context =
            Context { recording: &mut self, sink, certificates, now: Mono::default() };
        for Call { kind, offset, payload, starts_part } in calls {
            if starts_part {
                context.now = Mono::default();
            }
            let mut from = Reader::new(bytes.get(payload).unwrap_or_default());
            machines
                .call(kind, &mut from, &mut context, &mut replayed)
                .ok_or(ReadError::Invalid { offset, what: "has no valid content" })?;
        }
        Ok(replayed)
    }
}

/// The machines of a recording.
#[derive(Default)]
struct Machines {
    clients: Clients,
    servers: Servers,
    tunnels: Tunnels,
}

impl Machines {
    /// Makes a recorded call. Returns `None` if its frame is invalid.
    fn call(
        &mut self,
        kind: FrameKind,
        from: &mut Reader<'_>,
        context: &mut Context<'_>,
        replayed: &mut Replayed,
    ) -> Option<()> {
        let Self { clients, servers, tunnels } = self;
        match kind {
            FrameKind::Options => return clients.add_options(from, context),
            FrameKind::ServerOptions => return servers.add_options(from, context),
            _ => {}
        }
        let (number, difference) = (from.read()?, unzigzag(from.read()?));
        context.now = Mono::from_nanos(context.now.as_nanos().wrapping_add(difference));
        match kind {
            FrameKind::Event => driver_events::emit(number, context.now, from, context.sink),
            FrameKind::Retired => clients.retire(ConnectionId(number), from, context),
            kind if kind.byte() >= FrameKind::TunnelRead.byte() => {
                tunnels.call(kind, ConnectionId(number), from, context, replayed)
            }
            kind if kind.byte() >= FrameKind::Accepted.byte() => {
                servers.call(kind, number, from, tunnels, context, replayed)
            }
            _ => clients.call(kind, number, from, tunnels, context, replayed),
        }
    }
}
