//! A definition made a file of the folder: a new one, or the one that is there changed in place.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
};

use super::{Xm, file, parsed, place, shelf::Kept};
use crate::{
    driver::{Answer, Error, Lost, files},
    model::Kind,
    wire::{
        cfg::{self, Config, Definition, Dialect, Written},
        xml::domain,
    },
};

/// A definition as it came.
enum Source {
    /// In domain XML.
    Xml(Definition),
    /// In the folder's own notation, kept as it is.
    Own(String, Definition),
}

impl Source {
    const fn definition(&self) -> &Definition {
        match self {
            Self::Xml(definition) | Self::Own(_, definition) => definition,
        }
    }
}

/// Keeps the definition in a file, domain XML or a configuration.
///
/// # Errors
/// `Refused` where the file, the name or what stands in the folder forbids it.
pub(super) fn define(xm: &Xm, path: &Path) -> Answer<Lost> {
    let (source, unread) = read(path)?;
    let definition = source.definition();
    let name = file_name(&definition.name).map_err(|why| refused(path, &why))?;
    if let Some(kept) = standing(xm, definition).map_err(|why| refused(path, &why))? {
        return redefine(xm, &kept, &source, path).map(|lost| [lost, unread].concat());
    }
    let (text, lost) = match source {
        Source::Own(text, _) => (text, Lost::new()),
        Source::Xml(definition) => whole(cfg::write(&definition, xm.dialect), path)?,
    };
    place::new(&xm.folder, &name, &text).map(|()| [lost, unread].concat())
}

/// What stands in a file, and what of it a definition has no place for.
fn read(path: &Path) -> Answer<(Source, Lost)> {
    let text = file::text(path).map_err(|why| refused(path, &why))?;
    if files::is_markup(&text) {
        let strangers = domain::strangers(&text);
        if !strangers.is_empty() {
            return Err(refused(
                path,
                &format!("its file would be without {}", strangers.join("; without ")),
            ));
        }
        let wrong = |problems: Vec<_>| Error::wrong(format!("define {}", path.display()), &problems);
        let definition = domain::read(&text).map_err(wrong)?;
        return Ok((Source::Xml(definition), domain::unread(&text)));
    }
    let config = Config::parse(&text).map_err(|problem| refused(path, &problem.to_string()))?;
    if let Some(obstacle) = config.obstacles.first() {
        let why = format!(
            "{} was expected: it is a program, of which nobody can say what it defines",
            obstacle.problem
        );
        return Err(refused(path, &why).hint("copy it into the folder by hand"));
    }
    let (definition, _) = cfg::read(&config, Dialect::of(&config));
    if !file::is_of_domain(&config) {
        return Err(refused(path, "it says nothing a domain would say"));
    }
    Ok((Source::Own(text, definition), Lost::new()))
}

/// The file a domain of this name is kept in.
fn file_name(name: &str) -> Result<OsString, String> {
    let file = OsStr::new(name);
    if name.is_empty() {
        return Err("it does not say its name".into());
    }
    if name.contains('/') || name.len() > 200 || name.starts_with('-') || name.contains(char::is_control) {
        return Err(format!("`{name}` cannot be the name of a file"));
    }
    if !file::counts(file) || name == "auto" || name == "scripts" {
        return Err(format!("`{name}` is a name that is no domain's in such a folder"));
    }
    Ok(file.to_owned())
}

/// The file that is of this domain already: of its uuid, or of its name where that file says no uuid.
fn standing(xm: &Xm, definition: &Definition) -> Result<Option<Kept>, String> {
    let cache = xm.cache();
    let is_named = |kept: &&Kept| kept.domain.name.raw() == definition.name;
    let named: Vec<_> = cache.shelf.kept().filter(is_named).collect();
    if let Some(uuid) = definition.uuid {
        let of_uuid: Vec<_> = cache.shelf.kept().filter(|kept| kept.domain.key.uuid == uuid).collect();
        match (of_uuid.as_slice(), named.as_slice()) {
            ([], _) => {}
            ([kept], []) => return Ok(Some((*kept).clone())),
            ([kept], named) if named.iter().any(|other| other.file == kept.file) => {
                return Ok(Some((*kept).clone()));
            }
            ([_], [other, ..]) => {
                let (name, file) = (&definition.name, other.file.display());
                return Err(format!("`{name}` is the name of another domain, in {file}"));
            }
            ([a, b, ..], _) => return Err(ambiguous(&format!("domain {uuid}"), a, b)),
        }
    }
    let named = match named.as_slice() {
        [] => return Ok(None),
        [kept] => kept,
        [a, b, ..] => {
            let of_name = named.iter().find(|kept| kept.file.as_os_str() == definition.name.as_str());
            of_name.ok_or_else(|| ambiguous(&format!("`{}`", definition.name), a, b))?
        }
    };
    // Without the uuid its file says it would be another domain, to the toolstack and to whoever knows it by that.
    if says_uuid(xm, named) {
        let silent = if definition.uuid.is_none() { ", and it does not say so" } else { "" };
        return Err(format!("`{}` is the name of domain {}{silent}", definition.name, named.domain.key.uuid));
    }
    Ok(Some((*named).clone()))
}

fn ambiguous(what: &str, a: &Kept, b: &Kept) -> String {
    format!("both {} and {} are of {what}", a.file.display(), b.file.display())
}

fn says_uuid(xm: &Xm, kept: &Kept) -> bool {
    parsed(&xm.path(&kept.file)).is_ok_and(|config| config.text("uuid").is_some_and(|uuid| !uuid.is_empty()))
}

fn redefine(xm: &Xm, kept: &Kept, source: &Source, path: &Path) -> Answer<Lost> {
    let (text, lost) = match source {
        Source::Own(text, _) => (text.clone(), Lost::new()),
        Source::Xml(definition) => {
            let standing = xm.path(&kept.file);
            let config = parsed(&standing)?;
            let mut definition = definition.clone();
            // One that was made up for the screen is not written down.
            if config.setting("uuid").is_none() && definition.uuid == Some(kept.domain.key.uuid) {
                definition.uuid = None;
            }
            if config.setting("name").is_none() && definition.name == kept.domain.name.raw() {
                definition.name.clear();
            }
            let revised = cfg::revise_seen(&config.text, &definition, xm.dialect_of(&config), in_xml)
                .map_err(|problem| {
                    Error::new(Kind::Refused, format!("change {}:{problem}", standing.display()))
                        .hint("change it by hand, or undefine it first")
                })?;
            whole(revised, path)?
        }
    };
    place::over(&xm.folder, &kept.file, &text).map(|()| lost)
}

/// What is left of a definition once it was XML: what that cannot say, who edits it did not take away.
fn in_xml(mut definition: Definition) -> Definition {
    // A file may leave its name unsaid, or say one that a domain in XML may not have.
    let name = std::mem::replace(&mut definition.name, "x".into());
    let seen = domain::read(&domain::write(&definition)).unwrap_or(definition);
    Definition { name, ..seen }
}

/// A text that leaves out none of the domain's devices, and what else it leaves out.
fn whole(written: Written, path: &Path) -> Answer<(String, Lost)> {
    match written.missing.as_slice() {
        [] => Ok((written.text, written.lost)),
        missing => Err(refused(path, &format!("its file would be without {}", missing.join("; without ")))),
    }
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(Kind::Refused, format!("define {}: {why}", path.display()))
}
