//! `domtop edit DOMAIN`: what is kept of a domain in the user's editor, checked, shown, and defined after a yes.
//!
//! ```text
//!   read what is kept ──► editor ──► problems, what changes ──► y: as `domtop define FILE` does it
//!                           ▲                    │                 refused: the file stays, and is named
//!                           └──────── e ─────────┘
//! ```

use std::{
    io::{self, BufRead, Write, stderr, stdin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use signal_hook::{
    consts::{SIGINT, SIGQUIT},
    flag::register_conditional_default,
};

use super::{
    act,
    args::{ActWish, Options},
    find,
    hosts::{self, Choice},
    screen, tell_line,
    trouble::{Status, Trouble},
};
use crate::{
    app::{
        command,
        xml::{Draft, Edited, Revised},
    },
    config::Config,
    driver::{Session, session},
    model::{Demand, DomainKey, Nanos, Snapshot, Which, order::Upon, text::visible},
    runtime::{editor, terminal},
    sampler,
};

/// How long it is waited until it is defined.
const PATIENCE: Nanos = Nanos(60_000_000_000);

/// What the user answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Define,
    Again,
    Drop,
    Keep,
}

/// Edits what is kept of a domain.
pub(super) fn run(
    domain: &str,
    (options, config): (&Options, &Config),
    choices: &[Choice],
) -> Result<(), Trouble> {
    let [choice] = choices else {
        return Err(Trouble::usage("a command takes one host: write -c once"));
    };
    if let Some(why) = hosts::looking_only(options, config, choice) {
        let text = format!("edit {domain} is refused: this session only looks: {why}");
        return Err(Trouble::new(Status::Refused, text));
    }
    screen::terminal("an editor needs one; `domtop define FILE` takes what is ready")?;
    let mut draft = draft(domain, choice)?;
    let ends = ends_by_keys().map_err(|error| {
        Trouble::new(Status::Failed, format!("cannot take the terminal's signals: {error}"))
    })?;
    loop {
        editor::begin(&mut draft).map_err(|why| Trouble::new(Status::Failed, why))?;
        // Or the text would be left behind without a word.
        ends.store(false, Ordering::SeqCst);
        let Edited { draft: edited, came } = editor::run(draft, |draft| kept(draft.key, choice));
        ends.store(true, Ordering::SeqCst);
        let Some(texts) = came.map_err(|why| Trouble::new(Status::Failed, with_place(why, &edited)))? else {
            tell_line(&format!("nothing was changed of {}", edited.label));
            return Ok(());
        };
        let revised = Revised::new(edited, *texts);
        show(&revised);
        match ask(&revised) {
            Answer::Define => return define(&revised.draft, (options, config), choices),
            Answer::Again => draft = revised.draft,
            Answer::Drop => {
                revised.draft.file.iter().for_each(|file| editor::discard(file));
                return Err(Trouble::new(Status::Refused, format!("not done: edit {domain}")));
            }
            Answer::Keep => {
                let text =
                    format!("not done: edit {domain}\n  the text is kept in {}", place(&revised.draft));
                return Err(Trouble::new(Status::Refused, text));
            }
        }
    }
}

/// Whether the keys of the terminal that send signals end this program, as they do by themselves. They are not ignored
/// otherwise but taken: what is ignored or held back here would be in the editor too.
fn ends_by_keys() -> io::Result<Arc<AtomicBool>> {
    let ends = Arc::new(AtomicBool::new(true));
    for signal in [SIGINT, SIGQUIT] {
        register_conditional_default(signal, ends.clone())?;
    }
    Ok(ends)
}

/// What is kept of the domain, read.
fn draft(domain: &str, choice: &Choice) -> Result<Draft, Trouble> {
    let opened = session::open(&choice.uri, hosts::id(0));
    let session = opened.map_err(|failure| Trouble::open(&choice.uri.to_string(), &failure))?;
    let Session { mut reader, definitions, .. } = session;
    let mut snapshot = Snapshot::default();
    reader.sample(sampler::stamp(), &Demand::default(), &mut snapshot);
    super::look::readable(&reader, &mut snapshot)?;
    let found = find::domain(&snapshot, domain)?;
    let told = definitions.read(found.key, Which::Kept).map_err(|failure| Trouble::failure(&failure))?;
    told.lost.iter().for_each(|lost| tell_line(&format!("not in the XML: {lost}")));
    Ok(Draft { key: found.key, label: found.label().into_owned(), original: told.xml, ..Draft::default() })
}

/// What is kept of a domain by now, where that can be told.
fn kept(key: DomainKey, choice: &Choice) -> Option<String> {
    let looking = session::open_read_only(&choice.uri, hosts::id(0)).ok()?;
    Some(looking.definitions.read(key, Which::Kept).ok()?.xml)
}

/// Defines it as the command would; where that fails, or something of it was left out, the text stays.
fn define(draft: &Draft, (options, config): (&Options, &Config), choices: &[Choice]) -> Result<(), Trouble> {
    let command = command::find("define").ok_or_else(|| Trouble::usage("there is no command `define`"))?;
    let file = draft.file.clone().unwrap_or_default();
    let wish = ActWish {
        command,
        domain: None,
        words: vec![file.to_string_lossy().into_owned()],
        yes: true,
        wait: Some(PATIENCE),
        revert_after: None,
        json: false,
        upon: Some(Upon { key: draft.key, kept: draft.original.as_str().into() }),
    };
    let done = act::run(&wish, (options, config), choices);
    match &done {
        Ok(outcome) if outcome.is_whole() => editor::discard(&file),
        _ => tell_line(&format!("the text is kept in {}", place(draft))),
    }
    done.map(drop)
}

/// Shows on the terminal what is wrong with it, what it means, what changes.
fn show(revised: &Revised) {
    let problems = revised.problems.iter().map(|problem| format!("! {problem}"));
    let warnings = revised.warnings.iter().map(|warning| format!("! {warning}"));
    let changes = revised.changes.iter().map(|change| change.plain().trim_end().to_owned());
    let lines: Vec<_> = problems.chain(warnings).chain(changes).collect();
    write(&(lines.iter().map(|line| visible(line)).collect::<Vec<_>>().join("\n") + "\n"));
}

/// Asks until there is an answer; the end of the input keeps the text.
fn ask(revised: &Revised) -> Answer {
    let sound = revised.is_sound();
    // What was typed into an editor that did not take it is no answer to what nobody had read yet.
    terminal::forget_typed();
    let first = if sound { "[y] define it  " } else { "nothing can be made of this text:  " };
    loop {
        write(&format!("{first}[e] edit it again  [n] drop it  [k] keep it in {}? ", place(&revised.draft)));
        let mut line = String::new();
        let read = stdin().lock().read_line(&mut line);
        match line.trim().to_ascii_lowercase().as_str() {
            _ if read.is_err() || read.is_ok_and(|bytes| bytes == 0) => return Answer::Keep,
            "y" | "yes" if sound => return Answer::Define,
            "e" => return Answer::Again,
            "n" | "no" => return Answer::Drop,
            "k" => return Answer::Keep,
            _ => {}
        }
    }
}

/// Why nothing came of it, with the place of the text where it has one.
fn with_place(why: String, draft: &Draft) -> String {
    if draft.file.is_some() { format!("{why}; the text is kept in {}", place(draft)) } else { why }
}

fn place(draft: &Draft) -> String {
    draft.file.as_ref().map_or_else(String::new, |file| visible(&file.to_string_lossy()).into_owned())
}

/// Writes to the terminal; where it has gone there is nobody to miss it.
fn write(text: &str) {
    let mut err = stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
