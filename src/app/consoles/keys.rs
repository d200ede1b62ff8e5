//! Keys and pastes while the Console panel has the keys.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{App, Tab};
use crate::{
    app::{Effect, Overlay, command::Scope, keymap::Key},
    model::console::{Ask, Link, Scroll, Stroke, StrokeKey},
};

impl App {
    /// A key goes to the guest, or it is a command: after the escape key always, else where nothing can be typed.
    pub(in crate::app) fn console_key(&mut self, key: Key) -> Vec<Effect> {
        let escaped = std::mem::take(&mut self.consoles.escaped);
        let escape = key == self.settings.console.escape;
        let types = self.consoles.tab().is_some_and(|tab| self.types_into(tab));
        match (escaped, escape) {
            (false, true) => {
                self.consoles.escaped = true;
                Vec::new()
            }
            (true, true) | (false, false) if types => self.type_key(key),
            (true, true) => self.explain_typing(),
            (false, false) if self.startles(key) => self.explain_typing(),
            (_, false) => self.console_command(key, escaped),
        }
    }

    /// Whether a key may be one that was meant for the guest, as its console broke off while it was typed into. `Esc`
    /// and the escape key end that.
    fn startles(&mut self, key: Key) -> bool {
        let Some(tab) = self.consoles.tab_mut() else { return false };
        tab.startled && key != Key::ESC
    }

    fn console_command(&mut self, key: Key, escaped: bool) -> Vec<Effect> {
        let startled = self.consoles.tab_mut().is_some_and(|tab| std::mem::take(&mut tab.startled));
        if startled && !escaped {
            return Vec::new();
        }
        let command = self.keymap.lookup(Scope::Console, key).filter(|command| self.allows(command));
        match command {
            Some(command) => self.run(command, ""),
            None if escaped => {
                let escape = self.settings.console.escape;
                self.complain(format!("`{key}` is no key of the Console panel: `{escape} ?` lists them"));
                Vec::new()
            }
            None if key.types() => self.explain_typing(),
            None => Vec::new(),
        }
    }

    /// A key for the guest: what it answers is to be seen.
    fn type_key(&mut self, key: Key) -> Vec<Effect> {
        let Some(stroke) = stroke(key) else { return Vec::new() };
        self.send(Ask::Type(stroke))
    }

    /// Something typed for the guest.
    fn send(&mut self, ask: Ask) -> Vec<Effect> {
        let back = self.consoles.tab().and_then(|tab| tab.page.as_ref()).is_some_and(|page| page.back > 0);
        let follow = back.then_some(Ask::Scroll(Scroll::Bottom));
        follow.into_iter().chain([ask]).flat_map(|ask| self.ask_console(ask)).collect()
    }

    /// Says why nothing was typed.
    fn explain_typing(&mut self) -> Vec<Effect> {
        let Some(tab) = self.consoles.tab() else { return Vec::new() };
        let why = match (&tab.link, self.may_write(tab)) {
            (_, Err(why)) => why,
            (Link::Watching(why) | Link::Lost(why) | Link::Ended(why), _) => why.shown().to_owned(),
            (Link::Opening | Link::Writing, _) => "Esc ends looking back over its lines".to_owned(),
        };
        self.complain(format!("{}: nothing is typed: {why}", tab.label()));
        Vec::new()
    }

    /// Text pasted: for the guest where keys are; what holds line breaks is shown before.
    pub(in crate::app) fn paste_into_console(&mut self, text: String) -> Vec<Effect> {
        self.consoles.escaped = false;
        let Some(tab) = self.consoles.tab() else { return Vec::new() };
        if !self.types_into(tab) {
            return self.explain_typing();
        }
        if text.contains(['\n', '\r']) {
            self.overlay = Some(Overlay::Paste { id: tab.id, text, offset: 0 });
            return Vec::new();
        }
        self.send(Ask::Paste(text))
    }

    /// Yes: what was shown is pasted, if it still can be.
    pub(in crate::app) fn confirm_paste(
        &mut self,
        id: crate::model::console::ConsoleId,
        text: String,
    ) -> Vec<Effect> {
        let other = |tab: &Tab| tab.id != id || !self.types_into(tab);
        if self.consoles.tab().is_none_or(other) {
            return self.explain_typing();
        }
        self.send(Ask::Paste(text))
    }
}

/// A key as a guest is to get it; none for one no terminal has.
pub fn stroke(key: Key) -> Option<Stroke> {
    let event = key.event();
    let held = |modifier| event.modifiers.contains(modifier);
    let (ctrl, alt, shift) =
        (held(KeyModifiers::CONTROL), held(KeyModifiers::ALT), held(KeyModifiers::SHIFT));
    let key = match event.code {
        KeyCode::Char(c) => StrokeKey::Char(c),
        KeyCode::Tab if shift => StrokeKey::BackTab,
        KeyCode::Tab => StrokeKey::Tab,
        KeyCode::F(number) => StrokeKey::F(number),
        code => NAMED.iter().find(|(named, _)| *named == code)?.1,
    };
    Some(Stroke { key, ctrl, alt, shift })
}

const NAMED: [(KeyCode, StrokeKey); 13] = [
    (KeyCode::Enter, StrokeKey::Enter),
    (KeyCode::Backspace, StrokeKey::Backspace),
    (KeyCode::Esc, StrokeKey::Esc),
    (KeyCode::Up, StrokeKey::Up),
    (KeyCode::Down, StrokeKey::Down),
    (KeyCode::Left, StrokeKey::Left),
    (KeyCode::Right, StrokeKey::Right),
    (KeyCode::Home, StrokeKey::Home),
    (KeyCode::End, StrokeKey::End),
    (KeyCode::PageUp, StrokeKey::PageUp),
    (KeyCode::PageDown, StrokeKey::PageDown),
    (KeyCode::Insert, StrokeKey::Insert),
    (KeyCode::Delete, StrokeKey::Delete),
];
