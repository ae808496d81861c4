//! A bare connection.

#![no_std]
#![no_main]

use limpid_size::target::Registers;

/// The entry point.
// SAFETY: the program has no other function of this name.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    drop(limpid_size::machines::connection(&mut Registers));
    loop {}
}
