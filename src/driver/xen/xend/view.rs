//! What is read of a host in one round: its node, its domains, and those that xend leaves out of its list.
//!
//! ```text
//!  GET /xend/node                 the machine, its memory
//!  GET /xend/domain?detail=1      domains; from 3.0.4 on those alone whose state is Running
//!  GET /xend/domain?state=all     names of all there are (3.0.4 and later)
//!  GET /xend/domain/NAME          each that the list left out: paused, halted; kept for a while
//! ```
//!
//! One domain that xend cannot print breaks the list as a whole: then each is read by itself, and the rest is there. A
//! page that is not answered is told and costs its share of the time. The first round takes the time it needs to read
//! all of them: who looks once is not to be told that there is no such domain.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use super::{
    era::Era,
    http::Web,
    page::Page,
    said::{About, accepted, gone, is_silence, value},
};
use crate::{
    driver::{
        Answer, Error,
        conn::{Deadline, Stopwatch},
    },
    model::{Domain, DomainKey, Kind, Name, Nanos, domain::label, text::visible},
    wire::sexpr::{Node, node, status},
};

/// How long what was read of a domain that does not run is believed.
const KEPT: Nanos = Nanos(5_000_000_000);
/// How many of those are read again in one round.
const AGAIN: usize = 8;
/// What part of a round's time one of their pages is given.
const SHARE: u32 = 4;
/// How many times a round's time the first takes at most for them.
pub(super) const FIRST: u32 = 10;
/// After how many pages that hang no other is asked for in a round: xend hangs as a whole.
const HUNG: usize = 3;
/// How many of those that could not be read are named.
const NAMED: usize = 3;

/// All that was read of a host in one round.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// The machine.
    pub(super) page: node::Page,
    /// Domains that run, by id.
    pub(super) running: Vec<Domain>,
    /// Domains that are kept and do not run, by name.
    pub(super) inactive: Vec<Domain>,
    /// What of it could not be read, a clause.
    pub(super) missing: Option<Arc<str>>,
}

impl View {
    /// The domain with this key, running or not.
    pub(super) fn domain(&self, key: DomainKey) -> Option<&Domain> {
        match self.running.binary_search_by_key(&key, |row| row.key) {
            Ok(place) => Some(&self.running[place]),
            Err(_) => self.inactive.iter().find(|row| row.key == key),
        }
    }

    /// The same, which is to be there.
    ///
    /// # Errors
    /// `NoDomain` where there is none; `Unreachable` where it may be one of those that could not be read.
    pub(super) fn find(&self, key: DomainKey) -> Answer<Domain> {
        if let Some(row) = self.domain(key) {
            return Ok(row.clone());
        }
        let Some(missing) = &self.missing else { return Err(gone(key)) };
        let why = format!("find {}: {missing}", label(key, &Name::default()));
        Err(Error::new(Kind::Unreachable, why))
    }
}

/// Reads a host, round by round.
pub(super) struct Rounds {
    web: Arc<Web>,
    era: Era,
    /// What was read of the domains the list leaves out, by name.
    kept: BTreeMap<String, Kept>,
    /// Whether there was a round that had the time to read all of them.
    begun: bool,
}

/// What was read of one domain.
struct Kept {
    /// None where xend knows no such domain after all, or it was never read.
    row: Option<Domain>,
    /// Why it was not read the last time, where it was not.
    trouble: Option<Arc<str>>,
    /// When that was.
    at: Stopwatch,
}

impl Rounds {
    /// Of the host behind this xend.
    pub(super) const fn new(web: Arc<Web>, era: Era) -> Self {
        Self { web, era, kept: BTreeMap::new(), begun: false }
    }

    /// Forgets what was kept of these: they were changed.
    pub(super) fn forget(&mut self, names: &[String]) {
        self.kept.retain(|name, _| !names.contains(name));
    }

    /// Reads all of it within this time.
    ///
    /// # Errors
    /// Where xend did not answer, or not in time.
    pub(super) fn read(&mut self, span: Duration) -> Answer<View> {
        let deadline = Deadline::after(span);
        let mut view = View { page: machine(&self.web, deadline.left())?, ..View::default() };
        let mut rows = Vec::new();
        match self.list(deadline, &mut rows) {
            Ok(()) => {}
            Err(error) if is_silence(&error) => {
                return Err(error);
            }
            Err(error) => view.missing = Some(error.message),
        }
        if self.era.manages() || view.missing.is_some() {
            self.others(deadline, span, &mut rows, &mut view)?;
        }
        (view.running, view.inactive) = rows.into_iter().partition(|row| row.key.id.is_some());
        view.running.sort_unstable_by_key(|row| row.key);
        view.inactive.sort_unstable_by(|a, b| a.name.raw().cmp(b.name.raw()));
        Ok(view)
    }

    fn list(&self, deadline: Deadline, rows: &mut Vec<Domain>) -> Answer<()> {
        let page = Page::domains().with("detail", "1");
        self.get("list the domains", &page, deadline, About::Host, |list| status::rows(list, rows))
    }

    /// Those the list left out. Where half of the time is spent on them, the rest waits for the next round.
    fn others(
        &mut self,
        deadline: Deadline,
        span: Duration,
        rows: &mut Vec<Domain>,
        view: &mut View,
    ) -> Answer<()> {
        let names = self.left_out(deadline, rows)?;
        self.kept.retain(|name, _| names.contains(name));
        let time = if self.begun { deadline.left().saturating_sub(span / 2) } else { span * FIRST };
        let end = Deadline::after(time);
        let mut hung = 0;
        for name in self.due(&names) {
            if end.passed() || hung == HUNG {
                break;
            }
            hung += usize::from(self.keep(name, Deadline::after(span / SHARE)) == Some(Kind::TimedOut));
        }
        self.begun = true;
        rows.extend(self.kept.values().filter_map(|kept| kept.row.clone()));
        let missing = view.missing.take().into_iter().chain(self.troubles(names.len()));
        view.missing = missing.reduce(|one, other| format!("{one}; {other}").into());
        Ok(())
    }

    /// The names of those that are not in the list.
    fn left_out(&self, deadline: Deadline, rows: &[Domain]) -> Answer<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        let page = if self.era.manages() { Page::domains().with("state", "all") } else { Page::domains() };
        self.get("list the names of the domains", &page, deadline, About::Host, |list| {
            names.extend(list.items().filter_map(Node::text).map(str::to_owned));
        })?;
        for row in rows {
            names.remove(row.name.raw());
        }
        Ok(names)
    }

    /// Whose pages are to be read, in this order: those that never were, and some of those read longest ago.
    fn due(&self, names: &BTreeSet<String>) -> Vec<String> {
        let new = names.iter().filter(|name| !self.kept.contains_key(*name));
        let old = oldest(self.kept.iter().map(|(name, kept)| (kept.at.elapsed(), name)));
        new.chain(old).cloned().collect()
    }

    /// Reads one of them and keeps what it is; where that cannot be told, what it was. Returns why it cannot.
    fn keep(&mut self, name: String, deadline: Deadline) -> Option<Kind> {
        let (row, trouble) = match self.one(&name, deadline) {
            Ok(row) => (row, None),
            Err(error) => (self.kept.remove(&name).and_then(|kept| kept.row), Some(error)),
        };
        let kind = trouble.as_ref().map(|error| error.kind);
        let trouble = trouble.map(|error| error.message);
        self.kept.insert(name, Kept { row, trouble, at: Stopwatch::start() });
        kind
    }

    /// What of this many that the list left out could not be read, a clause.
    fn troubles(&self, all: usize) -> Option<Arc<str>> {
        let troubled = || self.kept.iter().filter_map(|(name, kept)| Some((name, kept.trouble.as_ref()?)));
        let unread = all.saturating_sub(self.kept.len());
        let unread = (unread > 0).then(|| format!("{unread} domains were not read yet"));
        let silent = troubled().next().map(|(_, why)| {
            let names: Vec<_> = troubled().take(NAMED).map(|(name, _)| visible(name)).collect();
            let more = troubled().count() - names.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("could not read {}{more} ({why})", names.join(", "))
        });
        let both = silent.into_iter().chain(unread);
        both.reduce(|one, other| format!("{one}; {other}")).map(Into::into)
    }

    /// One domain; none where there is none of that name.
    fn one(&self, name: &str, deadline: Deadline) -> Answer<Option<Domain>> {
        let mut row = None;
        let read = self.get("read a domain", &Page::domain(name), deadline, About::Domain, |page| {
            row = status::row(page);
        });
        match read {
            Err(error) if error.kind == Kind::NoDomain => Ok(None),
            Err(error) => Err(error),
            Ok(()) => Ok(row),
        }
    }

    fn get(
        &self,
        doing: &str,
        page: &Page,
        deadline: Deadline,
        about: About,
        take: impl FnOnce(Node<'_>),
    ) -> Answer<()> {
        let body = accepted(doing, self.web.read(page, left(deadline)?)?, Some(self.era), about)?;
        take(value(doing, &body)?.root());
        Ok(())
    }
}

/// Those that are no longer believed, the oldest first, as many as a round reads: so each has its turn.
fn oldest<'a>(read: impl Iterator<Item = (Nanos, &'a String)>) -> impl Iterator<Item = &'a String> {
    let mut old: Vec<_> = read.filter(|(age, _)| *age > KEPT).collect();
    old.sort_unstable_by(|one, other| other.cmp(one));
    old.into_iter().take(AGAIN).map(|(_, name)| name)
}

/// The page of the machine.
///
/// # Errors
/// Where it was not given, or is none.
pub(super) fn machine(web: &Web, span: Duration) -> Answer<node::Page> {
    let doing = "read the node";
    let body = accepted(doing, web.read(&Page::node(), span)?, None, About::Host)?;
    let page = node::Page::read(value(doing, &body)?.root());
    page.ok_or_else(|| Error::new(Kind::Malformed, "read the node: what answers is no xend"))
}

/// What is left of a round's time; a client that is given none would wait without end.
fn left(deadline: Deadline) -> Answer<Duration> {
    let left = deadline.left();
    if left.is_zero() { Err(Error::new(Kind::TimedOut, "read the host: it took too long")) } else { Ok(left) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_longest_ago_is_read_first_whatever_its_name() {
        let names: Vec<_> = (0..20).map(|number| format!("off{number:02}")).collect();
        let age = |place: usize| Nanos(KEPT.0 + place as u64 - 4);
        let read = oldest(names.iter().enumerate().map(|(place, name)| (age(place), name)));
        let read: Vec<_> = read.cloned().collect();
        let expected: Vec<_> = names.iter().rev().take(AGAIN).cloned().collect();
        assert_eq!(read, expected);
        assert_eq!(oldest(names.iter().map(|name| (KEPT, name))).count(), 0);
    }
}
