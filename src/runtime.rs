//! The loop: terminal, signals, threads. All below, imported by nobody but `cli`.
//!
//! ```text
//!   input thread ── events ──┐                        ┌── view::draw ── one write a frame ──► output thread ──► terminal
//!   signals ─────────────────┼──► engine ── Msg ─► App
//!   sampler threads ─ last ──┤       ▲                └── effects ──► samplers, theme, terminal
//!   the time ────────────────┘       └── Regions
//! ```

mod attend;
mod clerk;
mod clipboard;
mod consoles;
pub mod decoder;
mod definitions;
pub mod editor;
mod engine;
mod executor;
mod files;
mod hosts;
mod input;
mod past;
mod play;
mod screen;
mod signals;
mod solo;
pub mod terminal;
mod writer;

use std::{io::Write, path::Path};

use crate::{
    app::{HostPane, Settings, keymap::Keymap},
    audit::Scribe,
    console::{cast::Cast, session::Options},
    driver::Session,
    model::HostId,
    theme::Theme,
};
use attend::Attend;
pub use attend::Attending;
use engine::{Ending, Engine};
use play::Play;

/// What the screen is opened with.
pub struct Setup {
    /// Each host, opened for looking only or for changes too.
    pub hosts: Vec<(HostPane, Session)>,
    /// From the config file and the command line.
    pub settings: Settings,
    /// The keys.
    pub keymap: Keymap,
    /// Who writes about the changes of which host; nobody about those that are not audited.
    pub scribes: Vec<(HostId, Scribe)>,
    /// Domains table: columns and sort from the config file.
    pub table: crate::app::Table,
    /// The file that keeps lines run in the palette; none where none are kept.
    pub past: Option<std::path::PathBuf>,
    /// What consoles are opened with.
    pub consoles: Options,
    /// Bytes kept of each console nobody has opened; 0 reads none.
    pub ring: usize,
}

/// Gives the whole terminal to one console until the user leaves it, or it ends.
///
/// # Errors
/// A sentence, where there is no terminal, or the console ended by itself.
pub fn attend(attending: Attending, theme: &Theme) -> Result<(), String> {
    let mut attend = Attend::open(attending)?;
    let ending = alone(solo::run(&mut attend, theme))?;
    let why = attend.close();
    leave(ending);
    why.map_or(Ok(()), Err)
}

/// Plays a recording until the user ends it.
///
/// # Errors
/// A sentence, where there is no terminal.
pub fn play(cast: Cast, file: &Path, theme: &Theme) -> Result<(), String> {
    let ending = alone(solo::run(&mut Play::new(cast, file), theme))?;
    leave(ending);
    Ok(())
}

fn alone<T>(run: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| format!("cannot start the screen: {e}"))?.block_on(run)
}

/// A signal that ended it ends the process as shells count.
fn leave(ending: Ending) {
    if let Ending::Signal(number) = ending {
        std::process::exit(128 + number);
    }
}

/// Opens the screen and runs until the user ends it. Where a signal ends it, the terminal is given back and the
/// process exits with 128 and the signal's number, as shells count.
///
/// # Errors
/// A sentence, where there is no terminal or it fails.
pub fn run(setup: Setup) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| format!("cannot start the screen: {e}"))?;
    let (ending, written) = runtime.block_on(async { Ok::<_, String>(Engine::start(setup)?.run().await) })?;
    match ending {
        // A change that was made and could not be written about must not end in silence.
        Ending::Quit => written,
        Ending::Signal(number) => {
            if let Err(told) = written {
                // Nobody is left to tell where even this cannot be written.
                let _ = writeln!(std::io::stderr(), "domtop: {told}");
            }
            std::process::exit(128 + number)
        }
    }
}
