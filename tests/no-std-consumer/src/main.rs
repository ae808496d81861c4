//! Runs the consumer without a standard library: with the C library of the system, and a custom allocator
//! and panic handler. If `std` were linked, there would be two of those and the program would not compile.
//!
//! It exits with 0 if both exchanges succeed.

#![no_std]
#![no_main]

extern crate alloc;

use alloc::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ffi::c_int;
use core::sync::atomic::{AtomicUsize, Ordering};

use limpid_no_std_consumer::{echo, request, response};

/// The size of the memory.
const SIZE: usize = 256 * 1024;

/// Memory that is allocated from its start and never freed.
#[repr(align(64))]
struct Arena {
    memory: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

// SAFETY: each byte of the memory is allocated once, since the counter only grows.
unsafe impl Sync for Arena {}

// SAFETY: an allocation lies within the memory, is aligned as requested (the memory itself is aligned to
// 64), and overlaps with no other.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let room = layout.size() + layout.align();
        let start = self.used.fetch_add(room, Ordering::Relaxed).next_multiple_of(layout.align());
        if layout.align() > 64 || start + layout.size() > SIZE {
            return core::ptr::null_mut();
        }
        // SAFETY: `start` and the size were just checked to be within the memory.
        unsafe { self.memory.get().cast::<u8>().add(start) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ARENA: Arena = Arena { memory: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) };

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: `abort` of the C library takes nothing and never returns.
    unsafe { abort() }
}

/// A symbol that the compiled `alloc` refers to for unwinding, which never happens here.
// SAFETY: the program has no other function of this name, and no code calls this one.
#[unsafe(no_mangle)]
pub extern "C" fn rust_eh_personality() {}

/// As above.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn _Unwind_Resume() {}

// SAFETY: this is the declaration of the C standard.
#[link(name = "c")]
unsafe extern "C" {
    fn abort() -> !;
}

/// The entry point for the C library.
// SAFETY: the program has no other function of this name.
#[unsafe(no_mangle)]
pub extern "C" fn main(_: c_int, _: *const *const u8) -> c_int {
    c_int::from(!(client_works() && server_works()))
}

fn client_works() -> bool {
    let Ok((connection, bytes)) = request("example.com") else { return false };
    let pieces: [&[u8]; 3] =
        [b"HTTP/1.1 200 OK\r\nTransfer-En", b"coding: chunked\r\n\r\n2\r\nhi\r\n0\r", b"\n\r\n"];
    bytes == b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"
        && response(connection, &pieces).is_ok_and(|(status, body)| status == 200 && body == "hi")
}

fn server_works() -> bool {
    let requests = b"GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /bc HTTP/1.1\r\nHost: a\r\n\r\n";
    let responses = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n/a\
        HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n/bc";
    echo(requests).is_ok_and(|bytes| bytes == responses)
}
