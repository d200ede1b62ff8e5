//! The README says what the code does: its blocks between markers are made from the program's own tables.
//!
//! `DOMTOP_BLESS=1 cargo test --test readme` writes them anew.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{fmt::Write as _, fs, path::Path};

use domtop::{
    app::{
        Column,
        command::{COMMANDS, Command, Group, Guard, Scope},
    },
    batch::{View, column, column::DOMAIN},
    cli::{args, trouble::Status},
    config::KEYS,
    driver::{DriverInfo, test, xen},
    model::{Op, Route, undo::Reversal, uri::TestHost},
    theme::Theme,
};

/// A block: its marker and what makes what stands in it.
type Block = (&'static str, fn() -> String);

/// Every block.
const BLOCKS: [Block; 12] = [
    ("keys", keys),
    ("drivers", drivers),
    ("routes", routes),
    ("usage", usage),
    ("commands", commands),
    ("changes", changes),
    ("statuses", statuses),
    ("json", json),
    ("config", config),
    ("columns", columns),
    ("themes", themes),
    ("test-host", test_host),
];

#[test]
fn generated_blocks_are_what_the_code_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let written = fs::read_to_string(&path).expect("there is a README");
    let mut made = written.clone();
    for (name, make) in BLOCKS {
        made = with_block(&made, name, &make());
    }
    if std::env::var_os("DOMTOP_BLESS").is_some() {
        fs::write(&path, made).expect("the README can be written");
        return;
    }
    for (name, make) in BLOCKS {
        assert_eq!(
            block(&written, name),
            make().trim(),
            "the README's block `{name}` is old: run DOMTOP_BLESS=1 cargo test --test readme"
        );
    }
}

#[test]
fn every_picture_and_file_the_readme_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("README.md")).expect("there is a README");
    let mut links = 0;
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        if !link.contains("://") && !link.starts_with('#') {
            links += 1;
            assert!(root.join(link).exists(), "the README names {link}, which is not there");
        }
    }
    assert!(links > 0, "the README shows a picture");
}

#[test]
fn the_readme_s_example_of_a_config_file_is_taken() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let example =
        text.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("there is one");
    let config = domtop::config::Config::parse(example, Path::new("README.md")).expect(example);
    domtop::app::Settings::from_config(&config).expect(example);
    domtop::app::keymap::Keymap::new(&config.keys).expect(example);
}

/// The text with this block's content changed.
fn with_block(text: &str, name: &str, content: &str) -> String {
    let (open, close) = markers(name);
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("the README has no {open}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("the README has no {close}"));
    format!("{before}{open}\n{}\n{close}{after}", content.trim())
}

fn block<'a>(text: &'a str, name: &str) -> &'a str {
    let (open, close) = markers(name);
    let inner = text.split_once(&open).and_then(|(_, rest)| rest.split_once(&close));
    inner.unwrap_or_else(|| panic!("the README has no block {name}")).0.trim()
}

fn markers(name: &str) -> (String, String) {
    (format!("<!-- made from the code: {name} -->"), format!("<!-- end: {name} -->"))
}

fn table<const N: usize>(titles: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut text = format!("| {} |\n|{}\n", titles.join(" | "), "---|".repeat(N));
    for row in rows {
        writeln!(text, "| {} |", row.map(|cell| cell.replace('|', "\\|")).join(" | ")).unwrap();
    }
    text
}

fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Every command that has keys or can be given some, by group.
fn keys() -> String {
    let mut groups: Vec<Group> = COMMANDS.iter().map(|command| command.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut text = String::new();
    for group in groups {
        let of = |command: &&Command| command.group == group && command.scope != Scope::CommandLine;
        let rows: Vec<_> = COMMANDS.iter().filter(of).map(key_row).collect();
        if !rows.is_empty() {
            writeln!(text, "**{}**\n\n{}", group.title(), table(["key", "does", "command"], rows)).unwrap();
        }
    }
    text
}

fn key_row(command: &Command) -> [String; 3] {
    let keys: Vec<_> = command.keys.iter().map(|key| code(key)).collect();
    [keys.join(" "), command.doc.into(), code(command.name)]
}

fn infos() -> [(&'static str, Vec<DriverInfo>); 2] {
    let xen = vec![xen::hypercall::info(), xen::xenstore::info(), xen::xl::info()];
    [("xen:///", xen), ("test:///", vec![test::info(&TestHost::default())])]
}

fn drivers() -> String {
    let rows = infos().into_iter().flat_map(|(uri, stack)| {
        stack.into_iter().map(move |info| {
            let reads = info.ops.iter().filter(|op| !op.changes()).count();
            [code(uri), code(info.name), info.peer.to_string(), format!("{reads} of {}", reads_of_all())]
        })
    });
    table(["host", "driver, in the order asked", "what it talks to", "reads it answers"], rows)
}

fn reads_of_all() -> usize {
    Op::ALL.iter().filter(|op| !op.changes()).count()
}

fn routes() -> String {
    let [(_, xen), (_, test)] = infos();
    let rows = Op::ALL
        .iter()
        .map(|op| [code(op.word()), route(*op).into(), op.doc().into(), able(&xen, *op), able(&test, *op)]);
    table(["operation", "route", "what it is", "drivers on Xen", "on test hosts"], rows)
}

/// The drivers of a stack that have a part in the operation.
fn able(stack: &[DriverInfo], op: Op) -> String {
    let able: Vec<_> = stack.iter().filter(|info| info.ops.contains(&op)).map(|info| info.name).collect();
    if able.is_empty() { "–".into() } else { able.join(", ") }
}

const fn route(op: Op) -> &'static str {
    match op.route() {
        Route::First => "first",
        Route::HypervisorLast => "hypervisor last",
        Route::Every => "every",
    }
}

fn usage() -> String {
    let help = args::command().term_width(100).render_help().to_string();
    let lines: Vec<_> = help.lines().map(str::trim_end).collect();
    format!("```text\n{}\n```", lines.join("\n").trim())
}

fn commands() -> String {
    let rows = COMMANDS.iter().filter(|command| command.scope == Scope::CommandLine);
    table(["command", "does"], rows.map(|command| [code(&command.usage()), command.doc.into()]))
}

/// Commands that change a host, and what they ask on a terminal.
fn changes() -> String {
    let rows = COMMANDS.iter().filter(|command| command.changes()).map(|command| {
        let asks = match command.guard {
            Guard::None => "",
            Guard::Confirm => "yes or no",
            Guard::TypeTheName => "the name, where it runs",
        };
        let back = command.op.map(Op::reversal) == Some(Reversal::Inverse);
        let back = if back { "yes" } else { "" };
        [code(&command.usage()), command.doc.into(), asks.into(), back.into()]
    });
    table(["command", "does", "asks for", "can be taken back"], rows)
}

fn statuses() -> String {
    table(
        ["exit status", "means"],
        Status::ALL.map(|status| [status.code().to_string(), status.doc().into()]),
    )
}

fn json() -> String {
    let row = |column: &column::Column| [code(column.key), column.doc.into()];
    let mut text = table(["key", "value"], DOMAIN.iter().map(row));
    for (flag, view) in [("--vcpus", View::Vcpus), ("--nets", View::Nets), ("--disks", View::Disks)] {
        let key = view.key().expect("a view of parts has a key");
        writeln!(text, "\n`{flag}` adds an array `{key}`; each of its objects has\n").unwrap();
        text.push_str(&table(["key", "value"], view.parts().iter().map(row)));
    }
    text
}

fn config() -> String {
    table(
        ["key", "sets", "example"],
        KEYS.iter().map(|key| [code(key.name), key.doc.into(), code(key.example)]),
    )
}

fn columns() -> String {
    let rows = Column::ALL.iter().map(|column| {
        let shown = if column.default() { "yes" } else { "" };
        [code(column.word()), column.title().into(), column.doc().into(), shown.into()]
    });
    table(["name", "title", "says", "shown at first"], rows)
}

fn themes() -> String {
    Theme::names().iter().map(|name| code(name)).collect::<Vec<_>>().join(", ")
}

fn test_host() -> String {
    include_str!("../src/driver/test/format.md").into()
}
