//! The states of one side of a connection.

/// Where one side of a connection stands in the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Before its head. A server leaves this state when the client's request has come.
    Idle,
    /// A server that has been asked and has not answered.
    Answer,
    /// Between its head and the end of its body.
    Body,
    /// Its message is complete.
    Done,
    /// Its message is complete, and it will send no other.
    MustClose,
    /// It has closed its direction of the connection.
    Closed,
    /// A client that has asked for a tunnel or another protocol, and waits for the answer.
    MightSwitch,
    /// The bytes are no longer HTTP/1.1.
    Switched,
    /// It broke a rule; nothing it sends is read any more.
    Failed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Idle,
        Self::Answer,
        Self::Body,
        Self::Done,
        Self::MustClose,
        Self::Closed,
        Self::MightSwitch,
        Self::Switched,
        Self::Failed,
    ];
}
