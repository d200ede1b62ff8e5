//! The program itself: help, palette, mouse, terminal, end.

use tui_input::Input;

use super::Command;
use crate::app::{Effect, Overlay};

pub(super) const ROWS: [Command; 6] = [
    Command::screen("help", &["?", "F1", "h"], "Shows every command with its keys, searchable", |app, _| {
        app.overlay = Some(Overlay::Help { search: Input::default(), offset: 0 });
        Vec::new()
    }),
    Command::screen("palette", &[":"], "Runs a command by name", |app, _| {
        app.overlay = Some(Overlay::Palette { input: Input::default(), selected: 0 });
        Vec::new()
    }),
    Command::screen(
        "mouse",
        &["o"],
        "Takes the mouse, or leaves it to the terminal for copying",
        |app, _| {
            app.settings.mouse = !app.settings.mouse;
            let whose = if app.settings.mouse { "ours" } else { "the terminal's: drag to copy" };
            app.say(format!("the mouse is {whose}"));
            vec![Effect::Mouse(app.settings.mouse)]
        },
    ),
    Command::screen("redraw", &["Ctrl-l"], "Clears the terminal and draws all anew", |_, _| {
        vec![Effect::Redraw]
    }),
    Command::screen("background", &["Ctrl-z"], "Gives the terminal back to the shell until `fg`", |_, _| {
        vec![Effect::Suspend]
    }),
    Command::screen("quit", &["q", "Ctrl-c", "F10"], "Ends the program; the domains run on", |app, _| {
        app.leave()
    }),
];
