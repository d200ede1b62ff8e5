//! What can stand in the place of an argument, for the screen and for shells alike.

use std::collections::HashSet;

use crate::{
    app::{
        Column,
        command::{Arg, ArgKind},
    },
    model::{CpuSet, Domain, KiB, Node, Op, text::visible},
};

/// Most numbers that are offered for a count.
const COUNTED: u32 = 512;

/// A word that can stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The word, not quoted.
    pub text: String,
    /// What it is; safe to show.
    pub doc: String,
}

/// What words can be about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The host's domains.
    pub domains: &'a [Domain],
    /// The machine, where it is known.
    pub node: Option<&'a Node>,
    /// Its memory, where it is known.
    pub memory: Option<KiB>,
    /// The domain the command is for, where it is known.
    pub domain: Option<&'a Domain>,
    /// The operation the command asks for.
    pub op: Option<Op>,
    /// Names of the themes there are.
    pub themes: &'a [String],
}

/// The words that can stand in the place of an argument and begin as typed, in any case; none for a file, which only
/// those can look for who may touch the disk.
pub fn candidates(arg: &Arg, typed: &str, around: &Around<'_>) -> Vec<Candidate> {
    let mut all = of_kind(arg.kind, typed, around);
    let typed = typed.to_lowercase();
    all.retain(|candidate| candidate.text.to_lowercase().starts_with(&typed));
    all
}

fn of_kind(kind: ArgKind, typed: &str, around: &Around<'_>) -> Vec<Candidate> {
    match kind {
        ArgKind::Word | ArgKind::File => Vec::new(),
        ArgKind::Domain => domains(around.domains, typed),
        ArgKind::Size => sizes(around),
        ArgKind::Count => counts(around.domain),
        ArgKind::Vcpu => vcpus(around.domain),
        ArgKind::Cpus => around.node.map(cpus).unwrap_or_default(),
        ArgKind::Choice(words) => words.iter().map(|word| made(*word, "")).collect(),
        ArgKind::Column => Column::ALL.iter().map(|column| made(column.word(), column.doc())).collect(),
        ArgKind::Theme => around.themes.iter().map(|name| made(name.as_str(), "")).collect(),
    }
}

fn made(text: impl Into<String>, doc: impl Into<String>) -> Candidate {
    Candidate { text: text.into(), doc: doc.into() }
}

/// Every domain by a word that means it and no other; where a number is typed, ids too.
fn domains(domains: &[Domain], typed: &str) -> Vec<Candidate> {
    let ids: HashSet<String> = domains.iter().filter_map(id).collect();
    let mut seen = HashSet::new();
    let by_name = domains.iter().map(|domain| {
        let name = domain.name.shown();
        let clear = !name.is_empty() && !ids.contains(name) && seen.insert(name);
        let other = || id(domain).unwrap_or_else(|| domain.key.uuid.to_string());
        if clear { made(name, told(domain)) } else { made(other(), named(domain)) }
    });
    let mut all: Vec<_> = by_name.collect();
    if typed.starts_with(|c: char| c.is_ascii_digit()) {
        let by_id = domains.iter().filter_map(|domain| Some(made(id(domain)?, named(domain))));
        all.extend(by_id);
        let mut once = HashSet::new();
        all.retain(|candidate| once.insert(candidate.text.clone()));
    }
    all
}

fn id(domain: &Domain) -> Option<String> {
    domain.key.id.map(|id| id.0.to_string())
}

/// What tells a domain that is offered by its name.
fn told(domain: &Domain) -> String {
    let id = id(domain).map_or_else(String::new, |id| format!("id {id}, "));
    format!("{id}{}", domain.state.word())
}

/// What tells one that is offered by another word.
fn named(domain: &Domain) -> String {
    format!("{}, {}", visible(&domain.label()), told(domain))
}

/// What the domain has, half and twice of it, and what it may have; no more than it could be given.
fn sizes(around: &Around<'_>) -> Vec<Candidate> {
    let Some(domain) = around.domain else { return Vec::new() };
    let most = domain.max_memory.known().copied();
    let limit = if around.op == Some(Op::SetMemory) { most.or(around.memory) } else { around.memory };
    let now = domain.memory.0;
    let mut all: Vec<(KiB, &str)> = vec![
        (domain.memory, "what it has"),
        (KiB(now / 2), "half of what it has"),
        (KiB(now.saturating_mul(2)), "twice what it has"),
    ];
    all.extend(most.map(|most| (most, "the most it may have")));
    let fits = |size: KiB| size.0 > 0 && limit.is_none_or(|limit| size <= limit);
    let mut seen = HashSet::new();
    all.retain(|(size, _)| fits(*size) && seen.insert(*size));
    all.into_iter().map(|(size, doc)| made(written(size), doc)).collect()
}

/// An amount as short as it can be written without losing any of it.
fn written(KiB(kib): KiB) -> String {
    match kib {
        kib if kib % (1 << 20) == 0 => format!("{}G", kib >> 20),
        kib if kib % (1 << 10) == 0 => format!("{}M", kib >> 10),
        kib => kib.to_string(),
    }
}

fn counts(domain: Option<&Domain>) -> Vec<Candidate> {
    let Some(domain) = domain else { return Vec::new() };
    let doc = |count| if count == domain.vcpus.online { "as it is" } else { "" };
    (1..=domain.vcpus.max.min(COUNTED)).map(|count| made(count.to_string(), doc(count))).collect()
}

fn vcpus(domain: Option<&Domain>) -> Vec<Candidate> {
    let most = domain.map_or(0, |domain| domain.vcpus.max.max(domain.vcpus.online)).min(COUNTED);
    let each = (0..most).map(|vcpu| made(vcpu.to_string(), ""));
    std::iter::once(made("all", "each of its vCPUs")).chain(each).collect()
}

/// Every CPU, those of each node, those of each core, each written once.
fn cpus(node: &Node) -> Vec<Candidate> {
    let online = || (0..).zip(&node.pcpus).filter(|(_, pcpu)| pcpu.online);
    let mut all = vec![made("all", "every CPU, also those to come")];
    let whole: CpuSet = online().map(|(cpu, _)| cpu).collect();
    all.push(made(whole.to_string(), "every CPU there is"));
    let mut groups = std::collections::BTreeMap::<_, CpuSet>::new();
    for (cpu, pcpu) in online() {
        groups.entry((0, pcpu.node, 0)).or_default().insert(cpu);
        groups.entry((1, pcpu.socket, pcpu.core)).or_default().insert(cpu);
    }
    all.extend(groups.into_iter().map(|((kind, number, core), set)| match kind {
        0 => made(set.to_string(), format!("node {number}")),
        _ => made(set.to_string(), format!("core {core} of socket {number}")),
    }));
    let mut seen = HashSet::new();
    all.retain(|candidate| !candidate.text.is_empty() && seen.insert(candidate.text.clone()));
    all
}
