//! What each side of a connection may do next: two tables, one for each side, whichever of them we
//! play.

use crate::values::{Role, State};

/// What a side does on the wire.
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
    /// The end of its direction of the connection.
    Close,
    /// A breach of the rules.
    Fail,
}

impl Transition {
    /// Every act.
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

/// Returns the table: where `side` stands after `transition`, or `None` where it must not do that.
///
/// What follows from it for the other side, `docs/STATES.md` lists.
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
        // A server may answer with an error before it could read a request.
        (Server, Answer | Idle, Response) => Some(Body),
        (Server, Answer, Switch) => Some(Switched),
        (_, Body, Data) => Some(Body),
        (_, Body, End) => Some(Done),
        (_, Idle | Done | MustClose | Closed, Close) => Some(Closed),
        // A client may half-close while it waits for the answer.
        (Client, MightSwitch, Close) => Some(Closed),
        _ => None,
    }
}

/// Both sides of a connection, and what they agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectionState {
    client: State,
    server: State,
    /// Both sides want the connection to go on.
    keep_alive: bool,
    /// The client asked to leave HTTP/1.1.
    switch: Option<SwitchKind>,
}

/// How a client asks to leave HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SwitchKind {
    /// With the method CONNECT: a tunnel, on 2xx.
    Connect,
    /// With the field Upgrade: another protocol, on 101.
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

    /// Returns whether both sides want the connection to go on.
    pub(crate) const fn keeps_alive(&self) -> bool {
        self.keep_alive
    }

    /// Makes this exchange the last. A side whose message is complete already stays as it is until
    /// the next act.
    pub(crate) const fn end_keep_alive(&mut self) {
        self.keep_alive = false;
    }

    /// Notes how the request that follows asks to leave HTTP/1.1, if it does.
    pub(crate) const fn ask_to_switch(&mut self, switch: Option<SwitchKind>) {
        self.switch = switch;
    }

    /// Returns whether the client has asked to leave HTTP/1.1 and has no answer to that.
    pub(crate) const fn may_switch(&self) -> bool {
        self.switch.is_some()
    }

    /// Returns whether the client has asked to leave HTTP/1.1 in this way and has no answer to that.
    pub(crate) fn may_switch_by(&self, kind: SwitchKind) -> bool {
        self.switch == Some(kind)
    }

    /// Returns whether the connection has left HTTP/1.1 in both directions: a client's direction does when
    /// its own request is complete.
    pub(crate) fn have_switched(&self) -> bool {
        self.client == State::Switched && self.server == State::Switched
    }

    /// Returns whether the table has a move of `side` by `transition`.
    #[inline]
    pub(crate) const fn may(&self, side: Role, transition: Transition) -> bool {
        after(side, self.of(side), transition).is_some()
    }

    /// Moves `side` by `transition`, and the other side by what follows from it. Returns whether the
    /// table has such a move; without one, nothing changes.
    #[inline]
    pub(crate) fn apply(&mut self, side: Role, transition: Transition) -> bool {
        let Some(next) = after(side, self.of(side), transition) else { return false };
        match side {
            Role::Client => self.client = next,
            Role::Server => self.server = next,
        }
        match (side, transition) {
            (Role::Client, Transition::Request) => self.server = State::Answer,
            // A final response is the answer "no" to CONNECT and Upgrade.
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

    /// Moves that follow from the states themselves.
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
        // Without a client, there is nothing to answer any more. One that failed may still be told.
        match (self.client, self.server) {
            (State::Closed, State::Idle | State::Done) | (State::Failed, State::Done) => {
                self.server = State::MustClose;
            }
            _ => {}
        }
        // Without a server, there is nothing to ask.
        if matches!(self.server, State::Closed | State::Failed)
            && matches!(self.client, State::Idle | State::Done)
        {
            self.client = State::MustClose;
        }
    }

    /// Returns both messages are complete and another exchange may begin.
    pub(crate) fn both_done(&self) -> bool {
        self.client == State::Done && self.server == State::Done
    }

    /// Begins another exchange.
    pub(crate) fn restart(&mut self) {
        *self = Self::new();
    }
}
