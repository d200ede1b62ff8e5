//! An allocator that counts what was allocated: by the thread that asks, and by all; and what the first has at once.
//!
//! A test program that takes it in has it as its allocator.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

thread_local! {
    static OURS: Cell<u64> = const { Cell::new(0) };
    /// Bytes this thread has, and the most it had: it may free what another one allocated.
    static BYTES: Cell<(i64, i64)> = const { Cell::new((0, 0)) };
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

/// The most bytes this thread had at once while it did this, beyond those it had before, and what it came to.
#[allow(dead_code, reason = "some count allocations")]
pub fn most_bytes<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let before = BYTES.get().0;
    BYTES.set((before, before));
    let done = work();
    (u64::try_from(BYTES.get().1 - before).unwrap_or(0), done)
}

fn weigh(bytes: usize, freed: usize) {
    let signed = |bytes| i64::try_from(bytes).unwrap_or(i64::MAX);
    let _ = BYTES.try_with(|ours| {
        let (now, most) = ours.get();
        let now = now + signed(bytes) - signed(freed);
        ours.set((now, most.max(now)));
    });
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
        weigh(layout.size(), 0);
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        weigh(0, layout.size());
        // SAFETY: as above; what `alloc` gave came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        weigh(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;
