//! The memory whose addresses go in the calls: one run of pages, grown and never given back.

use std::sync::Arc;

use nix::errno::Errno;

use super::{Hypercall, Pages, refusal};
use crate::{
    driver::{Answer, Error},
    model::Kind,
    wire::hypercall::query,
};

/// What it starts with.
const FIRST: usize = 16 * 4096;
/// What it never grows beyond: several times what the most domains and vCPUs of a host need.
const MOST: usize = 64 << 20;
/// How often a call is made again when Xen could not reach a page.
const RETRIES: u32 = 2;

/// The memory of one link, and the way to the hypervisor that reads it.
pub(super) struct Arena {
    xen: Arc<dyn Hypercall>,
    pages: Box<dyn Pages>,
    /// Whether only what asks may pass.
    fenced: bool,
}

impl Arena {
    pub(super) fn new(xen: Arc<dyn Hypercall>) -> Answer<Self> {
        let pages = xen.pages(FIRST).map_err(|errno| refusal::memory(FIRST, errno))?;
        Ok(Self { xen, pages, fenced: false })
    }

    /// Memory of its own over the same way, behind the same fence.
    pub(super) fn twin(&self) -> Answer<Self> {
        Ok(Self { fenced: self.fenced, ..Self::new(self.xen.clone())? })
    }

    /// From now on lets only calls through that ask: the rest are answered EROFS before the device sees them.
    pub(super) fn fence(&mut self) {
        self.fenced = true;
    }

    /// Makes room for this many bytes, at least twice what there was; what it holds stays.
    pub(super) fn reserve(&mut self, bytes: usize) -> Answer<()> {
        let old = self.pages.bytes().len();
        if bytes <= old {
            return Ok(());
        }
        if bytes > MOST {
            return Err(Error::new(Kind::Failed, format!("a call would need {} MiB", bytes >> 20)));
        }
        let size = bytes.max(2 * old).min(MOST);
        let mut pages = self.xen.pages(size).map_err(|errno| refusal::memory(size, errno))?;
        pages.bytes_mut()[..old].copy_from_slice(self.pages.bytes());
        self.pages = pages;
        Ok(())
    }

    /// Where a byte of it stands for the hypervisor.
    pub(super) fn address(&self, at: usize) -> u64 {
        assert!(at < self.pages.bytes().len(), "an address lies in what was reserved");
        self.pages.address() + at as u64
    }

    /// A part of it; what lies beyond its end is left out.
    pub(super) fn bytes(&self, at: usize, length: usize) -> &[u8] {
        let bytes = self.pages.bytes();
        let end = at.saturating_add(length).min(bytes.len());
        &bytes[at.min(end)..end]
    }

    /// What stands at an address of it, up to so many bytes.
    fn at_address(&self, address: u64, length: usize) -> Option<&[u8]> {
        let at = usize::try_from(address.checked_sub(self.pages.address())?).ok()?;
        Some(self.bytes(at, length))
    }

    /// Writes into it, where there is room reserved.
    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        self.pages.bytes_mut()[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Fills a part of it, where there is room reserved.
    pub(super) fn fill(&mut self, at: usize, length: usize, byte: u8) {
        self.pages.bytes_mut()[at..at + length].fill(byte);
    }

    /// Makes a call; again where a page was missing.
    pub(super) fn call(&mut self, number: u64, arguments: [u64; 5]) -> Result<u64, Errno> {
        if self.fenced && !query::only_asks(number, arguments, |at, length| self.at_address(at, length)) {
            return Err(Errno::EROFS);
        }
        for _ in 0..RETRIES {
            match self.xen.call(number, arguments) {
                Err(Errno::EFAULT) => self.pages.touch(),
                answer => return answer,
            }
        }
        self.xen.call(number, arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nowhere;

    impl Hypercall for Nowhere {
        fn call(&self, _: u64, _: [u64; 5]) -> Result<u64, Errno> {
            Err(Errno::ENOSYS)
        }

        fn pages(&self, bytes: usize) -> Result<Box<dyn Pages>, Errno> {
            Ok(Box::new(Plain(vec![0; bytes])))
        }

        fn peer(&self) -> Arc<str> {
            "nowhere".into()
        }
    }

    struct Plain(Vec<u8>);

    impl Pages for Plain {
        fn bytes(&self) -> &[u8] {
            &self.0
        }

        fn bytes_mut(&mut self) -> &mut [u8] {
            &mut self.0
        }

        fn address(&self) -> u64 {
            4096
        }

        fn touch(&mut self) {}
    }

    #[test]
    fn what_it_holds_stays_when_it_grows_and_it_does_not_grow_for_ever() {
        let mut arena = Arena::new(Arc::new(Nowhere)).expect("memory");
        arena.write(FIRST - 3, &[1, 2, 3]);
        arena.reserve(FIRST + 1).expect("memory");
        assert_eq!(arena.bytes(FIRST - 3, 4), [1, 2, 3, 0]);
        assert_eq!(arena.address(2 * FIRST - 1), 4095 + 2 * FIRST as u64);
        assert!(arena.reserve(MOST + 1).is_err());
        assert_eq!(arena.bytes(2 * FIRST - 1, 10).len(), 1);
    }
}
