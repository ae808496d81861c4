//! The kinds of frames.

/// Declares the kinds and the bytes that stand for them.
macro_rules! kinds {
    ($($(#[$attribute:meta])* $name:ident = $byte:literal,)+) => {
        /// The kind of a frame, which says how its payload is read.
        ///
        /// The [crate](crate) has an example.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum FrameKind { $($(#[$attribute])* $name = $byte,)+ }

        impl FrameKind {
            /// Returns the kind that a byte stands for.
            #[must_use]
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $($byte => Some(Self::$name),)+
                    _ => None,
                }
            }

            /// Returns the byte that stands for the kind.
            #[must_use]
            pub const fn byte(self) -> u8 {
                self as u8
            }
        }
    };
}

// Kinds from 16 to 62 are inputs of a client's exchange: their payload begins with the number of its place in memory, and
// the time as the difference to that of the frame before. Kinds from 64 to 95 are inputs of a server's session, with the
// same begin, and those from 96 of a tunnel, with the number of its connection.
kinds! {
    /// The last frame: why the recording ends.
    End = 0,
    /// The options of a client, with the number by which exchanges name them.
    Options = 1,
    /// Bytes of a stream of a connection, in order.
    Tape = 2,
    /// Bytes that a stream of a connection had, and that were left out.
    Cut = 3,
    /// Bytes of the body of a request.
    Body = 4,
    /// Bytes that the body of a request had, and that were left out.
    BodyCut = 5,
    /// An event of the driver outside exchanges.
    Event = 6,
    /// An idle connection of a client's pool was closed.
    Retired = 7,

    /// A layer took bytes from below.
    LayerFilled = 8,
    /// A layer processed its input.
    LayerAdvanced = 9,
    /// A layer took bytes from above.
    LayerWritten = 10,
    /// A layer queued its closing message.
    LayerClosed = 11,

    /// An exchange started.
    Begin = 16,
    /// The driver asked what to do.
    Poll = 17,
    /// The driver asked until when to wait.
    AskDeadline = 18,
    /// The driver asked for the connection, to keep it.
    TakeLink = 19,
    /// The driver asked for the connection, which has left HTTP/1.1.
    TakeSwitched = 20,
    /// The driver set the local address.
    LocalAddress = 21,
    /// A lookup ended.
    LookupEnded = 22,
    /// The request waits for a connection.
    PoolFull = 23,

    /// `Input::Trusted`.
    Trusted = 32,
    /// `Input::Reused`.
    Reused = 33,
    /// `Input::Opened`.
    Opened = 34,
    /// `Input::Resolved`.
    Resolved = 35,
    /// `Input::Dialed`.
    Dialed = 36,
    /// `Input::DialFailed`.
    DialFailed = 37,
    /// `Input::Secured`.
    Secured = 38,
    /// `Input::Failed`.
    Failed = 39,
    /// `Input::Sent`.
    Sent = 40,
    /// `Input::SendFailed`.
    SendFailed = 41,
    /// `Input::Received`.
    Received = 42,
    /// `Input::Eof`.
    Eof = 43,
    /// `Input::ReceiveFailed`.
    ReceiveFailed = 44,
    /// `Input::Bytes`.
    Bytes = 45,
    /// `Input::Body`.
    BodyPiece = 46,
    /// `Input::BodyEnd`.
    BodyEnd = 47,
    /// `Input::BodyFailed`.
    BodyFailed = 48,
    /// `Input::Timeout`.
    Timeout = 49,
    /// `Input::Pause`.
    Pause = 50,
    /// `Input::Discard`.
    Discard = 51,
    /// `Input::Cancel`.
    Cancel = 52,
    /// `Input::Cookies`.
    Cookies = 54,
    /// `Input::Hold`.
    Hold = 53,

    /// The options of a server, with the number by which connections name them.
    ServerOptions = 63,
    /// A server has accepted a connection.
    Accepted = 64,
    /// The driver of a session asked what to do.
    SessionPoll = 65,
    /// The driver asked until when to wait.
    SessionDeadline = 66,
    /// The driver asked for the connection, which has left HTTP/1.1.
    SessionSwitched = 67,
    /// `server::Input::Date`.
    Date = 68,
    /// `server::Input::Number`.
    Number = 69,
    /// `server::Input::Secured`.
    SessionSecured = 70,
    /// `server::Input::Received`.
    SessionReceived = 71,
    /// `server::Input::Sent`.
    SessionSent = 72,
    /// `server::Input::Eof`.
    SessionEof = 73,
    /// `server::Input::HalfClose`.
    HalfClose = 74,
    /// `server::Input::Failed`.
    SessionFailed = 75,
    /// `server::Input::Timeout`.
    SessionTimeout = 76,
    /// `server::Input::Shutdown`.
    Shutdown = 77,
    /// `server::Input::Crowding`.
    Crowding = 78,
    /// `server::Input::Cancel`.
    SessionCancel = 79,
    /// `server::Input::ReadBody`.
    ReadBody = 80,
    /// `server::Input::Flush`.
    Flush = 81,
    /// `server::Input::Reason`.
    Reason = 82,
    /// `server::Input::Respond`.
    Respond = 83,
    /// `server::Input::Answer`.
    Answer = 84,
    /// `server::Input::Send`.
    Send = 85,
    /// `server::Input::Finish`.
    Finish = 86,
    /// `server::Input::Handled`.
    Handled = 87,
    /// `server::Input::HandlerFailed`.
    HandlerFailed = 88,
    /// The driver asked for room to read into.
    Space = 89,

    /// A connection that has left HTTP/1.1 gave received bytes to its user.
    TunnelRead = 96,
    /// It took bytes of its user.
    TunnelWritten = 97,
    /// Its user ended this side's direction.
    TunnelClosed = 98,
    /// Its transport received bytes.
    TunnelReceived = 99,
    /// Its transport took bytes.
    TunnelSent = 100,
    /// Its peer ended the other direction.
    TunnelEof = 101,
}
