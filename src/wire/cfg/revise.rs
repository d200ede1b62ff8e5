//! A configuration changed in place: what differs is put in where it stands, and all else stays byte for byte.
//!
//! What a text says is compared with what it is to say setting by setting, both in the dialect's own words; so what is
//! written otherwise but means the same is left as it is written.

mod cut;
mod item;
mod list;
mod script;

use std::ops::Range;

use self::list::{List, Manner, each, is_of_many};
use super::{
    Config, Definition, Dialect, Problem, Value,
    config::{Node, Setting},
    literal, read,
    write::{Online, Settings, Written, settings},
};

/// Keys that say the same with the same words, of which a text may use either.
const ALIKE: [(&str, &str); 5] = [
    ("cmdline", "extra"),
    ("type", "builder"),
    ("device_model_override", "device_model"),
    ("bootloader_args", "bootargs"),
    ("cap", "cpu_cap"),
];

/// How often a text is changed until it says what it is to say.
const ROUNDS: usize = 3;

/// The text with what differs from the definition changed in place.
///
/// # Errors
/// Where the text cannot be read, is a program, or says something in a way that cannot be changed in place.
pub fn revise(text: &str, definition: &Definition, dialect: Dialect) -> Result<Written, Problem> {
    revise_seen(text, definition, dialect, |definition| definition)
}

/// The same for a definition that went through a notation in which not all can be said: `seen` is what that leaves of
/// a definition. What it leaves out was not taken away by who changed the rest.
///
/// # Errors
/// As [`revise`].
pub fn revise_seen(
    text: &str,
    definition: &Definition,
    dialect: Dialect,
    seen: impl Fn(Definition) -> Definition,
) -> Result<Written, Problem> {
    let manner = Manner { dialect, seen: &seen };
    let (mut text, mut config) = (text.to_owned(), Config::parse(text)?);
    let online = Online::within(&config, dialect);
    let after = settings(definition, dialect, online);
    let told = |config: &Config| settings(&seen(read(config, dialect).0), dialect, online);
    if let Some(obstacle) = config.obstacles.first() {
        let message = "it is a program from here on, which domtop neither runs nor rewrites".to_owned();
        return Err(Problem { message, fatal: true, ..obstacle.problem.clone() });
    }
    if !script::stay(&config, &seen(read(&config, dialect).0), definition) {
        return Err(undecided("disk"));
    }
    let standing = told(&config).missing;
    // One key can change what another means, as the type of a guest does; so what was changed is looked at again.
    for _ in 0..ROUNDS {
        let before = told(&config);
        if verify(&before, &after).is_ok() {
            break;
        }
        let beside = ["type", "builder"].iter().filter_map(|key| config.setting(key).cloned()).collect();
        let mut patch = Patch { config: &config, beside, manner, splices: Vec::new(), added: String::new() };
        patch.settings(&before, &after)?;
        text = patch.applied().ok_or_else(|| unchangeable("a setting"))?;
        config = Config::parse(&text)?;
    }
    let said = told(&config);
    verify(&said, &after)?;
    if let Some(what) = said.missing.iter().find(|what| !after.missing.contains(what)) {
        return Err(unchangeable(what));
    }
    // What the text said before, it goes on to say.
    let missing = after.missing.into_iter().filter(|what| !standing.contains(what)).collect();
    Ok(Written { text, lost: after.lost, missing })
}

/// The changed text must say what it was changed to say.
fn verify(said: &Settings, wanted: &Settings) -> Result<(), Problem> {
    let of = |settings: &Settings, key: &str| -> Option<Value> {
        settings.list.iter().find(|(other, _)| *other == key).map(|(_, value)| value.clone())
    };
    let keys = said.list.iter().chain(&wanted.list).map(|(key, _)| *key);
    let same = |key: &&str| match (of(said, key), of(wanted, key)) {
        (Some(a), Some(b)) => a.same(&b),
        (None, None) => true,
        _ => false,
    };
    match keys.into_iter().find(|key| !same(key)) {
        None => Ok(()),
        Some(key) => Err(unchangeable(key)),
    }
}

fn unchangeable(key: &str) -> Problem {
    let message = format!("{key} is said in a way that cannot be changed in place: write the file anew");
    Problem { line: 1, column: 1, path: key.to_owned(), message, fatal: true }
}

fn undecided(key: &str) -> Problem {
    let message = format!("{key} says something domtop cannot read, which would be lost: change it by hand");
    Problem { line: 1, column: 1, path: key.to_owned(), message, fatal: true }
}

/// What is to be put in where.
struct Patch<'a> {
    config: &'a Config,
    /// What decides what an item of a list means: the type of the guest.
    beside: Vec<Setting>,
    manner: Manner<'a>,
    splices: Vec<(Range<usize>, String)>,
    added: String,
}

impl Patch<'_> {
    fn settings(&mut self, before: &Settings, after: &Settings) -> Result<(), Problem> {
        for (key, value) in &after.list {
            let old = before.list.iter().find(|(other, _)| other == key).map(|(_, value)| value);
            match old {
                Some(old) if old.same(value) => {}
                _ => self.set(key, old, (value, after))?,
            }
        }
        let kept = |key: &str| {
            after.list.iter().any(|(other, _)| {
                *other == key || ALIKE.contains(&(key, other)) || ALIKE.contains(&(other, key))
            })
        };
        for (key, old) in before.list.iter().filter(|(key, _)| !kept(key)) {
            self.remove(key, old, after)?;
        }
        Ok(())
    }

    /// The setting that says a key, whatever of its names it uses.
    fn setting(&self, key: &str) -> Option<&Setting> {
        let alike = |(a, b): &(&'static str, &'static str)| match key {
            _ if *a == key => Some(*b),
            _ if *b == key => Some(*a),
            _ => None,
        };
        let other = || ALIKE.iter().filter_map(alike).find_map(|other| self.config.setting(other));
        self.config.setting(key).or_else(other)
    }

    fn set(
        &mut self,
        key: &str,
        old: Option<&Value>,
        (value, after): (&Value, &Settings),
    ) -> Result<(), Problem> {
        let Some(setting) = self.setting(key) else {
            let memory = after.list.iter().find(|(other, _)| *other == "memory").map(|(_, value)| value);
            // Where nothing is said of it, it is the same as the memory.
            if key != "maxmem" || memory.is_none_or(|memory| !memory.same(value)) {
                let value = literal::written(value, self.manner.dialect);
                self.added.extend([key, " = ", &value, "\n"]);
            }
            return Ok(());
        };
        if self.config.settings.iter().any(|other| other.key == setting.key && other.adds) {
            return Err(unchangeable(key));
        }
        // The older key knows no newer types, and beside the newer one for all of the line no root device is seen.
        let hvm = value.text().is_some_and(|word| word == "hvm");
        let otherwise = match (key, setting.key.as_str()) {
            ("type", "builder") => !hvm,
            ("extra", "cmdline") => true,
            _ => false,
        };
        if otherwise {
            let written = format!("{key} = {}", literal::written(value, self.manner.dialect));
            self.splices.push((setting.span.clone(), written));
            return Ok(());
        }
        let node = setting.node.clone();
        // One set for all vCPUs is no list of one.
        let whole = !matches!(node.value, Value::List(_)) || (key == "cpus" && value.text().is_some());
        let old = old.map(each).unwrap_or_default();
        let wanted = each(value);
        let list = self.list(key, &node, (&old, &wanted), after);
        let splices = match is_of_many(key) {
            true if whole && (list.holds_more(self.manner) || list.has_script()) => None,
            true if !whole => list.splices(self.manner),
            _ => Some(vec![(node.span.clone(), self.literal(value, &node.value))]),
        };
        self.splices.extend(splices.ok_or_else(|| undecided(key))?);
        Ok(())
    }

    fn list<'b>(
        &'b self,
        key: &'b str,
        node: &'b Node,
        (old, wanted): (&'b [Value], &'b [Value]),
        after: &'b Settings,
    ) -> List<'b> {
        List { text: &self.config.text, key, node, beside: &self.beside, old, wanted, after: &after.list }
    }

    /// A value as the one that stands there is written: a number in quotes stays in quotes.
    fn literal(&self, value: &Value, standing: &Value) -> String {
        match (value, standing) {
            (Value::Number(number), Value::Text(_)) => {
                literal::quoted(&number.to_string(), self.manner.dialect)
            }
            _ => literal::written(value, self.manner.dialect),
        }
    }

    /// Takes a setting away, with its line where nothing else is on it; of a list what was read.
    fn remove(&mut self, key: &str, old: &Value, after: &Settings) -> Result<(), Problem> {
        let holds_more = |key: &str| {
            let list =
                |setting: &Setting| self.list(key, &setting.node, (&[], &[]), after).holds_more(self.manner);
            let mut said = self.config.settings.iter().filter(|setting| setting.key == key);
            is_of_many(key) && said.any(list)
        };
        if key == "usb" && holds_more("usbdevice") {
            return Ok(());
        }
        if let Some(setting) = self.config.setting(key).filter(|_| holds_more(key)) {
            let node = setting.node.clone();
            let splices = self.list(key, &node, (&each(old), &[]), after).splices(self.manner);
            self.splices.extend(splices.ok_or_else(|| undecided(key))?);
            return Ok(());
        }
        let found: Vec<_> = self.setting(key).map(|setting| setting.key.clone()).into_iter().collect();
        for setting in self.config.settings.iter().filter(|setting| found.contains(&setting.key)) {
            self.splices.push((whole(&self.config.text, setting.span.clone()), String::new()));
        }
        Ok(())
    }

    /// The text with all of it; none where two changes meet.
    fn applied(mut self) -> Option<String> {
        let mut text = self.config.text.clone();
        self.splices.sort_by_key(|(span, _)| std::cmp::Reverse((span.start, span.end)));
        if self.splices.windows(2).any(|pair| pair[1].0.end > pair[0].0.start) {
            return None;
        }
        for (span, new) in &self.splices {
            text.replace_range(span.clone(), new);
        }
        if !self.added.is_empty() && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        Some(text + &self.added)
    }
}

/// The lines of a statement where it is alone on them, else it with the `;` after it; and the blanks behind that, with
/// which to xm no line may begin.
fn whole(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |newline| span.end + newline + 1);
    let alone = text[start..span.start].trim().is_empty() && text[span.end..end].trim().is_empty();
    if alone {
        return start..end;
    }
    let after = text[span.end..end].trim_start_matches([' ', '\t']);
    let semicolon = after.strip_prefix(';').map(|rest| end - rest.trim_start_matches([' ', '\t']).len());
    span.start..semicolon.unwrap_or(span.end)
}
