//! argv to what runs: the screen, batch, or one command.
//!
//! ```text
//!   args ──► Options ──► config ──► hosts ──┬──► screen     a terminal, until the user ends it
//!                        (file)   (which,   ├──► sample     batch: samples to stdout
//!                                  why)     ├──► look       one command: text or JSON to stdout
//!                                           └──► act        one change, waited for: what was seen to stdout
//! ```

mod act;
pub mod args;
mod audit;
mod complete;
mod console;
mod edit;
mod find;
mod hosts;
mod json;
mod look;
mod pages;
mod paper;
mod proxy;
mod sample;
mod screen;
pub mod trouble;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use crate::{app::command::Look, config::Config, model::text::visible};
use args::{Options, Task};
use trouble::{Status, Trouble};

/// Runs the program; the exit status is the contract's.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let done = match args::parse(args) {
        Ok(options) => carry_out(&options),
        Err(error) => stopped(&error),
    };
    match done {
        Ok(()) => ExitCode::from(Status::Done.code()),
        Err(trouble) => {
            tell(&trouble);
            ExitCode::from(trouble.status.code())
        }
    }
}

fn carry_out(options: &Options) -> Result<(), Trouble> {
    if let Task::Look(wish) = &options.task
        && let Some(page) = pages::made(wish)
    {
        return print(&page);
    }
    if let Task::Complete(line) = &options.task {
        return complete::run(line);
    }
    let config = Config::load(options.config.as_deref()).map_err(Trouble::usage)?;
    if let Task::Play(file) = &options.task {
        return console::play(file, &config);
    }
    if let Task::Proxy(wish) = &options.task
        && wish.unit
    {
        return proxy::print_unit(wish, options, &hosts::named(options, &config)?);
    }
    let hosts = hosts::choose(options, &config)?;
    match &options.task {
        Task::Screen(wish) => screen::run(options, wish, &config, &hosts),
        Task::Batch(plan) => sample::run(options, *plan, &config, &hosts),
        Task::Look(wish) if wish.look == Look::Events => look::events::run(wish, &config, &hosts),
        Task::Look(wish) => look::run(wish, &hosts),
        Task::Act(wish) => act::run(wish, (options, &config), &hosts).map(drop),
        Task::Console(wish) => console::run(wish, (options, &config), &hosts),
        Task::Proxy(wish) => proxy::run(wish, &hosts),
        Task::Edit(domain) => edit::run(domain, (options, &config), &hosts),
        Task::Complete(_) | Task::Play(_) => Ok(()),
    }
}

/// Help and version go to stdout and are no error; the rest is usage.
fn stopped(error: &clap::Error) -> Result<(), Trouble> {
    let text = error.render().to_string();
    if error.use_stderr() {
        let text = text.trim_end().strip_prefix("error: ").unwrap_or(text.trim_end()).to_owned();
        return Err(Trouble::usage(text));
    }
    print(text.as_bytes())
}

/// Writes all of it to stdout; that nobody reads any more ends the program quietly.
fn print(bytes: &[u8]) -> Result<(), Trouble> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|error| Trouble::output(&error))
}

/// Says something on stderr that is no trouble.
fn tell_line(line: &str) {
    // Nobody is left to tell where even this cannot be written.
    let _ = writeln!(io::stderr().lock(), "domtop: {}", visible(line));
}

/// Tells what went wrong; nothing where that was told already.
fn tell(trouble: &Trouble) {
    let mut err = io::stderr().lock();
    for (place, line) in trouble.text.lines().enumerate() {
        let prefix = if place == 0 { "domtop: " } else { "" };
        // Nobody is left to tell where even this cannot be written.
        let _ = writeln!(err, "{prefix}{}", visible(line));
    }
}
