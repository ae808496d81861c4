//! A microcontroller: a transport at fixed addresses, an allocator, and a handler of panics.

use alloc::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;
use core::sync::atomic::{AtomicUsize, Ordering};

use limpid_core::time::Mono;

use crate::machines::Wire;

/// Where memory for allocations begins.
const HEAP: usize = 0x2000_1000;

/// Registers of a transport that does not exist: a byte, and the time.
const DATA: *mut u32 = 0x4000_0000 as *mut u32;
const CLOCK: *const u32 = 0x4000_0004 as *const u32;

/// An allocator that never frees.
struct Bump(AtomicUsize);

// SAFETY: each call returns memory that follows all that was returned before.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let free = self.0.load(Ordering::Relaxed);
        let start = free.next_multiple_of(layout.align());
        self.0.store(start + layout.size(), Ordering::Relaxed);
        (HEAP + start) as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static HEAP_OF_ALL: Bump = Bump(AtomicUsize::new(0));

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// The transport.
#[derive(Debug)]
pub struct Registers;

impl Wire for Registers {
    fn read(&mut self, room: &mut [u8]) -> Option<usize> {
        // SAFETY: a microcontroller has a register there. The programs are measured and never run.
        let word = unsafe { DATA.read_volatile() };
        let [byte, has_byte, ..] = word.to_le_bytes();
        *room.first_mut()? = byte;
        (has_byte > 0).then_some(1)
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        for byte in bytes {
            // SAFETY: as above.
            unsafe { DATA.write_volatile(u32::from(*byte)) };
        }
        bytes.len()
    }

    fn now(&mut self) -> Mono {
        // SAFETY: as above.
        Mono::from_nanos(u64::from(unsafe { CLOCK.read_volatile() }))
    }
}
