//! Bytes for the guest that it has not taken yet.

use std::io;

use crate::console::line::Sink;

/// The most bytes that wait: far more than anybody types, and as much as is pasted at once.
const MOST: usize = 1 << 20;

/// Bytes that wait, in order.
#[derive(Debug, Default)]
pub(super) struct Typed(Vec<u8>);

impl Typed {
    /// Has bytes sent: all of them, or none where too many wait.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        let room = self.0.len() + bytes.len() <= MOST;
        if room {
            self.0.extend_from_slice(bytes);
        }
        room
    }

    /// How many wait.
    pub(super) const fn waiting(&self) -> usize {
        self.0.len()
    }

    /// Forgets them; returns how many there were.
    pub(super) fn forget(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }

    /// Gives the guest what it takes now.
    ///
    /// # Errors
    /// Where the console has gone.
    pub(super) fn send(&mut self, sink: &mut dyn Sink) -> io::Result<()> {
        while !self.0.is_empty() {
            match sink.write(&self.0) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => drop(self.0.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
