//! What came of a change, as text and as JSON.

use serde_json::{Value, json};

use super::{
    super::json::Object,
    errand::Errand,
    settled::{Settled, settled},
};
use crate::{
    model::{
        Domain, DomainKey, Nanos, Report, Step, Trail,
        pursuit::{Pursuit, Verdict},
        request::{Change, Request},
        text::visible,
    },
    sampler,
};

/// What came of a change.
pub(in crate::cli) struct Outcome {
    /// The command's name.
    command: &'static str,
    /// The domain, or the file, as it is called on the terminal.
    pub(super) label: String,
    /// The domain it was about, or that it made: its key and its name, raw.
    domain: Option<(DomainKey, String)>,
    /// The file that was written.
    file: Option<String>,
    /// What of the domain it is about.
    part: Option<String>,
    pub(super) before: Option<String>,
    pub(super) requested: Option<String>,
    pub(super) actual: Option<String>,
    /// One word of what is seen: `done` where there is nothing to see.
    pub(super) verdict: &'static str,
    begun: Nanos,
    took: Nanos,
    /// What the drivers did, and what stood before and after.
    pub(super) report: Report,
    /// What can still be seen of it.
    pub(super) sight: Sight,
    /// Whether it stays, where that was to be asked.
    pub(super) kept: Option<bool>,
}

/// How it is seen whether a change has come about.
pub(super) enum Sight {
    /// The next snapshots show it.
    Watch(Box<Pursuit>),
    /// It stands, as asked for or not.
    Settled(bool),
    /// A domain was made: it is there.
    Made,
    /// The drivers' word is all there is.
    Told,
}

impl Outcome {
    /// Of what the drivers have done.
    pub(super) fn new(errand: &Errand<'_>, report: Report, begun: Nanos) -> Self {
        let target = errand.target();
        let file = || errand.intent.words.clone();
        let mut outcome = Self {
            command: errand.wish.command.name,
            label: target.map_or_else(file, |target| target.label.clone()),
            domain: target.map(|target| (target.key, target.name.clone())),
            file: None,
            part: None,
            before: None,
            requested: None,
            actual: None,
            verdict: "done",
            begun,
            took: Nanos(0),
            report,
            sight: Sight::Told,
            kept: None,
        };
        match errand.requests() {
            [request @ Request::Domain(_, change), ..] => outcome.see(request, change, pcpus(errand)),
            _ => outcome.sight = Sight::Made,
        }
        outcome.time();
        outcome
    }

    fn see(&mut self, request: &Request, change: &Change, pcpus: u32) {
        if let Change::Save(file) | Change::Dump(file) = change {
            self.file = Some(file.to_string_lossy().into_owned());
        }
        let stood = [self.report.before.as_ref(), self.report.after.as_ref()];
        if let Some(Settled { part, before, requested, actual, there }) = settled(change, stood, pcpus) {
            (self.part, self.before, self.actual) = (Some(part), before, actual);
            (self.requested, self.sight) = (Some(requested), Sight::Settled(there));
        } else if is_watched(change) {
            let pursuit = Pursuit::of(request, self.report.before.as_ref(), self.begun);
            self.before = pursuit.as_ref().map(|pursuit| pursuit.actual().to_owned());
            self.requested = pursuit.as_ref().map(Pursuit::requested);
            self.sight = pursuit.map_or(Sight::Told, |pursuit| Sight::Watch(Box::new(pursuit)));
        } else if let Change::SetAutostart(on) = change {
            self.requested = Some(if *on { "on" } else { "off" }.into());
        }
    }

    /// Takes in what a snapshot showed.
    pub(super) fn note(&mut self, verdict: Verdict) {
        let Sight::Watch(pursuit) = &self.sight else { return };
        self.actual = Some(pursuit.actual().to_owned());
        self.verdict = word(verdict);
        self.time();
    }

    /// Notes the domain that was made.
    pub(super) fn made(&mut self, domain: &Domain) {
        self.label = domain.label().into_owned();
        self.domain = Some((domain.key, domain.name.raw().to_owned()));
        self.actual = Some(domain.state.word().into());
        self.time();
    }

    /// It took until now.
    pub(super) fn time(&mut self) {
        self.took = sampler::stamp().mono.since(self.begun);
    }

    /// Whether there is still something to take back.
    pub(super) fn may_be_taken_back(&self) -> bool {
        !matches!(self.verdict, "lost" | "disturbed") && self.report.after.is_some()
    }

    /// A line, and one for each driver that did not.
    pub(super) fn text(&self) -> String {
        let by: Vec<_> = self.report.trails.iter().flat_map(Trail::done_by).map(AsRef::as_ref).collect();
        let end = match self.verdict {
            "asked" => "asked for".into(),
            verdict => format!("{verdict} in {:.1} s", self.took.seconds()),
        };
        let first = format!("{}: {} {end} ({})\n", self.label, self.way(), by.join(", "));
        let refused = self.steps().filter_map(|step| Some((&step.driver, &step.refused.as_ref()?.message)));
        let lost = self.steps().flat_map(|step| step.lost.iter().map(|what| (&step.driver, what)));
        std::iter::once(first)
            .chain(refused.map(|(driver, why)| format!("  {driver} did not: {why}\n")))
            .chain(self.file.iter().map(|file| format!("  in {}\n", visible(file))))
            .chain(self.report.notes.iter().map(|note| format!("  note: {note}\n")))
            .chain(lost.map(|(driver, what)| format!("  {driver} did it without {}\n", visible(what))))
            .collect()
    }

    /// What it was and what was asked: `8.0 GiB → 4.0 GiB`.
    pub(super) fn way(&self) -> String {
        let part = self.part.as_ref().map_or_else(String::new, |part| format!("{part}: "));
        match (&self.before, &self.requested) {
            (Some(before), Some(requested)) => format!("{part}{before} → {requested}"),
            (None, Some(requested)) if self.part.is_some() => format!("{part}{requested}"),
            (None, Some(requested)) => format!("{} {requested}", self.command),
            (_, None) => self.command.into(),
        }
    }

    /// One object on a line.
    pub(super) fn json(&self) -> Vec<u8> {
        let by: Vec<_> = self.report.trails.iter().flat_map(Trail::done_by).collect();
        let steps: Vec<Value> = self.steps().map(step).collect();
        let domain = self.domain.as_ref().map(
            |(key, name)| json!({ "id": key.id.map(|id| id.0), "uuid": key.uuid.to_string(), "name": name }),
        );
        Object::new()
            .with("command", self.command)
            .with("domain", domain)
            .with("before", &self.before)
            .with("requested", &self.requested)
            .with("actual", &self.actual)
            .with("verdict", self.verdict)
            .with("seconds", self.took.seconds())
            .with("by", by)
            .with("steps", steps)
            .with("file", &self.file)
            .with("notes", &self.report.notes)
            .with("kept", self.kept)
            .line()
    }

    /// Whether all was done that was asked for, and nothing of a definition left out.
    pub(in crate::cli) fn is_whole(&self) -> bool {
        self.steps().all(|step| step.lost.is_empty())
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.report.trails.iter().flat_map(|trail| &trail.0)
    }
}

fn step(step: &Step) -> Value {
    json!({
        "driver": step.driver,
        "done": step.refused.is_none(),
        "reason": step.refused.as_ref().map(|reason| visible(&reason.message).into_owned()),
        "lost": step.lost.iter().map(|what| visible(what).into_owned()).collect::<Vec<_>>(),
    })
}

fn pcpus(errand: &Errand<'_>) -> u32 {
    u32::try_from(errand.snapshot.node.pcpus.len()).unwrap_or(0)
}

/// Whether snapshots show that it has come about.
const fn is_watched(change: &Change) -> bool {
    !matches!(
        change,
        Change::Pin(_)
            | Change::SetScheduler { .. }
            | Change::Dump(_)
            | Change::Attach(_)
            | Change::Detach(_)
            | Change::SetAutostart(_)
    )
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Waiting => "waiting",
        Verdict::Moving => "moving",
        Verdict::Reached => "reached",
        Verdict::Ignored => "ignored",
        Verdict::Lost => "lost",
    }
}
