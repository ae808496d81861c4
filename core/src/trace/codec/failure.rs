//! Failures as numbers: each enum as the number of its variant.

use super::{Codec, Decode, Encode, Reader, Slot, put};
use crate::coding::Coding;
use crate::error::{
    Call, Cause, CertificateProblem, CodingError, CodingFault, Misuse, MisuseError, OsError,
    OsErrorKind, PeerError, Phase, ResolveError, Rule, SocksError, TlsError,
};
use crate::http1::State;
use crate::time::Waiting;
use crate::trace::{Failure, OwnedFailure};

/// An enum without fields: each variant has a number.
pub(super) trait Numbered: Sized {
    fn numbered(number: u64) -> Option<Self>;
}

/// Numbers the variants of an enum. A variant that is left out does not compile.
macro_rules! numbered {
    ($($name:ident { $($variant:ident)+ })+) => {$(
        impl Numbered for $name {
            fn numbered(number: u64) -> Option<Self> {
                let known = |value: &Self| match value { $( Self::$variant => *value as u64, )+ };
                [$(Self::$variant),+].into_iter().find(|value| known(value) == number)
            }
        }

        impl Encode for $name {
            fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
                put(out, [*self as u64])
            }
        }

        impl Decode for $name {
            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                Self::numbered(from.number()?)
            }
        }
    )+};
}

numbered! {
    Phase {
        Idle Pool Resolve Connect Tls SendHead SendBody ReceiveHead ReceiveBody Close RequestHead
        Answer
    }
    Waiting {
        Pool Retry Connect Read Write Continue Total Handshake Head Body Idle Linger Shutdown
    }
    OsErrorKind {
        Refused Reset Aborted BrokenPipe NetworkUnreachable HostUnreachable AddressUnavailable
        AddressInUse TimedOut NotFound Denied Other
    }
    CertificateProblem { UnknownIssuer SelfSigned Expired NotYetValid WrongName Revoked Invalid }
    Coding { Gzip Deflate Brotli Zstd }
    Call {
        SendRequest SendInformational SendResponse SendData Finish Restart IntoSwitched
    }
    State { Idle Answer Body Done MustClose Closed MightSwitch Switched Failed }
}

impl Encode for Rule {
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        put(out, [*self as u64])
    }
}

impl Decode for Rule {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.number()?;
        Self::ALL.iter().find(|rule| **rule as u64 == number).copied()
    }
}

/// An enum whose variants may have fields: each variant gets a number of its own.
macro_rules! tagged {
    ($($name:ident { $($tag:literal $variant:ident $(($($field:ident),+))?,)+ })+) => {$(
        impl Encode for $name {
            fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
                match self {$(
                    Self::$variant $(($($field),+))? => {
                        let out = put(out, [$tag])?;
                        $( $( let out = $field.encode(codec, out)?; )+ )?
                        Some(out)
                    }
                )+}
            }
        }

        impl Decode for $name {
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
    )+};
}

tagged! {
    ResolveError {
        0 NotFound,
        1 Temporary,
        2 NoAddress,
        3 Other(code),
    }
    TlsError {
        0 Certificate(problem),
        1 NotTls,
        2 Alert(alert),
        3 EndOfStream,
        4 NothingInCommon,
        5 Protocol,
        6 Configuration,
        7 ApplicationProtocol,
    }
    Misuse {
        0 State,
        1 Method,
        2 Target,
        3 Status,
        4 Reason,
        5 FieldName(index),
        6 FieldValue(index),
        7 HostMissing,
        8 HostRepeated,
        9 Framing,
        10 NoBody,
        11 BodyTooLong,
        12 BodyTooShort(missing),
        13 TrailersNeedChunks,
        14 TrailerForbidden(index),
    }
    Cause {
        0 Os(error),
        1 TimedOut(why),
        2 Resolve(error),
        3 Tls(error),
        4 Peer(error),
        5 Misuse(error),
        6 Abandoned,
        7 Body(error),
        8 Proxy(status),
        9 Socks(error),
        10 BodyConsumed,
        11 BadRedirect,
        12 TooManyRedirects,
        13 Outrun,
        14 Coding(error),
    }
    CodingFault {
        0 Header,
        1 Data,
        2 Checksum,
        3 Length,
        4 Truncated,
        5 Window,
        6 Expansion(most),
        7 TooLong(most),
    }
    SocksError {
        0 Credentials,
        1 Method(asked, got),
        2 Reply(code),
        3 Malformed,
    }
}

/// A struct, field by field.
macro_rules! fields {
    ($($name:ident { $($field:ident)+ })+) => {$(
        impl Encode for $name {
            fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
                $( let out = self.$field.encode(codec, out)?; )+
                Some(out)
            }
        }

        impl Decode for $name {
            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                Some(Self { $( $field: from.read()?, )+ })
            }
        }
    )+};
}

fields! {
    OsError { code kind }
    CodingError { coding fault offset }
    PeerError { rule offset byte }
    MisuseError { call misuse client server }
}

impl Encode for Failure<'_> {
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let out = self.phase.encode(codec, out)?;
        let out = self.cause.encode(codec, out)?;
        let out = self.secure.encode(codec, out)?;
        let out = self.evidence.encode(codec, out)?;
        put(out, [self.body.0, self.body.1])
    }
}

impl Decode for OwnedFailure {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (phase, cause, secure) = (from.read()?, from.read()?, from.read()?);
        let evidence = from.read()?;
        Some(Self { phase, cause, secure, evidence, body: (from.read()?, from.read()?) })
    }
}
