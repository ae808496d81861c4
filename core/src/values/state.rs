//! The states of one side of a connection.

/// The state of one side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Before its head. A server leaves this state when the head of a request has arrived.
    Idle,
    /// A server that has received a request and has not sent the head of a final response.
    Answer,
    /// Between its head and the end of its body.
    Body,
    /// Its message is complete.
    Done,
    /// Its message is complete, and it will send no other.
    MustClose,
    /// It has closed its direction of the connection.
    Closed,
    /// A client that has requested a tunnel or another protocol, and waits for the response.
    MightSwitch,
    /// The side has switched from HTTP/1.1 to a tunnel or another protocol.
    Switched,
    /// It broke a rule. Its bytes are not read any more.
    Failed,
}

impl State {
    /// All states.
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
