//! The encodings of failures, for memory and for files: each enum is written as the number of its variant.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::cursor::{Decode, Encode, Reader, Writer, most};
use super::words::Words;
use crate::error::{
    Call, Cause, CertificateProblem, CodingError, CodingFault, Misuse, MisuseError, OsError,
    OsErrorKind, PeerError, Phase, ResolveError, Rule, SocksError, TlsError,
};
use crate::stored::{self, Stored};
use crate::time::Waiting;
use crate::trace::{Failure, OwnedFailure};
use crate::values::{Coding, State};

/// An enum without fields, whose variants have numbers.
pub(super) trait Numbered: Sized {
    fn numbered(number: u64) -> Option<Self>;
}

/// Implements encoding for enums without fields. A variant that is missing is a compile error.
macro_rules! numbered {
    ($($name:ident { $($variant:ident)+ })+) => {$(
        impl Numbered for $name {
            fn numbered(number: u64) -> Option<Self> {
                let known = |value: &Self| match value { $( Self::$variant => *value as u64, )+ };
                [$(Self::$variant),+].into_iter().find(|value| known(value) == number)
            }
        }

        impl Encode for $name {
            fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
                to.number(*self as u64)
            }
        }

        impl Decode for $name {
            const SLOTS: usize = 1;

            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                Self::numbered(from.number()?)
            }
        }

        impl Stored for $name {
            fn store(&self, to: &mut Vec<u8>) {
                (*self as u64).store(to);
            }

            fn load(from: &mut stored::Reader<'_>) -> Option<Self> {
                Self::numbered(from.read()?)
            }
        }
    )+};
}

numbered! {
    Phase {
        Idle Pool Resolve Connect Tls SendHead SendBody ReceiveHead ReceiveBody Close RequestHead
        Answer Redirect Retry
    }
    Waiting {
        Pool Retry Connect Read Write Continue Drain Total Handshake Head Body Idle Linger Shutdown
        Request Rate
    }
    OsErrorKind {
        Refused Reset Aborted BrokenPipe NetworkUnreachable HostUnreachable AddressUnavailable
        AddressInUse TimedOut NotFound Denied Other
    }
    CertificateProblem { UnknownIssuer SelfSigned Expired NotYetValid WrongName Revoked Invalid }
    Coding { Gzip Deflate Brotli Zstd }
    Call {
        SendRequest SendInformational SendResponse SendData Finish Restart IntoSwitched
        HandleReceived HandleSent HandleSecured HandleTrusted HandleReused HandleCookies HandleOpened
        HandleResolved HandleDialed HandleDialFailed HandleBody HandleBodyEnd HandleBodyFailed
        HandleFailed
    }
    State { Idle Answer Body Done MustClose Closed MightSwitch Switched Failed }
}

impl Encode for Rule {
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.number(*self as u64)
    }
}

impl Decode for Rule {
    const SLOTS: usize = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.number()?;
        Self::ALL.iter().find(|rule| **rule as u64 == number).copied()
    }
}

impl Stored for Rule {
    /// Stores the name, since a rule may be added between others.
    fn store(&self, to: &mut Vec<u8>) {
        format!("{self:?}").store(to);
    }

    fn load(from: &mut stored::Reader<'_>) -> Option<Self> {
        let name = from.read::<String>()?;
        Self::ALL.iter().find(|rule| format!("{rule:?}") == name).copied()
    }
}

/// Implements encoding for enums whose variants may have fields. Each variant has a unique number.
macro_rules! tagged {
    ($($name:ident { $($tag:literal $variant:ident $(($($field:ident: $type:ty),+))?,)+ })+) => {$(
        impl Encode for $name {
            fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
                match self {$(
                    Self::$variant $(($($field),+))? => {
                        to.number($tag)?;
                        $( $( $field.encode(words, to)?; )+ )?
                        Some(())
                    }
                )+}
            }
        }

        impl Decode for $name {
            const SLOTS: usize = 1 + most([$( 0 $( $( + <$type>::SLOTS )+ )?, )+]);

            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                Some(match from.number()? {
                    $( $tag => {
                        $( $( let $field = from.read()?; )+ )?
                        Self::$variant $(($($field),+))?
                    } )+
                    _ => return None,
                })
            }
        }

        crate::stored::stored_enum! { $name { $($tag $variant $(($($field),+))?,)+ } }
    )+};
}

tagged! {
    ResolveError {
        0 NotFound,
        1 Temporary,
        2 NoAddress,
        3 Other(code: i32),
        4 UnknownZone,
    }
    TlsError {
        0 Certificate(problem: CertificateProblem),
        1 NotTls,
        2 Alert(alert: u8),
        3 EndOfStream,
        4 NothingInCommon,
        5 Protocol,
        6 Configuration,
        7 ApplicationProtocol,
        8 CloseNotifyMissing,
    }
    Misuse {
        0 State,
        1 Method,
        2 Target,
        3 Status,
        4 Reason,
        5 FieldName(index: usize),
        6 FieldValue(index: usize),
        7 HostMissing,
        8 HostRepeated,
        9 Framing,
        10 NoBody,
        11 BodyTooLong,
        12 BodyTooShort(missing: u64),
        13 TrailersNeedChunks,
        14 TrailerForbidden(index: usize),
        15 TooManyBytes,
    }
    Cause {
        0 Os(error: OsError),
        1 TimedOut(why: Waiting),
        2 Resolve(error: ResolveError),
        3 Tls(error: TlsError),
        4 Peer(error: PeerError),
        5 Misuse(error: MisuseError),
        6 Cancelled,
        7 Body(error: OsError),
        8 Proxy(status: u16),
        9 Socks(error: SocksError),
        10 BodyConsumed,
        11 BadRedirect,
        12 TooManyRedirects,
        13 Superseded,
        14 Coding(error: CodingError),
        15 Layer(code: u32),
        16 AnsweredEarly(status: u16),
        17 PeerGone,
        18 NotHttps,
    }
    CodingFault {
        0 Header,
        1 Data,
        2 Checksum,
        3 Length,
        4 Truncated,
        5 Window,
        6 Expansion(most: u64),
        7 TooLong(most: u64),
    }
    SocksError {
        0 Credentials,
        1 Method(asked: u8, got: u8),
        2 Reply(code: u8),
        3 Malformed,
    }
}

/// Implements encoding for structs, field by field.
macro_rules! fields {
    ($($name:ident { $($field:ident: $type:ty),+ })+) => {$(
        impl Encode for $name {
            fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
                $( self.$field.encode(words, to)?; )+
                Some(())
            }
        }

        impl Decode for $name {
            const SLOTS: usize = 0 $( + <$type>::SLOTS )+;

            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                Some(Self { $( $field: from.read()?, )+ })
            }
        }

        crate::stored::stored_struct! { $name { $($field)+ } }
    )+};
}

fields! {
    OsError { code: i32, kind: OsErrorKind }
    CodingError { coding: Coding, fault: CodingFault, offset: u64 }
    PeerError { rule: Rule, offset: u64, byte: Option<u8> }
    MisuseError { call: Call, misuse: Misuse, client: State, server: State }
}

impl Encode for Failure<'_> {
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        self.phase.encode(words, to)?;
        self.cause.encode(words, to)?;
        self.secure.encode(words, to)?;
        self.excerpt.encode(words, to)?;
        to.numbers([self.body.0, self.body.1])
    }
}

impl Decode for OwnedFailure {
    const SLOTS: usize = Phase::SLOTS + Cause::SLOTS + bool::SLOTS + <Box<[u8]>>::SLOTS + 2;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (phase, cause, secure) = (from.read()?, from.read()?, from.read()?);
        let excerpt = from.read()?;
        Some(Self { phase, cause, secure, excerpt, body: (from.read()?, from.read()?) })
    }
}
