//! XML of domains: read losslessly, revised in place, checked, taken apart for the screen.
//!
//! ```text
//!   text ──► document ──► read ──► Definition ──► write ──► text
//!              │ ▲                     │                      │
//!              │ └──────── revise ◄────┴──────────────────────┘   only what differs is spliced
//!              ├──► check     all that is wrong with it, by place
//!              └──► markup    its lines, classified, for the screen
//! ```

pub mod device;
mod document;
pub mod domain;
mod fault;
mod markup;
mod place;
mod revise;
mod secrets;
mod values;
mod writer;

use crate::model::text::visible;

pub use crate::model::markup::Problem;

pub use markup::markup;
pub use secrets::without_passwords;

/// The largest text read.
pub const LARGEST: usize = 4 << 20;

/// A foreign word as it may stand in a message: visible, and not without end.
fn shown(word: &str) -> String {
    const LONGEST: usize = 64;
    match word.char_indices().nth(LONGEST) {
        None => visible(word).into_owned(),
        Some((end, _)) => format!("{}…", visible(&word[..end])),
    }
}
