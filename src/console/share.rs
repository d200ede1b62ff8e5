//! One console, many domtops: who reads it lets the others look on, and all agree on who types.
//!
//! ```text
//!   domtop A (holds the lock, reads the pty)           domtop B              domtop C (looking only)
//!      Hub ◄───────────── unix socket, frames ───────► Client                 Client
//!       │  Hello, Claim, TakeOver, GiveUp, Size ◄───────┤
//!       └─ Output, Size, Pen ──────────────────────────►┴──────────────────────►┘
//!                                                       │ the pen is its own
//!                                                       └──► opens the pty for writing itself
//! ```
//!
//! No input goes over the socket. There is one pen: who has it opens the console for writing, with its own rights and
//! its own permit. So a domtop opened for looking only has nothing that another could type through, and asking for the
//! pen takes somebody who may type ([`super::line::Types`]).
//!
//! Only processes of the same user, and of root, are let in. One that takes in nothing for a while is left out until
//! it does, and then sees the screen as it is; one that goes on like that is cut.

mod client;
mod conn;
mod frame;
mod hub;
mod place;

pub use client::{Client, Told};
pub use frame::{Bad, Frame, MOST, Pen, VERSION};
pub use hub::{Hub, Turn};
pub use place::{Place, socket_name};

use crate::model::text::visible;

/// A process that may have the pen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Its user, as it says.
    pub name: String,
    /// Its number, as the kernel says.
    pub pid: u32,
}

/// The most characters of a name that are kept.
const LONGEST: usize = 64;

impl Person {
    /// With a name from outside, made safe to show.
    pub fn new(name: &str, pid: u32) -> Self {
        let short: String = name.chars().take(LONGEST).collect();
        Self { name: visible(&short).into_owned(), pid }
    }
}

impl std::fmt::Display for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (domtop, pid {})", self.name, self.pid)
    }
}
