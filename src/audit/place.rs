//! Where the audit file is.

use std::path::PathBuf;

use nix::unistd::geteuid;

use crate::model::uri::Uri;

/// What the config file says where there is to be no audit.
pub const OFF: &str = "off";
/// Where root's is.
const SYSTEM: &str = "/var/log/domtop/audit.jsonl";

/// The file for changes of a host, by what the config file says; none where there is to be none.
///
/// A test host is audited only where a file is named: a demonstration leaves nothing behind.
///
/// # Errors
/// What is wrong with the place, or that there is none.
pub fn choose(said: Option<&str>, uri: &Uri) -> Result<Option<PathBuf>, String> {
    match said {
        Some(OFF) => Ok(None),
        Some(path) if path.starts_with('/') => Ok(Some(path.into())),
        Some(path) => Err(format!("`audit` is {path:?}, but must be an absolute path or \"{OFF}\"")),
        None if matches!(uri, Uri::Test(_)) => Ok(None),
        None => usual().map(Some),
    }
}

/// Root's place is the machine's; everybody else has one of their own.
fn usual() -> Result<PathBuf, String> {
    if geteuid().is_root() {
        return Ok(SYSTEM.into());
    }
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
    let base = base.ok_or(
        "there is no place for the audit file: neither $XDG_STATE_HOME nor $HOME is one; \
                         name one as `audit` in the config file, or \"off\"",
    )?;
    Ok(base.join("domtop/audit.jsonl"))
}
