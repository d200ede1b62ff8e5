//! A full-screen program that draws itself once a second.

use super::{super::noise::below, keys::Key, screen::Screen};

/// The programs it shows.
const PROGRAMS: [&str; 8] = ["httpd", "postgres", "sshd", "syslogd", "cron", "kworker/0:1", "init", "sh"];

/// The program.
#[derive(Debug, Default)]
pub(super) struct Top {
    frame: u64,
}

impl Top {
    /// Takes the alternate screen and draws.
    pub(super) fn begin(screen: &mut Screen) -> Self {
        screen.text("\x1b[?1049h\x1b[?25l\x1b[2J");
        let mut top = Self::default();
        top.draw(screen);
        top
    }

    /// Draws the next frame.
    pub(super) fn draw(&mut self, screen: &mut Screen) {
        self.frame += 1;
        let (rows, columns) = (screen.rows(), screen.columns());
        let header = format!("top - frame {}, {columns}x{rows}, q ends", self.frame);
        screen.text(&format!("\x1b[H\x1b[1m{header:.columns$}\x1b[0m\x1b[K"));
        screen.at(1, 0);
        screen.text("\x1b[7m  PID  %CPU COMMAND\x1b[0m\x1b[K");
        for (row, (program, pid)) in PROGRAMS.iter().zip(1_u64..).enumerate().take(rows - 2) {
            let busy = below(self.frame, pid, 1000);
            screen.at(row + 2, 0);
            screen.text(&format!("{:5} {:3}.{} {program}\x1b[K", 100 + pid, busy / 10, busy % 10));
        }
        screen.text("\x1b[J");
    }

    /// Whether a key ends it, which gives the screen back.
    pub(super) fn press(key: &Key, screen: &mut Screen) -> bool {
        let ends = matches!(key, Key::Char('q') | Key::Ctrl('c'));
        if ends {
            screen.text("\x1b[?25h\x1b[?1049l");
        }
        ends
    }
}
