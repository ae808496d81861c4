//! Replaying the sessions of servers.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use limpid_core::fields::FieldBlock;
use limpid_core::internal::Reader;
use limpid_core::server::{Input, Options, Session};
use limpid_core::trace::ConnectionId;

use super::input::{Context, Lost, MOST_READ, body, read, read_received};
use super::summary::Replayed;
use super::tunnel::Tunnels;
use crate::format::FrameKind;

/// The maximum room to read into.
const MOST_SPACE: usize = 1 << 20;

/// The sessions of servers.
#[derive(Default)]
pub(super) struct Servers {
    options: HashMap<usize, Arc<Options>>,
    places: HashMap<u64, Place>,
}

/// A place in memory.
enum Place {
    Session(Box<Running>),
    /// The session cannot be replayed, or not to its end.
    Lost,
}

/// A session.
struct Running {
    session: Session,
    connection: ConnectionId,
    /// The number of layers that were recorded.
    layers: u8,
    /// What the transport receives is encrypted.
    is_secure: bool,
    /// The number of bytes that were received since the session was polled.
    unparsed: usize,
    /// A layer had to do what was not recorded.
    has_ended: Arc<AtomicBool>,
}

impl Servers {
    /// Adds options of a server.
    pub(super) fn add_options(
        &mut self,
        from: &mut Reader<'_>,
        context: &Context<'_>,
    ) -> Option<()> {
        let (number, mut options) = (from.read()?, from.read::<Options>()?);
        options.certificates = options.certificates.and(context.certificates);
        self.options.insert(number, Arc::new(options));
        Some(())
    }

    /// Makes the call of this kind on the session of a place. Returns `None` if its arguments are invalid.
    pub(super) fn call(
        &mut self,
        kind: FrameKind,
        place: u64,
        from: &mut Reader<'_>,
        tunnels: &mut Tunnels,
        context: &mut Context<'_>,
        replayed: &mut Replayed,
    ) -> Option<()> {
        if kind == FrameKind::Accepted {
            replayed.connections += 1;
            let accepted = self.accept(from)?;
            self.places.insert(place, accepted);
            return Some(());
        }
        let Some(known) = self.places.get_mut(&place) else {
            replayed.skipped += 1;
            self.places.insert(place, Place::Lost);
            return Some(());
        };
        let Place::Session(running) = known else { return Some(()) };
        let result = running.call(kind, place, from, tunnels, context);
        let has_ended = running.has_ended.load(Ordering::Relaxed);
        match result {
            Err(Lost::Invalid) => return None,
            Ok(()) if !has_ended => {}
            _ => {
                replayed.incomplete += 1;
                self.places.insert(place, Place::Lost);
            }
        }
        Some(())
    }

    fn accept(&self, from: &mut Reader<'_>) -> Option<Place> {
        let connection: ConnectionId = from.read()?;
        let (peer, number) = (from.read::<Option<SocketAddr>>()?, from.read::<usize>()?);
        let Some(options) = self.options.get(&number) else { return Some(Place::Lost) };
        Some(Place::Session(Box::new(Running {
            session: Session::new(connection, peer, Arc::clone(options)),
            connection,
            layers: 0,
            is_secure: false,
            unparsed: 0,
            has_ended: Arc::default(),
        })))
    }
}

impl Running {
    fn call(
        &mut self,
        kind: FrameKind,
        place: u64,
        from: &mut Reader<'_>,
        tunnels: &mut Tunnels,
        context: &mut Context<'_>,
    ) -> Result<(), Lost> {
        let (now, sink) = (context.now, context.sink);
        match kind {
            FrameKind::SessionPoll => {
                self.unparsed = 0;
                let _ = self.session.poll(now, &sink);
            }
            FrameKind::SessionDeadline => {
                let _ = self.session.deadline(now);
            }
            FrameKind::Space => {
                // More room than a read needs is of no use.
                let _ = self.session.space(read::<usize>(from)?.min(MOST_SPACE));
            }
            FrameKind::SessionSwitched => {
                if let Some(switched) = self.session.take_switched(now, &sink) {
                    tunnels.add(switched, self.is_secure);
                }
            }
            FrameKind::SessionReceived => {
                let n = read(from)?;
                self.receive(n, context)?;
            }
            FrameKind::Reason => {
                let phrase = from.counted_bytes().ok_or(Lost::Invalid)?;
                self.input(Input::Reason(phrase), context);
            }
            FrameKind::HandlerFailed => {
                self.set_fields(from)?;
                let text = read::<String>(from)?;
                self.input(Input::HandlerFailed(&text), context);
            }
            _ => {
                let input = self.read_input(kind, place, from, context)?;
                self.input(input, context);
            }
        }
        if from.is_at_end() { Ok(()) } else { Err(Lost::Invalid) }
    }

    fn input(&mut self, input: Input<'_>, context: &Context<'_>) {
        // What was refused then is refused again.
        let _ = input.hand_to(&mut self.session, context.now, &context.sink);
    }

    /// Sets the fields that the handler has set.
    fn set_fields(&mut self, from: &mut Reader<'_>) -> Result<(), Lost> {
        let fields = read::<FieldBlock>(from)?;
        self.session.fields().copy_from(fields.fields());
        Ok(())
    }

    /// Hands in received bytes.
    fn receive(&mut self, n: usize, context: &mut Context<'_>) -> Result<(), Lost> {
        self.unparsed = self.unparsed.saturating_add(n);
        if self.unparsed > MOST_READ {
            return Err(Lost::Invalid);
        }
        let is_wanted = self.session.interest().read;
        // A call that the session refused did not move any bytes of its own.
        let mut refused = Vec::new();
        let space = if is_wanted {
            self.session.space(n)
        } else {
            refused.resize(n, 0);
            &mut refused[..]
        };
        let space = space.get_mut(..n).ok_or(Lost::Invalid)?;
        read_received(space, self.connection, self.is_secure, context)?;
        self.input(Input::Received(n), context);
        Ok(())
    }

    /// Returns the other inputs.
    fn read_input(
        &mut self,
        kind: FrameKind,
        place: u64,
        from: &mut Reader<'_>,
        context: &mut Context<'_>,
    ) -> Result<Input<'static>, Lost> {
        Ok(match kind {
            FrameKind::Date => Input::Date(read(from)?),
            FrameKind::Number => Input::Number(read(from)?),
            FrameKind::SessionSecured => {
                self.is_secure = true;
                let layer = context.layer(self.connection, &mut self.layers, &self.has_ended);
                Input::Secured(Box::new(layer))
            }
            FrameKind::SessionSent => Input::Sent(read(from)?),
            FrameKind::SessionEof => Input::Eof,
            FrameKind::HalfClose => Input::HalfClose,
            FrameKind::SessionFailed => Input::Failed(read(from)?),
            FrameKind::SessionTimeout => Input::Timeout,
            FrameKind::Shutdown => Input::Shutdown(read::<Option<Duration>>(from)?),
            FrameKind::Crowding => Input::Crowding,
            FrameKind::SessionCancel => Input::Cancel,
            FrameKind::ReadBody => Input::ReadBody,
            FrameKind::Flush => Input::Flush,
            FrameKind::Respond => {
                self.set_fields(from)?;
                Input::Respond(read(from)?, read(from)?)
            }
            FrameKind::Answer => {
                self.set_fields(from)?;
                Input::Answer(read(from)?, body(place, read(from)?, context)?)
            }
            FrameKind::Send => Input::Send(body(place, read(from)?, context)?),
            FrameKind::Finish => {
                self.set_fields(from)?;
                Input::Finish
            }
            FrameKind::Handled => {
                self.set_fields(from)?;
                Input::Handled(read(from)?)
            }
            _ => return Err(Lost::Invalid),
        })
    }
}
