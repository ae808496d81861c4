//! The values of fields as numbers and bytes.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use core::time::Duration;

use super::{Codec, Decode, Encode, Reader, Slot, Word, put, slot};
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
            fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
                put(out, [(*self).into()])
            }
        }

        impl Decode for $number {
            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                from.number()?.try_into().ok()
            }
        }
    )+};
}

numbers!(u8 u16 u32 u64);

impl Encode for usize {
    #[inline]
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        put(out, [*self as u64])
    }
}

impl Decode for usize {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Encode for i32 {
    #[inline]
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        put(out, [self.cast_unsigned().into()])
    }
}

impl Decode for i32 {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(u32::cast_signed)
    }
}

impl Encode for bool {
    #[inline]
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        put(out, [(*self).into()])
    }
}

impl Decode for bool {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.number().map(|number| number != 0)
    }
}

impl<T: Encode> Encode for Option<T> {
    #[inline]
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let out = self.is_some().encode(codec, out)?;
        match self {
            Some(value) => value.encode(codec, out),
            None => Some(out),
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
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        slot::write(self, out)
    }
}

impl Decode for Vec<u8> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.bytes()
    }
}

impl Decode for Box<[u8]> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read::<Vec<u8>>().map(Into::into)
    }
}

impl Encode for &str {
    #[inline]
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        self.as_bytes().encode(codec, out)
    }
}

impl Decode for Box<str> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        String::from_utf8(from.read()?).ok().map(Into::into)
    }
}

impl Encode for Word {
    #[inline]
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        codec.number(self.0).encode(codec, out)
    }
}

impl Decode for &'static str {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.read::<u8>()?;
        from.codec.words[usize::from(number)].get().copied()
    }
}

impl Encode for Duration {
    #[inline]
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        put(out, [self.as_secs(), self.subsec_nanos().into()])
    }
}

impl Decode for Duration {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (seconds, nanos) = (from.read()?, from.read::<u32>()?);
        Some(Self::from_secs(seconds).saturating_add(Self::from_nanos(nanos.into())))
    }
}

impl Encode for SocketAddr {
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let out = match self {
            Self::V4(address) => put(out, [4, address.ip().to_bits().into()])?,
            Self::V6(address) => {
                let out = put(out, [6, address.flowinfo().into(), address.scope_id().into()])?;
                address.ip().octets().as_slice().encode(codec, out)?
            }
        };
        self.port().encode(codec, out)
    }
}

impl Decode for SocketAddr {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        if from.number()? != 6 {
            let ip = IpAddr::V4(Ipv4Addr::from_bits(from.read()?));
            return Some(Self::new(ip, from.read()?));
        }
        let (flow, scope) = (from.read()?, from.read()?);
        let ip: [u8; 16] = from.read::<Vec<u8>>()?.try_into().ok()?;
        let ip = Ipv6Addr::from(ip);
        Some(Self::V6(SocketAddrV6::new(ip, from.read()?, flow, scope)))
    }
}

impl Encode for Version {
    #[inline]
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        self.minor().encode(codec, out)
    }
}

impl Decode for Version {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(Self::from_minor)
    }
}

impl Encode for StreamId {
    #[inline]
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        put(out, [self.connection, self.layer.into()])
    }
}

impl Decode for StreamId {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { connection: from.read()?, layer: from.read()? })
    }
}

impl Encode for TlsContext {
    #[inline]
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        self.verify.encode(codec, out)
    }
}

impl Decode for TlsContext {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { verify: from.read()? })
    }
}

impl Encode for &[SocketOption] {
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let out = self.len().encode(codec, out)?;
        self.iter().try_fold(out, |out, SocketOption { level, name, value }| {
            let out = level.encode(codec, out)?;
            let out = name.encode(codec, out)?;
            value.encode(codec, out)
        })
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

impl Encode for &Timings {
    /// Each part has its place, whether it is there or not.
    #[inline]
    fn encode<'s>(&self, _: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let Timings { pool, resolve, connect, tls, send, wait, receive, total, redirect, .. } =
            **self;
        let parts = [pool, resolve, connect, tls, send, wait, receive, Some(total), redirect];
        let out = put(out, parts.map(|part| part.map_or(NO_TIME, time)))?;
        put(out, [self.connections, self.redirects, self.retries].map(Into::into))
    }
}

/// How many bits nanoseconds take.
const NANOS: u32 = 30;

/// What stands for a part of the time that there was not: no nanoseconds are as many.
const NO_TIME: u64 = 1_000_000_000;

/// A time of 500 years at most: seconds above nanoseconds.
#[inline]
fn time(time: Duration) -> u64 {
    time.as_secs() << NANOS | u64::from(time.subsec_nanos())
}

fn read_time(from: &mut Reader<'_>) -> Option<Option<Duration>> {
    let number = from.number()?;
    let (seconds, nanos) = (number >> NANOS, number & ((1 << NANOS) - 1));
    Some((nanos < NO_TIME).then(|| Duration::from_secs(seconds) + Duration::from_nanos(nanos)))
}

impl Decode for Box<Timings> {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let mut part = || read_time(from);
        Some(Self::new(Timings {
            pool: part()?,
            resolve: part()?,
            connect: part()?,
            tls: part()?,
            send: part()?,
            wait: part()?,
            receive: part()?,
            total: part()??,
            redirect: part()?,
            connections: from.read()?,
            redirects: from.read()?,
            retries: from.read()?,
        }))
    }
}

impl Encode for Credentials<'_> {
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let out = self.user.encode(codec, out)?;
        self.password.encode(codec, out)
    }
}

impl Decode for OwnedCredentials {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { user: from.read()?, password: from.read()? })
    }
}

impl Encode for ResponseHead<'_> {
    #[inline]
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let out = put(out, [self.version.minor().into(), self.status.into()])?;
        let out = self.reason.encode(codec, out)?;
        self.fields.encode(codec, out)
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
    fn encode<'s>(&self, codec: &Codec, out: &'s [Slot]) -> Option<&'s [Slot]> {
        let out = self.as_bytes().encode(codec, out)?;
        let out = self.len().encode(codec, out)?;
        let (places, out) = out.split_at_checked(2 * self.len())?;
        for ([name, value], span) in places.as_chunks().0.iter().zip(self.spans()) {
            name.set(pair(span.name, span.name_len));
            value.set(pair(span.value, span.value_len));
        }
        Some(out)
    }
}

impl Decode for FieldBlock {
    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let bytes = from.read()?;
        let count = from.read::<usize>()?;
        let spans: Option<Vec<_>> = (0..count).map(|_| read_span(from)).collect();
        Some(Self::from_parts(bytes, spans?))
    }
}

fn read_span(from: &mut Reader<'_>) -> Option<FieldSpan> {
    let ((name, name_len), (value, value_len)) = (halves(from.number()?), halves(from.number()?));
    Some(FieldSpan { name, name_len, value, value_len })
}

/// Two numbers in one.
#[inline]
fn pair(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn halves(pair: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = pair.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}
