//! An allocator that counts what was allocated: by the thread that asks, and by all.
//!
//! A test program that takes it in has it as its allocator.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

thread_local! {
    static OURS: Cell<u64> = const { Cell::new(0) };
}

static ALL: AtomicU64 = AtomicU64::new(0);

/// How often this thread allocated so far: the harness has threads of its own.
#[allow(dead_code, reason = "some count all threads")]
pub fn allocations() -> u64 {
    OURS.get()
}

/// How often all threads allocated so far.
#[allow(dead_code, reason = "some count their own thread")]
pub fn allocations_of_all() -> u64 {
    ALL.load(SeqCst)
}

fn count() {
    // A thread that is ending has no count of its own any more.
    let _ = OURS.try_with(|ours| ours.set(ours.get() + 1));
    ALL.fetch_add(1, SeqCst);
}

struct Counting;

// SAFETY: every call goes to the system's allocator as it came; counting has no part in what it returns.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above; what `alloc` gave came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;
