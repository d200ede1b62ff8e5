//! The manual page, from the same tables as the program itself: options, commands, keys, config keys, exit statuses.

use clap_mangen::{
    Man,
    roff::{Roff, bold, italic, roman},
};

use crate::{
    app::command::{COMMANDS, Group, Scope},
    cli::{args, hosts::VARIABLES, trouble::Status},
    config::KEYS,
};

/// Hosts by their URI.
const URIS: &[(&str, &str)] = &[
    ("xen:///", "the Xen this machine's control domain runs on"),
    ("test:///default", "the demo host; ?domains=N gives it N domains, ?seed=N other chances"),
    ("test:///ABS/FILE.xml", "a host in memory, described by a file"),
    ("?state=PATH", "after a test host's URI: its state is kept in that file between commands"),
];

/// Variables beside those that name a host.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("NO_COLOR", "without colours, where it is set to anything"),
    ("COLORTERM, TERM", "how many colours the terminal has, and which glyphs it can show"),
    ("XDG_CONFIG_HOME", "where the config file is looked for: domtop/config.toml in it, else in ~/.config"),
    (
        "XDG_STATE_HOME",
        "where lines run in the palette are kept: domtop/history in it, else in ~/.local/state",
    ),
];

/// The whole page in roff.
pub(super) fn page() -> String {
    let man = Man::new(args::shown()).manual("domtop").title("DOMTOP").section("1");
    let mut bytes = Vec::new();
    // Writing into memory never fails.
    let _ = man.render_title(&mut bytes);
    let _ = man.render_name_section(&mut bytes);
    let _ = man.render_synopsis_section(&mut bytes);
    let _ = man.render_description_section(&mut bytes);
    let _ = man.render_options_section(&mut bytes);
    let mut rest = Roff::new();
    commands(&mut rest);
    keys(&mut rest);
    terms(&mut rest, "CONFIGURATION FILE", KEYS.iter().map(|key| (key.name.into(), setting(key))));
    terms(&mut rest, "URIS", URIS.iter().map(|(uri, doc)| ((*uri).into(), (*doc).into())));
    environment(&mut rest);
    let statuses = Status::ALL.iter().map(|status| (status.code().to_string(), status.doc().into()));
    terms(&mut rest, "EXIT STATUS", statuses);
    let page = format!("{}{}", titled(&String::from_utf8_lossy(&bytes)), rest.to_roff());
    page.chars().map(lettered).collect()
}

/// A character as every roff reads it, whatever encoding it takes files to be in.
fn lettered(letter: char) -> String {
    if letter.is_ascii() { letter.to_string() } else { format!("\\[u{:04X}]", u32::from(letter)) }
}

/// Each section comes with what defines an apostrophe; once, after the title, is enough.
fn titled(head: &str) -> String {
    let defines = |line: &&str| line.starts_with(".ie ") || line.starts_with(".el ");
    let (title, rest): (Vec<_>, Vec<_>) =
        head.lines().filter(|line| !defines(line)).partition(|line| line.starts_with(".TH "));
    let preamble = head.lines().take_while(defines);
    title.into_iter().chain(preamble).chain(rest).flat_map(|line| [line, "\n"]).collect()
}

/// Every command of the command line and of the palette, with its arguments.
fn commands(page: &mut Roff) {
    page.control("SH", ["COMMANDS"]);
    let lead = "Typed after domtop in a shell where the row says so, and after : on the screen.";
    page.text([roman(lead)]);
    for command in COMMANDS.iter().filter(|command| command.scope != Scope::Overlay) {
        page.control("TP", []).text([bold(command.usage())]);
        let place = match (command.is_typed(), command.scope) {
            (true, Scope::CommandLine) => " (in a shell)",
            (true, _) => " (in a shell and on the screen)",
            _ => "",
        };
        page.text([roman(format!("{}{place}", command.doc))]);
        for arg in command.args {
            page.control("br", []).text([italic(arg.name), roman(format!(": {}", arg.doc))]);
        }
    }
}

/// The keys as they are unless the config file changes them, by group.
fn keys(page: &mut Roff) {
    page.control("SH", ["KEYS"]);
    let mut group = None::<Group>;
    for command in COMMANDS.iter().filter(|command| !command.keys.is_empty()) {
        if group.replace(command.group) != Some(command.group) {
            page.control("SS", [command.group.title()]);
        }
        page.control("TP", []).text([bold(command.keys.join(" "))]);
        page.text([roman(format!("{} (", command.doc)), italic(command.name), roman(")")]);
    }
}

fn setting(key: &crate::config::Key) -> String {
    format!("{}; as {} = {}", key.doc, key.name, key.example)
}

fn environment(page: &mut Roff) {
    let named = VARIABLES.iter().map(|name| ((*name).into(), "names the host, where -c does not".into()));
    let others = ENVIRONMENT.iter().map(|(name, doc)| ((*name).into(), (*doc).into()));
    terms(page, "ENVIRONMENT", named.chain(others));
}

/// A section of terms, each with what it means.
fn terms(page: &mut Roff, title: &str, rows: impl Iterator<Item = (String, String)>) {
    page.control("SH", [title]);
    for (term, meaning) in rows {
        page.control("TP", []).text([bold(term)]).text([roman(meaning)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::Command;

    fn plain(text: &str) -> String {
        text.replace("\\-", "-")
            .replace("\\fB", "")
            .replace("\\fI", "")
            .replace("\\fR", "")
            .replace("\\&", "")
            .replace("\\[u2026]", "…")
    }

    #[test]
    fn the_page_tells_of_every_row_key_setting_variable_and_status() {
        let page = plain(&page());
        let rows = COMMANDS.iter().filter(|command| command.scope != Scope::Overlay).map(Command::usage);
        let settings = KEYS.iter().map(|key| key.name.to_owned());
        let variables = VARIABLES.iter().map(|name| (*name).to_owned());
        for told in rows.chain(settings).chain(variables) {
            assert!(page.lines().any(|line| line == told), "{told}");
        }
        for command in COMMANDS.iter().filter(|command| !command.keys.is_empty()) {
            assert!(page.contains(&format!("({})", command.name)), "{}", command.name);
        }
        for status in Status::ALL {
            assert!(page.contains(&format!("\n{}\n{}", status.code(), status.doc())), "{}", status.doc());
        }
    }
}
