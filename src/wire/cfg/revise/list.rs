//! A list changed in place: items that say what they said stay, and of the others only the parts that differ change.

use std::ops::Range;

use super::{cut::Listed, item};
use crate::wire::cfg::{
    Config, Definition, Dialect, Value,
    config::{Node, Setting},
    disk, literal, read, vif,
    write::{self, Online},
};

/// How a text is written and looked at.
#[derive(Clone, Copy)]
pub(super) struct Manner<'a> {
    pub(super) dialect: Dialect,
    /// What is left of a definition once it went through another notation.
    pub(super) seen: &'a dyn Fn(Definition) -> Definition,
}

/// Keys whose items say a device each, wherever they stand.
const DEVICES: [&str; 5] = ["disk", "vif", "pci", "usbdevice", "vfb"];
/// Keys whose items are of the vCPU or port at their place, and what says nothing of it.
const PLACES: [(&str, &str); 3] = [("cpus", "all"), ("serial", "none"), ("parallel", "none")];

/// Whether a key may say several things, of which domtop reads some.
pub(super) fn is_of_many(key: &str) -> bool {
    DEVICES.contains(&key) || filler(key).is_some()
}

fn filler(key: &str) -> Option<&'static str> {
    PLACES.iter().find(|(other, _)| *other == key).map(|(_, filler)| *filler)
}

/// A list as it stands, and what it says and is to say in the dialect's own words.
pub(super) struct List<'a> {
    /// The text it stands in.
    pub(super) text: &'a str,
    pub(super) key: &'a str,
    pub(super) node: &'a Node,
    /// The settings that decide what an item means: the type of the guest.
    pub(super) beside: &'a [Setting],
    pub(super) old: &'a [Value],
    pub(super) wanted: &'a [Value],
    /// All that is to be said: an item may say what has a key of its own.
    pub(super) after: &'a [(&'static str, Value)],
}

type Splice = (Range<usize>, String);

/// Whether two values are taken for the same thing.
type Sign<'a> = &'a dyn Fn(&Value, &Value) -> bool;

/// What an item says.
enum Item {
    /// This, in the dialect's own words.
    Said(Value),
    /// What other keys say.
    Elsewhere(Vec<(&'static str, Value)>),
    /// Nothing domtop reads.
    Unread,
}

/// What becomes of an item.
#[derive(Clone)]
enum Fate {
    Stays,
    Becomes(String),
    Goes,
}

/// A list as it is to be: what becomes of each item, and the texts put in before each and after the last.
struct Plan {
    fates: Vec<Fate>,
    added: Vec<Vec<String>>,
}

impl List<'_> {
    /// What is to be put in where. Items stay that say what is still to be said, and those nobody here can read;
    /// none where it cannot be decided which is which.
    pub(super) fn splices(&self, manner: Manner<'_>) -> Option<Vec<Splice>> {
        let items: Vec<_> = self.items().iter().map(|item| self.item(item, manner)).collect();
        let plan = match filler(self.key) {
            Some(filler) => self.by_place(&items, filler, manner),
            None => self.by_device(&items, manner),
        };
        plan.map(|plan| self.carried_out(&plan))
    }

    /// Whether something is in it that has to stay though nothing it says does.
    pub(super) fn holds_more(&self, manner: Manner<'_>) -> bool {
        self.items().iter().any(|item| match self.item(item, manner) {
            Item::Said(_) => false,
            Item::Elsewhere(said) => self.stays_elsewhere(&said),
            Item::Unread => true,
        })
    }

    /// Whether a script serves one of its disks.
    pub(super) fn has_script(&self) -> bool {
        (0..self.items().len()).any(|place| self.is_scripted(place))
    }

    /// The items; a value that is no list is its one.
    fn items(&self) -> &[Node] {
        match &self.node.value {
            Value::List(items) => items,
            Value::Nothing => &[],
            _ => std::slice::from_ref(self.node),
        }
    }

    fn item(&self, item: &Node, manner: Manner<'_>) -> Item {
        let nothing = |value: &Value| {
            filler(self.key)
                .filter(|filler| value.text().is_some_and(|text| text == *filler || text.is_empty()))
        };
        if let Some(filler) = nothing(&item.value) {
            return Item::Said(Value::Text(filler.to_owned()));
        }
        let (base, said) = (self.said(&[], manner), self.said(std::slice::from_ref(item), manner));
        let own = said.iter().find(|(key, _)| *key == self.key).map(|(_, value)| each(value));
        if let Some([value]) = own.as_deref() {
            return if nothing(value).is_some() { Item::Unread } else { Item::Said(value.clone()) };
        }
        let is_new = |(key, value): &(&str, Value)| !base.iter().any(|(k, v)| k == key && v.same(value));
        let others: Vec<_> = said.into_iter().filter(is_new).collect();
        if others.is_empty() { Item::Unread } else { Item::Elsewhere(others) }
    }

    fn stays_elsewhere(&self, said: &[(&'static str, Value)]) -> bool {
        said.iter().all(|(key, value)| self.after.iter().any(|(k, v)| k == key && v.same(value)))
    }

    /// Each place keeps its item unless something else is to be said of it.
    fn by_place(&self, items: &[Item], filler: &str, manner: Manner<'_>) -> Option<Plan> {
        let filler = Value::Text(filler.to_owned());
        let at = |list: &[Value], place: usize| list.get(place).unwrap_or(&filler).clone();
        let unread = |place: usize| matches!(items.get(place), Some(Item::Unread));
        let last = (0..items.len()).rfind(|place| unread(*place)).map_or(0, |last| last + 1);
        let mut plan = Plan { fates: Vec::new(), added: vec![Vec::new(); items.len() + 1] };
        for place in 0..items.len().max(self.wanted.len()) {
            let (old, wanted) = (at(self.old, place), at(self.wanted, place));
            let text = || literal::written(&wanted, manner.dialect);
            let fate = match () {
                () if unread(place) && !old.same(&wanted) => return None,
                () if unread(place) => Fate::Stays,
                () if place >= self.wanted.len().max(last) => Fate::Goes,
                () if place >= items.len() => {
                    plan.added[items.len()].push(text());
                    continue;
                }
                () if old.same(&wanted) => Fate::Stays,
                () => Fate::Becomes(text()),
            };
            plan.fates.push(fate);
        }
        Some(plan)
    }

    /// Each device keeps the item that says it.
    fn by_device(&self, items: &[Item], manner: Manner<'_>) -> Option<Plan> {
        let wanted = self.wanted_here(items)?;
        let froms = self.froms(items, &wanted);
        let mut fates: Vec<_> = items
            .iter()
            .map(|item| match item {
                Item::Said(_) => Fate::Goes,
                Item::Elsewhere(said) if !self.stays_elsewhere(said) => Fate::Goes,
                Item::Elsewhere(_) | Item::Unread => Fate::Stays,
            })
            .collect();
        let mut places: Vec<usize> = froms.iter().copied().flatten().collect();
        places.sort_unstable();
        let mut added = vec![Vec::new(); items.len() + 1];
        let mut free = places.iter().copied();
        let mut gap = places.first().copied().unwrap_or(items.len());
        for (new, from) in wanted.iter().zip(&froms) {
            // In the order they are to have; mostly an item's place is its own.
            match (from, from.and_then(|_| free.next())) {
                (Some(from), Some(place)) => {
                    fates[place] = self.fate((*from, place), &items[*from], new, manner)?;
                    gap = place + 1;
                }
                _ => added[gap].push(literal::written(new, manner.dialect)),
            }
        }
        Some(Plan { fates, added })
    }

    /// What becomes of an item that is to say something; none where more is in it than can be taken along.
    fn fate(
        &self,
        (from, place): (usize, usize),
        item: &Item,
        new: &Value,
        manner: Manner<'_>,
    ) -> Option<Fate> {
        let standing = &self.items()[from].value;
        Some(match item {
            Item::Said(old) if old.same(new) && from == place => Fate::Stays,
            Item::Said(old) if old.same(new) => Fate::Becomes(literal::written(standing, manner.dialect)),
            Item::Said(old) => Fate::Becomes(self.revised(standing, old, new, manner)?),
            Item::Elsewhere(_) | Item::Unread => Fate::Stays,
        })
    }

    /// What the list itself is to say: not what another key says, which has to stay there. None where what it said is
    /// not what its items say.
    fn wanted_here(&self, items: &[Item]) -> Option<Vec<Value>> {
        let mut old = self.old.to_vec();
        for item in items {
            let Item::Said(said) = item else { continue };
            let place = old.iter().position(|value| value.same(said))?;
            old.remove(place);
        }
        let mut wanted = self.wanted.to_vec();
        for elsewhere in old {
            let place = wanted.iter().position(|value| value.same(&elsewhere))?;
            wanted.remove(place);
        }
        Some(wanted)
    }

    /// The item each wanted value comes from: the one that says it, the one of that device, or, where as many are
    /// left of both, the one at its place. Where a script serves a disk, its source tells it before its target does.
    fn froms(&self, items: &[Item], wanted: &[Value]) -> Vec<Option<usize>> {
        let mut froms = vec![None; wanted.len()];
        let mut free: Vec<(usize, &Value)> = items
            .iter()
            .enumerate()
            .filter_map(
                |(place, item)| if let Item::Said(value) = item { Some((place, value)) } else { None },
            )
            .collect();
        let same = |a: &Value, b: &Value| a.same(b);
        let alike = |tells: fn(&Self, &str) -> Option<String>| {
            move |a: &Value, b: &Value| {
                let told = |value: &Value| tells(self, &value.text()?);
                told(a).is_some_and(|it| told(b) == Some(it))
            }
        };
        let (of_device, of_source) = (alike(Self::identity), alike(Self::source));
        let of_both = |a: &Value, b: &Value| of_device(a, b) && of_source(a, b);
        // A source that stands with another item was moved here.
        let of_place =
            |a: &Value, b: &Value| of_device(a, b) && !self.old.iter().any(|old| of_source(old, b));
        let signs: &[Sign<'_>] =
            if self.has_script() { &[&same, &of_both, &of_source, &of_place] } else { &[&same, &of_device] };
        for is in signs {
            for (value, from) in wanted.iter().zip(&mut froms).filter(|(_, from)| from.is_none()) {
                if let Some(found) = free.iter().position(|(_, item)| is(item, value)) {
                    *from = Some(free.remove(found).0);
                }
            }
        }
        // Another disk at its place is none that a script is for.
        free.retain(|(place, _)| !self.is_scripted(*place));
        let mut paired = froms.clone();
        let left: Vec<_> = paired.iter_mut().filter(|from| from.is_none()).collect();
        let as_many = left.len() == free.len();
        left.into_iter().zip(free).for_each(|(from, (place, _))| *from = Some(place));
        if as_many && paired.is_sorted() { paired } else { froms }
    }

    /// What tells one device of the list from another, whatever else is said of it.
    fn identity(&self, text: &str) -> Option<String> {
        match self.key {
            "disk" => disk::read(text).ok().map(|(disk, _)| disk.target),
            "vif" => vif::read(text).0.mac,
            _ => None,
        }
    }

    /// What a disk is made of, wherever the guest sees it.
    fn source(&self, text: &str) -> Option<String> {
        if self.key == "disk" { disk::read(text).ok()?.0.source } else { None }
    }

    fn is_scripted(&self, place: usize) -> bool {
        let item = self.items().get(place).filter(|_| self.key == "disk");
        item.and_then(|item| item.value.text()).is_some_and(|text| item::is_scripted(&text))
    }

    /// The splices of a plan: items that go are taken away with the comma they take.
    fn carried_out(&self, plan: &Plan) -> Vec<Splice> {
        let (items, mut splices, mut gone) = (self.items(), Vec::new(), 0..0);
        let mut texts = Vec::new();
        for (place, added) in plan.added.iter().enumerate() {
            texts.extend(added.iter().map(String::as_str));
            let fate = plan.fates.get(place);
            if matches!(fate, Some(Fate::Goes)) {
                gone.end = place + 1;
                continue;
            }
            self.replace(gone, &texts.join(", "), &mut splices);
            if let Some(Fate::Becomes(text)) = fate {
                splices.push((items[place].span.clone(), text.clone()));
            }
            texts.clear();
            gone = place + 1..place + 1;
        }
        splices
    }

    /// Puts a text in the place of some items, with the comma it takes or leaves.
    fn replace(&self, gone: Range<usize>, texts: &str, splices: &mut Vec<Splice>) {
        let items = self.items();
        if texts.is_empty() {
            return self.take_away(gone, splices);
        }
        let before = gone.start.checked_sub(1).and_then(|place| items.get(place));
        splices.push(match (before, items.get(gone.start)) {
            (_, Some(first)) if !gone.is_empty() => (first.span.clone(), texts.to_owned()),
            (Some(before), _) => (before.span.end..before.span.end, format!(", {texts}")),
            (None, Some(after)) => (after.span.start..after.span.start, format!("{texts}, ")),
            (None, None) => (self.node.span.clone(), format!("[ {texts} ]")),
        });
        self.take_away(gone.start + 1..gone.end, splices);
    }

    fn take_away(&self, gone: Range<usize>, splices: &mut Vec<Splice>) {
        if gone.is_empty() {
            return;
        }
        let items = self.items().iter().map(|item| item.span.clone()).collect();
        let listed = Listed { text: self.text, span: self.node.span.clone(), items };
        splices.extend(listed.cuts(gone).into_iter().map(|cut| (cut, String::new())));
    }

    /// An item with only the parts of it changed that differ, where that can be done; none where what is written anew
    /// would be served by another.
    fn revised(&self, standing: &Value, old: &Value, new: &Value, manner: Manner<'_>) -> Option<String> {
        let said = standing.text().unwrap_or_default();
        let is_disk = self.key == "disk";
        let texts = || Some((old.text()?, new.text()?));
        let kept = texts().and_then(|(old, wanted)| {
            let merged = item::merged(&said, &old, &wanted);
            let beside = is_disk.then(|| item::beside(&said, &wanted, manner.dialect)).flatten();
            [merged, beside].into_iter().flatten().find(|text| self.says(text, new, manner))
        });
        match kept {
            Some(text) => Some(literal::quoted(&text, manner.dialect)),
            None if is_disk && item::is_scripted(&said) => None,
            None => Some(literal::written(new, manner.dialect)),
        }
    }

    /// Whether an item's text means what is wanted, which is in the dialect's own words.
    fn says(&self, text: &str, wanted: &Value, manner: Manner<'_>) -> bool {
        let node = Node { span: 0..0, value: Value::Text(text.to_owned()) };
        matches!(self.item(&node, manner), Item::Said(value) if value.same(wanted))
    }

    /// What the list says with these items, in the dialect's own words.
    fn said(&self, items: &[Node], manner: Manner<'_>) -> Vec<(&'static str, Value)> {
        let value = Value::List(items.to_vec());
        let node = Node { span: 0..0, value };
        let list = Setting { key: self.key.to_owned(), span: 0..0, adds: false, node };
        let settings = self.beside.iter().cloned().chain([list]).collect();
        let config = Config { settings, ..Config::default() };
        let definition = (manner.seen)(read(&config, manner.dialect).0);
        write::settings(&definition, manner.dialect, Online::of(manner.dialect)).list
    }
}

/// The values of a list; a value that is none is its one.
pub(super) fn each(value: &Value) -> Vec<Value> {
    match value {
        Value::List(nodes) => nodes.iter().map(|node| node.value.clone()).collect(),
        value => vec![value.clone()],
    }
}
