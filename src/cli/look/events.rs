//! `events`: what was asked of the host, and what happens on it.

mod ours;

use std::{io::stdout, os::fd::AsFd};

use jiff::{Timestamp, tz::TimeZone};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::super::{
    args::LookWish,
    audit,
    hosts::{self, Choice},
    json::Object,
    print,
    trouble::Trouble,
};
use crate::{
    audit::{Record, tail},
    config::Config,
    driver::Reader,
    model::{
        Demand, Name, Nanos, Snapshot,
        event::{Event, Flow, Who, diff},
        text::visible,
    },
    sampler::Pace,
};

use ours::{Ours, wall};

/// How many records of the audit file go before what happens.
const RECORDS: usize = 20;

/// How events are written.
struct Paper {
    json: bool,
    host: Name,
    zone: TimeZone,
}

/// Prints what was asked of the host, then what happens within an interval; or goes on until interrupted.
pub(in crate::cli) fn run(wish: &LookWish, config: &Config, choices: &[Choice]) -> Result<(), Trouble> {
    let [choice] = choices else {
        return Err(Trouble::usage("a command takes one host: write -c once"));
    };
    let reader = hosts::open_read_only(choice, 0)?;
    let interval = config.interval.map_or(Nanos(1_000_000_000), super::super::args::nanos);
    let mut watch =
        Watch { reader, pace: Pace::new(interval), flow: Flow::default(), found: Vec::new(), ours: None };
    let mut last = Snapshot::default();
    watch.read(&mut last);
    super::readable(&watch.reader, &mut last)?;
    let node = &last.node.name;
    let host = if node.raw().is_empty() { Name::new(&choice.uri.to_string()) } else { node.clone() };
    let paper = Paper { json: wish.json, host, zone: TimeZone::system() };
    watch.ours = records(&paper, config, choice)?;
    if wish.follow { watch.follow(last, &paper) } else { watch.once(&last, &paper) }
}

/// Prints the end of the audit file; one that cannot be read is no reason not to look at the host.
fn records(paper: &Paper, config: &Config, choice: &Choice) -> Result<Option<Ours>, Trouble> {
    let log = match audit::log(config, choice) {
        Ok(Some(log)) => log,
        Ok(None) => return Ok(None),
        Err(trouble) => {
            eprintln!("domtop: {}", visible(&trouble.text));
            return Ok(None);
        }
    };
    let ours = Ours { path: log.path().into(), host: choice.uri.to_string() };
    match tail(&ours.path, &ours.host, RECORDS) {
        Ok(records) => {
            let lines: Vec<u8> = records.iter().flat_map(|record| paper.record(record)).collect();
            print(&lines)?;
        }
        Err(error) => {
            eprintln!("domtop: the audit file {} cannot be read: {error}", ours.path.display());
        }
    }
    Ok(Some(ours))
}

/// A host that is read again and again.
struct Watch {
    reader: Reader,
    pace: Pace,
    flow: Flow,
    found: Vec<Event>,
    ours: Option<Ours>,
}

impl Watch {
    fn read(&mut self, into: &mut Snapshot) {
        let (at, timing) = self.pace.wait();
        self.reader.sample(at, &Demand::default(), into);
        into.timing = timing;
    }

    fn once(mut self, last: &Snapshot, paper: &Paper) -> Result<(), Trouble> {
        let mut next = last.clone();
        self.read(&mut next);
        self.compare(last, &next);
        self.flow.finish(&mut self.found);
        self.tell(paper)
    }

    /// Goes on until nobody reads any more, or a signal ends the process.
    fn follow(mut self, mut last: Snapshot, paper: &Paper) -> Result<(), Trouble> {
        let mut next = last.clone();
        while is_read() {
            self.read(&mut next);
            self.compare(&last, &next);
            self.tell(paper)?;
            std::mem::swap(&mut last, &mut next);
        }
        Ok(())
    }

    fn compare(&mut self, last: &Snapshot, next: &Snapshot) {
        diff(last, next, &mut self.found);
        self.flow.settle(&mut self.found, next.at.mono);
    }

    /// Each line is out before the next is waited for.
    fn tell(&mut self, paper: &Paper) -> Result<(), Trouble> {
        if let Some(ours) = &self.ours {
            ours.claim(&mut self.found);
        }
        let lines: Vec<u8> = self.found.drain(..).flat_map(|event| paper.event(&event)).collect();
        if lines.is_empty() { Ok(()) } else { print(&lines) }
    }
}

/// Whether somebody still reads what is printed.
fn is_read() -> bool {
    let out = stdout();
    let mut polled = [PollFd::new(out.as_fd(), PollFlags::empty())];
    let gone = |polled: &PollFd<'_>| polled.revents().is_some_and(|r| r.contains(PollFlags::POLLERR));
    poll(&mut polled, PollTimeout::ZERO).is_err() || !gone(&polled[0])
}

impl Paper {
    fn event(&self, event: &Event) -> Vec<u8> {
        if self.json {
            return self.event_object(event).line();
        }
        let mut words = vec![event.what.phrase().into_owned()];
        words.extend(event.what.values().map(|(from, to)| format!("{from} -> {to}")));
        let label = event.label();
        let subject = if event.domain.is_some() { label.as_ref() } else { "-" };
        let who = match &event.who {
            Who::Us(title) => format!("{}: {}", event.who.phrase(), visible(title)),
            who => who.phrase().to_owned(),
        };
        self.text(event.at.wall, subject, [&words.join(" "), &who, &event.what.reason()])
    }

    fn event_object(&self, event: &Event) -> Object {
        let (from, to) = event.what.values().unzip();
        let key = event.domain.as_ref().map(|(key, _)| key);
        let reason = event.what.reason();
        let command = if let Who::Us(title) = &event.who { Some(title) } else { None };
        self.object(event.at.wall)
            .with("domain", event.domain.as_ref().map(|(_, name)| name))
            .with("id", key.and_then(|key| key.id))
            .with("uuid", key.map(|key| key.uuid))
            .with("event", event.what.kind())
            .with("what", event.what.phrase())
            .with("from", from)
            .with("to", to)
            .with("reason", (!reason.is_empty()).then_some(reason))
            .with("who", event.who.word())
            .with("command", command)
    }

    fn record(&self, record: &Record) -> Vec<u8> {
        let wall = wall(&record.time);
        let domain = record.domain.as_ref();
        let name = domain.and_then(|domain| domain.name.as_deref());
        if !self.json {
            let subject = name.map_or("-".into(), visible);
            let who = format!("by {}", visible(&record.user));
            let result = record.reason.as_deref().map_or_else(
                || record.result.word().to_owned(),
                |why| format!("{}: {}", record.result.word(), visible(why)),
            );
            return self.text(wall, &subject, [&visible(&record.command), &who, &result]);
        }
        self.object(wall)
            .with("domain", name)
            .with("id", domain.and_then(|domain| domain.id))
            .with("uuid", domain.map(|domain| &domain.uuid))
            .with("event", record.result.word())
            .with("what", &record.command)
            .with("from", None::<&str>)
            .with("to", None::<&str>)
            .with("reason", &record.reason)
            .with("who", "us")
            .with("user", &record.user)
            .line()
    }

    fn object(&self, wall: Nanos) -> Object {
        let time = Timestamp::from_nanosecond(i128::from(wall.0)).unwrap_or_default();
        Object::new()
            .with("time", time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
            .with("host", &self.host)
    }

    /// A line of text: local time, domain, what, by whom, and more of it.
    fn text(&self, wall: Nanos, subject: &str, [what, who, more]: [&str; 3]) -> Vec<u8> {
        let time = Timestamp::from_nanosecond(i128::from(wall.0)).unwrap_or_default();
        let time = time.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let line = format!("{time}  {subject:<16}  {what:<32}  {who:<12}  {more}");
        format!("{}\n", line.trim_end()).into_bytes()
    }
}
