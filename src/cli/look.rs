//! The looking commands: one host, read once, printed as text or JSON.
//!
//! A rate needs two readings, so `cpu_percent` and the like are null here; `--batch` has them.

mod config;
mod domain;
pub(super) mod events;
mod host;
mod list;
mod xml;

use std::slice;

use super::{args::LookWish, find, hosts, hosts::Choice, pages, print, trouble::Trouble};
use crate::{
    app::command::Look,
    batch::column::{Part, Row},
    driver::Reader,
    model::{Demand, Domain, DomainKey, Failure, Name, Snapshot, rates::DomainRates, text::visible},
    sampler,
};

/// What a looking command looks at.
struct Subject {
    uri: String,
    reader: Reader,
    snapshot: Snapshot,
}

/// Reads what the command names and prints it.
pub(super) fn run(wish: &LookWish, choices: &[Choice]) -> Result<(), Trouble> {
    let [choice] = choices else {
        return Err(Trouble::usage("a command takes one host: write -c once"));
    };
    let reader = hosts::open_read_only(choice, 0)?;
    let uri = choice.uri.to_string();
    let mut subject = Subject { uri, reader, snapshot: Snapshot::default() };
    print(&made(wish, &mut subject)?)
}

fn made(wish: &LookWish, subject: &mut Subject) -> Result<Vec<u8>, Trouble> {
    match wish.look {
        Look::Node => Ok(host::node(wish, subject.read(&Demand::default()))),
        Look::Capabilities => Ok(host::capabilities(wish, subject.read(&Demand::default()))),
        Look::Drivers => Ok(host::drivers(wish, subject.read(&everything()))),
        Look::Dmesg => host::dmesg(wish, subject),
        Look::List => list::made(wish, subject),
        Look::Config => config::made(wish, subject),
        Look::Xml => xml::made(wish, subject),
        // Events are printed as they come, not when all of them are there.
        Look::Events | Look::Console | Look::Edit | Look::Play | Look::Proxy => {
            Err(Trouble::usage("it does not end by itself"))
        }
        Look::Completions | Look::Man => Ok(pages::made(wish).unwrap_or_default()),
        Look::Info | Look::Vcpus | Look::Sched => domain::made(wish, subject),
    }
}

impl Subject {
    /// Reads the host.
    fn read(&mut self, demand: &Demand) -> &Self {
        self.reader.sample(sampler::stamp(), demand, &mut self.snapshot);
        self
    }

    /// Reads the host, and which domain is meant.
    fn find_domain(&mut self, wanted: &str) -> Result<DomainKey, Trouble> {
        self.read(&Demand::default());
        readable(&self.reader, &mut self.snapshot)?;
        Ok(find::domain(&self.snapshot, wanted)?.key)
    }

    /// Reads the host with all of the domain that is meant.
    fn read_domain(&mut self, wanted: &str) -> Result<Domain, Trouble> {
        let key = self.find_domain(wanted)?;
        self.read(&Demand { focus: Some(key), devices: true, ..Demand::default() });
        readable(&self.reader, &mut self.snapshot)?;
        find::domain(&self.snapshot, wanted).cloned()
    }

    /// Where none of a running domain's vCPUs were read, asks for them alone, to know why.
    fn must_have_vcpus(&mut self, domain: &Domain) -> Result<(), Trouble> {
        let has = |id| !self.snapshot.vcpus_of(id).is_empty();
        if domain.key.id.is_none_or(has) {
            return Ok(());
        }
        let into = &mut self.snapshot.vcpus;
        let read = self.reader.read_vcpus(slice::from_ref(domain), into);
        read.map_err(|failure| {
            Trouble::failure(&Failure { subject: domain.label().as_ref().into(), ..failure })
        })
    }

    /// What the host is called.
    fn label(&self) -> Name {
        let name = &self.snapshot.node.name;
        if name.raw().is_empty() { Name::new(&self.uri) } else { name.clone() }
    }
}

/// Whether the domains were read; else every driver's reason.
pub(super) fn readable(reader: &Reader, snapshot: &mut Snapshot) -> Result<(), Trouble> {
    match &snapshot.stale {
        Some(_) => reader.read_domains(&mut snapshot.domains).map_err(|failure| Trouble::failure(&failure)),
        None => Ok(()),
    }
}

/// A domain's row; it has no rates, for the host is read once.
fn whole<'a>(host: &'a Name, domain: &'a Domain) -> Row<'a> {
    Row { host, domain, rates: DomainRates::default(), part: Part::Whole }
}

/// What asks something of every driver.
fn everything() -> Demand {
    Demand { all_vcpus: true, devices: true, ..Demand::default() }
}

/// Foreign text of many lines, each safe to show.
fn visible_lines(text: &str) -> String {
    text.lines().flat_map(|line| [visible(line), "\n".into()]).collect()
}
