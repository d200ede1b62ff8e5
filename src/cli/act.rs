//! The changing commands: one change to one host, asked about where it could hurt, waited for, and told.
//!
//! ```text
//!   refused at once ──► exit 3        read only, by -r or the config file; nothing is opened
//!        │
//!   open, find DOMAIN ──► ask ──► carry out ──► watch ──► tell ──► keep it?
//!                         (guard)  (a thread)   (the next snapshots)   │
//!                                                            no: carry out the inverse
//! ```

mod ask;
mod carry;
mod errand;
mod held;
mod moving;
mod outcome;
mod revert;
mod settled;
mod watch;

use super::{
    args::{ActWish, Options},
    audit,
    hosts::{self, Choice},
    print, tell,
    trouble::{Status, Trouble},
};
use crate::{app::words, audit::Scribe, config::Config, model::Attempt, model::text::visible, sampler};
use errand::Errand;
pub(super) use outcome::Outcome;

/// Does what the command says and prints what came of it; tells it too.
pub(super) fn run(
    wish: &ActWish,
    (options, config): (&Options, &Config),
    choices: &[Choice],
) -> Result<Outcome, Trouble> {
    let [choice] = choices else {
        return Err(Trouble::usage("a command takes one host: write -c once"));
    };
    let scribe = audit::scribe(config, choice)?;
    let mut errand = begin(wish, (options, config), choice)
        .inspect_err(|trouble| note_refused(scribe.as_ref(), wish, trouble))?;
    errand.scribe = scribe;
    let mut outcome = errand.carry_out()?;
    let ended = watch::watch(&mut errand, &mut outcome);
    finish(&mut errand, &mut outcome, ended)?;
    Ok(outcome)
}

/// Opens the host, finds the domain and asks what is to be asked: nothing is changed yet.
fn begin<'a>(
    wish: &'a ActWish,
    (options, config): (&Options, &Config),
    choice: &Choice,
) -> Result<Errand<'a>, Trouble> {
    if let Some(why) = hosts::looking_only(options, config, choice) {
        return Err(looking_only(wish, &why));
    }
    ask::possible(wish)?;
    let mut errand = Errand::open(wish, choice)?;
    errand.ask()?;
    Ok(errand)
}

/// A try that was refused belongs into the audit like a change that was made; a slip of the keyboard does not.
fn note_refused(scribe: Option<&Scribe>, wish: &ActWish, trouble: &Trouble) {
    let Some(scribe) = scribe.filter(|_| trouble.status == Status::Refused) else { return };
    let words = wish.domain.iter().chain(&wish.words).map(|word| words::quote(word));
    let typed: Vec<_> = std::iter::once(wish.command.name.to_owned()).chain(words).collect();
    let why = trouble.text.lines().next().unwrap_or_default();
    let attempt = Attempt { command: typed.join(" "), why: why.into(), domain: None };
    unwritten(scribe.refused(sampler::stamp().wall, &attempt));
}

/// Says where the audit could not be written: the change itself stands, or was refused, all the same.
fn unwritten(written: Result<(), String>) {
    if let Err(why) = written {
        ask::write(&format!("domtop: {}\n", visible(&why)));
    }
}

/// Prints what was seen, and asks whether it is to stay where that was wanted.
fn finish(errand: &mut Errand<'_>, outcome: &mut Outcome, ended: Result<(), Trouble>) -> Result<(), Trouble> {
    let json = errand.wish.json;
    let text = if !json && ended.is_ok() { print(outcome.text().as_bytes()) } else { Ok(()) };
    let Some(span) = errand.wish.revert_after.filter(|_| outcome.may_be_taken_back()) else {
        return if json { print(&outcome.json()).and(ended) } else { text.and(ended) };
    };
    // What went wrong is told before the question, which is asked also where nobody reads what was printed.
    ended.as_ref().err().into_iter().for_each(tell);
    let kept = revert::unless_kept(errand, outcome, span);
    let object = if json { print(&outcome.json()) } else { Ok(()) };
    kept.and(text).and(object).and(ended.map_err(Trouble::told))
}

fn looking_only(wish: &ActWish, why: &str) -> Trouble {
    let domain = wish.domain.as_deref().map_or_else(String::new, |domain| format!(" {domain}"));
    let text = format!("{}{domain} is refused: this session only looks: {why}", wish.command.name);
    Trouble::new(Status::Refused, text)
}
