//! The children of an element that is revised: which is which, what is put where, what is taken out.

use std::collections::{HashMap, HashSet};

use super::{
    Kinship, Node, Pair, Revision,
    align::{Origin, align},
    canonical, layout, splice,
};

/// What becomes of the children of an element.
#[derive(Default)]
struct Plan<'a> {
    /// By the places of wanted children: those that are there.
    stay: HashMap<u32, Pair<'a>>,
    /// The same: those that are there, elsewhere among their like.
    move_here: HashMap<u32, Pair<'a>>,
    /// The first of a list that stays, by name: what is new before it is put before it.
    first: HashMap<&'a str, Node<'a>>,
    /// What is not wanted, and what moves.
    gone: Vec<Pair<'a>>,
}

impl Revision<'_> {
    /// Makes the children of an element those that are wanted.
    pub(super) fn children(&mut self, pair: Pair<'_>, wanted: Node<'_>) {
        let plan = self.plan(pair, wanted);
        let all = pair.actual.children().count();
        if wanted.children().next().is_none() && plan.gone.len() == all && !layout::says_aside(pair.actual) {
            self.close_at_once(pair.actual);
            return;
        }
        for gone in &plan.gone {
            self.take_out(*gone);
        }
        let only = self.put(pair, wanted, &plan);
        if !only.is_empty() {
            self.put_first(pair.actual, &only);
        }
    }

    /// Revises the children that stay and puts the others among them; returns those that come before all that stay.
    fn put(&mut self, pair: Pair<'_>, wanted: Node<'_>, plan: &Plan<'_>) -> String {
        let before = self.layout.before_child(pair.actual);
        let mut only = String::new();
        let mut behind = None;
        let mut begun = HashSet::new();
        for child in wanted.children() {
            if let Some(stays) = plan.stay.get(&child.place()) {
                self.merge(*stays, child);
                behind = Some(layout::behind(stays.actual));
                begun.insert(child.name());
                continue;
            }
            let text = match plan.move_here.get(&child.place()) {
                Some(moved) => self.moved(*moved, child),
                None => layout::rendered(child, &before),
            };
            let next = plan.first.get(child.name()).filter(|_| !begun.contains(child.name()));
            match (next.map(|next| next.open().start), behind) {
                (Some(next), _) => self.edits.push((next..next, text + &before)),
                (None, Some(behind)) => self.edits.push((behind..behind, format!("{before}{text}"))),
                (None, None) => only.extend([before.as_str(), &text]),
            }
        }
        only
    }

    /// Puts children at the beginning of an element.
    fn put_first(&mut self, parent: Node<'_>, children: &str) {
        let end = self.layout.before_end(parent);
        if parent.is_closed_at_once() || parent.source()[parent.inner()].trim().is_empty() {
            self.content(parent, &format!("{children}{end}"));
        } else {
            let at = parent.open().end;
            self.edits.push((at..at, children.into()));
        }
    }

    /// Takes all out that is between the beginning and the end of an element.
    fn close_at_once(&mut self, node: Node<'_>) {
        if !node.is_closed_at_once() {
            self.edits.push((node.open().end - 1..node.whole().end, "/>".into()));
        }
    }

    /// The text of an element that moves, revised.
    fn moved(&self, pair: Pair<'_>, wanted: Node<'_>) -> String {
        let mut own = Revision { grammar: self.grammar, layout: self.layout, edits: Vec::new() };
        own.merge(pair, wanted);
        splice(pair.actual.source(), pair.actual.whole(), own.edits)
    }

    fn plan<'a>(&self, pair: Pair<'a>, wanted: Node<'a>) -> Plan<'a> {
        let mut plan = Plan::default();
        let mut names = HashSet::new();
        for child in wanted.children().chain(pair.base.into_iter().flat_map(Node::children)) {
            let name = child.name();
            if !names.insert(name) {
                continue;
            }
            match (self.grammar.kinship)(pair.actual.name(), name) {
                Kinship::Single => self.plan_single(pair, wanted, name, &mut plan),
                Kinship::Keyed(attribute) => plan_keyed(pair, wanted, (name, attribute), &mut plan),
                Kinship::List => self.plan_list(pair, wanted, name, &mut plan),
            }
        }
        plan
    }

    fn plan_single<'a>(&self, pair: Pair<'a>, wanted: Node<'a>, name: &str, plan: &mut Plan<'a>) {
        let base = pair.base.and_then(|base| base.child(name));
        match (pair.actual.child(name), wanted.child(name)) {
            (Some(actual), Some(wanted)) => drop(plan.stay.insert(wanted.place(), Pair { actual, base })),
            (Some(_), None) if base.is_some() => {
                // With the first gone, the second of its name would count, and what it hid.
                let hidden = (self.grammar.hidden_by)(name).filter(|hidden| wanted.child(hidden).is_none());
                let hidden = hidden.into_iter().flat_map(|hidden| pair.actual.named(hidden));
                let gone = pair.actual.named(name).chain(hidden);
                plan.gone.extend(gone.map(|actual| Pair { actual, base }));
            }
            _ => {}
        }
    }

    fn plan_list<'a>(&self, pair: Pair<'a>, wanted: Node<'a>, name: &str, plan: &mut Plan<'a>) {
        let understood = pair.actual.named(name).filter(|actual| (self.grammar.understands)(*actual));
        let base = pair.base.into_iter().flat_map(|base| base.named(name).collect::<Vec<_>>());
        let there: Vec<_> =
            understood.zip(base).map(|(actual, base)| Pair { actual, base: Some(base) }).collect();
        let wanted: Vec<_> = wanted.named(name).collect();
        let key =
            |node: Node<'_>| (self.grammar.identity)(node).unwrap_or_else(|| canonical(node).to_owned());
        let keys: Vec<_> = there.iter().filter_map(|pair| pair.base).map(key).collect();
        let wanted_keys: Vec<_> = wanted.iter().copied().map(key).collect();
        let becomes = |base: usize, new: usize| {
            there[base].base.is_some_and(|base| (self.grammar.becomes)(base, wanted[new]))
        };
        let origins = align(&keys, &wanted_keys, becomes);
        let mut staying = HashSet::new();
        for (wanted, origin) in wanted.iter().zip(origins) {
            match origin {
                Origin::Stays(at) => {
                    staying.insert(at);
                    plan.first.entry(wanted.name()).or_insert(there[at].actual);
                    plan.stay.insert(wanted.place(), there[at]);
                }
                Origin::Moves(at) => drop(plan.move_here.insert(wanted.place(), there[at])),
                Origin::Comes => {}
            }
        }
        plan.gone
            .extend(there.iter().enumerate().filter(|(at, _)| !staying.contains(at)).map(|(_, pair)| *pair));
    }

    /// Takes an element out, or of it only what was understood, where it holds more.
    fn take_out(&mut self, pair: Pair<'_>) {
        let Some(base) = pair.base.filter(|base| self.more(pair.actual, *base)) else {
            self.edits.push((layout::with_line(pair.actual), String::new()));
            return;
        };
        for attribute in base.attributes() {
            if let Some(actual) = pair.actual.attribute(attribute.name) {
                self.edits
                    .push((layout::with_blanks_before(pair.actual.source(), actual.whole()), String::new()));
            }
        }
        for (actual, base) in self.understood(pair.actual, base) {
            self.take_out(Pair { actual, base: Some(base) });
        }
    }

    /// Whether there is more in an element that stays for it than was understood.
    fn more(&self, actual: Node<'_>, base: Node<'_>) -> bool {
        if !(self.grammar.holds_more)(actual.name()) {
            return false;
        }
        let understood = self.understood(actual, base);
        let places: HashSet<_> = understood.iter().map(|(actual, _)| actual.place()).collect();
        actual.attributes().iter().any(|attribute| base.attribute(attribute.name).is_none())
            || actual.children().any(|child| !places.contains(&child.place()))
            || understood.iter().any(|(actual, base)| self.more(*actual, *base))
            || layout::says_aside(actual)
    }

    /// The children of an element that base knows of, with what it knows.
    fn understood<'a>(&self, actual: Node<'a>, base: Node<'a>) -> Vec<(Node<'a>, Node<'a>)> {
        let mut pairs = Vec::new();
        let mut names = HashSet::new();
        for child in base.children().filter(|child| names.insert(child.name())) {
            let name = child.name();
            match (self.grammar.kinship)(actual.name(), name) {
                Kinship::Single => pairs.extend(actual.named(name).map(|actual| (actual, child))),
                Kinship::Keyed(attribute) => {
                    let index = Index::of(Some(actual), name, attribute);
                    pairs.extend(
                        base.named(name).flat_map(|base| index.all(base).iter().map(move |one| (*one, base))),
                    );
                }
                Kinship::List => {
                    let understood = actual.named(name).filter(|one| (self.grammar.understands)(*one));
                    pairs.extend(understood.zip(base.named(name)));
                }
            }
        }
        pairs
    }
}

fn plan_keyed<'a>(pair: Pair<'a>, wanted: Node<'a>, (name, attribute): (&str, &'a str), plan: &mut Plan<'a>) {
    let actual = Index::of(Some(pair.actual), name, attribute);
    let base = Index::of(pair.base, name, attribute);
    let mut used = HashSet::new();
    for wanted in wanted.named(name) {
        if let Some(actual) = actual.find(wanted).filter(|actual| used.insert(actual.place())) {
            plan.stay.insert(wanted.place(), Pair { actual, base: base.find(wanted) });
        }
    }
    for base in base.keys.values().flatten() {
        // With the first gone, the second of its key would count.
        let all = actual.all(*base);
        if !all.iter().any(|actual| used.contains(&actual.place())) {
            used.extend(all.iter().map(|actual| actual.place()));
            plan.gone.extend(all.iter().map(|actual| Pair { actual: *actual, base: Some(*base) }));
        }
    }
}

/// The children of a name by the value of an attribute; of several with one value the first counts.
struct Index<'a> {
    attribute: &'a str,
    keys: HashMap<Option<String>, Vec<Node<'a>>>,
    every: Vec<Node<'a>>,
}

impl<'a> Index<'a> {
    fn of(parent: Option<Node<'a>>, name: &str, attribute: &'a str) -> Self {
        let mut keys: HashMap<_, Vec<_>> = HashMap::new();
        let every: Vec<_> =
            parent.into_iter().flat_map(|parent| parent.named(name).collect::<Vec<_>>()).collect();
        for child in &every {
            keys.entry(key(*child, attribute)).or_default().push(*child);
        }
        Self { attribute, keys, every }
    }

    /// Those that have the same value as this, else those that have none; all of them for one that has none, where all
    /// have: nobody looks at it there.
    fn all(&self, like: Node<'_>) -> &[Node<'a>] {
        let key = key(like, self.attribute);
        let rest = if key.is_none() { self.every.as_slice() } else { &[] };
        self.keys.get(&key).or_else(|| self.keys.get(&None)).map_or(rest, Vec::as_slice)
    }

    fn find(&self, like: Node<'_>) -> Option<Node<'a>> {
        self.all(like).first().copied()
    }
}

/// A value that tells children apart: a number is the same with zeros before it.
fn key(node: Node<'_>, attribute: &str) -> Option<String> {
    let value = node.value(attribute)?;
    let number = value.trim().parse::<u64>().map(|number| number.to_string());
    Some(number.unwrap_or_else(|_| value.into_owned()))
}
