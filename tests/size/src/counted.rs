//! What a machine allocates where pointers have 32 bits. A function returns the most bytes in an exchange in its lower
//! half, and those of the idle machine, with itself, in its upper half.

use alloc::alloc::{GlobalAlloc, Layout};
use alloc::sync::Arc;
use core::mem::size_of;
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicUsize, Ordering};

use limpid_core::http1::Connection;
use limpid_core::server::Session;
use limpid_core::time::Mono;

use crate::machines::{self, Wire};

/// An allocator that never frees, and counts what is used.
struct Counted {
    start: AtomicUsize,
    used: AtomicUsize,
}

const MEMORY: usize = 4 << 20;

/// The memory of the allocator.
#[repr(align(16))]
struct Arena(core::cell::UnsafeCell<[u8; MEMORY]>);

// SAFETY: there is one thread, and the allocator returns each byte once.
unsafe impl Sync for Arena {}

static ARENA: Arena = Arena(core::cell::UnsafeCell::new([0; MEMORY]));

// SAFETY: each call returns memory that follows all that was returned before, within the arena.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.start.load(Ordering::Relaxed).next_multiple_of(layout.align());
        if start + layout.size() > MEMORY {
            return core::ptr::null_mut();
        }
        self.start.store(start + layout.size(), Ordering::Relaxed);
        self.used.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: this was checked to be within the arena.
        unsafe { ARENA.0.get().cast::<u8>().add(start) }
    }

    unsafe fn dealloc(&self, _: *mut u8, layout: Layout) {
        self.used.fetch_sub(layout.size(), Ordering::Relaxed);
    }
}

#[global_allocator]
static COUNTED: Counted = Counted { start: AtomicUsize::new(0), used: AtomicUsize::new(0) };

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

fn used() -> usize {
    COUNTED.used.load(Ordering::Relaxed)
}

/// A transport with this input, byte for byte a body of 8 KiB in reads of any size.
struct Script {
    head: &'static [u8],
    body: usize,
    before: usize,
    most: usize,
}

impl Script {
    fn new(head: &'static [u8]) -> Self {
        Self { head, body: 8192, before: used(), most: 0 }
    }

    /// Returns the numbers, for a machine of `size` bytes that is left.
    fn numbers(&self, most: usize, rest: usize) -> u64 {
        (rest as u64) << 32 | (self.most - self.before + most) as u64
    }
}

impl Wire for Script {
    fn read(&mut self, room: &mut [u8]) -> Option<usize> {
        if !self.head.is_empty() {
            let n = self.head.len().min(room.len());
            let (now, rest) = self.head.split_at(n);
            room[..n].copy_from_slice(now);
            self.head = rest;
            return Some(n);
        }
        let n = self.body.min(room.len());
        room[..n].fill(b'x');
        self.body -= n;
        (n > 0).then_some(n)
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        bytes.len()
    }

    fn now(&mut self) -> Mono {
        Mono::from_nanos(0)
    }

    fn step(&mut self) {
        self.most = self.most.max(used());
    }
}

const REQUEST: &[u8] =
    b"POST /path HTTP/1.1\r\nHost: example.com\r\nUser-Agent: client\r\nAccept: */*\r\n\
    Content-Type: text/plain\r\nContent-Length: 8192\r\n\r\n";

const RESPONSE: &[u8] =
    b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: server\r\n\
    Content-Type: text/plain\r\nContent-Length: 8192\r\n\r\n";

/// Measures a connection.
#[unsafe(no_mangle)]
pub extern "C" fn connection() -> u64 {
    let mut wire = Script::new(REQUEST);
    let machine = machines::connection(&mut wire);
    if machine.is_none() {
        return 0;
    }
    let size = size_of::<Connection>();
    wire.numbers(size, used() - wire.before + size)
}

/// Measures a session.
#[unsafe(no_mangle)]
pub extern "C" fn session() -> u64 {
    let options = machines::server_options();
    let mut wire = Script::new(REQUEST);
    let machine = machines::session(&mut wire, Arc::clone(&options));
    if machine.is_none() {
        return 0;
    }
    let size = size_of::<Session>();
    wire.numbers(size, used() - wire.before + size)
}

/// Measures an exchange, and its connection.
#[unsafe(no_mangle)]
pub extern "C" fn exchange() -> u64 {
    let options = machines::client_options();
    let mut wire = Script::new(RESPONSE);
    let address = ([192, 0, 2, 1], 80).into();
    let link =
        machines::exchange(&mut wire, "http://example.com/path", address, Arc::clone(&options));
    if link.is_none() {
        return 0;
    }
    wire.numbers(size_of::<limpid_core::client::Exchange>(), used() - wire.before)
}
