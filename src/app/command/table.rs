//! The table: filter, sort, columns.

use super::{Arg, ArgKind, Command, Group, Need, Scope};
use crate::app::{App, Column, Effect, Overlay};

macro_rules! sorts {
    ($name:literal, $key:literal, $column:ident, $by:literal) => {
        Command::screen(
            $name,
            &[$key],
            concat!("Sorts by ", $by, "; again: the other way round"),
            |app, _| {
                app.sort_by(Column::$column);
                Vec::new()
            },
        )
        .under(Group::Table)
        .within(Scope::Domains)
    };
}

pub(super) const ROWS: [Command; 16] = [
    Command::screen(
        "filter",
        &["/", "F4"],
        "Shows only domains that match: web cpu>50 mem>=1G state:running",
        filter,
    )
    .under(Group::Table)
    .with(&[Arg::may("QUERY…", "words and conditions; none opens the filter line")]),
    Command::screen("unfilter", &["Backspace"], "Shows all domains again", |app, _| {
        app.filter_by("");
        Vec::new()
    })
    .under(Group::Table)
    .within(Scope::Domains)
    .needs(Need::Filter),
    Command::screen("off", &["0"], "Leaves out domains that do not run, or shows them again", |app, _| {
        app.table.running_only = !app.table.running_only;
        app.refilter();
        Vec::new()
    })
    .under(Group::Table)
    .within(Scope::Domains),
    Command::screen("sort", &["F6", "F"], "Chooses the column to sort by", sort)
        .under(Group::Table)
        .with(&[Arg::may("COLUMN", "its name; none opens the list").of(ArgKind::Column)]),
    sorts!("sort-cpu", "P", Cpu, "CPU use"),
    sorts!("sort-mem", "M", Memory, "memory"),
    sorts!("sort-time", "T", CpuTime, "CPU time"),
    sorts!("sort-id", "#", Id, "id"),
    sorts!("sort-name", "A", Name, "name"),
    sorts!("sort-net", "B", Net, "network traffic"),
    sorts!("sort-disk", "O", Disk, "disk traffic"),
    Command::screen("sort-left", &["<"], "Sorts by the column to the left", |app, _| {
        app.sort_beside(-1);
        Vec::new()
    })
    .under(Group::Table)
    .within(Scope::Domains),
    Command::screen("sort-right", &[">"], "Sorts by the column to the right", |app, _| {
        app.sort_beside(1);
        Vec::new()
    })
    .under(Group::Table)
    .within(Scope::Domains),
    Command::screen("reverse", &["I"], "Turns the order round", |app, _| {
        app.sort_by(app.table.sort);
        Vec::new()
    })
    .under(Group::Table)
    .within(Scope::Domains),
    Command::screen(
        "resort",
        &["."],
        "Puts rows that differ by less than noise in exact order too",
        |app, _| {
            app.sort_exactly();
            Vec::new()
        },
    )
    .under(Group::Table)
    .within(Scope::Domains),
    Command::screen("columns", &["C", "F2"], "Chooses the columns and their order", columns)
        .under(Group::Table)
        .with(&[Arg::may("COLUMN…", "their names in order; none opens the list").of(ArgKind::Column)]),
];

fn filter(app: &mut App, query: &str) -> Vec<Effect> {
    if query.is_empty() {
        let before = app.table.filter.clone();
        app.overlay = Some(Overlay::Filter { input: before.clone().into(), before });
    } else {
        app.filter_by(query);
    }
    Vec::new()
}

fn sort(app: &mut App, column: &str) -> Vec<Effect> {
    if column.is_empty() {
        let selected = Column::ALL.iter().position(|c| *c == app.table.sort).unwrap_or(0);
        app.overlay = Some(Overlay::Sort { selected });
        return Vec::new();
    }
    match Column::from_word(column) {
        Ok(column) => app.sort_by(column),
        Err(why) => app.complain(why),
    }
    Vec::new()
}

fn columns(app: &mut App, words: &str) -> Vec<Effect> {
    if words.is_empty() {
        app.overlay = Some(Overlay::Columns { selected: 0 });
        return Vec::new();
    }
    let words: Vec<&str> = words.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    match Column::list(&words) {
        Ok(columns) => app.table.columns = columns,
        Err(why) => app.complain(why),
    }
    Vec::new()
}
