//! Each machine of limpid-core, over a transport that the compiler cannot see through.
//!
//! The programs of this crate are the machines on a microcontroller, as far as the linker needs them. The library is
//! the same for WebAssembly, whose pointers have 32 bits too, with an allocator that counts.

#![no_std]

extern crate alloc;

#[cfg(target_family = "wasm")]
mod counted;
pub mod machines;
#[cfg(not(target_family = "wasm"))]
pub mod target;
