//! The stored forms of numbers, texts, lists, times and addresses.

use crate::values::Arc;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::time::Duration;

use super::value::{Reader, Stored};

impl Stored for u8 {
    fn store(&self, to: &mut Vec<u8>) {
        to.push(*self);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        from.bytes(1)?.first().copied()
    }
}

/// The number of bits of a number that one byte has. The highest bit says that another byte follows.
const BITS: u32 = 7;

impl Stored for u64 {
    #[inline]
    fn store(&self, to: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 1 << BITS {
            to.push(rest.to_le_bytes()[0] | 1 << BITS);
            rest >>= BITS;
        }
        to.push(rest.to_le_bytes()[0]);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let mut number = 0;
        for place in (0..Self::BITS).step_by(BITS as usize) {
            let byte = from.read::<u8>()?;
            let bits = Self::from(byte & !(1 << BITS));
            // The tenth byte has one bit.
            if bits << place >> place != bits {
                return None;
            }
            number |= bits << place;
            if byte >> BITS == 0 {
                return Some(number);
            }
        }
        None
    }
}

macro_rules! smaller {
    ($($number:ty: $widened:expr,)+) => {$(
        impl Stored for $number {
            #[inline]
            fn store(&self, to: &mut Vec<u8>) {
                let widened: fn(Self) -> u64 = $widened;
                widened(*self).store(to);
            }

            fn load(from: &mut Reader<'_>) -> Option<Self> {
                from.read::<u64>()?.try_into().ok()
            }
        }
    )+};
}

smaller! {
    u16: Into::into,
    u32: Into::into,
    usize: |number| number as u64,
}

impl Stored for i32 {
    /// A small number of either sign takes one byte.
    fn store(&self, to: &mut Vec<u8>) {
        (self << 1 ^ self >> (Self::BITS - 1)).cast_unsigned().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let number = from.read::<u32>()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }
}

impl Stored for bool {
    fn store(&self, to: &mut Vec<u8>) {
        to.push((*self).into());
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        match from.read::<u8>()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<T: Stored> Stored for Option<T> {
    fn store(&self, to: &mut Vec<u8>) {
        self.is_some().store(to);
        if let Some(value) = self {
            value.store(to);
        }
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        if from.read()? { T::load(from).map(Some) } else { Some(None) }
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn store(&self, to: &mut Vec<u8>) {
        self.len().store(to);
        for item in self {
            item.store(to);
        }
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let len = from.read::<usize>()?;
        // Each item takes at least one byte, so an invalid number does not allocate more than the bytes allow.
        let mut list = Self::with_capacity(len.min(from.rest().len()));
        for _ in 0..len {
            list.push(from.read()?);
        }
        Some(list)
    }
}

impl Stored for String {
    fn store(&self, to: &mut Vec<u8>) {
        self.len().store(to);
        to.extend_from_slice(self.as_bytes());
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Self::from_utf8(from.counted_bytes()?.to_vec()).ok()
    }
}

impl Stored for Box<[u8]> {
    fn store(&self, to: &mut Vec<u8>) {
        self.len().store(to);
        to.extend_from_slice(self);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(from.counted_bytes()?.into())
    }
}

/// Implements the form of a type as that of another one.
macro_rules! stored_as {
    ($($type:ty: $other:ty,)+) => {$(
        impl Stored for $type {
            fn store(&self, to: &mut Vec<u8>) {
                <$other>::from(self.clone()).store(to);
            }

            fn load(from: &mut Reader<'_>) -> Option<Self> {
                Some(from.read::<$other>()?.into())
            }
        }
    )+};
}

stored_as! {
    Box<str>: String,
    Ipv4Addr: u32,
}

impl Stored for Ipv6Addr {
    fn store(&self, to: &mut Vec<u8>) {
        self.octets().store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(from.read::<[u8; 16]>()?.into())
    }
}

impl Stored for Arc<str> {
    fn store(&self, to: &mut Vec<u8>) {
        String::from(&**self).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some(from.read::<String>()?.into())
    }
}

impl<T: Stored> Stored for Arc<T> {
    fn store(&self, to: &mut Vec<u8>) {
        T::store(self, to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        T::load(from).map(Self::new)
    }
}

impl<const N: usize> Stored for [u8; N] {
    fn store(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        from.bytes(N)?.try_into().ok()
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn store(&self, to: &mut Vec<u8>) {
        self.0.store(to);
        self.1.store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        Some((from.read()?, from.read()?))
    }
}

impl Stored for Duration {
    fn store(&self, to: &mut Vec<u8>) {
        (self.as_secs(), self.subsec_nanos()).store(to);
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (seconds, nanos) = from.read()?;
        (nanos < 1_000_000_000).then(|| Self::new(seconds, nanos))
    }
}

impl Stored for IpAddr {
    fn store(&self, to: &mut Vec<u8>) {
        match self {
            Self::V4(address) => {
                to.push(4);
                address.store(to);
            }
            Self::V6(address) => {
                to.push(6);
                address.store(to);
            }
        }
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        match from.read::<u8>()? {
            4 => from.read().map(Self::V4),
            6 => from.read().map(Self::V6),
            _ => None,
        }
    }
}

impl Stored for SocketAddr {
    fn store(&self, to: &mut Vec<u8>) {
        (self.ip(), self.port()).store(to);
        if let Self::V6(address) = self {
            (address.flowinfo(), address.scope_id()).store(to);
        }
    }

    fn load(from: &mut Reader<'_>) -> Option<Self> {
        let (ip, port) = from.read()?;
        Some(match ip {
            IpAddr::V4(ip) => SocketAddrV4::new(ip, port).into(),
            IpAddr::V6(ip) => {
                let (flow, scope) = from.read()?;
                SocketAddrV6::new(ip, port, flow, scope).into()
            }
        })
    }
}
