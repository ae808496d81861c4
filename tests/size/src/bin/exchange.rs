//! An exchange.

#![no_std]
#![no_main]

use limpid_size::target::Registers;

/// The entry point.
// SAFETY: the program has no other function of this name.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    let (address, options) = (([192, 0, 2, 1], 80).into(), limpid_size::machines::client_options());
    let url = "http://example.com/";
    drop(limpid_size::machines::exchange(&mut Registers, url, address, options));
    loop {}
}
