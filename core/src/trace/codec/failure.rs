//! Failures as bytes: each enum as the number of its variant.

use super::{Decode, Encode, Put, Reader};
use crate::coding::Coding;
use crate::error::{
    Call, Cause, CertificateProblem, CodingError, CodingFault, Misuse, MisuseError, OsError,
    OsErrorKind, PeerError, Phase, ResolveError, Rule, SocksError, TlsError,
};
use crate::http1::State;
use crate::time::Waiting;
use crate::trace::{Failure, OwnedFailure};

/// Numbers the variants of an enum without fields. A variant that is left out does not compile.
macro_rules! numbered {
    ($($name:ident { $($variant:ident)+ })+) => {$(
        impl Encode for $name {
            #[inline]
            fn encode(&self, out: &mut impl Put) {
                out.put(&[*self as u8]);
            }
        }

        impl Decode for $name {
            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                let number = from.read::<u8>()?;
                let known = |value: &Self| match value { $( Self::$variant => *value as u8, )+ };
                [$(Self::$variant),+].into_iter().find(|value| known(value) == number)
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
    fn encode(&self, out: &mut impl Put) {
        out.put(&[*self as u8]);
    }
}

impl Decode for Rule {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.read::<u8>()?;
        Self::ALL.iter().find(|rule| **rule as u8 == number).copied()
    }
}

/// An enum whose variants may have fields: each variant gets a number of its own.
macro_rules! tagged {
    ($($name:ident { $($tag:literal $variant:ident $(($($field:ident),+))?,)+ })+) => {$(
        impl Encode for $name {
            fn encode(&self, out: &mut impl Put) {
                match self {$(
                    Self::$variant $(($($field),+))? => {
                        out.put(&[$tag]);
                        $( $( $field.encode(out); )+ )?
                    }
                )+}
            }
        }

        impl Decode for $name {
            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                Some(match from.read::<u8>()? {
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
            fn encode(&self, out: &mut impl Put) {
                $( self.$field.encode(out); )+
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
    fn encode(&self, out: &mut impl Put) {
        self.phase.encode(out);
        self.cause.encode(out);
        self.secure.encode(out);
        self.evidence.encode(out);
        self.body.0.encode(out);
        self.body.1.encode(out);
    }
}

impl Decode for OwnedFailure {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (phase, cause, secure) = (from.read()?, from.read()?, from.read()?);
        let evidence = from.read()?;
        Some(Self { phase, cause, secure, evidence, body: (from.read()?, from.read()?) })
    }
}
