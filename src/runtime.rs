//! The loop: terminal, signals, threads. All below, imported by nobody but `cli`.

pub mod decoder;

use crate::{
    app::{HostPane, Settings, keymap::Keymap},
    driver::Reader,
    model::HostId,
};

/// What the screen is opened with.
pub struct Setup {
    /// Each host with its reader.
    pub hosts: Vec<(HostPane, Reader)>,
    /// From the config file and the command line.
    pub settings: Settings,
    /// The keys.
    pub keymap: Keymap,
    /// Domains table: columns and sort from the config file.
    pub table: crate::app::Table,
}

/// Opens the screen and runs until the user ends it.
///
/// # Errors
/// A sentence, where there is no terminal or it fails.
pub fn run(_setup: Setup) -> Result<(), String> {
    let _ = HostId::default();
    Ok(())
}
