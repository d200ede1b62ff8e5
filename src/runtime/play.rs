//! A recording that is played.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

use super::solo::Actor;
use crate::{
    console::{
        cast::Cast,
        emulator::Emulator,
        player::{Player, Step},
    },
    model::{console::Page, text::visible},
    view::solo::Solo,
};

/// How far the arrows go.
const HOP: Duration = Duration::from_secs(5);
/// How often the time that is shown goes on.
const TICK: Duration = Duration::from_millis(250);
const KEYS: &str = "Space pause  ←→ 5 s  Home again  [ ] speed  q quit";

/// The player and the terminal it plays on.
pub(super) struct Play {
    player: Player,
    emulator: Emulator,
    page: Arc<Page>,
    title: String,
    line: String,
    since: Instant,
}

impl Play {
    /// From its beginning.
    pub(super) fn new(cast: Cast, file: &Path) -> Self {
        let title = cast.head.title.clone().unwrap_or_else(|| file.display().to_string());
        let cut = if cast.cut { " (its end is cut off)" } else { "" };
        let title = format!("{}{cut}", visible(&title));
        let emulator = Emulator::new(cast.head.size, 0);
        let player = Player::new(cast, Some(Duration::from_secs(10)));
        let (page, line, since) = (Arc::default(), String::new(), Instant::now());
        let mut play = Self { player, emulator, page, title, line, since };
        play.turn();
        play
    }

    fn key(&mut self, code: KeyCode) -> bool {
        let at = self.player.at();
        match code {
            KeyCode::Char('q') | KeyCode::Esc => return false,
            KeyCode::Char(' ') => self.player.toggle(),
            KeyCode::Left => self.player.seek(at.saturating_sub(HOP)),
            KeyCode::Right => self.player.seek(at + HOP),
            KeyCode::PageUp => self.player.seek(at.saturating_sub(HOP * 12)),
            KeyCode::PageDown => self.player.seek(at + HOP * 12),
            KeyCode::Home => self.player.seek(Duration::ZERO),
            KeyCode::End => self.player.seek(Duration::MAX),
            KeyCode::Char('[' | '-') | KeyCode::Down => self.player.slower(),
            KeyCode::Char(']' | '+') | KeyCode::Up => self.player.faster(),
            _ => {}
        }
        true
    }

    fn tell(&mut self) {
        let sign = match (self.player.ended(), self.player.paused()) {
            (true, _) => "ended",
            (false, true) => "paused",
            (false, false) => "plays",
        };
        let (at, length) = (clock(self.player.at()), clock(self.player.length()));
        self.line = format!("{} · {sign} · {at} of {length} · {}×", self.title, self.player.speed());
    }
}

impl Actor for Play {
    async fn changed(&mut self) {
        std::future::pending::<()>().await;
    }

    fn due(&self) -> Option<Duration> {
        let passed = self.since.elapsed();
        self.player.wait().map(|wait| wait.min(TICK).saturating_sub(passed))
    }

    fn input(&mut self, event: Event) -> bool {
        self.turn();
        match event {
            Event::Key(key) if key.modifiers.contains(KeyModifiers::CONTROL) => {
                key.code != KeyCode::Char('c')
            }
            Event::Key(key) if key.kind != KeyEventKind::Release => self.key(key.code),
            _ => true,
        }
    }

    fn room(&mut self, _: (u16, u16)) {}

    fn turn(&mut self) -> bool {
        let elapsed = std::mem::replace(&mut self.since, Instant::now()).elapsed();
        for step in self.player.pass(elapsed) {
            match step {
                Step::Restart(columns, rows) => self.emulator = Emulator::new((columns, rows), 0),
                Step::Output(text) => drop(self.emulator.feed(text.as_bytes(), |_| {})),
                Step::Resize(columns, rows) => self.emulator.resize((columns, rows)),
            }
        }
        self.page = self.emulator.page();
        self.tell();
        true
    }

    fn show(&self) -> Solo<'_> {
        Solo { page: Some(&self.page), left: &self.line, right: KEYS, wrong: false }
    }
}

/// As `1:02:03`, or `02:03`.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}
