//! Lines typed for a console: what to look for, and files.

use std::path::PathBuf;

use tui_input::Input;

use super::{App, Tab};
use crate::{
    app::{Effect, Overlay},
    model::console::{Ask, ConsoleId},
};

/// What is typed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A text to look for.
    Find,
    /// A file to write the lines kept into.
    Save,
    /// A file to record into.
    Record,
}

impl Purpose {
    /// What stands before the line.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Find => "find",
            Self::Save => "save into the file",
            Self::Record => "record into the file",
        }
    }
}

impl App {
    /// Asks for a line, or takes what was typed already.
    pub(in crate::app) fn prompt_console(&mut self, purpose: Purpose, typed: &str) -> Vec<Effect> {
        let Some(tab) = self.consoles.tab() else { return Vec::new() };
        let id = tab.id;
        if !typed.is_empty() {
            return self.accept_console((id, purpose), typed.into());
        }
        let offered = match purpose {
            Purpose::Find => tab.search.clone(),
            Purpose::Save => self.file_for(tab, "txt"),
            Purpose::Record => self.file_for(tab, "cast"),
        };
        self.overlay = Some(Overlay::Console { id, purpose, input: offered.into(), error: None });
        Vec::new()
    }

    /// The line was typed.
    pub(in crate::app) fn accept_console(
        &mut self,
        (id, purpose): (ConsoleId, Purpose),
        input: Input,
    ) -> Vec<Effect> {
        if self.consoles.tab().is_none_or(|tab| tab.id != id) {
            self.complain("the console it was for is not shown any more".into());
            return Vec::new();
        }
        let text = input.value().to_owned();
        match purpose {
            Purpose::Find => self.find_in_console(&text),
            _ if text.trim().is_empty() => {
                let error = Some("a file's name is missing".into());
                self.overlay = Some(Overlay::Console { id, purpose, input, error });
                Vec::new()
            }
            Purpose::Save => self.ask_console(Ask::Save(path(&text))),
            Purpose::Record => self.ask_console(Ask::Record(Some(path(&text)))),
        }
    }

    /// Begins to record into a file of its own name, or into this one; or ends it.
    pub(in crate::app) fn record_console(&mut self, typed: &str) -> Vec<Effect> {
        let Some(tab) = self.consoles.tab() else { return Vec::new() };
        let ask = match (&tab.recording, typed) {
            (Some(_), "") => Ask::Record(None),
            (_, "") if self.settings.console.folder.is_none() => {
                return self.prompt_console(Purpose::Record, "");
            }
            (_, "") => Ask::Record(Some(self.file_for(tab, "cast").into())),
            (_, file) => Ask::Record(Some(path(file))),
        };
        self.ask_console(ask)
    }

    /// A file for what a console shows: in the folder for recordings, named after the domain and the time.
    fn file_for(&self, tab: &Tab, ending: &str) -> String {
        let name: String = tab.wanted.name.raw().chars().map(plain).take(64).collect();
        let name =
            if name.trim_matches(['.', '_']).is_empty() { "console" } else { name.trim_start_matches('.') };
        let wall = self.pane().latest.as_ref().map_or(0, |snapshot| snapshot.at.wall.0);
        let seconds = i64::try_from(wall / 1_000_000_000).unwrap_or(0) + i64::from(self.settings.utc_offset);
        let file = if wall == 0 {
            format!("{name}.{ending}")
        } else {
            format!("{name}-{}.{ending}", stamp(seconds))
        };
        match &self.settings.console.folder {
            Some(folder) => folder.join(file).to_string_lossy().into_owned(),
            None => file,
        }
    }
}

/// What was typed, as a file's name: the word it is where it was quoted.
fn path(text: &str) -> PathBuf {
    crate::app::words::split(text).join(" ").into()
}

/// A character that needs no care in a file's name.
const fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }
}

/// Seconds since 1970 as `20261126-120442`.
fn stamp(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    format!("{year:04}{month:02}{day:02}-{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The day so many days after 1970-01-01, in the Gregorian calendar: years begin in March, so that the leap day is
/// the last of one.
const fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_its_date() {
        assert_eq!(stamp(0), "19700101-000000");
        assert_eq!(stamp(951_782_399), "20000228-235959");
        assert_eq!(stamp(951_782_400), "20000229-000000");
        assert_eq!(stamp(1_795_694_682), "20261126-120442");
        assert_eq!(stamp(4_107_542_400), "21000301-000000");
    }
}
