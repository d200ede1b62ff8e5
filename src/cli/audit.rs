//! The audit as the config file has it.

use std::sync::Arc;

use super::{hosts::Choice, trouble::Trouble};
use crate::{
    audit::{self, Limits, Log, Scribe},
    config::Config,
};

/// The largest audit file that can be asked for, in MiB.
const LARGEST: u64 = 1 << 20;

/// Where the changes of a host are written; none where they are not.
pub(super) fn log(config: &Config, choice: &Choice) -> Result<Option<Arc<Log>>, Trouble> {
    let wrong = |why: String| Trouble::usage(config.blame(&why));
    let limits = limits(config).map_err(wrong)?;
    let path = audit::choose(config.audit.as_deref(), &choice.uri).map_err(wrong)?;
    Ok(path.map(|path| Arc::new(Log::open(path, limits))))
}

/// Who writes about one host, where somebody does.
pub(super) fn scribe(config: &Config, choice: &Choice) -> Result<Option<Scribe>, Trouble> {
    Ok(log(config, choice)?.map(|log| Scribe::new(log, &choice.uri.to_string())))
}

/// Who writes about each of these hosts, where somebody does; one log for all of them.
pub(super) fn scribes(config: &Config, choices: &[Choice]) -> Result<Vec<Option<Scribe>>, Trouble> {
    let mut shared: Option<Arc<Log>> = None;
    choices
        .iter()
        .map(|choice| {
            let Some(log) = log(config, choice)? else { return Ok(None) };
            let log = shared.get_or_insert(log).clone();
            Ok(Some(Scribe::new(log, &choice.uri.to_string())))
        })
        .collect()
}

fn limits(config: &Config) -> Result<Limits, String> {
    let usual = Limits::default();
    let bytes = match config.audit_size {
        None => usual.bytes,
        Some(size @ 1..=LARGEST) => size << 20,
        Some(size) => {
            return Err(format!("`audit_size` is {size}, but must lie between 1 and {LARGEST} MiB"));
        }
    };
    Ok(Limits { bytes, files: config.audit_files.map_or(usual.files, u32::from) })
}
