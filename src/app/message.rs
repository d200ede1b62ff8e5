//! What comes into the app, and what it asks for.

use std::{path::PathBuf, sync::Arc};

use crossterm::event::Event;

use super::{
    Regions,
    xml::{Draft, Edited, Shown},
};
use crate::model::{
    Attempt, Demand, DomainKey, HostId, JobId, Nanos, Order, Report, Snapshot, Which,
    console::{Ask, ConsoleId, News, Page, Tty, Wanted},
};

/// What comes in. Every message of a host carries its id.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key, a mouse action, a paste, a resize.
    Input(Event),
    /// A host was read.
    Sampled(HostId, Arc<Snapshot>),
    /// What drawing learned.
    Drawn(Regions),
    /// Time passed: for what glows, fades or has been silent.
    Clock(Nanos),
    /// What the hypervisor printed: all it still has, raw; or why it cannot be read.
    HostLog(HostId, Result<String, String>),
    /// The drivers have answered an order.
    Reported(HostId, JobId, Box<Report>),
    /// Files whose path begins as was asked, as whole words, folders with a `/` at their end; or why nobody can tell.
    Completed(String, Result<Vec<String>, String>),
    /// What a console shows now: the last of the pages that came.
    Page(ConsoleId, Arc<Page>),
    /// What a console tells.
    Console(ConsoleId, News),
    /// The consoles a domain of a host has, in the order they are offered; or why that cannot be told.
    Ttys(HostId, DomainKey, Result<Vec<Tty>, String>),
    /// A definition was read, or why none can be.
    Definition(HostId, (DomainKey, Which), Result<Box<Shown>, String>),
    /// An editor has ended; the terminal is ours again.
    Edited(Box<Edited>),
    /// Something to tell the user: whether it is an error, and the text.
    Notice(bool, String),
    /// The process was stopped and goes on: all is to be drawn anew.
    Resumed,
}

/// What the app asks of the runtime.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// End.
    Quit,
    /// Give the terminal back and stop, as ^Z does.
    Suspend,
    /// Sample this host at this interval; none to pause.
    Interval(HostId, Option<Nanos>),
    /// What the next snapshots of this host should hold.
    Demand(HostId, Demand),
    /// Take one snapshot now.
    Poke(HostId),
    /// Read the hypervisor's console ring.
    HostLog(HostId),
    /// Carry out an order.
    Run(HostId, Order),
    /// A change was tried that may not be made here. It belongs into the audit.
    Refused(HostId, Attempt),
    /// Look for files whose path begins so.
    Complete(String),
    /// Something for a console of a host. The answers carry its number.
    Console(HostId, ConsoleId, ConsoleOrder),
    /// Tell which consoles a domain has; the answer is [`Msg::Ttys`].
    Ttys(HostId, DomainKey),
    /// Read a domain's definition; the answer is [`Msg::Definition`].
    Definition(HostId, (DomainKey, Which)),
    /// Have a definition edited by the user's editor, which has the terminal until it ends; the answer is
    /// [`Msg::Edited`].
    Edit(Box<Draft>),
    /// Remove the file a definition was edited in.
    Discard(PathBuf),
    /// Write this text, raw, into a file that must not be there.
    Save(PathBuf, String),
    /// Put this text, raw, into the clipboard of whoever sits at the terminal.
    Clipboard(String),
    /// Take or leave the mouse.
    Mouse(bool),
    /// Draw with this theme.
    Theme(String),
    /// Clear the terminal and draw all anew.
    Redraw,
}

/// What is to be done with a console.
#[derive(Clone, Debug, PartialEq)]
pub enum ConsoleOrder {
    /// Begin with it: the first that is said of a number.
    Open(Wanted),
    /// Have it do something.
    Ask(Ask),
    /// End it: the last that is said of a number. What it keeps of lines is dropped.
    Close,
}
