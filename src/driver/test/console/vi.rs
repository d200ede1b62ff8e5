//! A small vi: enough of the real one to move about, insert, delete, write and leave.
//!
//! ```text
//!            i a o                 :
//!   command ───────► insert   command ───► line ──► w, q, wq, q!
//!       ▲               │         ▲          │
//!       └───── Esc ─────┘         └── Esc ───┘
//! ```

use super::{keys::Key, screen::Screen};

/// The editor with one file.
#[derive(Debug)]
pub(super) struct Vi {
    name: String,
    lines: Vec<Vec<char>>,
    /// The cursor's line and character.
    row: usize,
    column: usize,
    /// The first line shown.
    top: usize,
    mode: Mode,
    /// What was pressed of a command of two keys.
    pending: Option<char>,
    status: String,
    changed: bool,
    drawn: (u16, u16),
}

#[derive(Debug, Default, PartialEq)]
enum Mode {
    #[default]
    Command,
    Insert,
    Line(String),
}

/// What comes of a key.
#[derive(Debug, PartialEq)]
pub(super) enum Then {
    /// It goes on.
    Edit,
    /// The file is written: its text.
    Write(String),
    /// It ends, with the text to write where that was asked for.
    End(Option<String>),
}

impl Vi {
    /// Takes the alternate screen and shows a file.
    pub(super) fn begin(name: &str, text: &str, screen: &mut Screen) -> Self {
        let mut lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        lines.resize(lines.len().max(1), Vec::new());
        let status = format!("\"{name}\" {} lines", lines.len());
        let mut vi = Self {
            name: name.into(),
            lines,
            row: 0,
            column: 0,
            top: 0,
            mode: Mode::Command,
            pending: None,
            status,
            changed: false,
            drawn: (0, 0),
        };
        screen.text("\x1b[?1049h\x1b[2J");
        vi.draw(screen);
        vi
    }

    /// The file's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Draws where the terminal has another size than at the last time.
    pub(super) fn redraw(&mut self, screen: &mut Screen) {
        if self.drawn != screen.size {
            self.draw(screen);
        }
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: &Key, screen: &mut Screen) -> Then {
        let then = match &mut self.mode {
            Mode::Command => self.command(key),
            Mode::Insert => self.insert(key),
            Mode::Line(line) => match key {
                Key::Char(c) => {
                    line.push(*c);
                    Then::Edit
                }
                Key::Backspace if line.pop().is_some() => Then::Edit,
                Key::Enter => self.obey(),
                _ => {
                    self.mode = Mode::Command;
                    Then::Edit
                }
            },
        };
        self.keep_in();
        match then {
            Then::End(_) => screen.text("\x1b[?1049l"),
            _ => self.draw(screen),
        }
        then
    }

    fn command(&mut self, key: &Key) -> Then {
        let pending = self.pending.take();
        self.status.clear();
        match key {
            Key::Char('h') | Key::Left => self.column = self.column.saturating_sub(1),
            Key::Char('l') | Key::Right => self.column += 1,
            Key::Char('k') | Key::Up => self.row = self.row.saturating_sub(1),
            Key::Char('j') | Key::Down => self.row += 1,
            Key::Char('0') => self.column = 0,
            Key::Char('$') => self.column = self.lines[self.row].len(),
            Key::Char('x') => self.erase(),
            Key::Char('d') if pending == Some('d') => self.remove_line(),
            Key::Char('d') => self.pending = Some('d'),
            Key::Char(c @ ('i' | 'a' | 'o')) => self.begin_insert(*c),
            Key::Char(':') => self.mode = Mode::Line(String::new()),
            _ => {}
        }
        Then::Edit
    }

    fn begin_insert(&mut self, how: char) {
        self.mode = Mode::Insert;
        match how {
            'a' => self.column = (self.column + 1).min(self.lines[self.row].len()),
            'o' => {
                self.row += 1;
                self.column = 0;
                self.lines.insert(self.row, Vec::new());
                self.changed = true;
            }
            _ => {}
        }
    }

    fn erase(&mut self) {
        if self.column < self.lines[self.row].len() {
            self.lines[self.row].remove(self.column);
            self.changed = true;
        }
    }

    fn remove_line(&mut self) {
        self.lines.remove(self.row);
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        self.changed = true;
    }

    fn insert(&mut self, key: &Key) -> Then {
        match key {
            Key::Char(c) => {
                self.lines[self.row].insert(self.column, *c);
                self.column += 1;
            }
            Key::Enter => {
                let rest = self.lines[self.row].split_off(self.column);
                self.row += 1;
                self.column = 0;
                self.lines.insert(self.row, rest);
            }
            Key::Backspace => self.erase_before(),
            Key::Up => self.row = self.row.saturating_sub(1),
            Key::Down => self.row += 1,
            Key::Left => self.column = self.column.saturating_sub(1),
            Key::Right => self.column += 1,
            Key::Esc | Key::Ctrl('c') => {
                self.mode = Mode::Command;
                self.column = self.column.saturating_sub(1);
            }
            _ => {}
        }
        self.changed |= matches!(key, Key::Char(_) | Key::Enter | Key::Backspace);
        Then::Edit
    }

    fn erase_before(&mut self) {
        if self.column > 0 {
            self.column -= 1;
            self.lines[self.row].remove(self.column);
        } else if self.row > 0 {
            let rest = self.lines.remove(self.row);
            self.row -= 1;
            self.column = self.lines[self.row].len();
            self.lines[self.row].extend(rest);
        }
    }

    /// Does what the line says.
    fn obey(&mut self) -> Then {
        let Mode::Line(line) = std::mem::take(&mut self.mode) else { return Then::Edit };
        match line.as_str() {
            "w" => {
                self.status = format!("\"{}\" {} lines written", self.name, self.lines.len());
                self.changed = false;
                Then::Write(self.text())
            }
            "wq" | "x" => Then::End(Some(self.text())),
            "q!" => Then::End(None),
            "q" if !self.changed => Then::End(None),
            "q" => self.say("No write since last change (:q! overrides)"),
            "" => Then::Edit,
            other => self.say(&format!("Not an editor command: {other}")),
        }
    }

    fn say(&mut self, status: &str) -> Then {
        self.status = status.into();
        Then::Edit
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| line.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
    }

    /// The cursor stays on the text: behind its line's last character only while inserting.
    fn keep_in(&mut self) {
        self.row = self.row.min(self.lines.len() - 1);
        let length = self.lines[self.row].len();
        let most = if self.mode == Mode::Insert { length } else { length.saturating_sub(1) };
        self.column = self.column.min(most);
    }

    fn draw(&mut self, screen: &mut Screen) {
        let (rows, columns) = (screen.rows() - 1, screen.columns());
        self.top = self.top.clamp((self.row + 1).saturating_sub(rows), self.row);
        screen.text("\x1b[?25l");
        for row in 0..rows {
            screen.at(row, 0);
            match self.lines.get(self.top + row) {
                Some(line) => screen.text(&line.iter().take(columns).collect::<String>()),
                None => screen.text("\x1b[34m~\x1b[0m"),
            }
            screen.text("\x1b[K");
        }
        screen.at(rows, 0);
        screen.text(&format!("{:.columns$}\x1b[K", self.bottom()));
        if !matches!(self.mode, Mode::Line(_)) {
            screen.at(self.row - self.top, self.column.min(columns - 1));
        }
        screen.text("\x1b[?25h");
        self.drawn = screen.size;
    }

    fn bottom(&self) -> String {
        match &self.mode {
            Mode::Command => self.status.clone(),
            Mode::Insert => "-- INSERT --".into(),
            Mode::Line(line) => format!(":{line}"),
        }
    }
}
