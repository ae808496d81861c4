//! The state tables of a connection: what each side may do next.

use crate::values::{Role, State};

/// A step of one side of a connection: a part of a message that it sends, or the end of its direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transition {
    /// The head of a request.
    Request,
    /// The head of an informational response other than 101.
    Informational,
    /// The head of a final response.
    Response,
    /// A response that switches protocols: 101, or 2xx to CONNECT.
    Switch,
    /// A piece of a body.
    Data,
    /// The end of a message.
    End,
    /// The close of its direction of the connection.
    Close,
    /// The violation of a rule.
    Fail,
}

impl Transition {
    /// All transitions.
    pub const ALL: [Self; 8] = [
        Self::Request,
        Self::Informational,
        Self::Response,
        Self::Switch,
        Self::Data,
        Self::End,
        Self::Close,
        Self::Fail,
    ];
}

/// Returns the state of `side` after `transition`, or `None` if the state forbids the transition.
///
/// `docs/STATES.md` lists the consequences for the other side.
#[inline]
#[must_use]
pub const fn after(side: Role, state: State, transition: Transition) -> Option<State> {
    use Role::{Client, Server};
    use State::{Answer, Body, Closed, Done, Failed, Idle, MightSwitch, MustClose, Switched};
    use Transition::{Close, Data, End, Fail, Informational, Request, Response, Switch};
    match (side, state, transition) {
        (_, Switched, _) => None,
        (_, _, Fail) => Some(Failed),
        (Client, Idle, Request) => Some(Body),
        (Server, Answer, Informational) => Some(Answer),
        // A server may respond with an error before it has read a request.
        (Server, Answer | Idle, Response) => Some(Body),
        (Server, Answer, Switch) => Some(Switched),
        (_, Body, Data) => Some(Body),
        (_, Body, End) => Some(Done),
        (_, Idle | Done | MustClose | Closed, Close) => Some(Closed),
        // A client may half-close while it waits for the response.
        (Client, MightSwitch, Close) => Some(Closed),
        _ => None,
    }
}

/// The states of both sides of a connection, and their agreements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionState {
    client: State,
    server: State,
    /// Both sides allow another exchange.
    keep_alive: bool,
    /// The client requested a switch of protocols.
    switch: Option<SwitchKind>,
}

/// How a client requests a switch of protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SwitchKind {
    /// With the method CONNECT: a 2xx response opens a tunnel.
    Connect,
    /// With the field Upgrade: a 101 response switches to another protocol.
    Upgrade,
}

impl ConnectionState {
    pub(crate) const fn new() -> Self {
        Self { client: State::Idle, server: State::Idle, keep_alive: true, switch: None }
    }

    pub(crate) const fn of(&self, role: Role) -> State {
        match role {
            Role::Client => self.client,
            Role::Server => self.server,
        }
    }

    /// Returns whether both sides allow another exchange.
    pub(crate) const fn keeps_alive(&self) -> bool {
        self.keep_alive
    }

    /// Makes this exchange the last. A side whose message is already complete keeps its state until the next
    /// transition.
    pub(crate) const fn end_keep_alive(&mut self) {
        self.keep_alive = false;
    }

    /// Records how the next request requests a switch of protocols, if it does.
    pub(crate) const fn ask_to_switch(&mut self, switch: Option<SwitchKind>) {
        self.switch = switch;
    }

    /// Returns whether a switch of protocols that the client requested is still undecided.
    pub(crate) const fn may_switch(&self) -> bool {
        self.switch.is_some()
    }

    /// Returns whether a switch of this kind, which the client requested, is still undecided.
    pub(crate) fn may_switch_by(&self, kind: SwitchKind) -> bool {
        self.switch == Some(kind)
    }

    /// Returns whether both directions have switched protocols. The direction of the client switches when its
    /// request is complete.
    pub(crate) fn have_switched(&self) -> bool {
        self.client == State::Switched && self.server == State::Switched
    }

    /// Returns whether `side` may make `transition`.
    #[inline]
    pub(crate) const fn may(&self, side: Role, transition: Transition) -> bool {
        after(side, self.of(side), transition).is_some()
    }

    /// Applies `transition` to `side`, and its consequences to both sides. Returns whether the state
    /// allows the transition; if not, nothing changes.
    #[inline]
    pub(crate) fn apply(&mut self, side: Role, transition: Transition) -> bool {
        let Some(next) = after(side, self.of(side), transition) else { return false };
        match side {
            Role::Client => self.client = next,
            Role::Server => self.server = next,
        }
        match (side, transition) {
            (Role::Client, Transition::Request) => self.server = State::Answer,
            // A final response declines CONNECT and Upgrade.
            (Role::Server, Transition::Response) => {
                self.switch = None;
                if self.client == State::MightSwitch {
                    self.client = State::Done;
                }
            }
            _ => {}
        }
        self.apply_consequences();
        true
    }

    /// Applies the transitions that follow from the states of both sides.
    #[inline]
    fn apply_consequences(&mut self) {
        if self.client == State::Done && self.switch.is_some() {
            self.client = State::MightSwitch;
        }
        if !self.keep_alive {
            for side in [&mut self.client, &mut self.server] {
                if *side == State::Done {
                    *side = State::MustClose;
                }
            }
        }
        // The client's bytes belong to the new protocol once its request is complete.
        if self.server == State::Switched
            && matches!(self.client, State::MightSwitch | State::Closed)
        {
            self.client = State::Switched;
        }
        // Without a client, the server has nothing to answer. After a failure it may still send an error.
        match (self.client, self.server) {
            (State::Closed, State::Idle | State::Done) | (State::Failed, State::Done) => {
                self.server = State::MustClose;
            }
            _ => {}
        }
        // Without a server, the client cannot send a request.
        if matches!(self.server, State::Closed | State::Failed)
            && matches!(self.client, State::Idle | State::Done)
        {
            self.client = State::MustClose;
        }
    }

    /// Returns whether both messages are complete and another exchange may begin.
    pub(crate) fn both_done(&self) -> bool {
        self.client == State::Done && self.server == State::Done
    }

    /// Begins another exchange.
    pub(crate) fn restart(&mut self) {
        *self = Self::new();
    }
}
