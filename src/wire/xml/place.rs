//! Lines and columns of places in a text, found only where something is to be told of them.

/// The lines of a text, met from the front.
pub(super) struct Places<'t> {
    text: &'t str,
    /// The place that was asked for last, its line and its column, both from 0.
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Places<'t> {
    /// Of a text.
    pub(super) const fn of(text: &'t str) -> Self {
        Self { text, at: 0, line: 0, column: 0 }
    }

    /// The line and the column in characters, both from 1, of a place that is not before the one asked for last.
    pub(super) fn at(&mut self, place: usize) -> (usize, usize) {
        let place =
            (0..=place.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        let passed = &self.text[self.at..place.max(self.at)];
        self.at = place.max(self.at);
        if let Some(end) = passed.rfind('\n') {
            self.line += passed.bytes().filter(|byte| *byte == b'\n').count();
            self.column = passed[end + 1..].chars().count();
        } else {
            self.column += passed.chars().count();
        }
        (self.line + 1, self.column + 1)
    }
}
