//! Xen's device on Linux, `/dev/xen/privcmd`: the one place of the program with `unsafe`.
//!
//! The device takes a call as it is and hands it to Xen, which reads and writes this process's memory at the
//! addresses in it. That memory must be there when Xen looks, so it comes from `/dev/xen/hypercall` (pages of the
//! kernel, never moved), or where a kernel lacks that, from locked pages that are touched again when Xen missed one.

#![allow(
    unsafe_code,
    reason = "a hypercall is an ioctl with addresses in it, and its memory is mapped by hand"
)]

use std::{
    fs::{File, OpenOptions},
    io,
    num::NonZeroUsize,
    os::fd::AsRawFd,
    os::unix::fs::OpenOptionsExt,
    ptr::NonNull,
    sync::Arc,
};

use nix::{
    errno::Errno,
    libc,
    sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap, mmap_anonymous, munmap},
};

use super::{Hypercall, Pages};
use crate::{
    driver::{Answer, Error},
    model::Kind,
};

/// The device of every kernel of the last decade.
pub(super) const PRIVCMD: &str = "/dev/xen/privcmd";
/// The same under older kernels.
const PROC_PRIVCMD: &str = "/proc/xen/privcmd";
/// The source of memory that is never moved (Linux 4.18 and later).
const HYPERCALL: &str = "/dev/xen/hypercall";
/// `IOCTL_PRIVCMD_HYPERCALL` of Linux's xen/privcmd.h: `_IOC(_IOC_NONE, 'P', 0, 48)`.
const CALL: libc::c_ulong = 0x0030_5000;

/// `struct privcmd_hypercall` of the same header.
#[repr(C)]
struct Request {
    number: u64,
    arguments: [u64; 5],
}

/// What the ioctl's number says of it.
const _: () = assert!(size_of::<Request>() == 48);

/// The open device.
pub(super) struct Device {
    privcmd: File,
    /// None under kernels without it.
    memory: Option<File>,
    peer: Arc<str>,
}

impl Device {
    /// Opens the device, or the older one where there is none.
    pub(super) fn open() -> Answer<Self> {
        let (privcmd, peer) = match (open(PRIVCMD), PRIVCMD) {
            (Err(error), _) if is_absent(&error) => (open(PROC_PRIVCMD), PROC_PRIVCMD),
            opened => opened,
        };
        let privcmd = privcmd.map_err(|error| closed(peer, &error))?;
        Ok(Self { privcmd, memory: open(HYPERCALL).ok(), peer: peer.into() })
    }
}

fn open(path: &str) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).custom_flags(libc::O_CLOEXEC).open(path)
}

/// Whether there is no such device, or nothing behind it.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENXIO | libc::ENODEV | libc::ENOTDIR))
}

fn closed(path: &str, error: &io::Error) -> Error {
    if is_absent(error) {
        let message = format!("open {PRIVCMD}: there is no such device, so this is no Xen control domain");
        return Error::new(Kind::Unreachable, message);
    }
    let error = Error::io(format!("open {path}"), error);
    if error.kind == Kind::Denied {
        return error.hint("run as root, or give this user read and write on the device");
    }
    error
}

impl Hypercall for Device {
    fn call(&self, number: u64, arguments: [u64; 5]) -> Result<u64, Errno> {
        let mut request = Request { number, arguments };
        // SAFETY:
        // - the descriptor is open for as long as `self` is;
        // - `request` is a live, aligned `struct privcmd_hypercall` of the 48 bytes the ioctl's number states;
        // - beyond it the kernel and Xen touch only memory at addresses this driver wrote in messages, and those
        //   come from `Arena::address`, which gives none outside pages it owns and that stay mapped;
        // - the caller holds those pages by `&mut` and has no reference into them while the call runs.
        let returned = unsafe { libc::ioctl(self.privcmd.as_raw_fd(), CALL, &raw mut request) };
        Errno::result(returned).map(|value| u64::try_from(value).unwrap_or(0))
    }

    fn pages(&self, bytes: usize) -> Result<Box<dyn Pages>, Errno> {
        let length = NonZeroUsize::new(bytes.next_multiple_of(4096)).ok_or(Errno::EINVAL)?;
        let mut mapping = match &self.memory {
            Some(file) => Mapping::of_kernel(file, length),
            None => Mapping::locked(length),
        }?;
        mapping.touch();
        Ok(Box::new(mapping))
    }

    fn peer(&self) -> Arc<str> {
        self.peer.clone()
    }
}

/// Pages of this process that Xen can reach.
struct Mapping {
    start: NonNull<u8>,
    length: NonZeroUsize,
}

// SAFETY: a mapping belongs to the process, not to a thread, and only its owner has its address.
unsafe impl Send for Mapping {}

const READ_WRITE: ProtFlags = ProtFlags::PROT_READ.union(ProtFlags::PROT_WRITE);

impl Mapping {
    /// Kernel pages by `/dev/xen/hypercall`, which refuses private mappings.
    fn of_kernel(file: &File, length: NonZeroUsize) -> Result<Self, Errno> {
        // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing this process has.
        let start = unsafe { mmap(None, length, READ_WRITE, MapFlags::MAP_SHARED, file, 0) }?;
        Ok(Self { start: start.cast(), length })
    }

    /// Anonymous pages that are never swapped out, and that a child does not share: sharing would make the kernel
    /// take away our right to write until we do.
    fn locked(length: NonZeroUsize) -> Result<Self, Errno> {
        let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_LOCKED;
        // SAFETY: a new mapping at an address of the kernel's choice overlaps nothing this process has.
        let start = unsafe { mmap_anonymous(None, length, READ_WRITE, flags) }?;
        let mapping = Self { start: start.cast(), length };
        // SAFETY: exactly the range just mapped; the advice changes what a child gets, nothing here.
        unsafe { madvise(start, length.get(), MmapAdvise::MADV_DONTFORK) }?;
        Ok(mapping)
    }
}

impl Pages for Mapping {
    fn bytes(&self) -> &[u8] {
        // SAFETY: mapped readable for `length` bytes until drop, initialised by the kernel with zeros, and changed
        // only through `&mut self` or by calls made by the holder of `&mut self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length.get()) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, mapped writable, and `&mut self` makes this the only reference.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.length.get()) }
    }

    fn address(&self) -> u64 {
        self.start.as_ptr().expose_provenance() as u64
    }

    fn touch(&mut self) {
        for byte in self.bytes_mut().iter_mut().step_by(4096) {
            let byte = &raw mut *byte;
            // SAFETY: a byte of ours by a pointer from a unique reference; volatile, as the write has no effect but
            // to make the page present.
            unsafe { byte.write_volatile(byte.read_volatile()) };
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: exactly the range that was mapped, once; no reference into it outlives `self`.
        let _ = unsafe { munmap(self.start.cast(), self.length.get()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_pages_start_as_zeros_and_keep_what_is_written() {
        let mut pages = Mapping::locked(NonZeroUsize::new(3 * 4096).expect("not zero")).expect("three pages");
        assert!(pages.bytes().iter().all(|&b| b == 0));
        pages.bytes_mut()[4096] = 7;
        pages.touch();
        assert_eq!((pages.bytes()[4096], pages.bytes().len()), (7, 3 * 4096));
        assert_eq!(pages.address() % 4096, 0);
    }

    #[test]
    fn a_closed_device_says_what_to_do() {
        let denied = closed(PRIVCMD, &io::Error::from_raw_os_error(libc::EACCES));
        assert_eq!(
            (denied.kind, &*denied.message),
            (Kind::Denied, "open /dev/xen/privcmd: permission denied")
        );
        assert!(denied.hint.is_some_and(|hint| hint.contains("root")));
        let absent = closed(PROC_PRIVCMD, &io::Error::from_raw_os_error(libc::ENOENT));
        assert_eq!(absent.kind, Kind::Unreachable);
        assert!(absent.message.contains("no Xen control domain"));
    }
}
