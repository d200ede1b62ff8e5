//! What a simulated guest writes, on its way to the pty.

/// Above so many bytes not yet taken, a guest that only adds to them waits.
const ENOUGH: usize = 64 << 10;

/// The guest's side of a terminal.
#[derive(Debug)]
pub(super) struct Screen {
    /// What was written and is not yet in the pty.
    pub(super) out: Vec<u8>,
    /// Columns and rows.
    pub(super) size: (u16, u16),
}

impl Default for Screen {
    fn default() -> Self {
        Self { out: Vec::new(), size: (80, 24) }
    }
}

impl Screen {
    /// Writes text as it is.
    pub(super) fn text(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    /// Writes a line and goes to the next.
    pub(super) fn line(&mut self, text: &str) {
        self.text(text);
        self.text("\r\n");
    }

    /// Writes lines.
    pub(super) fn lines(&mut self, lines: impl IntoIterator<Item = impl AsRef<str>>) {
        for line in lines {
            self.line(line.as_ref());
        }
    }

    /// Goes to a row and column, both from 0.
    pub(super) fn at(&mut self, row: usize, column: usize) {
        self.text(&format!("\x1b[{};{}H", row + 1, column + 1));
    }

    /// Whether it is worth while to write more.
    pub(super) fn has_room(&self) -> bool {
        self.out.len() < ENOUGH
    }

    /// Rows there are, at least two.
    pub(super) fn rows(&self) -> usize {
        usize::from(self.size.1).max(2)
    }

    /// Columns there are, at least two.
    pub(super) fn columns(&self) -> usize {
        usize::from(self.size.0).max(2)
    }
}
