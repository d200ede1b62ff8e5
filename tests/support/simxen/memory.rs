//! Memory at addresses: what lies in no pages given out is a fault, as it is to Xen.

#![allow(unsafe_code, reason = "a hypervisor reads and writes its caller's memory at bare addresses")]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use domtop::driver::xen::hypercall::Pages;
use nix::errno::Errno;

/// The memory given out: start and length of each.
#[derive(Clone, Default)]
pub struct Regions(Arc<Mutex<Vec<(u64, u64)>>>);

impl Regions {
    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// Copies out of the caller's memory.
    pub fn read<const N: usize>(&self, address: u64) -> Result<[u8; N], Errno> {
        self.check(address, N)?;
        let mut bytes = [0; N];
        let from = std::ptr::with_exposed_provenance::<u8>(address as usize);
        // SAFETY: the range lies in pages given out and not yet dropped, whose provenance was exposed; their owner
        // has no reference into them while it makes a call.
        unsafe { std::ptr::copy_nonoverlapping(from, bytes.as_mut_ptr(), N) };
        Ok(bytes)
    }

    /// Copies into the caller's memory.
    pub fn write(&self, address: u64, bytes: &[u8]) -> Result<(), Errno> {
        self.check(address, bytes.len())?;
        let to = std::ptr::with_exposed_provenance_mut::<u8>(address as usize);
        // SAFETY: as in `read`.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        Ok(())
    }

    fn check(&self, address: u64, length: usize) -> Result<(), Errno> {
        let inside =
            |&(start, size): &(u64, u64)| address >= start && address + length as u64 <= start + size;
        if self.0.lock().unwrap().iter().any(inside) { Ok(()) } else { Err(Errno::EFAULT) }
    }
}

/// Pages given out.
pub struct SimPages {
    start: *mut u64,
    length: usize,
    regions: Regions,
    touched: Arc<AtomicU64>,
}

// SAFETY: the memory belongs to this value alone.
unsafe impl Send for SimPages {}

impl SimPages {
    pub fn new(bytes: usize, regions: &Regions, touched: &Arc<AtomicU64>) -> Self {
        let length = bytes.next_multiple_of(4096);
        let start = Box::into_raw(vec![0_u64; length / 8].into_boxed_slice()).cast::<u64>();
        regions.0.lock().unwrap().push((start.expose_provenance() as u64, length as u64));
        Self { start, length, regions: regions.clone(), touched: touched.clone() }
    }
}

impl Pages for SimPages {
    fn bytes(&self) -> &[u8] {
        // SAFETY: allocated, initialised, and written only by calls, during which there is no reference.
        unsafe { std::slice::from_raw_parts(self.start.cast(), self.length) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`; `&mut self` makes it the only reference.
        unsafe { std::slice::from_raw_parts_mut(self.start.cast(), self.length) }
    }

    fn address(&self) -> u64 {
        self.start as u64
    }

    fn touch(&mut self) {
        self.touched.fetch_add(1, Relaxed);
    }
}

impl Drop for SimPages {
    fn drop(&mut self) {
        self.regions.0.lock().unwrap().retain(|region| region.0 != self.start as u64);
        let words = std::ptr::slice_from_raw_parts_mut(self.start, self.length / 8);
        // SAFETY: what `Box::into_raw` gave, once.
        drop(unsafe { Box::from_raw(words) });
    }
}
