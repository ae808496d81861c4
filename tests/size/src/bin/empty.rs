//! Nothing: what every program here has.

#![no_std]
#![no_main]

use limpid_size as _;

/// The entry point.
// SAFETY: the program has no other function of this name.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    loop {}
}
