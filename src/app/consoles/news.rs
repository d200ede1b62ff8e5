//! What sessions tell.

use std::path::Path;

use super::{App, Tab};
use crate::{
    app::Effect,
    model::{
        console::{ConsoleId, Link, News},
        text::visible,
    },
};

impl App {
    /// Takes in what a console tells; one that was closed meanwhile has nothing to tell any more.
    pub(in crate::app) fn console_news(&mut self, id: ConsoleId, news: News) -> Vec<Effect> {
        let Some(place) = self.consoles.place(id) else { return Vec::new() };
        let label = self.consoles.tabs[place].label();
        match news {
            News::Link(link, tty) => {
                let tab = &mut self.consoles.tabs[place];
                tab.tty = tty.or(tab.tty.take());
                tab.stand(link);
            }
            News::Copied(text) => return self.copied(text),
            News::Saved(path, lines) => {
                self.say(format!("{label}: {lines} lines written to {}", shown(&path)));
            }
            News::Recording(path) => self.recording(place, path),
            News::Failed(why) => self.complain(format!("{label}: {}", visible(&why))),
            News::Bell | News::Stirred => self.consoles.tabs[place].unread = true,
        }
        self.consoles.settle(place);
        Vec::new()
    }

    fn copied(&mut self, text: String) -> Vec<Effect> {
        if text.is_empty() {
            self.complain("nothing is selected: drag over it, or press `v` while looking back".into());
            return Vec::new();
        }
        if !self.settings.console.clipboard {
            self.complain("the config file leaves the clipboard alone (`console_clipboard = false`)".into());
            return Vec::new();
        }
        let (characters, lines) = (text.chars().count(), text.lines().count());
        self.say(format!("copied {characters} characters in {lines} lines to the terminal's clipboard"));
        vec![Effect::Clipboard(text)]
    }

    fn recording(&mut self, place: usize, path: Option<std::path::PathBuf>) {
        let tab = &mut self.consoles.tabs[place];
        let (label, before) = (tab.label(), std::mem::replace(&mut tab.recording, path.clone()));
        match (path, before) {
            (Some(path), _) => self.say(format!("{label}: recorded into {}", shown(&path))),
            (None, Some(path)) => self.say(format!("{label}: the recording {} has ended", shown(&path))),
            (None, None) => {}
        }
    }
}

impl super::Consoles {
    /// What is shown is not unread; whether the panel is to be seen is told apart, after each message.
    fn settle(&mut self, place: usize) {
        let tab = &mut self.tabs[place];
        tab.unread &= !(place == self.shown && tab.told.0);
    }
}

impl Tab {
    /// It stands otherwise. Who was typing is in the middle of a word: no letter of it becomes a command.
    fn stand(&mut self, link: Link) {
        let writes = |link: &Link| matches!(link, Link::Writing);
        let wrote = self.startled || writes(&self.link);
        self.startled = wrote && !writes(&link) && self.wanted.write && self.browse.is_none();
        self.unread = true;
        self.link = link;
    }
}

fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}
