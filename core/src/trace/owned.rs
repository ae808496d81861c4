//! The kinds of fields. Each has a borrowed type, an owned type, the conversions between the two, and the
//! [`Value`](super::Value) that a visitor receives.

use alloc::boxed::Box;

use super::value::{Credentials, Failure};
use crate::error::{Cause, Phase};
use crate::fields::FieldBlock;
use crate::head::{RequestHead, ResponseHead};
use crate::values::Version;

/// Expands to the type of a field of this kind in a borrowed event.
macro_rules! borrowed {
    ($a:lifetime Text) => { &$a str };
    ($a:lifetime MaybeText) => { Option<&$a str> };
    ($a:lifetime Bytes) => { &$a [u8] };
    ($a:lifetime Request) => { &$a [u8] };
    ($a:lifetime SocketOptions) => { Option<&$a [crate::trace::SocketOption]> };
    ($a:lifetime RequestHead) => { crate::head::RequestHead<$a> };
    ($a:lifetime ResponseHead) => { crate::head::ResponseHead<$a> };
    ($a:lifetime Credentials) => { Option<crate::trace::Credentials<$a>> };
    ($a:lifetime Failure) => { crate::trace::Failure<$a> };
    ($a:lifetime Timings) => { &$a crate::values::Timings };
    ($a:lifetime $kind:ident) => { crate::trace::owned::owned!($kind) };
}

/// Expands to the type of a field of this kind in an owned event.
macro_rules! owned {
    (Text) => { alloc::boxed::Box<str> };
    (MaybeText) => { Option<alloc::boxed::Box<str>> };
    (Bytes) => { alloc::boxed::Box<[u8]> };
    (Request) => { alloc::boxed::Box<[u8]> };
    (SocketOptions) => { Option<alloc::boxed::Box<[crate::trace::SocketOption]>> };
    (RequestHead) => { crate::trace::OwnedRequestHead };
    (ResponseHead) => { crate::trace::OwnedResponseHead };
    (Credentials) => { Option<crate::trace::OwnedCredentials> };
    (Failure) => { crate::trace::OwnedFailure };
    (Timings) => { alloc::boxed::Box<crate::values::Timings> };
    (Flag) => { bool };
    (Count) => { u64 };
    (MaybeCount) => { Option<u64> };
    (Port) => { u16 };
    (Status) => { u16 };
    (Seconds) => { Option<core::time::Duration> };
    (Word) => { &'static str };
    (Address) => { core::net::SocketAddr };
    (MaybeAddress) => { Option<core::net::SocketAddr> };
    (Version) => { crate::values::Version };
    (Stream) => { crate::trace::StreamId };
    (TlsContext) => { crate::trace::TlsContext };
}

/// Converts a borrowed field to an owned one.
macro_rules! own {
    (Text $x:expr) => {
        (*$x).into()
    };
    (Bytes $x:expr) => {
        (*$x).into()
    };
    (Request $x:expr) => {
        (*$x).into()
    };
    (MaybeText $x:expr) => {
        $x.map(Into::into)
    };
    (SocketOptions $x:expr) => {
        $x.map(Into::into)
    };
    (Credentials $x:expr) => {
        $x.map(Into::into)
    };
    (RequestHead $x:expr) => {
        (*$x).into()
    };
    (ResponseHead $x:expr) => {
        (*$x).into()
    };
    (Failure $x:expr) => {
        (*$x).into()
    };
    (Timings $x:expr) => {
        alloc::boxed::Box::new(**$x)
    };
    ($kind:ident $x:expr) => {
        *$x
    };
}

/// Converts an owned field to a borrowed one.
macro_rules! lend {
    (Text $x:expr) => {
        $x
    };
    (Bytes $x:expr) => {
        $x
    };
    (Request $x:expr) => {
        $x
    };
    (MaybeText $x:expr) => {
        $x.as_deref()
    };
    (SocketOptions $x:expr) => {
        $x.as_deref()
    };
    (Credentials $x:expr) => {
        $x.as_ref().map(crate::trace::OwnedCredentials::borrow)
    };
    (RequestHead $x:expr) => {
        $x.borrow()
    };
    (ResponseHead $x:expr) => {
        $x.borrow()
    };
    (Failure $x:expr) => {
        $x.borrow()
    };
    (Timings $x:expr) => {
        $x
    };
    ($kind:ident $x:expr) => {
        *$x
    };
}

/// Converts a borrowed field to the value that a visitor receives.
macro_rules! value {
    (MaybeText $x:expr) => {
        $x.map_or(crate::trace::Value::None, crate::trace::Value::Text)
    };
    (MaybeCount $x:expr) => {
        $x.map_or(crate::trace::Value::None, crate::trace::Value::Count)
    };
    (MaybeAddress $x:expr) => {
        $x.map_or(crate::trace::Value::None, crate::trace::Value::Address)
    };
    (Seconds $x:expr) => {
        $x.map_or(crate::trace::Value::None, crate::trace::Value::Seconds)
    };
    (SocketOptions $x:expr) => {
        $x.map_or(crate::trace::Value::None, crate::trace::Value::SocketOptions)
    };
    (Credentials $x:expr) => {
        $x.map_or(crate::trace::Value::None, crate::trace::Value::Credentials)
    };
    (Port $x:expr) => {
        crate::trace::Value::Count(u64::from(*$x))
    };
    (Status $x:expr) => {
        crate::trace::Value::Count(u64::from(*$x))
    };
    ($kind:ident $x:expr) => {
        crate::trace::Value::$kind(*$x)
    };
}

pub(super) use {borrowed, lend, own, owned, value};

/// An owned head of a request.
///
/// [`OwnedTraceEvent`](super::OwnedTraceEvent) has an example.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedRequestHead {
    /// The method.
    pub method: Box<[u8]>,
    /// The target.
    pub target: Box<[u8]>,
    /// The version.
    pub version: Version,
    /// The fields.
    pub fields: FieldBlock,
}

impl OwnedRequestHead {
    /// Borrows the head.
    #[must_use]
    pub fn borrow(&self) -> RequestHead<'_> {
        RequestHead {
            method: &self.method,
            target: &self.target,
            version: self.version,
            fields: self.fields.fields(),
        }
    }
}

impl From<RequestHead<'_>> for OwnedRequestHead {
    fn from(head: RequestHead<'_>) -> Self {
        Self {
            method: head.method.into(),
            target: head.target.into(),
            version: head.version,
            fields: head.fields.into(),
        }
    }
}

/// An owned head of a response.
///
/// [`OwnedTraceEvent`](super::OwnedTraceEvent) has an example.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedResponseHead {
    /// The version.
    pub version: Version,
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: Box<[u8]>,
    /// The fields.
    pub fields: FieldBlock,
}

impl OwnedResponseHead {
    /// Borrows the head.
    #[must_use]
    pub fn borrow(&self) -> ResponseHead<'_> {
        ResponseHead {
            version: self.version,
            status: self.status,
            reason: &self.reason,
            fields: self.fields.fields(),
        }
    }
}

impl From<ResponseHead<'_>> for OwnedResponseHead {
    fn from(head: ResponseHead<'_>) -> Self {
        Self {
            version: head.version,
            status: head.status,
            reason: head.reason.into(),
            fields: head.fields.into(),
        }
    }
}

/// An owned user name and password.
///
/// [`OwnedTraceEvent`](super::OwnedTraceEvent) has an example.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedCredentials {
    /// The user name.
    pub user: Box<[u8]>,
    /// The password.
    pub password: Box<[u8]>,
}

impl OwnedCredentials {
    /// Borrows the credentials.
    #[must_use]
    pub fn borrow(&self) -> Credentials<'_> {
        Credentials { user: &self.user, password: &self.password }
    }
}

impl From<Credentials<'_>> for OwnedCredentials {
    fn from(credentials: Credentials<'_>) -> Self {
        Self { user: credentials.user.into(), password: credentials.password.into() }
    }
}

/// An owned failure.
///
/// [`OwnedTraceEvent`](super::OwnedTraceEvent) has an example.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedFailure {
    /// The phase in which the operation failed.
    pub phase: Phase,
    /// Why it failed.
    pub cause: Cause,
    /// Whether the connection used TLS.
    pub secure: bool,
    /// The bytes that the cause refers to.
    pub excerpt: Box<[u8]>,
    /// Number of body bytes that had arrived, and number of those announced by then.
    pub body: (u64, u64),
}

impl OwnedFailure {
    /// Borrows the failure.
    #[must_use]
    pub fn borrow(&self) -> Failure<'_> {
        Failure {
            phase: self.phase,
            cause: &self.cause,
            secure: self.secure,
            excerpt: &self.excerpt,
            body: self.body,
        }
    }
}

impl From<Failure<'_>> for OwnedFailure {
    fn from(failure: Failure<'_>) -> Self {
        Self {
            phase: failure.phase,
            cause: *failure.cause,
            secure: failure.secure,
            excerpt: failure.excerpt.into(),
            body: failure.body,
        }
    }
}
