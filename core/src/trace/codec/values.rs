//! The encoding of field values.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use core::time::Duration;

use super::cursor::{Decode, Encode, Reader, Writer};
use super::slot::Slot;
use super::words::{Word, Words};
use crate::fields::{FieldBlock, FieldSpan, Fields};
use crate::head::{RequestHead, ResponseHead};
use crate::trace::{
    Credentials, OwnedCredentials, OwnedRequestHead, OwnedResponseHead, SocketOption, TlsContext,
};
use crate::values::{StreamId, Timings, Version};

macro_rules! numbers {
    ($($number:ty)+) => {$(
        impl Encode for $number {
            #[inline(always)]
            fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
                to.number((*self).into())
            }
        }

        impl Decode for $number {
            const SLOTS: usize = 1;

            fn decode(from: &mut Reader<'_>) -> Option<Self> {
                from.number()?.try_into().ok()
            }
        }
    )+};
}

numbers!(u8 u16 u32 u64);

impl Encode for usize {
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.number(*self as u64)
    }
}

impl Decode for usize {
    const SLOTS: Self = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.number()?.try_into().ok()
    }
}

impl Encode for i32 {
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.number(self.cast_unsigned().into())
    }
}

impl Decode for i32 {
    const SLOTS: usize = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(u32::cast_signed)
    }
}

impl Encode for bool {
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.number((*self).into())
    }
}

impl Decode for bool {
    const SLOTS: usize = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.number().map(|number| number != 0)
    }
}

impl<T: Encode> Encode for Option<T> {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        T::encode_option(self.as_ref(), words, to)
    }
}

impl<T: Decode> Decode for Option<T> {
    const SLOTS: usize = 1 + T::SLOTS;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        T::decode_option(from)
    }
}

impl Encode for &[u8] {
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.bytes(self)
    }
}

impl Decode for Vec<u8> {
    const SLOTS: usize = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.bytes()
    }
}

impl Decode for Box<[u8]> {
    const SLOTS: usize = Vec::SLOTS;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read::<Vec<u8>>().map(Into::into)
    }
}

impl Encode for &str {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        self.as_bytes().encode(words, to)
    }
}

impl Decode for Box<str> {
    const SLOTS: usize = Vec::SLOTS;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        String::from_utf8(from.read()?).ok().map(Into::into)
    }
}

impl Encode for Word {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.number(words.number(self.0).into())
    }
}

impl Decode for &'static str {
    const SLOTS: usize = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.read::<u8>()?;
        from.words.word(number)
    }
}

impl Encode for Duration {
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.numbers([self.as_secs(), self.subsec_nanos().into()])
    }

    #[inline(always)]
    fn encode_option(this: Option<&Self>, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        let nanos = this.map_or(NO_TIME, |time| time.subsec_nanos().into());
        to.numbers([this.map_or(0, Self::as_secs), nanos])
    }
}

impl Decode for Duration {
    const SLOTS: usize = 2;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (seconds, nanos) = (from.read()?, from.read::<u32>()?);
        Some(Self::from_secs(seconds).saturating_add(Self::from_nanos(nanos.into())))
    }

    fn decode_option(from: &mut Reader<'_>) -> Option<Option<Self>> {
        let (seconds, nanos) = (from.number()?, from.number()?);
        let time = || Self::from_secs(seconds).saturating_add(Self::from_nanos(nanos));
        Some((nanos < NO_TIME).then(time))
    }
}

/// Returns an address as numbers: the family, the port, flow information and scope, and the two halves
/// of the IP address. The family is 0 if there is no address.
#[inline(always)]
fn numbers_of(address: Option<&SocketAddr>) -> [u64; 6] {
    match address {
        None => [0; 6],
        Some(SocketAddr::V4(v4)) => [4, v4.port().into(), 0, 0, 0, v4.ip().to_bits().into()],
        Some(SocketAddr::V6(v6)) => {
            let (port, flow, scope) = (v6.port(), v6.flowinfo(), v6.scope_id());
            let ip = v6.ip().to_bits();
            let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default();
            [6, port.into(), flow.into(), scope.into(), half(ip >> 64), half(ip)]
        }
    }
}

impl Encode for SocketAddr {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        Self::encode_option(Some(self), words, to)
    }

    #[inline(always)]
    fn encode_option(this: Option<&Self>, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.numbers(numbers_of(this))
    }
}

impl Decode for SocketAddr {
    const SLOTS: usize = 6;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Self::decode_option(from)?
    }

    fn decode_option(from: &mut Reader<'_>) -> Option<Option<Self>> {
        let (family, port) = (from.number()?, from.read()?);
        let (flow, scope, high) = (from.read()?, from.read()?, from.number()?);
        Some(match family {
            0 => from.number().and(None),
            4 => Some(Self::new(IpAddr::V4(Ipv4Addr::from_bits(from.read()?)), port)),
            _ => {
                let ip = u128::from(high) << 64 | u128::from(from.number()?);
                Some(Self::V6(SocketAddrV6::new(Ipv6Addr::from_bits(ip), port, flow, scope)))
            }
        })
    }
}

impl Encode for Version {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        self.minor().encode(words, to)
    }
}

impl Decode for Version {
    const SLOTS: usize = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        from.read().map(Self::from_minor)
    }
}

impl Encode for StreamId {
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.numbers([self.connection, self.layer.into()])
    }
}

impl Decode for StreamId {
    const SLOTS: usize = 2;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { connection: from.read()?, layer: from.read()? })
    }
}

impl Encode for TlsContext {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        self.verify.encode(words, to)
    }
}

impl Decode for TlsContext {
    const SLOTS: usize = bool::SLOTS;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { verify: from.read()? })
    }
}

impl Encode for &[SocketOption] {
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.number(self.len() as u64)?;
        let slots = to.long(2 * self.len())?.as_chunks().0;
        for ([which, value], option) in slots.iter().zip(*self) {
            which.set(pair(option.level.cast_unsigned(), option.name.cast_unsigned()));
            value.set(option.value.cast_unsigned().into());
        }
        Some(())
    }
}

impl Decode for Box<[SocketOption]> {
    const SLOTS: usize = 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let count = from.read::<usize>()?;
        let slots = from.long(count.checked_mul(2)?)?.as_chunks().0;
        Some(slots.iter().map(read_option).collect())
    }
}

fn read_option([which, value]: &[Slot; 2]) -> SocketOption {
    let ((level, name), (value, _)) = (halves(which.get()), halves(value.get()));
    let [level, name, value] = [level, name, value].map(u32::cast_signed);
    SocketOption { level, name, value }
}

impl Encode for &Timings {
    /// Writes each part to a slot of its own, present or not.
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        let Timings { pool, resolve, connect, tls, send, wait, receive, total, redirect, .. } =
            **self;
        for part in [pool, resolve, connect, tls, send, wait, receive, Some(total), redirect] {
            to.number(part.map_or(NO_TIME, time))?;
        }
        to.numbers(
            [self.connections, self.redirects, self.connect_retries, self.retries].map(Into::into),
        )
    }
}

/// Number of bits of the nanoseconds.
const NANOS: u32 = 30;

/// The value for a missing part; it is greater than any number of nanoseconds below a second.
const NO_TIME: u64 = 1_000_000_000;

/// Returns the number for a time of at most 500 years: seconds in the high bits, nanoseconds in the low.
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
    const SLOTS: usize = 13;

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
            connect_retries: from.read()?,
            retries: from.read()?,
        }))
    }
}

impl Encode for Credentials<'_> {
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        self.user.encode(words, to)?;
        self.password.encode(words, to)
    }
}

impl Decode for OwnedCredentials {
    const SLOTS: usize = 2 * Vec::SLOTS;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        Some(Self { user: from.read()?, password: from.read()? })
    }
}

impl Encode for RequestHead<'_> {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        self.version.encode(words, to)?;
        self.method.encode(words, to)?;
        self.target.encode(words, to)?;
        self.fields.encode(words, to)
    }
}

impl Decode for OwnedRequestHead {
    const SLOTS: usize = 1 + 2 * Vec::SLOTS + FieldBlock::SLOTS;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (version, method) = (from.read()?, from.read()?);
        Some(Self { method, target: from.read()?, version, fields: from.read()? })
    }
}

impl Encode for ResponseHead<'_> {
    #[inline(always)]
    fn encode(&self, words: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.numbers([self.version.minor().into(), self.status.into()])?;
        self.reason.encode(words, to)?;
        self.fields.encode(words, to)
    }
}

impl Decode for OwnedResponseHead {
    const SLOTS: usize = 2 + Vec::SLOTS + FieldBlock::SLOTS;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let (version, status) = (from.read()?, from.read()?);
        Some(Self { version, status, reason: from.read()?, fields: from.read()? })
    }
}

impl Encode for Fields<'_> {
    /// Writes the bytes as a whole and the positions of the fields in them, so that the number of copies
    /// does not depend on the number of fields.
    #[inline(always)]
    fn encode(&self, _: &Words, to: &mut Writer<'_>) -> Option<()> {
        to.bytes(self.as_bytes())?;
        to.number(self.len() as u64)?;
        let places = to.long(2 * self.len())?.as_chunks().0;
        for ([name, value], span) in places.iter().zip(self.spans()) {
            name.set(pair(span.name, span.name_len));
            value.set(pair(span.value, span.value_len));
        }
        Some(())
    }
}

impl Decode for FieldBlock {
    const SLOTS: usize = Vec::SLOTS + 1;

    fn decode(from: &mut Reader<'_>) -> Option<Self> {
        let bytes = from.read()?;
        let count = from.read::<usize>()?;
        let places = from.long(count.checked_mul(2)?)?.as_chunks().0;
        Some(Self::from_parts(bytes, places.iter().map(read_span).collect()))
    }
}

fn read_span([name, value]: &[Slot; 2]) -> FieldSpan {
    let ((name, name_len), (value, value_len)) = (halves(name.get()), halves(value.get()));
    FieldSpan { name, name_len, value, value_len }
}

/// Returns two numbers in one.
#[inline]
fn pair(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn halves(pair: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = pair.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}
