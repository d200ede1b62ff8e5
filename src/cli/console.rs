//! `domtop console DOMAIN` and `domtop play FILE`: the whole terminal for one console, live or recorded.

use std::{
    fs::File,
    io::{BufReader, stdout},
    path::Path,
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    thread,
    time::Duration,
};

use super::{
    args::{ConsoleWish, Options},
    audit, find,
    hosts::{self, Choice},
    screen, tell_line,
    trouble::{Status, Trouble},
};
use crate::{
    app::{Settings, keymap::Key},
    audit::Scribe,
    config::Config,
    console::{cast, line::Backing},
    driver::{Session, session},
    model::{Demand, Snapshot, console::Wanted},
    runtime::{self, Attending},
    sampler,
    theme::{Depth, Theme},
};

/// How often a host that nobody samples is told that time passes.
const TICK: Duration = Duration::from_secs(1);

/// Gives the terminal to a domain's console.
pub(super) fn run(
    wish: &ConsoleWish,
    (options, config): (&Options, &Config),
    choices: &[Choice],
) -> Result<(), Trouble> {
    let [choice] = choices else {
        return Err(Trouble::usage("a command takes one host: write -c once"));
    };
    screen::terminal("a console needs one")?;
    let escape = escape(wish, config)?;
    let scribe = audit::scribe(config, choice)?;
    let mut session = opened((options, config), choice)?;
    let wanted = wanted(wish, &mut session)?;
    if wish.raw {
        tell_line("what the guest writes goes to this terminal as it is");
    }
    tell_line(&format!("{}: {escape} and then . leaves it", wanted.name.shown()));
    attend(wish, (config, scribe), (session, wanted), escape)
}

fn attend(
    wish: &ConsoleWish,
    (config, scribe): (&Config, Option<Scribe>),
    (session, wanted): (Session, Wanted),
    escape: Key,
) -> Result<(), Trouble> {
    let raw = wish.raw.then(copy_of_stdout).transpose()?;
    let backing = Backing::of(&session.consoles, session.typist.as_ref());
    let mut options = screen::consoles(config);
    let record = wish.record.clone();
    // The file that was named goes before the folder of all recordings.
    options.record = options.record.filter(|_| record.is_none());
    let attending = Attending { wanted, backing, options, scribe, escape, raw, record };
    let ended = Arc::new(AtomicBool::new(false));
    let (consoles, over) = (session.consoles.clone(), ended.clone());
    let tick = move || {
        while !over.load(Ordering::Relaxed) {
            consoles.begin(sampler::stamp());
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("tick".into()).spawn(tick).map_err(|e| Trouble::output(&e))?;
    let done = runtime::attend(attending, &theme(config)?);
    ended.store(true, Ordering::Relaxed);
    done.map_err(|why| Trouble::new(Status::Failed, why))
}

/// Plays a recording.
pub(super) fn play(file: &Path, config: &Config) -> Result<(), Trouble> {
    screen::terminal("a console needs one")?;
    let wrong = |why: String| Trouble::new(Status::Failed, format!("cannot play {}: {why}", file.display()));
    let source = File::open(file).map_err(|error| wrong(error.to_string()))?;
    let cast = cast::read(BufReader::new(source)).map_err(|error| wrong(error.to_string()))?;
    runtime::play(cast, file, &theme(config)?).map_err(|why| Trouble::new(Status::Failed, why))
}

fn opened((options, config): (&Options, &Config), choice: &Choice) -> Result<Session, Trouble> {
    if hosts::looking_only(options, config, choice).is_some() {
        return hosts::look_at(choice, 0).map(Session::from);
    }
    let opened = session::open(&choice.uri, hosts::id(0));
    opened.map_err(|failure| Trouble::open(&choice.uri.to_string(), &failure))
}

fn wanted(wish: &ConsoleWish, session: &mut Session) -> Result<Wanted, Trouble> {
    let mut snapshot = Snapshot::default();
    session.reader.sample(sampler::stamp(), &Demand::default(), &mut snapshot);
    super::look::readable(&session.reader, &mut snapshot)?;
    let domain = find::domain(&snapshot, &wish.domain)?;
    let ttys = session.consoles.list(domain.key).map_err(|failure| Trouble::failure(&failure))?;
    let names: Vec<_> = ttys.iter().map(|tty| tty.name.to_string()).collect();
    if let Some(name) = wish.tty.as_ref().filter(|name| !names.contains(name)) {
        let text = format!("{} has no console {name:?}: it has {}", domain.name.shown(), names.join(", "));
        return Err(Trouble::usage(text));
    }
    if names.is_empty() {
        let text = format!("{} has no text console", domain.name.shown());
        return Err(Trouble::new(Status::Failed, text));
    }
    Ok(Wanted {
        key: domain.key,
        name: domain.name.clone(),
        tty: wish.tty.as_deref().map(Into::into),
        write: session.typist.is_some(),
        size: (80, 24),
    })
}

fn escape(wish: &ConsoleWish, config: &Config) -> Result<Key, Trouble> {
    let mut config = config.clone();
    config.console_escape = wish.escape.clone().or(config.console_escape);
    let wrong = |why: String| {
        if wish.escape.is_some() { Trouble::usage(why) } else { Trouble::usage(config.blame(&why)) }
    };
    Settings::from_config(&config).map(|(settings, _)| settings.console.escape).map_err(wrong)
}

fn theme(config: &Config) -> Result<Theme, Trouble> {
    let variable = |name| std::env::var(name).ok();
    let (colour, term) = (variable("COLORTERM"), variable("TERM"));
    let depth = Depth::of(variable("NO_COLOR").as_deref(), colour.as_deref(), term.as_deref());
    let name = Settings::from_config(config).map_err(|why| Trouble::usage(config.blame(&why)))?.0.theme;
    Theme::load(&name, depth).map_err(|why| Trouble::usage(config.blame(&format!("`theme`: {why}"))))
}

fn copy_of_stdout() -> Result<File, Trouble> {
    use std::os::fd::AsFd;
    stdout().as_fd().try_clone_to_owned().map(File::from).map_err(|error| Trouble::output(&error))
}
