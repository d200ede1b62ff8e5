//! A theme file: strict TOML, every unknown or missing name an error with its line and the nearest one.

use std::{collections::BTreeMap, ops::Range};

use ratatui::style::{Color, Style};
use toml::de::{DeTable, DeValue};

use super::{Role, built_in, spec};
use crate::model::nearest::suggestion;

/// How long a chain of themes that inherit from each other may be.
const LONGEST_CHAIN: usize = 8;

/// What a file and those it inherits from say, the nearer one over the farther.
#[derive(Default)]
struct Sheet {
    palette: BTreeMap<String, Color>,
    roles: BTreeMap<Role, Said>,
}

/// A role's style as written, and where.
struct Said {
    place: String,
    spec: String,
}

/// One file with its name for messages.
struct File<'a> {
    name: &'a str,
    text: &'a str,
}

/// The style of every role.
pub(super) fn read(name: &str, text: &str) -> Result<[Style; Role::ALL.len()], String> {
    let file = File { name, text };
    let sheet = file.sheet(0)?;
    let mut styles = [Style::new(); Role::ALL.len()];
    for &role in Role::ALL {
        let said = sheet.roles.get(&role).ok_or_else(|| file.missing(role))?;
        let palette = |name: &str| sheet.palette.get(name).copied();
        let style = spec::style(&said.spec, palette, sheet.palette.keys().map(String::as_str));
        styles[role as usize] =
            style.map_err(|problem| format!("{}: role {:?}: {problem}", said.place, role.word()))?;
    }
    Ok(styles)
}

impl File<'_> {
    fn sheet(&self, links: usize) -> Result<Sheet, String> {
        let parsed = DeTable::parse(self.text);
        let table = parsed.map_err(|e| self.at(e.span().unwrap_or_default(), e.message()))?.into_inner();
        for key in table.keys() {
            if !["inherits", "palette", "role"].contains(&key.get_ref().as_ref()) {
                let near = suggestion(key.get_ref(), ["inherits", "palette", "role"]);
                return Err(self.at(key.span(), &format!("unknown key {:?}{near}", key.get_ref())));
            }
        }
        let mut sheet = self.inherited(&table, links)?;
        for (key, said) in self.entries(&table, "palette")? {
            let colour = spec::colour(&said.spec).map_err(|problem| format!("{}: {problem}", said.place))?;
            sheet.palette.insert(key.0, colour);
        }
        for (key, said) in self.entries(&table, "role")? {
            let near = || suggestion(&key.0, Role::ALL.iter().map(|role| role.word()));
            let unknown = || self.at(key.1.clone(), &format!("unknown role {:?}{}", key.0, near()));
            sheet.roles.insert(Role::of(&key.0).ok_or_else(unknown)?, said);
        }
        Ok(sheet)
    }

    /// What the theme it inherits from says.
    fn inherited(&self, table: &DeTable<'_>, links: usize) -> Result<Sheet, String> {
        let Some(value) = table.get("inherits") else { return Ok(Sheet::default()) };
        let wrong = |problem: &str| self.at(value.span(), problem);
        let name = value.get_ref().as_str().ok_or_else(|| wrong("inherits takes the name of a theme"))?;
        let text = built_in(name).ok_or_else(|| {
            let near = suggestion(name, super::BUILT_IN.iter().map(|(name, _)| *name));
            wrong(&format!("there is no built-in theme {name:?} to inherit from{near}"))
        })?;
        if links == LONGEST_CHAIN {
            return Err(wrong("themes inherit from each other in a circle"));
        }
        File { name, text }.sheet(links + 1)
    }

    /// The entries of one table: name and its place, what is said and where.
    #[allow(clippy::type_complexity, reason = "used twice, just above")]
    fn entries(
        &self,
        table: &DeTable<'_>,
        name: &str,
    ) -> Result<Vec<((String, Range<usize>), Said)>, String> {
        let Some(section) = table.get(name) else { return Ok(Vec::new()) };
        let rows = section.get_ref().as_table();
        let rows = rows.ok_or_else(|| self.at(section.span(), &format!("{name} is a table: [{name}]")))?;
        rows.iter()
            .map(|(key, value)| {
                let spec = match value.get_ref() {
                    DeValue::String(text) => text.to_string(),
                    DeValue::Integer(number) => number.as_str().into(),
                    _ => return Err(self.at(value.span(), "this takes a text in quotes, or an index")),
                };
                let said = Said { place: self.place(value.span()), spec };
                Ok(((key.get_ref().to_string(), key.span()), said))
            })
            .collect()
    }

    fn missing(&self, role: Role) -> String {
        let from = self.text.find("[role]").unwrap_or(0);
        let problem =
            format!("role {:?} is missing; write it here, or `inherits = \"dark\"` above", role.word());
        self.at(from..from, &problem)
    }

    fn at(&self, span: Range<usize>, problem: &str) -> String {
        format!("{}: {problem}", self.place(span))
    }

    /// The file's name and the line.
    fn place(&self, span: Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or_default();
        format!("theme {}, line {}", self.name, before.matches('\n').count() + 1)
    }
}
