//! Consoles: opening one, and what the Console panel does when its keys do not go to the guest.

use super::{Arg, ArgKind, Command, Group, Look, Need, Scope};
use crate::{
    app::{App, Effect, consoles::Purpose},
    model::{
        Op,
        console::{Ask, Selecting, Upwards},
    },
};

/// A row of the Console panel.
macro_rules! row {
    ($name:literal, $keys:expr, $doc:literal, $run:expr) => {
        row!($name, $keys, Console, $doc, $run)
    };
    ($name:literal, $keys:expr, $need:ident, $doc:literal, $run:expr) => {
        Command::screen($name, $keys, $doc, $run)
            .under(Group::Console)
            .within(Scope::Console)
            .needs(Need::$need)
    };
}

const DOMAIN: Arg = Arg::may("DOMAIN", "its name, id or uuid; none takes the one under the cursor");
const FILE: Arg = Arg::may("FILE", "where to, which must not be there").of(ArgKind::File);

pub(super) const ROWS: [Command; 24] = [
    Command::screen("console", &["c"], "Opens a domain's console, or goes back to it", App::open_console)
        .under(Group::Console)
        .asks(Op::Consoles)
        .with(&[DOMAIN.of(ArgKind::Domain)])
        .looks(Look::Console),
    Command::screen(
        "console-device",
        &["Alt-c"],
        "Chooses which of a domain's consoles to open",
        App::choose_console,
    )
    .under(Group::Console)
    .asks(Op::Consoles)
    .with(&[DOMAIN.of(ArgKind::Domain)]),
    row!(
        "console-detach",
        &["d", "q", "."],
        "Leaves a console, which goes on and keeps every line",
        |app, _| {
            app.detach_console();
            Vec::new()
        }
    ),
    row!("console-close", &["x"], "Ends a console and drops the lines it kept", |app, _| app.close_console()),
    row!("console-next", &["]"], Consoles, "Shows the next open console", |app, _| turn(app, 1)),
    row!("console-previous", &["["], Consoles, "Shows the open console before", |app, _| turn(app, -1)),
    row!("console-split", &["|"], "Puts the consoles beside the table, or below it", |app, _| {
        app.split_console();
        Vec::new()
    }),
    row!("console-take", &["t"], Pen, "Becomes the one who writes, whoever that is now", |app, _| {
        app.take_console()
    }),
    row!("console-yield", &["w"], Pen, "Writes no more and watches, so that others may write", |app, _| {
        app.yield_console()
    }),
    row!("console-attach", &["a"], "Tries at once to attach a console that broke off", |app, _| {
        app.reattach_console()
    }),
    row!("console-live", &["Esc"], "Goes one step back: selection, looking back, panel", |app, _| {
        app.back_from_console()
    }),
    row!("console-browse", &["b"], "Looks back over the lines kept: keys move a caret there", |app, _| {
        app.browse_console();
        Vec::new()
    }),
    row!("console-left", &["Left"], "Moves the caret to the left while looking back", |app, _| {
        app.slide_console(-1)
    }),
    row!("console-right", &["Right"], "Moves the caret to the right while looking back", |app, _| {
        app.slide_console(1)
    }),
    row!("console-find", &["/"], "Looks for a text in all lines kept, upwards", |app, typed| {
        app.prompt_console(Purpose::Find, typed)
    })
    .with(&[Arg::may("TEXT…", "what to look for; none opens the line")]),
    row!("console-older", &["n"], "Goes to where the text was found before", |app, _| {
        app.find_again(Upwards::Yes)
    }),
    row!("console-newer", &["N"], "Goes to where the text was found after", |app, _| {
        app.find_again(Upwards::No)
    }),
    row!("console-select", &["v"], "Selects from the caret on, or nothing any more", |app, _| {
        app.select_console(Selecting::From)
    }),
    row!("console-lines", &["V"], "Selects whole lines from the caret on, or nothing any more", |app, _| {
        app.select_console(Selecting::Line)
    }),
    row!("console-word", &["W"], "Selects the word at the caret, or nothing any more", |app, _| {
        app.select_console(Selecting::Word)
    }),
    row!("console-copy", &["y"], "Copies what is selected to the terminal's clipboard", |app, _| {
        app.ask_console(Ask::Copy)
    }),
    row!("console-save", &["s"], "Writes all lines kept into a file", |app, typed| {
        app.prompt_console(Purpose::Save, typed)
    })
    .with(&[FILE]),
    row!("console-record", &["r"], "Records a console into a file, or ends that", |app, typed| {
        app.record_console(typed)
    })
    .with(&[FILE]),
    row!("console-clear", &["Ctrl-u"], "Forgets what was looked for and is selected", |app, _| {
        app.clear_console()
    }),
];

fn turn(app: &mut App, by: isize) -> Vec<Effect> {
    app.turn_console(by);
    Vec::new()
}
