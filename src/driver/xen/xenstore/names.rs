//! Names, memory targets and types of the domains: cached, and read again only where a watch fired.
//!
//! A new domain gets a watch on its name and one on its target, and only then are its keys read: a change after the
//! read fires, a change before it is read. (In the other order, or without waiting for the watch, an event the
//! daemon merges with the one each new watch starts with would hide a change.) Both go out as one burst for all new
//! domains. A tick on which nothing fired asks xenstored nothing and allocates nothing.

use std::{fmt::Write, mem::take};

use uuid::Uuid;

use super::{
    client::{BATCH, Changes, Client, Reply, Token},
    link::Link,
};
use crate::{
    driver::Answer,
    model::{Domain, DomainId, DomainKey, GuestType, KiB, Light, Name, Nanos, Reading, text::visible},
    wire::xenstore::Request,
};

/// Where watches are refused, or would do harm, this often everything is read again.
const POLL_EVERY: Nanos = Nanos(10_000_000_000);
/// What fires when a domain appears in xenstore or leaves it; names are often written just then.
const COMINGS_AND_GOINGS: [&str; 2] = ["@introduceDomain", "@releaseDomain"];
/// Their token. Those of domains hold the id and the field.
const HINT: Token = Token::MAX;

/// One key of a domain; its value is its bit in [`Entry::stale`] and its place in a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Name = 1,
    Target = 2,
    Type = 4,
    OsType = 8,
}

impl Field {
    const ALL: [Self; 4] = [Self::Name, Self::Target, Self::Type, Self::OsType];
    const WATCHED: [Self; 2] = [Self::Name, Self::Target];
    const EVERY_BIT: u8 = 15;

    fn path(self, key: (u32, Uuid), into: &mut String) {
        let (id, uuid) = key;
        into.clear();
        match self {
            Self::Name => write!(into, "/local/domain/{id}/name"),
            Self::Target => write!(into, "/local/domain/{id}/memory/target"),
            Self::Type => write!(into, "/libxl/{id}/type"),
            Self::OsType => write!(into, "/vm/{uuid}/image/ostype"),
        }
        .expect("writing to a string does not fail");
    }

    fn token(self, id: u32) -> Token {
        Token::from(id) << 4 | self as Token
    }
}

/// What is known of the running domains.
#[derive(Default)]
pub(super) struct Names {
    /// By id.
    entries: Vec<Entry>,
    /// Ids whose watches are of no use any more.
    gone: Vec<u32>,
    /// The connection the watches are on.
    epoch: u64,
    /// Whether some entry is stale or unwatched.
    pending: bool,
    /// Whether some watch was refused, and when everything was read last.
    refused: bool,
    polled: Nanos,
}

#[derive(Clone, Default)]
struct Entry {
    id: u32,
    uuid: Uuid,
    name: Name,
    target: Reading<KiB>,
    /// As libxl tells it (4.10 and later), and as every toolstack did before.
    guest: [Option<GuestType>; 2],
    watched: bool,
    /// The fields to read again.
    stale: u8,
}

impl Names {
    /// Fills what is known into the rows, after reading what is new or changed. What is known is filled in even
    /// where nothing new can be read.
    pub(super) fn identify(&mut self, link: &mut Link, domains: &mut [Domain]) -> Answer<()> {
        let running = domains.partition_point(|domain| domain.key.id.is_some());
        let running = &mut domains[..running];
        self.follow(running);
        self.take_changes(link);
        let due = self.pending || self.epoch == 0;
        let answer = if due { link.run(|client| self.refresh(client)) } else { Ok(()) };
        running.iter_mut().zip(&self.entries).for_each(|(domain, entry)| entry.fill(domain));
        answer
    }

    /// Whether this run of a domain has given its id to another.
    pub(super) fn is_gone(&self, key: DomainKey) -> bool {
        let Some(id) = key.id else { return true };
        self.place(id.0).is_some_and(|i| self.entries[i].uuid != key.uuid)
    }

    /// Degraded where renames show late.
    pub(super) fn light(&self) -> Light {
        if self.refused {
            Light::Degraded("no watches over this connection: renames show late".into())
        } else {
            Light::Ready
        }
    }

    /// Makes the entries those of these domains.
    fn follow(&mut self, running: &[Domain]) {
        let same = |(entry, domain): (&Entry, &Domain)| domain.key == entry.key();
        if self.entries.len() == running.len() && self.entries.iter().zip(running).all(same) {
            return;
        }
        self.pending = true;
        let mut known = take(&mut self.entries).into_iter().peekable();
        for domain in running {
            let id = domain.key.id.map_or(0, |id| id.0);
            while let Some(old) = known.next_if(|old| old.id < id) {
                self.gone.extend(old.watched.then_some(old.id));
            }
            let kept = known.next_if(|old| old.key() == domain.key);
            self.entries.push(kept.unwrap_or_else(|| Entry::new(id, domain.key.uuid)));
        }
        self.gone.extend(known.filter(|old| old.watched).map(|old| old.id));
    }

    /// Marks what the events say has changed.
    fn take_changes(&mut self, link: &mut Link) {
        match link.client() {
            Some(client) => self.absorb(client),
            None => self.pending = true,
        }
        if self.refused && link.now().since(self.polled) >= POLL_EVERY {
            self.polled = link.now();
            self.mark_all();
        }
    }

    fn absorb(&mut self, client: &mut Client) {
        match client.changes() {
            Changes::Anything => self.mark_all(),
            Changes::Of(tokens) => tokens.for_each(|token| self.mark(token)),
        }
    }

    fn mark_all(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.stale = Field::EVERY_BIT);
        self.pending = true;
    }

    fn mark(&mut self, token: Token) {
        if token == HINT {
            self.entries.iter_mut().filter(|entry| entry.name.raw().is_empty()).for_each(Entry::mark_all);
        } else if let Some(i) = u32::try_from(token >> 4).ok().and_then(|id| self.place(id)) {
            self.entries[i].mark((token & 15) as u8);
        }
        self.pending = true;
    }

    fn place(&self, id: u32) -> Option<usize> {
        self.entries.binary_search_by_key(&id, |entry| entry.id).ok()
    }

    /// Watches what is new, then reads what is stale.
    fn refresh(&mut self, client: &mut Client) -> Answer<()> {
        if self.epoch != client.epoch {
            self.begin_anew(client)?;
        }
        self.unwatch(client)?;
        self.watch(client)?;
        client.look()?;
        self.absorb(client);
        self.read(client)?;
        self.pending = false;
        Ok(())
    }

    /// The connection is a new one, without watches.
    fn begin_anew(&mut self, client: &mut Client) -> Answer<()> {
        self.epoch = client.epoch;
        self.gone.clear();
        self.entries.iter_mut().for_each(|entry| entry.watched = false);
        self.mark_all();
        self.refused = !client.may_watch();
        let mut token = String::new();
        write_token(HINT, &mut token);
        let hints = if client.may_watch() { &COMINGS_AND_GOINGS[..] } else { &[] };
        for path in hints {
            client.queue(&Request::Watch(path, &token))?;
        }
        Ok(())
    }

    fn unwatch(&mut self, client: &mut Client) -> Answer<()> {
        let (mut path, mut token) = (String::new(), String::new());
        for id in self.gone.drain(..) {
            for field in Field::WATCHED {
                field.path((id, Uuid::nil()), &mut path);
                write_token(field.token(id), &mut token);
                client.queue(&Request::Unwatch(&path, &token))?;
            }
            if client.queued() >= BATCH {
                client.exchange(|_, _| ())?;
            }
        }
        Ok(())
    }

    fn watch(&mut self, client: &mut Client) -> Answer<()> {
        if !client.may_watch() {
            return Ok(());
        }
        let (mut path, mut token) = (String::new(), String::new());
        let mut refused = false;
        let mut note = |_, reply: Reply<'_>| refused |= reply.is_err_and(|e| e != "EEXIST" && e != "ENOENT");
        for entry in self.entries.iter_mut().filter(|entry| !entry.watched) {
            for field in Field::WATCHED {
                field.path((entry.id, entry.uuid), &mut path);
                write_token(field.token(entry.id), &mut token);
                client.queue(&Request::Watch(&path, &token))?;
            }
            entry.watched = true;
            if client.queued() >= BATCH {
                client.exchange(&mut note)?;
            }
        }
        client.exchange(&mut note)?;
        self.refused |= refused;
        Ok(())
    }

    fn read(&mut self, client: &mut Client) -> Answer<()> {
        let (mut path, mut wants) = (String::new(), Vec::new());
        for i in 0..self.entries.len() {
            let entry = &mut self.entries[i];
            for field in Field::ALL.into_iter().filter(|&field| entry.stale & field as u8 != 0) {
                field.path((entry.id, entry.uuid), &mut path);
                client.queue(&Request::Read(&path))?;
                wants.push((i, field));
            }
            entry.stale = 0;
            if client.queued() >= BATCH {
                self.take_replies(client, &mut wants)?;
            }
        }
        self.take_replies(client, &mut wants)
    }

    fn take_replies(&mut self, client: &mut Client, wants: &mut Vec<(usize, Field)>) -> Answer<()> {
        client.exchange(|number, reply| {
            let (i, field) = wants[number];
            self.entries[i].set(field, reply);
        })?;
        wants.clear();
        Ok(())
    }
}

impl Entry {
    fn new(id: u32, uuid: Uuid) -> Self {
        Self { id, uuid, stale: Field::EVERY_BIT, ..Self::default() }
    }

    const fn key(&self) -> DomainKey {
        DomainKey { id: Some(DomainId(self.id)), uuid: self.uuid }
    }

    /// As libxl tells, else as the other toolstacks do.
    fn guest(&self) -> Option<GuestType> {
        self.guest[0].or(self.guest[1])
    }

    /// Marks fields; with the name, the type is asked for again where it was not yet told.
    fn mark(&mut self, fields: u8) {
        let unknown = self.guest().is_none() && fields & Field::Name as u8 != 0;
        let types = Field::Type as u8 | Field::OsType as u8;
        self.stale |= (fields | if unknown { types } else { 0 }) & Field::EVERY_BIT;
    }

    fn mark_all(&mut self) {
        self.stale = Field::EVERY_BIT;
    }

    /// Takes in what was read. A name once known is kept where the key has gone: a domain that is torn down loses
    /// its keys first.
    fn set(&mut self, field: Field, reply: Reply<'_>) {
        let text = reply.map(String::from_utf8_lossy);
        match field {
            Field::Name => {
                if let Some(name) = text.ok().filter(|name| !name.is_empty() && *name != self.name.raw()) {
                    self.name = Name::new(&name);
                }
            }
            Field::Target => self.target = target(text.as_deref()),
            Field::Type => self.guest[0] = text.ok().and_then(|word| guest_type(&word)),
            Field::OsType => {
                self.guest[1] = text.ok().map(|word| guest_type(&word).unwrap_or(GuestType::Pv));
            }
        }
    }

    fn fill(&self, domain: &mut Domain) {
        domain.name.clone_from(&self.name);
        domain.target.clone_from(&self.target);
        if let Some(guest) = self.guest() {
            domain.guest = Reading::Known(guest);
        }
    }
}

fn write_token(token: Token, into: &mut String) {
    into.clear();
    write!(into, "{token}").expect("writing to a string does not fail");
}

/// KiB in decimal.
fn target(text: Result<&str, &&str>) -> Reading<KiB> {
    match text {
        Ok(text) => match text.trim().parse() {
            Ok(amount) => Reading::Known(KiB(amount)),
            Err(_) => Reading::Failed("memory/target is not a number".into()),
        },
        Err(&"ENOENT") => Reading::Unsupported,
        Err(name) => Reading::Failed(format!("read memory/target: {}", visible(name)).into()),
    }
}

/// The words of libxl; `hvm` is also that of image/ostype.
fn guest_type(word: &str) -> Option<GuestType> {
    match word {
        "pv" => Some(GuestType::Pv),
        "pvh" => Some(GuestType::Pvh),
        "hvm" => Some(GuestType::Hvm),
        _ => None,
    }
}
