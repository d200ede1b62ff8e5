//! Moving: the cursor, the panels.

use super::{Command, Group, Need, Scope};
use crate::app::{App, Effect, Panel, domains::Step};

pub(super) const ROWS: [Command; 15] = [
    Command::screen("up", &["Up", "k"], "Moves the cursor or the panel a line up", |app, _| {
        walk(app, Step::Lines(-1))
    })
    .under(Group::Move),
    Command::screen("down", &["Down", "j"], "Moves the cursor or the panel a line down", |app, _| {
        walk(app, Step::Lines(1))
    })
    .under(Group::Move),
    Command::screen("page-up", &["PageUp", "Ctrl-b"], "Moves the cursor or the panel a page up", |app, _| {
        walk(app, Step::Pages(-1))
    })
    .under(Group::Move),
    Command::screen(
        "page-down",
        &["PageDown", "Ctrl-f"],
        "Moves the cursor or the panel a page down",
        |app, _| walk(app, Step::Pages(1)),
    )
    .under(Group::Move),
    Command::screen("top", &["Home", "g"], "Moves the cursor or the panel to the first line", |app, _| {
        walk(app, Step::First)
    })
    .under(Group::Move),
    Command::screen("bottom", &["End", "G"], "Moves the cursor or the panel to the last line", |app, _| {
        walk(app, Step::Last)
    })
    .under(Group::Move),
    Command::screen("scroll-left", &["Left"], "Scrolls the table's columns to the left", |app, _| {
        app.table.column_offset = app.table.column_offset.saturating_sub(1);
        Vec::new()
    })
    .under(Group::Move)
    .within(Scope::Domains),
    Command::screen("scroll-right", &["Right"], "Scrolls the table's columns to the right", scroll_right)
        .under(Group::Move)
        .within(Scope::Domains),
    Command::screen("next-panel", &["Tab"], "Gives the keys to the next open panel", |app, _| {
        app.screen.focus_next(1);
        Vec::new()
    })
    .under(Group::Move),
    Command::screen("previous-panel", &["Shift-Tab"], "Gives the keys to the open panel before", |app, _| {
        app.screen.focus_next(-1);
        Vec::new()
    })
    .under(Group::Move),
    Command::screen("domains", &["1"], "Gives the keys to the table of domains", |app, _| {
        app.screen.focus_on(Panel::Domains);
        Vec::new()
    })
    .under(Group::Move),
    Command::screen(
        "detail",
        &["Enter", "2"],
        "Opens or closes all that is known of the domain",
        |app, _| {
            // In the list of events it goes to the domain first.
            if app.screen.focus == Panel::Events {
                app.go_to_event();
            } else {
                app.toggle_detail();
            }
            Vec::new()
        },
    )
    .under(Group::Move)
    .needs(Need::Domain),
    Command::screen(
        "host",
        &["3"],
        "Opens or closes the host's graphs: pCPUs, NUMA nodes, pools",
        |app, _| {
            app.screen.toggle(Panel::Host);
            Vec::new()
        },
    )
    .under(Group::Move),
    Command::screen("stack", &["4"], "Opens or closes the driver stack: who answers what", |app, _| {
        app.screen.toggle(Panel::Drivers);
        Vec::new()
    })
    .under(Group::Move),
    Command::screen("pins", &["p", "7"], "Opens or closes the grid of where vCPUs may run", |app, _| {
        app.pins.anchor = None;
        app.screen.toggle(Panel::Pins);
        Vec::new()
    })
    .under(Group::Move),
];

fn walk(app: &mut App, step: Step) -> Vec<Effect> {
    if app.screen.focus == Panel::Console {
        return app.walk_console(step);
    }
    app.walk(step);
    Vec::new()
}

/// Goes no further than the last column, nor past the screen where all of them are to be seen.
fn scroll_right(app: &mut App, _: &str) -> Vec<Effect> {
    let last = app.table.columns.len().saturating_sub(2);
    if app.screen.regions.more_columns && app.table.column_offset < last {
        app.table.column_offset += 1;
    }
    Vec::new()
}
