//! The stored forms of settings whose fields are public.

use alloc::vec::Vec;

use super::macros::{stored_enum, stored_struct};
use super::value::{Reader, Stored};
use crate::values::time::{Mono, Timeouts};
use crate::values::{ConnectionId, ExchangeId, Retirement};

stored_struct! {
    Timeouts { pool connect read write expect_continue total rate rate_time }
}

stored_enum! {
    Retirement {
        0 Expired,
        1 NotSilent,
        2 Unusable,
        3 Surplus,
        4 Evicted,
        5 Closed,
    }
}

/// Implements the form of a number in a type of its own.
macro_rules! stored_number {
    ($($type:ty: $get:expr, $new:expr;)+) => {$(
        impl Stored for $type {
            fn store(&self, to: &mut Vec<u8>) {
                let get: fn(&Self) -> u64 = $get;
                get(self).store(to);
            }

            fn load(from: &mut Reader<'_>) -> Option<Self> {
                from.read().map($new)
            }
        }
    )+};
}

stored_number! {
    Mono: |time| time.as_nanos(), Self::from_nanos;
    ConnectionId: |id| id.0, Self;
    ExchangeId: |id| id.0, Self;
}
