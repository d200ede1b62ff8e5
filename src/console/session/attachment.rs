//! How a session hangs on a console: by itself, or through the process that reads it.

use std::io;

use nix::poll::{PollFd, PollFlags};

use super::Options;
use crate::{
    console::{
        line::{Backing, Sink, Source, Types, choose},
        share::{Client, Hub, Pen, Person, Told, Turn, socket_name},
    },
    model::{
        DomainKey, Kind,
        console::{Tty, Wanted},
    },
};

/// Bytes taken from the guest at a time: asks are heard in between.
const BITE: usize = 64 * 1024;

/// A console that is attached.
pub(super) struct Attachment {
    /// The domain as it was then.
    pub(super) key: DomainKey,
    /// Which of its consoles.
    pub(super) tty: Tty,
    reach: Reach,
    /// What is typed on, while the pen is ours.
    pub(super) sink: Option<Box<dyn Sink>>,
}

/// By which way. The hub is closed before the lock falls with the source: who comes next makes a new one.
enum Reach {
    /// This process reads it, and lets others look on where it can.
    Own(Option<Hub>, Alone, Box<dyn Source>),
    /// Another one reads it.
    Through(Client),
}

/// Whether the pen is ours where there is nobody else to have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alone {
    Writes,
    Watches,
}

impl Attachment {
    /// Attaches to the console that is wanted.
    ///
    /// # Errors
    /// Why it cannot be, in a sentence.
    pub(super) fn make(wanted: &Wanted, backing: &Backing, options: &Options) -> Result<Self, String> {
        let key = backing.watches.find(wanted.key.uuid, wanted.name.raw())?;
        let key = key.ok_or_else(|| format!("{} has gone", wanted.name))?;
        if key.id.is_none() {
            return Err(format!("{} does not run", wanted.name));
        }
        let ttys = backing.watches.list(key)?;
        let tty = choose(ttys, wanted.tty.as_deref()).map_err(|error| error.to_string())?;
        let name = socket_name(key.uuid, &tty);
        let reach = match backing.watches.watch(&tty) {
            Ok(source) => {
                let me = Person::new(&options.who, std::process::id());
                // Where it cannot be shared it can be used all the same.
                Reach::Own(Hub::open(&options.place, &name, me).ok(), Alone::Watches, source)
            }
            Err(error) => {
                let client = Client::connect(&options.place, &name, &options.who).ok();
                let through = client.filter(|_| error.kind == Kind::Refused).map(Reach::Through);
                through.ok_or_else(|| error.to_string())?
            }
        };
        Ok(Self { key, tty, reach, sink: None })
    }

    /// The descriptors to wait for.
    pub(super) fn polls<'a>(&'a self, into: &mut Vec<PollFd<'a>>) {
        match &self.reach {
            Reach::Own(hub, _, source) => {
                into.push(PollFd::new(source.fd(), PollFlags::POLLIN));
                if let Some(hub) = hub {
                    hub.polls(into);
                }
            }
            Reach::Through(client) => into.push(client.poll()),
        }
    }

    /// Hears those who look on.
    pub(super) fn turn(&mut self) -> Turn {
        match &mut self.reach {
            Reach::Own(Some(hub), ..) => hub.turn(),
            _ => Turn::default(),
        }
    }

    /// Reads what the guest wrote, one bite at most.
    ///
    /// # Errors
    /// Why there will be no more, in words; what was read before is handed on first.
    pub(super) fn read(&mut self, mut take: impl FnMut(Told)) -> Result<(), String> {
        match &mut self.reach {
            Reach::Own(_, _, source) => {
                let mut bite = Vec::new();
                let result = bite_of(source.as_mut(), &mut bite);
                if !bite.is_empty() {
                    take(Told::Output(bite));
                }
                result
            }
            Reach::Through(client) => {
                client.turn(take).map_err(|_| "the domtop that read it has left".to_owned())
            }
        }
    }

    /// Shows one who begins to look on the screen as it is.
    pub(super) fn show(&mut self, new: u64, size: (u16, u16), drawn: &[u8]) {
        if let Reach::Own(Some(hub), ..) = &mut self.reach {
            hub.show(new, size, drawn);
        }
    }

    /// Hands on what the guest wrote to those who look on.
    pub(super) fn hand_on(&mut self, bytes: &[u8]) {
        if let Reach::Own(Some(hub), ..) = &mut self.reach {
            hub.output(bytes);
        }
    }

    /// Who writes; none where that is not known yet.
    pub(super) fn pen(&self) -> Option<Pen> {
        match &self.reach {
            Reach::Own(Some(hub), ..) => Some(hub.pen()),
            Reach::Own(None, alone, _) => Some(if *alone == Alone::Writes { Pen::Mine } else { Pen::Free }),
            Reach::Through(client) => client.pen().cloned(),
        }
    }

    /// Asks for the pen as soon as nobody has it.
    pub(super) fn claim(&mut self, types: &dyn Types) {
        match &mut self.reach {
            Reach::Own(Some(hub), ..) => drop(hub.claim()),
            Reach::Own(None, alone, _) => *alone = Alone::Writes,
            Reach::Through(client) => client.claim(types),
        }
    }

    /// Takes the pen, whoever has it.
    pub(super) fn take_over(&mut self, types: &dyn Types) {
        match &mut self.reach {
            Reach::Own(Some(hub), ..) => hub.take_over(),
            Reach::Own(None, alone, _) => *alone = Alone::Writes,
            Reach::Through(client) => client.take_over(types),
        }
    }

    /// Lays the pen down.
    pub(super) fn give_up(&mut self) {
        self.sink = None;
        match &mut self.reach {
            Reach::Own(Some(hub), ..) => hub.give_up(),
            Reach::Own(None, alone, _) => *alone = Alone::Watches,
            Reach::Through(client) => client.give_up(),
        }
    }

    /// Tells the guest and those who look on a size; only who has the pen may.
    pub(super) fn resize(&mut self, size: (u16, u16), types: Option<&dyn Types>) {
        if let Some(sink) = &self.sink {
            // A guest that cannot be told goes on with the size it takes its terminal to have.
            let _ = sink.resize(size.0, size.1);
        }
        match (&mut self.reach, types) {
            (Reach::Own(Some(hub), ..), _) => hub.size(size.0, size.1),
            (Reach::Through(client), Some(types)) => client.size(types, size),
            _ => {}
        }
    }

    /// Whether it goes by another process.
    pub(super) const fn is_through(&self) -> bool {
        matches!(self.reach, Reach::Through(_))
    }

    /// Whether others of this program look on.
    pub(super) const fn is_shared(&self) -> bool {
        matches!(self.reach, Reach::Own(Some(_), ..))
    }
}

fn bite_of(source: &mut dyn Source, bite: &mut Vec<u8>) -> Result<(), String> {
    let mut part = [0; 8192];
    while bite.len() < BITE {
        match source.read(&mut part) {
            Ok(0) => return Err("the guest's console has gone".into()),
            Ok(count) => bite.extend_from_slice(&part[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(_) => return Err("the guest's console has gone".into()),
        }
    }
    Ok(())
}
