//! The simulated hypervisor's console ring.

use std::collections::VecDeque;

use crate::model::Nanos;

/// Bytes kept, as in the smallest ring of a real one.
const KEPT: usize = 16 << 10;

/// What the hypervisor printed of late.
#[derive(Debug, Default)]
pub(super) struct Log {
    lines: VecDeque<String>,
    bytes: usize,
    /// Bytes printed since the start; the cursor counts the same and wraps with it.
    printed: u32,
}

impl Log {
    /// Prints a line with its time.
    pub(super) fn print(&mut self, now: Nanos, text: &str) {
        let line = format!("(XEN) [{:>12.6}] {text}\n", now.seconds());
        self.printed = self.printed.wrapping_add(u32::try_from(line.len()).unwrap_or(u32::MAX));
        self.bytes += line.len();
        self.lines.push_back(line);
        while self.bytes > KEPT && self.lines.len() > 1 {
            self.bytes -= self.lines.pop_front().map_or(0, |line| line.len());
        }
    }

    /// What was printed after `cursor`, or all that is kept where that is less or the cursor is 0; and the cursor to
    /// go on from.
    pub(super) fn after(&self, cursor: u32) -> (String, u32) {
        let missed = self.printed.wrapping_sub(cursor) as usize;
        let wanted = if cursor == 0 { self.bytes } else { missed.min(self.bytes) };
        let all: String = self.lines.iter().map(String::as_str).collect();
        let from = (self.bytes - wanted..=self.bytes).find(|at| all.is_char_boundary(*at));
        (all[from.unwrap_or(self.bytes)..].into(), self.printed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_goes_on_where_it_stopped() {
        let mut log = Log::default();
        log.print(Nanos(0), "first");
        let (all, cursor) = log.after(0);
        assert!(all.contains("first"));
        assert_eq!(log.after(cursor), (String::new(), cursor));
        log.print(Nanos(1_500_000_000), "sécond");
        assert_eq!(log.after(cursor).0, "(XEN) [    1.500000] sécond\n");
        assert!(log.after(cursor.wrapping_sub(3)).0.ends_with("sécond\n"));
    }

    #[test]
    fn the_ring_is_bounded() {
        let mut log = Log::default();
        (0..10_000).for_each(|_| log.print(Nanos(0), "again and again"));
        assert!(log.after(0).0.len() <= KEPT);
        assert!(log.after(1).0.len() <= KEPT);
    }
}
