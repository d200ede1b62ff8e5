//! What a session needs of a host: to find a domain's console, to read it, and perhaps somebody who may type on it.
//!
//! Traits, so that a session can be tried over any pty. Who types is a value of its own: where a host was opened for
//! looking only there is none, and nothing below can type or even ask another process for leave to.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd},
};

use uuid::Uuid;

use crate::{
    driver::{
        Answer, Error,
        console::{Consoles, Typist, Watch, Writing},
    },
    model::{DomainKey, Kind, console::Tty},
};

/// What is read of a console.
pub trait Source: Send {
    /// The descriptor to poll.
    fn fd(&self) -> BorrowedFd<'_>;

    /// Reads what the guest wrote, without waiting.
    ///
    /// # Errors
    /// `WouldBlock` where there is nothing now; with any other, and with 0 bytes, it has gone.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize>;
}

/// What is typed on.
pub trait Sink: Send {
    /// The descriptor to poll.
    fn fd(&self) -> BorrowedFd<'_>;

    /// Gives the guest bytes, as many as it takes without waiting.
    ///
    /// # Errors
    /// `WouldBlock` where it takes none now; with any other it has gone.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Tells the guest its columns and rows, where it can be told.
    ///
    /// # Errors
    /// The system's.
    fn resize(&self, columns: u16, rows: u16) -> io::Result<()>;
}

/// Who finds consoles and reads them.
pub trait Watches: Send {
    /// The domain of this uuid as it is now, or else the one that runs under this name; its id is another after every
    /// start.
    ///
    /// # Errors
    /// Why nobody can tell, in a sentence.
    fn find(&self, uuid: Uuid, name: &str) -> Result<Option<DomainKey>, String>;

    /// A running domain's consoles, the one to open first.
    ///
    /// # Errors
    /// Why nobody can tell, in a sentence.
    fn list(&self, key: DomainKey) -> Result<Vec<Tty>, String>;

    /// Becomes the reader of a console.
    ///
    /// # Errors
    /// `Refused` where another process reads it.
    fn watch(&self, tty: &Tty) -> Answer<Box<dyn Source>>;
}

/// Who may type.
pub trait Types: Send {
    /// Opens a console to type on.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn write(&self, tty: &Tty) -> Answer<Box<dyn Sink>>;
}

/// A host's consoles as a session has them.
pub struct Backing {
    /// Who reads.
    pub watches: Box<dyn Watches>,
    /// Who may type; nobody where the host was opened for looking only.
    pub types: Option<Box<dyn Types>>,
}

impl Backing {
    /// Of an open host.
    pub fn of(consoles: &Consoles, typist: Option<&Typist>) -> Self {
        let types = typist.map(|typist| Box::new(typist.clone()) as Box<dyn Types>);
        Self { watches: Box::new(consoles.clone()), types }
    }
}

impl Watches for Consoles {
    fn find(&self, uuid: Uuid, name: &str) -> Result<Option<DomainKey>, String> {
        Self::find(self, uuid, name).map_err(|failure| one_line(&failure.to_string()))
    }

    fn list(&self, key: DomainKey) -> Result<Vec<Tty>, String> {
        Self::list(self, key).map_err(|failure| one_line(&failure.to_string()))
    }

    fn watch(&self, tty: &Tty) -> Answer<Box<dyn Source>> {
        Self::watch(self, tty).map(|watch| Box::new(watch) as Box<dyn Source>)
    }
}

impl Types for Typist {
    fn write(&self, tty: &Tty) -> Answer<Box<dyn Sink>> {
        Self::write(self, tty).map(|writing| Box::new(writing) as Box<dyn Sink>)
    }
}

impl Source for Watch {
    fn fd(&self) -> BorrowedFd<'_> {
        self.as_fd()
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Self::read(self, into)
    }
}

impl Sink for Writing {
    fn fd(&self) -> BorrowedFd<'_> {
        self.as_fd()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::write(self, bytes)
    }

    fn resize(&self, columns: u16, rows: u16) -> io::Result<()> {
        Self::resize(self, columns, rows)
    }
}

/// The console of this name among a domain's, or the first where none is named.
///
/// # Errors
/// `Refused` with the names there are.
pub fn choose(ttys: Vec<Tty>, name: Option<&str>) -> Answer<Tty> {
    let names: Vec<_> = ttys.iter().map(|tty| tty.name.to_string()).collect();
    let found = ttys.into_iter().find(|tty| name.is_none_or(|name| *tty.name == *name));
    found.ok_or_else(|| match name {
        Some(name) if !names.is_empty() => {
            Error::new(Kind::Refused, format!("there is no console {name:?}: there is {}", names.join(", ")))
        }
        _ => Error::new(Kind::Refused, "it has no text console"),
    })
}

/// A failure of several drivers in one line.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}
