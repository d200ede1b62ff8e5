//! The last bytes of a console that nobody looks at: bounded, and cut where a terminal can begin to read.

use std::collections::VecDeque;

/// Keeps the last bytes that passed the guard.
#[derive(Debug, Default)]
pub struct Ring {
    bytes: VecDeque<u8>,
    most: usize,
    /// Whether older bytes were dropped.
    cut: bool,
}

impl Ring {
    /// For so many bytes; 0 keeps none.
    pub fn new(most: usize) -> Self {
        Self { bytes: VecDeque::with_capacity(most), most, cut: false }
    }

    /// Keeps these, and forgets as many of the oldest as there is no room for.
    pub fn keep(&mut self, bytes: &[u8]) {
        let (dropped, kept) = bytes.split_at(bytes.len().saturating_sub(self.most));
        let over = (self.bytes.len() + kept.len()).saturating_sub(self.most);
        self.cut |= over > 0 || !dropped.is_empty();
        self.bytes.drain(..over);
        self.bytes.extend(kept);
    }

    /// What is kept, from the beginning of a line where older bytes were dropped: no sequence and no character is
    /// entered in its middle.
    pub fn replay(&mut self) -> &[u8] {
        let bytes = self.bytes.make_contiguous();
        if !self.cut {
            return bytes;
        }
        let line = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let start = line.or_else(|| bytes.iter().position(|byte| *byte == 0x1b));
        &bytes[start.unwrap_or(bytes.len())..]
    }

    /// How many bytes are kept.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.cut = false;
    }
}
