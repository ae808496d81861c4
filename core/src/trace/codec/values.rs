//! The values of fields as bytes.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use core::time::Duration;

use super::{Decode, Encode, Put, Reader, Word};
use crate::client::Timings;
use crate::fields::{FieldBlock, FieldSpan, Fields};
use crate::http1::{ResponseHead, Version};
use crate::trace::{
    Credentials, OwnedCredentials, OwnedResponseHead, SocketOption, StreamId, TlsContext,
};

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Encode for $number {
            #[inline]
            fn encode(&self, out: &mut impl Put) {
                out.put(&self.to_le_bytes());
            }
        }

        impl Decode for $number {
            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                from.array().map(Self::from_le_bytes)
            }
        }
    )+};
}

numbers!(u8 u16 u32 u64 i32);

impl Encode for usize {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        (*self as u64).encode(out);
    }
}

impl Decode for usize {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read::<u64>()?.try_into().ok()
    }
}

impl Encode for bool {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        u8::from(*self).encode(out);
    }
}

impl Decode for bool {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read::<u8>().map(|byte| byte != 0)
    }
}

impl<T: Encode> Encode for Option<T> {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.is_some().encode(out);
        if let Some(value) = self {
            value.encode(out);
        }
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        if from.read()? { from.read().map(Some) } else { Some(None) }
    }
}

impl Encode for &[u8] {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.len().encode(out);
        out.put(self);
    }
}

impl Decode for Box<[u8]> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let len = from.read()?;
        from.take(len).map(Into::into)
    }
}

impl Encode for &str {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.as_bytes().encode(out);
    }
}

impl Decode for Box<str> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let len = from.read()?;
        core::str::from_utf8(from.take(len)?).ok().map(Into::into)
    }
}

impl Encode for Word {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        out.word(self.0);
    }
}

impl Decode for &'static str {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.read::<u8>()?;
        from.codec?.words[usize::from(number)]
    }
}

impl Encode for Duration {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.as_secs().encode(out);
        self.subsec_nanos().encode(out);
    }
}

impl Decode for Duration {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(
            Self::from_secs(from.read()?)
                .saturating_add(Self::from_nanos(from.read::<u32>()?.into())),
        )
    }
}

impl Encode for SocketAddr {
    fn encode(&self, out: &mut impl Put) {
        match self {
            Self::V4(address) => {
                out.put(&[4]);
                out.put(&address.ip().octets());
            }
            Self::V6(address) => {
                out.put(&[6]);
                out.put(&address.ip().octets());
                address.flowinfo().encode(out);
                address.scope_id().encode(out);
            }
        }
        self.port().encode(out);
    }
}

impl Decode for SocketAddr {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        if from.read::<u8>()? == 4 {
            let ip = IpAddr::V4(Ipv4Addr::from(from.array::<4>()?));
            return Some(Self::new(ip, from.read()?));
        }
        let ip = Ipv6Addr::from(from.array::<16>()?);
        let (flow, scope) = (from.read()?, from.read()?);
        Some(Self::V6(SocketAddrV6::new(ip, from.read()?, flow, scope)))
    }
}

impl Encode for Version {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.minor().encode(out);
    }
}

impl Decode for Version {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(Self::from_minor)
    }
}

impl Encode for StreamId {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.connection.encode(out);
        self.layer.encode(out);
    }
}

impl Decode for StreamId {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { connection: from.read()?, layer: from.read()? })
    }
}

impl Encode for TlsContext {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.verify.encode(out);
    }
}

impl Decode for TlsContext {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { verify: from.read()? })
    }
}

impl Encode for &[SocketOption] {
    fn encode(&self, out: &mut impl Put) {
        self.len().encode(out);
        for SocketOption { level, name, value } in *self {
            level.encode(out);
            name.encode(out);
            value.encode(out);
        }
    }
}

impl Decode for Box<[SocketOption]> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.read::<usize>()?;
        let option = |_| {
            let (level, name) = (from.read()?, from.read()?);
            Some(SocketOption { level, name, value: from.read()? })
        };
        (0..count).map(option).collect()
    }
}

/// What stands for a part of the time that there was not.
const NO_TIME: Duration = Duration::MAX;

impl Encode for &Timings {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        let Timings { pool, resolve, connect, tls, send, wait, receive, total, redirect, .. } =
            **self;
        total.encode(out);
        // Each part has its place, whether it is there or not.
        for part in [pool, resolve, connect, tls, send, wait, receive, redirect] {
            part.unwrap_or(NO_TIME).encode(out);
        }
        for count in [self.connections, self.redirects, self.retries] {
            count.encode(out);
        }
    }
}

impl Decode for Box<Timings> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let total = from.read()?;
        let mut part = || from.read().map(|time| Some(time).filter(|time| *time != NO_TIME));
        Some(Self::new(Timings {
            pool: part()?,
            resolve: part()?,
            connect: part()?,
            tls: part()?,
            send: part()?,
            wait: part()?,
            receive: part()?,
            redirect: part()?,
            total,
            connections: from.read()?,
            redirects: from.read()?,
            retries: from.read()?,
        }))
    }
}

impl Encode for Credentials<'_> {
    fn encode(&self, out: &mut impl Put) {
        self.user.encode(out);
        self.password.encode(out);
    }
}

impl Decode for OwnedCredentials {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { user: from.read()?, password: from.read()? })
    }
}

impl Encode for ResponseHead<'_> {
    #[inline]
    fn encode(&self, out: &mut impl Put) {
        self.version.encode(out);
        self.status.encode(out);
        self.reason.encode(out);
        self.fields.encode(out);
    }
}

impl Decode for OwnedResponseHead {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (version, status) = (from.read()?, from.read()?);
        Some(Self { version, status, reason: from.read()?, fields: from.read()? })
    }
}

impl Encode for Fields<'_> {
    /// The bytes as a whole and the places of the fields in them: one copy each, however many
    /// fields there are.
    fn encode(&self, out: &mut impl Put) {
        self.as_bytes().encode(out);
        self.len().encode(out);
        for span in self.spans() {
            out.put(&span_bytes(*span));
        }
    }
}

impl Decode for FieldBlock {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let len = from.read()?;
        let bytes = from.take(len)?;
        let count = from.read::<usize>()?;
        let spans: Option<Vec<_>> = (0..count).map(|_| read_span(from)).collect();
        Some(Self::from_parts(bytes.to_vec(), spans?))
    }
}

#[inline]
fn span_bytes(span: FieldSpan) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&span.name.to_le_bytes());
    bytes[4..8].copy_from_slice(&span.name_len.to_le_bytes());
    bytes[8..12].copy_from_slice(&span.value.to_le_bytes());
    bytes[12..].copy_from_slice(&span.value_len.to_le_bytes());
    bytes
}

fn read_span(from: &mut Reader<'_>) -> Option<FieldSpan> {
    let (name, name_len) = (from.read()?, from.read()?);
    Some(FieldSpan { name, name_len, value: from.read()?, value_len: from.read()? })
}
