//! Getting a connection: one of the pool, or a new one.

use alloc::boxed::Box;
use core::time::Duration;

use super::super::exchange::Exchange;
use super::super::link::Link;
use super::super::trail::{At, Attempt, Detail, Operation};
use super::{Inbox, State, Step, Stepped};
use crate::error::{Cause, Phase, ResolveError, TlsError};
use crate::layer::{Layer, LayerState};
use crate::time::Waiting;
use crate::trace::Sink;

impl Exchange {
    /// Sees to it that there is a TLS configuration if one is needed.
    pub(super) fn trust<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None if self.plan.request.url().scheme().is_secure() && !self.has_tls() => {
                Ok(Some(Step::Trust))
            }
            None => {
                self.enter(State::Acquire, Phase::Pool);
                Ok(None)
            }
            Some(inbox) => self.interrupted(&inbox, at),
        }
    }

    #[cfg(feature = "tls")]
    const fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    #[cfg(not(feature = "tls"))]
    const fn has_tls(&self) -> bool {
        false
    }

    pub(super) fn acquire<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => Ok(Some(Step::Acquire)),
            Some(Inbox::Reuse) => {
                self.trail.on(self.link.connection());
                self.begin_request(at)
            }
            Some(Inbox::Open) => {
                self.trail.on(self.link.connection());
                self.retried = 0;
                Ok(self.open(at))
            }
            Some(inbox) => self.interrupted(&inbox, at),
        }
    }

    /// Begins to open a connection.
    fn open<S: Sink>(&mut self, at: At<'_, S>) -> Option<Step> {
        self.trail.attempt();
        if self.plan.options.unix_socket.is_some() {
            self.enter(State::DialUnix, Phase::Connect);
            self.trail.start(Operation::ConnectUnixSocket, &self.plan, at);
            return None;
        }
        self.enter(State::Resolve, Phase::Connect);
        self.trail.start(Operation::ConnectTcp, &self.plan, at);
        self.trail.enter(Phase::Resolve);
        self.trail.start_detail(Detail::Resolve, &self.plan, at);
        None
    }

    pub(super) fn resolve<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => Ok(Some(Step::Resolve)),
            Some(Inbox::Resolved) => {
                self.trail.complete_detail(self.addresses.len(), at);
                if self.addresses.is_empty() {
                    return Err(Cause::Resolve(ResolveError::NoAddress));
                }
                self.try_address(0, at);
                Ok(None)
            }
            Some(inbox) => self.interrupted(&inbox, at),
        }
    }

    fn try_address<S: Sink>(&mut self, index: usize, at: At<'_, S>) {
        self.enter(State::Dial(index), Phase::Connect);
        self.trail.start_detail(Detail::Dial(self.addresses[index]), &self.plan, at);
    }

    pub(super) fn dial<S: Sink>(&mut self, index: usize, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => Ok(Some(Step::Dial(self.addresses[index]))),
            Some(Inbox::Dialed) => {
                self.trail.complete_detail(0, at);
                self.connected(at)
            }
            Some(inbox) => match self.interrupted(&inbox, at) {
                Err(cause) if self.may_try_next(index, cause) => {
                    self.tell_failure(cause, true, at);
                    self.try_address(index + 1, at);
                    Ok(None)
                }
                stepped => stepped,
            },
        }
    }

    /// Whether another address is worth trying: there is one, and the exchange has time.
    fn may_try_next(&self, index: usize, cause: Cause) -> bool {
        index + 1 < self.addresses.len()
            && !matches!(cause, Cause::Abandoned | Cause::TimedOut(Waiting::Total))
    }

    pub(super) fn dial_unix<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => Ok(Some(Step::DialUnix)),
            Some(Inbox::Dialed) => self.connected(at),
            Some(inbox) => self.interrupted(&inbox, at),
        }
    }

    fn connected<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        self.trail.complete(at);
        if !self.plan.request.url().scheme().is_secure() {
            return self.begin_request(at);
        }
        self.enter(State::Handshake, Phase::Tls);
        self.trail.start(Operation::StartTls, &self.plan, at);
        let layer = self.tls().map_err(Cause::Tls)?;
        self.link.stack(layer);
        Ok(None)
    }

    #[cfg(feature = "tls")]
    fn tls(&self) -> Result<Box<dyn Layer>, TlsError> {
        let config = self.tls.clone().ok_or(TlsError::Configuration)?;
        Ok(Box::new(crate::layer::tls::ClientTls::client(config, self.plan.server_name())?))
    }

    #[cfg(not(feature = "tls"))]
    fn tls(&self) -> Result<Box<dyn Layer>, TlsError> {
        Err(TlsError::Configuration)
    }

    pub(super) fn handshake<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            None => {}
            Some(Inbox::Eof) => return Err(Cause::Tls(TlsError::EndOfStream)),
            Some(inbox) => return self.interrupted(&inbox, at),
        }
        let state = self.link.advance().map_err(Cause::Tls)?;
        if self.link.layer_has_output() {
            return Ok(Some(Step::Write));
        }
        match state {
            LayerState::Opening => Ok(Some(Step::Read)),
            LayerState::Open => {
                self.trail.complete(at);
                self.begin_request(at)
            }
            LayerState::PeerClosed => Err(Cause::Tls(TlsError::EndOfStream)),
        }
    }

    /// Whether opening a connection that failed is to be tried again, and if so, as what it counts.
    pub(super) fn attempt_to_repeat(&self, cause: Cause) -> Option<Attempt> {
        let attempt = match self.trail.operation()? {
            Operation::ConnectTcp => Attempt::ConnectTcp,
            Operation::ConnectUnixSocket => Attempt::ConnectUnixSocket,
            Operation::StartTls => Attempt::StartTls,
            _ => return None,
        };
        let is_final = matches!(cause, Cause::Abandoned | Cause::TimedOut(Waiting::Total));
        (self.retried < self.plan.options.retries && !is_final).then_some(attempt)
    }

    /// Waits before the next attempt.
    pub(super) fn repeat<S: Sink>(&mut self, attempt: Attempt, at: At<'_, S>) {
        self.retried += 1;
        self.enter(State::Retry, Phase::Connect);
        self.trail.start(Operation::Retry(attempt), &self.plan, at);
    }

    pub(super) fn retry<S: Sink>(&mut self, at: At<'_, S>) -> Stepped {
        match self.inbox.take() {
            Some(Inbox::Tick) => match self.interrupted(&Inbox::Tick, at) {
                Err(Cause::TimedOut(Waiting::Retry)) => {
                    self.trail.complete(at);
                    self.link = Link::new(self.link.connection(), self.plan.options.config);
                    Ok(self.open(at))
                }
                Ok(_) => Ok(Some(Step::Wait(self.delay()))),
                failed => failed,
            },
            None => Ok(Some(Step::Wait(self.delay()))),
            Some(inbox) => self.interrupted(&inbox, at),
        }
    }

    /// Nothing before the first repetition, then half a second, doubled each time.
    fn delay(&self) -> Duration {
        match self.retried {
            0 | 1 => Duration::ZERO,
            n => Duration::from_millis(500).saturating_mul(1 << (n - 2).min(20)),
        }
    }
}
