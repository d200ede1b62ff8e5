//! What is asked of xend about single domains, one page each, beside the worker's rounds.
//!
//! A name may have been given to another domain meanwhile: whatever is read must be of the id and uuid that was meant.

use std::{
    io::ErrorKind,
    sync::{Arc, MutexGuard, PoisonError},
};

use super::{
    Xend,
    http::Question,
    page::Page,
    said::{About, accepted, gone, is_silence, value},
    view::View,
};
use crate::{
    driver::{Answer, Error, conn::Deadline},
    model::{
        Affinity, Device, Domain, DomainKey, Kind, Name, SchedParams, Vcpu, Which, definition::Told,
        domain::label,
    },
    wire::{
        sexpr::{Node, device, domain, scheduler, status, vcpu},
        xml,
    },
};

/// What a domain's page tells, in the order to show it.
const FACTS: [(&str, &[&str]); 11] = [
    ("description", &["description"]),
    ("kernel", &["image", "*", "kernel"]),
    ("ramdisk", &["image", "*", "ramdisk"]),
    ("command line", &["image", "*", "args"]),
    ("bootloader", &["bootloader"]),
    ("device model", &["image", "*", "device_model"]),
    ("on poweroff", &["on_poweroff"]),
    ("on reboot", &["on_reboot"]),
    ("on crash", &["on_crash"]),
    ("cpupool", &["pool_name"]),
    ("shadow memory", &["shadow_memory"]),
];

impl Xend {
    /// The domain with this key, as it was read of late, or is now.
    ///
    /// # Errors
    /// `NoDomain` where there is none; why it cannot be told.
    pub(super) fn subject(&self, key: DomainKey) -> Answer<Domain> {
        if let Some(row) = self.worker.recent()?.domain(key) {
            return Ok(row.clone());
        }
        self.worker.fresh()?.find(key)
    }

    /// Reads a page beside the worker, unless it is known that there will be no answer.
    fn page(&self, doing: &str, page: &Page, about: About) -> Answer<Vec<u8>> {
        let reply = self.worker.aside(|| self.web.read(page, self.deadlines.quick))?;
        accepted(doing, reply, Some(self.era), about)
    }

    /// Asks something of a domain that is there as POST alone, as [`Xend::page`].
    pub(super) fn ask(&self, doing: &str, name: &str, question: Question) -> Answer<Vec<u8>> {
        let page = Page::domain(name);
        let reply = self.worker.aside(|| self.web.ask(&page, question, self.deadlines.quick))?;
        accepted(doing, reply, Some(self.era), About::Domain)
    }

    /// Reads the page of a domain, as long as it is the one meant, and takes something from it.
    pub(super) fn of_domain<T>(&self, key: DomainKey, take: impl FnOnce(Node<'_>) -> Answer<T>) -> Answer<T> {
        let name = address(&self.subject(key)?);
        let doing = format!("read domain {name}");
        let body = self.page(&doing, &Page::domain(&name), About::Domain)?;
        let tree = value(&doing, &body)?;
        let row = status::row(tree.root()).ok_or_else(|| unreadable(&doing))?;
        if row.key == key { take(tree.root()) } else { Err(gone(key)) }
    }

    /// Fills in names and targets, from what was read of late. A domain that is not among it is looked for, once.
    pub(super) fn name_them(&self, domains: &mut [Domain]) -> Answer<()> {
        let mut view = self.worker.recent()?;
        let missing = |view: &View, domains: &[Domain]| {
            domains.iter().map(|row| row.key).find(|key| view.domain(*key).is_none())
        };
        let mut unknown = missing(&view, domains);
        if unknown.is_some() && unknown != *self.unknown() {
            view = self.worker.fresh()?;
            unknown = missing(&view, domains);
            *self.unknown() = unknown;
        }
        for row in domains.iter_mut() {
            if let Some(read) = view.domain(row.key) {
                row.name.clone_from(&read.name);
                row.target.clone_from(&read.target);
                row.guest.clone_from(&read.guest);
            }
        }
        unknown.map_or(Ok(()), |key| {
            let why = format!("xend knows nothing of {}", label(key, &Name::default()));
            Err(Error::new(Kind::Unsupported, why))
        })
    }

    fn unknown(&self) -> MutexGuard<'_, Option<DomainKey>> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The vCPUs of these domains, each read by itself within the time of one call. One of which xend cannot tell them
    /// is without; that is an error where there is no other.
    pub(super) fn read_vcpus(&self, domains: &[Domain], into: &mut Vec<Vcpu>) -> Answer<()> {
        let (before, deadline) = (into.len(), Deadline::after(self.deadlines.quick));
        let mut trouble = None;
        for domain in domains {
            let error = match self.vcpu_info(domain, |info| vcpu::vcpus(info, into)) {
                Ok(()) if deadline.passed() => Error::new(Kind::TimedOut, "read the vCPUs: it took too long"),
                Ok(()) => continue,
                Err(error) => error,
            };
            if is_silence(&error) {
                into.truncate(before);
                return Err(error);
            }
            trouble = trouble.or(Some(error).filter(|error| error.kind != Kind::NoDomain));
        }
        trouble.filter(|_| into.len() == before).map_or(Ok(()), Err)
    }

    /// What `vcpuinfo` tells of a domain.
    pub(super) fn vcpu_info(&self, domain: &Domain, take: impl FnOnce(Node<'_>)) -> Answer<()> {
        let name = address(domain);
        let doing = format!("read the vCPUs of domain {name}");
        let page = Page::domain(&name).with("op", "vcpuinfo");
        let body = self.page(&doing, &page, About::Domain)?;
        let tree = value(&doing, &body)?;
        let id = tree.root().value("domid").and_then(|id| id.parse().ok());
        if id != domain.key.id.map(|id| id.0) {
            return Err(gone(domain.key));
        }
        take(tree.root());
        Ok(())
    }

    pub(super) fn read_affinities(&self, domain: &Domain) -> Answer<Vec<Affinity>> {
        let mut affinities = Vec::new();
        self.vcpu_info(domain, |info| affinities = vcpu::affinities(info, self.cpus()))?;
        Ok(affinities)
    }

    /// How many CPUs the machine had when it was opened.
    pub(super) fn cpus(&self) -> u32 {
        u32::try_from(self.page.node.pcpus.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn read_scheduler(&self, domain: &Domain) -> Answer<SchedParams> {
        let name = address(domain);
        let doing = format!("read the share of domain {name}");
        let (question, read): (_, fn(Node<'_>) -> _) = if self.era.has_credit() {
            (Question::Credit, scheduler::credit)
        } else {
            (Question::Sedf, scheduler::sedf)
        };
        let body = self.ask(&doing, &name, question)?;
        read(value(&doing, &body)?.root()).ok_or_else(|| unreadable(&doing))
    }

    pub(super) fn read_devices(&self, key: DomainKey) -> Answer<Vec<Device>> {
        self.of_domain(key, |page| Ok(device::list(page)))
    }

    pub(super) fn read_facts(&self, key: DomainKey) -> Answer<Vec<(Arc<str>, Name)>> {
        self.of_domain(key, |page| {
            let fact = |(label, path): &(&str, &[&str])| Some(((*label).into(), Name::new(at(page, path)?)));
            let started = page.value("start_time").and_then(moment);
            let started = started.map(|moment| ("started".into(), Name::new(&moment)));
            Ok(started.into_iter().chain(FACTS.iter().filter_map(fact)).collect())
        })
    }

    /// The definition of a domain. Its page has one: what it runs with, or would be started with.
    pub(super) fn read_definition(&self, key: DomainKey, which: Which) -> Answer<Told> {
        match (which, key.id) {
            (Which::Kept, Some(_)) => self.kept_of_running(key),
            (Which::Kept, None) if !self.era.manages() => {
                Err(nothing_kept("this release of xend keeps none"))
            }
            _ => self.of_domain(key, |page| self.told(page)),
        }
    }

    /// What xend keeps of a domain that runs is in no page of it, but in a file on its machine.
    fn kept_of_running(&self, key: DomainKey) -> Answer<Told> {
        let folder = self.kept.as_ref().filter(|_| self.era.manages() && !key.uuid.is_nil());
        let folder = folder.ok_or_else(|| nothing_kept("xend tells only what it runs with"))?;
        let file = folder.join(key.uuid.to_string()).join("config.sxp");
        let text = std::fs::read(&file).map_err(|error| match error.kind() {
            ErrorKind::NotFound => nothing_kept("xend does not manage it"),
            _ => Error::io(format!("read {}", file.display()), &error),
        })?;
        self.told(value(&format!("read {}", file.display()), &text)?.root())
    }

    /// The definition an expression of xend's is.
    fn told(&self, expression: Node<'_>) -> Answer<Told> {
        let unclear = |why| Error::new(Kind::Malformed, format!("read the definition xend gives: {why}"));
        let (definition, mut lost) = domain::read(expression, self.era.format).map_err(unclear)?;
        let cap = definition.cpus.cap.filter(|cap| *cap > 0);
        lost.extend(cap.map(|cap| format!("cap = {cap}: domtop knows no place for it in domain XML")));
        Ok(Told { xml: xml::domain::write(&definition), file: None, lost })
    }

    /// The whole ring: xend has no cursor, so what was told before is taken off where it still begins the same way.
    pub(super) fn read_log(&self, cursor: u32) -> Answer<(String, u32)> {
        let body = self.page("read what the hypervisor printed", &Page::dmesg(), About::Host)?;
        let text = String::from_utf8_lossy(&body).into_owned();
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let told = usize::try_from(cursor).unwrap_or(usize::MAX);
        Ok((text.get(told..).unwrap_or(&text).to_owned(), end))
    }
}

/// What xend knows a domain by: its name, or its id where it has none.
pub(super) fn address(domain: &Domain) -> String {
    match (domain.name.raw(), domain.key.id) {
        ("", Some(id)) => id.0.to_string(),
        ("", None) => domain.key.uuid.to_string(),
        (name, _) => name.to_owned(),
    }
}

fn nothing_kept(why: &str) -> Error {
    Error::new(Kind::NoDomain, format!("there is no kept definition of it: {why}"))
}

fn unreadable(doing: &str) -> Error {
    Error::new(Kind::Malformed, format!("{doing}: the reply says something else"))
}

/// Seconds since 1970, with a fraction, as a date in UTC.
fn moment(seconds: &str) -> Option<String> {
    let seconds = seconds.split('.').next()?.parse().ok()?;
    Some(jiff::Timestamp::from_second(seconds).ok()?.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// A value below lists of these heads; `*` is any.
fn at<'a>(node: Node<'a>, path: &[&str]) -> Option<&'a str> {
    match path {
        [] => None,
        [last] => node.value(last),
        ["*", rest @ ..] => node.arguments().find(|item| item.is_list()).and_then(|item| at(item, rest)),
        [head, rest @ ..] => node.child(head).and_then(|item| at(item, rest)),
    }
}
