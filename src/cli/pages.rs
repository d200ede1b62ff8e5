//! What is printed without a host: scripts for shells, the manual page.

mod man;
mod shells;

use super::args::LookWish;
use crate::app::command::Look;

/// The page a command prints, where it is one.
pub(super) fn made(wish: &LookWish) -> Option<Vec<u8>> {
    match wish.look {
        Look::Completions => shells::script(wish.shell.as_deref()?),
        Look::Man => Some(man::page().into_bytes()),
        _ => None,
    }
}
