//! What is shown and how: zoom, scale, theme, glyphs, the hypervisor's log, other hosts.

use super::{Arg, ArgKind, Command, Group, Look, Need, Scope};
use crate::{
    app::{App, CpuScale, Effect, Glyphs, Panel},
    model::{Op, text::visible},
};

pub(super) const ROWS: [Command; 9] = [
    Command::screen(
        "zoom",
        &["z"],
        "Gives the whole screen to the focused panel, or takes it back",
        |app, _| {
            app.screen.zoom = !app.screen.zoom;
            Vec::new()
        },
    )
    .under(Group::Show),
    Command::screen("close", &["Esc"], "Goes one step back: panel, filter, zoom", |app, _| {
        app.step_back();
        Vec::new()
    })
    .under(Group::Show),
    Command::screen("cpu-scale", &["%"], "Counts 100 % CPU as one pCPU or as the whole host", |app, _| {
        app.settings.scale = match app.settings.scale {
            CpuScale::Pcpu => CpuScale::Host,
            CpuScale::Host => CpuScale::Pcpu,
        };
        app.refilter();
        Vec::new()
    })
    .under(Group::Show),
    Command::screen("theme", &["t"], "Draws with the next theme", theme)
        .under(Group::Show)
        .needs(Need::Themes)
        .with(&[Arg::may("THEME", "its name").of(ArgKind::Theme)]),
    Command::screen("glyphs", &["b"], "Draws graphs with braille dots, blocks or plain ASCII", glyphs)
        .under(Group::Show)
        .with(&[
            Arg::may("GLYPHS", "braille, block or ascii").of(ArgKind::Choice(&["braille", "block", "ascii"]))
        ]),
    Command::screen("host-log", &["L"], "Shows what the hypervisor printed", |app, _| {
        vec![Effect::HostLog(app.pane().id)]
    })
    .under(Group::Show)
    .asks(Op::HostLog),
    Command::screen(
        "events",
        &["6"],
        "Opens or closes what happened; on the command line, prints it",
        |app, _| {
            app.screen.toggle(Panel::Events);
            Vec::new()
        },
    )
    .under(Group::Show)
    .with(&[Arg::may("--follow", "go on until interrupted")])
    .looks(Look::Events),
    Command::screen(
        "events-of",
        &["E"],
        "Shows events of the domain under the cursor only, or all",
        |app, _| {
            app.events.only = !app.events.only;
            Vec::new()
        },
    )
    .under(Group::Show)
    .within(Scope::Panels)
    .needs(Need::Domain),
    Command::screen("next-host", &["H"], "Shows the next host", |app, _| {
        app.show_host((app.host + 1) % app.hosts.len());
        Vec::new()
    })
    .under(Group::Show)
    .needs(Need::Hosts),
];

fn theme(app: &mut App, name: &str) -> Vec<Effect> {
    let settings = &mut app.settings;
    let next = match settings.themes.iter().position(|t| *t == settings.theme) {
        Some(place) => settings.themes.get((place + 1) % settings.themes.len()),
        None => settings.themes.first(),
    };
    let found = if name.is_empty() { next } else { settings.themes.iter().find(|t| *t == name) };
    let Some(theme) = found.cloned() else {
        let hint = crate::model::nearest::suggestion(name, settings.themes.iter().map(String::as_str));
        app.complain(format!("there is no theme `{}`{hint}", visible(name)));
        return Vec::new();
    };
    app.settings.theme.clone_from(&theme);
    app.say(format!("theme {}", visible(&theme)));
    vec![Effect::Theme(theme)]
}

fn glyphs(app: &mut App, word: &str) -> Vec<Effect> {
    if word.is_empty() {
        app.settings.glyphs = app.settings.glyphs.next();
    } else {
        match Glyphs::from_word(word) {
            Ok(glyphs) => app.settings.glyphs = glyphs,
            Err(why) => app.complain(why),
        }
    }
    Vec::new()
}
