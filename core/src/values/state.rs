//! The states of one side of a connection.

/// The state of one side of a connection.
///
/// `docs/STATES.md` in the repository has the transitions between the states.
///
/// [`MisuseError`](crate::error::MisuseError) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Before the head of its message. A server leaves this state when the head of a request has arrived.
    Idle,
    /// A server that has received the head of a request and has not sent the head of a final response.
    Answer,
    /// Between the head and the end of its message.
    Body,
    /// Its message is complete.
    Done,
    /// The side sends no further message; it can only close its direction.
    MustClose,
    /// The side has closed its direction of the connection.
    Closed,
    /// A client that has requested a tunnel or another protocol, and waits for the response.
    MightSwitch,
    /// The side has left HTTP/1.1, for a tunnel or another protocol.
    Switched,
    /// The side broke a rule. Its bytes are not read any more.
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
