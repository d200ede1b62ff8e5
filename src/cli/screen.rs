//! The screen: settings from file and command line, hosts opened, the loop run.

use std::{
    env::var,
    io::{IsTerminal, stdin, stdout},
};

use super::{
    args::{Options, ScreenWish},
    audit,
    hosts::{self, Choice},
    sample,
    trouble::{Status, Trouble},
};
use crate::{
    app::{HostPane, Mode, Settings, Table, keymap::Keymap, settings::Glyphs},
    config::Config,
    console::{session, share::Place},
    driver::session::{self as host, Session},
    model::Nanos,
    runtime::{self, Setup},
    sampler::stamp,
    theme::{Depth, Theme},
};

/// Opens the screen on every host and runs until the user ends it.
pub(super) fn run(
    options: &Options,
    wish: &ScreenWish,
    config: &Config,
    choices: &[Choice],
) -> Result<(), Trouble> {
    let (settings, table) = settings(options, wish, config)?;
    let keymap = Keymap::new(&config.keys).map_err(|why| Trouble::usage(config.blame_in("keys", &why)))?;
    terminal("use --batch")?;
    let open = |(place, choice)| open((options, config), choice, place);
    let hosts = choices.iter().enumerate().map(open).collect::<Result<_, _>>()?;
    let scribes = audit::scribes(config, choices)?.into_iter().enumerate();
    let scribes = scribes.filter_map(|(place, scribe)| Some((hosts::id(place), scribe?))).collect();
    let setup = Setup {
        hosts,
        settings,
        keymap,
        scribes,
        table,
        past: config.history_place(),
        consoles: consoles(config),
        ring: config.console_ring.map_or(0, |kib| usize::try_from(kib).unwrap_or(0) << 10),
    };
    runtime::run(setup).map_err(|why| Trouble::new(Status::Failed, why))
}

/// What consoles are opened with.
pub(super) fn consoles(config: &Config) -> session::Options {
    session::Options {
        history: config.console_lines(),
        before: Vec::new(),
        record: config.console_folder(),
        place: Place::usual(),
        who: crate::audit::User::current().name,
    }
}

/// The file's settings with the command line's over them.
fn settings(options: &Options, wish: &ScreenWish, config: &Config) -> Result<(Settings, Table), Trouble> {
    let wrong = |why: String| Trouble::usage(config.blame(&why));
    let (mut settings, table) = Settings::from_config(config).map_err(wrong)?;
    settings.interval = sample::interval(options, config);
    settings.mouse &= !wish.no_mouse;
    let asked = wish.revert_after.map(|seconds| Nanos(u64::from(seconds) * 1_000_000_000));
    settings.revert_after = asked.or(settings.revert_after);
    settings.user = crate::audit::User::current().name;
    settings.utc_offset = utc_offset();
    settings.glyphs = match (&wish.glyphs, &config.glyphs) {
        (Some(word), _) => Glyphs::from_word(word).map_err(Trouble::usage)?,
        (None, Some(_)) => settings.glyphs,
        (None, None) => glyphs(|name| var(name).unwrap_or_default()),
    };
    theme(wish, config, &mut settings)?;
    Ok((settings, table))
}

/// The theme, read once here so that what is wrong with it is said before the screen opens.
fn theme(wish: &ScreenWish, config: &Config, settings: &mut Settings) -> Result<(), Trouble> {
    settings.theme = wish.theme.clone().unwrap_or_else(|| settings.theme.clone());
    Theme::load(&settings.theme, Depth::None).map_err(|why| match wish.theme {
        Some(_) => Trouble::usage(format!("--theme: {why}")),
        None => Trouble::usage(config.blame(&format!("`theme`: {why}"))),
    })?;
    settings.themes = Theme::names();
    if !settings.themes.contains(&settings.theme) {
        settings.themes.push(settings.theme.clone());
    }
    Ok(())
}

/// Seconds by which local time is ahead of UTC now; the screen keeps to that, also where the clocks are changed while
/// it is open.
fn utc_offset() -> i32 {
    let now = jiff::Timestamp::from_nanosecond(i128::from(stamp().wall.0)).unwrap_or_default();
    jiff::tz::TimeZone::system().to_offset(now).seconds()
}

/// What this terminal can show: more than ASCII needs a UTF-8 locale, and Linux's own console has no braille.
fn glyphs(variable: impl Fn(&str) -> String) -> Glyphs {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names.map(&variable).into_iter().find(|value| !value.is_empty()).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    match variable("TERM").as_str() {
        _ if !locale.contains("utf-8") && !locale.contains("utf8") => Glyphs::Ascii,
        "dumb" | "vt100" | "vt220" => Glyphs::Ascii,
        "linux" => Glyphs::Block,
        _ => Glyphs::Braille,
    }
}

/// Whether there is a terminal to draw on and to read keys from.
pub(super) fn terminal(instead: &str) -> Result<(), Trouble> {
    for (there, name) in [(stdout().is_terminal(), "stdout"), (stdin().is_terminal(), "stdin")] {
        if !there {
            return Err(Trouble::usage(format!("{name} is not a terminal: {instead}")));
        }
    }
    Ok(())
}

fn open(
    (options, config): (&Options, &Config),
    choice: &Choice,
    place: usize,
) -> Result<(HostPane, Session), Trouble> {
    let (session, mode) = if let Some(why) = hosts::looking_only(options, config, choice) {
        (Session::from(hosts::look_at(choice, place)?), Mode::Viewer(why))
    } else {
        let session = host::open(&choice.uri, hosts::id(place))
            .map_err(|failure| Trouble::open(&choice.uri.to_string(), &failure))?;
        let mode = session.barred.clone().map_or(Mode::Operator, Mode::Viewer);
        (session, mode)
    };
    Ok((HostPane::new(hosts::id(place), choice.uri.to_string(), choice.why.clone(), mode), session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_are_what_the_terminal_can_show() {
        for (term, locale, shown) in [
            ("xterm-256color", "de_DE.UTF-8", Glyphs::Braille),
            ("xterm-256color", "C.utf8", Glyphs::Braille),
            ("linux", "en_US.UTF-8", Glyphs::Block),
            ("xterm-256color", "C", Glyphs::Ascii),
            ("xterm-256color", "", Glyphs::Ascii),
            ("vt220", "C.UTF-8", Glyphs::Ascii),
        ] {
            let variable = |name: &str| match name {
                "TERM" => term.to_owned(),
                "LC_ALL" => String::new(),
                _ => locale.to_owned(),
            };
            assert_eq!(glyphs(variable), shown, "{term} {locale}");
        }
    }
}
