//! The ring the hypervisor prints to: read on from where one left off, never cleared.

use super::link::{BUFFER, Link};
use crate::{driver::Answer, wire::hypercall::console};

/// What one call gives at most.
const PART: u32 = 32 << 10;
/// How many calls one reading makes: what a ring of 4 MiB holds.
const PARTS: u32 = 128;

impl Link {
    /// What was printed after `cursor`, and the cursor to go on from; see [`crate::driver::Observe::host_log`].
    pub(super) fn host_log(&mut self, cursor: u32) -> Answer<(String, u32)> {
        let (mut log, mut next) = (Vec::new(), cursor);
        for _ in 0..PARTS {
            let (count, index) = self.log_part(next, &mut log)?;
            next = index;
            if count < PART || !console::counts(&self.abi) {
                break;
            }
        }
        if !console::counts(&self.abi) {
            next = u32::try_from(log.len()).unwrap_or(u32::MAX);
            // Old releases give the whole ring each time: what comes after a full ring cannot be told from it.
            log.drain(..log.len().min(cursor as usize));
        }
        Ok((String::from_utf8_lossy(&log).into_owned(), next))
    }

    fn log_part(&mut self, index: u32, log: &mut Vec<u8>) -> Answer<(u32, u32)> {
        self.arena.reserve(BUFFER + PART as usize)?;
        let message = console::ask(&self.abi, index, self.arena.address(BUFFER), PART);
        let reply = self.ask("the hypervisor's console", message)?;
        let (count, next) = console::decode(&reply);
        let count = count.min(PART);
        log.extend_from_slice(self.arena.bytes(BUFFER, count as usize));
        Ok((count, next))
    }
}
