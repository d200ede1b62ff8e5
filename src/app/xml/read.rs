//! Of which domain what is read, when, and what came of it.

use super::{Reading, Shown, Sight, Xml};
use crate::{
    app::{App, Effect, Panel},
    model::{
        Domain, DomainKey, HostId, KiB, Name, Nanos, Which,
        domain::{VcpuCount, find, run_of},
        text::visible,
    },
};

/// How often what differs is read anew: what runs changes under the operator's eyes.
const AGAIN: Nanos = Nanos(2_000_000_000);

impl App {
    /// Opens the panel for the domain under the cursor, which it follows from then on, or for one that is named, with
    /// which it stays; or closes it.
    pub(in crate::app) fn open_xml(&mut self, typed: &str) -> Vec<Effect> {
        self.table.chosen = true;
        let mut words = crate::app::words::split(typed);
        let all = words.len();
        words.retain(|word| word != "--kept");
        let kept = words.len() < all;
        if kept {
            self.sight_xml(Sight::Kept);
        }
        let Some(word) = words.first() else {
            // Who says what of it is to be seen does not mean to close it.
            if kept || self.screen.is_hidden(Panel::Xml) {
                self.screen.focus_on(Panel::Xml);
            } else {
                self.screen.toggle(Panel::Xml);
            }
            self.xml.fixed = false;
            return Vec::new();
        };
        match self.named(word) {
            Ok((key, label)) => {
                self.screen.focus_on(Panel::Xml);
                let host = self.pane().id;
                self.xml.turn_to(Some((host, key)), label);
                self.xml.fixed = true;
            }
            Err(why) => self.complain(format!("xml: {why}")),
        }
        Vec::new()
    }

    /// The domain that is named, or the one under the cursor; with what it is called.
    pub(super) fn named(&self, typed: &str) -> Result<(DomainKey, String), String> {
        let known = |domain: &Domain| (domain.key, domain.label().into_owned());
        if typed.is_empty() {
            return self.selected().map(known).ok_or_else(|| "no domain is selected".into());
        }
        let snapshot = self.pane().latest.as_ref();
        let found = snapshot.and_then(|snapshot| find(&snapshot.domains, typed));
        found.map(known).ok_or_else(|| format!("there is no domain `{}`", visible(typed)))
    }

    /// Stays with the domain, or follows the cursor again.
    pub(in crate::app) fn fix_xml(&mut self) {
        self.xml.fixed = !self.xml.fixed;
        let how = if self.xml.fixed { "stays with this domain" } else { "follows the cursor" };
        self.say(format!("the XML panel {how}"));
    }

    /// Shows something else of the domain.
    pub(in crate::app) fn sight_xml(&mut self, sight: Sight) {
        self.xml.sight = sight;
        self.xml.folded.clear();
        self.xml.changed();
    }

    /// Reads all of it anew.
    pub(in crate::app) fn reload_xml(&mut self) {
        self.xml.age();
        self.say("the definition is read anew".into());
    }

    /// Follows the cursor, and asks for what is to be edited or seen and not known, each host one question at a time.
    pub(in crate::app) fn read_xml(&mut self) -> Vec<Effect> {
        if !self.screen.shows(Panel::Xml) && self.xml.awaited().is_none() {
            return Vec::new();
        }
        self.follow_xml();
        self.forget_left();
        self.notice_xml();
        let seen = self.xml.of.filter(|_| self.screen.shows(Panel::Xml));
        let seen = seen.and_then(|(host, key)| self.xml.due(self.now).map(|which| (host, key, which)));
        let due = [self.xml.awaited(), seen].into_iter().flatten();
        due.filter_map(|due| self.xml.ask(due)).collect()
    }

    fn follow_xml(&mut self) {
        if self.xml.fixed && self.xml.of.is_some() {
            return self.follow_runs();
        }
        let host = self.pane().id;
        let found = self.selected().map(|domain| (domain.key, domain.label().into_owned()));
        if let Some((key, label)) = found {
            self.xml.turn_to(Some((host, key)), label);
        } else if self.xml.of.is_some_and(|(of, _)| of != host) {
            self.xml.turn_to(None, String::new());
        }
    }

    /// Goes on with another run of the domain the panel stays with, where that is what there is of it now.
    fn follow_runs(&mut self) {
        let found = self.domain_of_xml().map(|domain| (domain.key, domain.label().into_owned()));
        if let Some(((key, label), (host, _))) = found.zip(self.xml.of) {
            self.xml.turn_to(Some((host, key)), label);
        }
    }

    /// The domain whose definition is shown, as its host has it now.
    fn domain_of_xml(&self) -> Option<&Domain> {
        let (host, key) = self.xml.of?;
        let pane = self.hosts.iter().find(|pane| pane.id == host)?;
        run_of(&pane.latest.as_ref()?.domains, key)
    }

    /// Whether its host does not have the domain any more whose definition is shown.
    pub fn xml_is_gone(&self) -> bool {
        let pane = self.xml.of.and_then(|(host, _)| self.hosts.iter().find(|pane| pane.id == host));
        pane.is_some_and(|pane| pane.latest.is_some()) && self.domain_of_xml().is_none()
    }

    /// Where the domain was seen to change in what its definition says, that is read anew.
    fn notice_xml(&mut self) {
        let Some(seen) = self.domain_of_xml().map(seen) else { return };
        let last = self.xml.seen.replace(seen.clone());
        if last.is_some_and(|last| last != seen) {
            self.xml.age();
        }
    }

    /// A driver has told a definition, or why it cannot.
    pub(in crate::app) fn definition(
        &mut self,
        host: HostId,
        (key, which): (DomainKey, Which),
        told: Result<Box<Shown>, String>,
    ) -> Vec<Effect> {
        self.xml.asked.retain(|asked| *asked != (host, key, which));
        let effects = self.begin_edit((host, key, which), &told);
        if self.xml.of == Some((host, key)) {
            let now = self.now;
            let reading = match told {
                Ok(shown) => Reading::Known(shown, now),
                Err(why) => Reading::Failed(reasons(&why), now),
            };
            self.xml.take_in(which, reading);
        }
        effects
    }
}

/// A line for each driver with what it said, safe to show; the line before them says what the panel says itself.
pub(super) fn reasons(why: &str) -> Vec<String> {
    let lines: Vec<_> = why.lines().map(|line| visible(line.trim()).into_owned()).collect();
    if lines.len() > 1 { lines[1..].to_vec() } else { lines }
}

/// What of a domain's row stands in its definition too: name, memory it may have and is to have, vCPUs. The memory it
/// has just now does not: that moves by itself.
pub(super) type Seen = (Name, [crate::model::Reading<KiB>; 2], VcpuCount);

fn seen(domain: &Domain) -> Seen {
    (domain.name.clone(), [domain.max_memory.clone(), domain.target.clone()], domain.vcpus)
}

impl Xml {
    /// Another domain's from now on, where it is another. Of another run of the same one, what is known is seen until
    /// it is read anew.
    pub(super) fn turn_to(&mut self, of: Option<(HostId, DomainKey)>, label: String) {
        self.label = label;
        if self.of == of {
            return;
        }
        let same = |((host, run), (other, next)): ((HostId, DomainKey), (HostId, DomainKey))| {
            host == other && run.same_domain(next)
        };
        if self.of.zip(of).is_some_and(same) {
            self.of = of;
            return self.age();
        }
        // What was asked is still under way; so is what is edited.
        let (asked, sent) = (std::mem::take(&mut self.asked), std::mem::take(&mut self.sent));
        let draft = self.draft.take();
        let (sight, fixed, search) = (self.sight, self.fixed, std::mem::take(&mut self.search));
        *self = Self {
            of,
            asked,
            draft,
            sent,
            sight,
            fixed,
            search,
            label: std::mem::take(&mut self.label),
            ..Self::default()
        };
    }

    /// All of it is to be read anew, and seen until then as it was.
    pub(in crate::app) fn age(&mut self) {
        self.again = vec![Which::Live, Which::Kept];
    }

    /// Asks, unless the host has not answered what it was asked before.
    fn ask(&mut self, (host, key, which): (HostId, DomainKey, Which)) -> Option<Effect> {
        if self.asked.iter().any(|(of, ..)| *of == host) {
            return None;
        }
        self.asked.push((host, key, which));
        Some(Effect::Definition(host, (key, which)))
    }

    /// What is to be read next of what is shown.
    fn due(&self, now: Nanos) -> Option<Which> {
        let stale = |which: Which, reading: &Reading| match reading.since() {
            None => true,
            Some(_) if self.again.contains(&which) => true,
            Some(at) => self.sight == Sight::Diff && now.since(at) >= AGAIN,
        };
        let (live, kept) = (stale(Which::Live, &self.live), stale(Which::Kept, &self.kept));
        match self.sight {
            Sight::Kept => kept.then_some(Which::Kept),
            // The older one first.
            Sight::Diff if kept && !(live && self.live.since() < self.kept.since()) => Some(Which::Kept),
            Sight::Live | Sight::Diff => live.then_some(Which::Live),
        }
    }

    fn take_in(&mut self, which: Which, reading: Reading) {
        self.again.retain(|again| *again != which);
        let slot = self.slot(which);
        let lines = |reading: &Reading| reading.known().map(|shown| shown.markup.lines.len());
        let same = lines(slot) == lines(&reading);
        *slot = reading;
        if !same && self.sight != Sight::Diff {
            self.folded.clear();
        }
        self.changed();
    }
}
