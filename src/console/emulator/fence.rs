//! What of a guest's wishes the emulation gets to hear: all that happens on its screen, and nothing else.
//!
//! Titles, links, colours of the palette, the clipboard, pointer shapes and keyboard protocols end here, whatever way
//! they came; the three questions that are answered are answered here, as many as the guest has left.

use alacritty_terminal::{
    Term,
    event::VoidListener,
    grid::Dimensions,
    index::Column,
    term::{TermMode, cell::Flags},
    vte::ansi::{
        Attr, CharsetIndex, ClearMode, Handler, LineClearMode, Mode, PrivateMode, StandardCharset,
        TabulationClearMode,
    },
};
use unicode_width::UnicodeWidthChar;

/// Marks without a width that one cell takes.
const MOST_MARKS: usize = 8;

/// What a guest said that is not for its screen.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) answers: Vec<u8>,
    pub(super) bells: u32,
    /// Answers it may still have.
    pub(super) left: u32,
}

impl Heard {
    pub(super) const fn new(left: u32) -> Self {
        Self { answers: Vec::new(), bells: 0, left }
    }

    fn answer(&mut self, bytes: &[u8]) {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            self.answers.extend_from_slice(bytes);
        }
    }
}

/// The emulation, as the parser sees it.
pub(super) struct Fence<'a> {
    pub(super) term: &'a mut Term<VoidListener>,
    pub(super) heard: &'a mut Heard,
    /// The character set in use; the emulation doesn't tell.
    pub(super) charset: &'a mut CharsetIndex,
}

impl Fence<'_> {
    /// Writes a letter of ASCII as the emulation would, where nothing is about it: most of what guests send is that, and
    /// this pays for all that is around the emulation. Says whether it did.
    #[inline]
    fn write(&mut self, c: char) -> bool {
        if self.term.mode().contains(TermMode::INSERT) {
            return false;
        }
        let grid = self.term.grid_mut();
        let (columns, cursor) = (grid.columns(), &grid.cursor);
        let usual = !cursor.input_needs_wrap
            && cursor.point.column.0 + 1 < columns
            && cursor.template.extra.is_none()
            && cursor.charsets[*self.charset] == StandardCharset::Ascii;
        let (fg, bg, flags) = (cursor.template.fg, cursor.template.bg, cursor.template.flags);
        if !usual {
            return false;
        }
        let cell = grid.cursor_cell();
        if cell.extra.is_some() || cell.flags.intersects(Flags::WIDE_CHAR | Flags::WIDE_CHAR_SPACER) {
            return false;
        }
        (cell.c, cell.fg, cell.bg, cell.flags) = (c, fg, bg, flags);
        grid.cursor.point.column += 1;
        true
    }

    /// Whether the cell a mark would go to has as many as it takes.
    #[cold]
    fn is_laden(&self) -> bool {
        let grid = self.term.grid();
        let mut column = grid.cursor.point.column.0;
        if !grid.cursor.input_needs_wrap {
            column = column.saturating_sub(1);
        }
        let row = &grid[grid.cursor.point.line];
        if row[Column(column)].flags.contains(Flags::WIDE_CHAR_SPACER) {
            column = column.saturating_sub(1);
        }
        row[Column(column)].zerowidth().is_some_and(|marks| marks.len() >= MOST_MARKS)
    }
}

/// Passes these on as they are.
macro_rules! pass {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(#[inline]
        fn $name(&mut self $(, $argument: $type)*) {
            self.term.$name($($argument),*);
        })*
    };
}

impl Handler for Fence<'_> {
    pass! {
        goto(line: i32, column: usize);
        goto_line(line: i32);
        goto_col(column: usize);
        insert_blank(count: usize);
        move_up(count: usize);
        move_down(count: usize);
        move_forward(count: usize);
        move_backward(count: usize);
        move_down_and_cr(count: usize);
        move_up_and_cr(count: usize);
        put_tab(count: u16);
        backspace();
        carriage_return();
        linefeed();
        newline();
        substitute();
        set_horizontal_tabstop();
        scroll_up(count: usize);
        scroll_down(count: usize);
        insert_blank_lines(count: usize);
        delete_lines(count: usize);
        erase_chars(count: usize);
        delete_chars(count: usize);
        move_backward_tabs(count: u16);
        move_forward_tabs(count: u16);
        save_cursor_position();
        restore_cursor_position();
        clear_line(mode: LineClearMode);
        clear_screen(mode: ClearMode);
        clear_tabs(mode: TabulationClearMode);
        set_tabs(interval: u16);
        reverse_index();
        terminal_attribute(attribute: Attr);
        set_mode(mode: Mode);
        unset_mode(mode: Mode);
        set_private_mode(mode: PrivateMode);
        unset_private_mode(mode: PrivateMode);
        set_scrolling_region(top: usize, bottom: Option<usize>);
        set_keypad_application_mode();
        unset_keypad_application_mode();
        configure_charset(index: CharsetIndex, charset: StandardCharset);
        decaln();
    }

    #[inline]
    fn input(&mut self, c: char) {
        if matches!(c, ' '..='~') {
            if !self.write(c) {
                self.term.input(c);
            }
            return;
        }
        // Below U+0300 none is a mark but the soft hyphen, which takes a column or none by the version of Unicode.
        if (c >= '\u{300}' || c == '\u{ad}') && c.width() == Some(0) && self.is_laden() {
            return;
        }
        self.term.input(c);
    }

    fn set_active_charset(&mut self, index: CharsetIndex) {
        *self.charset = index;
        self.term.set_active_charset(index);
    }

    fn reset_state(&mut self) {
        *self.charset = CharsetIndex::default();
        self.term.reset_state();
    }

    fn bell(&mut self) {
        self.heard.bells = self.heard.bells.saturating_add(1);
    }

    /// DA1: a VT102, as the emulation itself answers.
    fn identify_terminal(&mut self, intermediate: Option<char>) {
        if intermediate.is_none() {
            self.heard.answer(b"\x1b[?6c");
        }
    }

    /// DSR: 5 asks for its state, 6 for the cursor's place.
    fn device_status(&mut self, number: usize) {
        let place = self.term.grid().cursor.point;
        match number {
            5 => self.heard.answer(b"\x1b[0n"),
            6 => self.heard.answer(format!("\x1b[{};{}R", place.line.0 + 1, place.column.0 + 1).as_bytes()),
            _ => {}
        }
    }
}
