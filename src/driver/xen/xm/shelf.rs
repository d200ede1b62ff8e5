//! What the folder holds, as of the last look: its domains, and what is wrong with files that should be some.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::{self, Metadata},
    io,
    path::Path,
};

use uuid::Uuid;

use super::file::{self, Mark};
use crate::{
    model::{Domain, DomainKey, DomainState, KiB, Light, Name, Reading, VcpuCount},
    wire::cfg::{self, Config, Definition, Dialect},
};

/// The most files looked at.
const MOST: usize = 4096;
/// How many files are named that something is wrong with.
const NAMED: usize = 3;
/// Whose names the invented uuids are.
const INVENTED: Uuid = Uuid::from_u128(0x0fb2_97ac_2ea5_5bb1_9d5c_3f3e_7c1a_64d7);

/// The folder's files.
#[derive(Default)]
pub(super) struct Shelf {
    files: BTreeMap<OsString, (Mark, Found)>,
    /// Those that are links, which nobody tells of when what they lead to changes; and how that was.
    links: BTreeMap<OsString, Option<Mark>>,
    /// Why the folder itself could not be read the last time.
    unread: Option<String>,
    overfull: bool,
}

/// What a file is.
enum Found {
    Domain(Box<Kept>),
    /// It says nothing a domain would say.
    Other,
    /// It cannot be read, and why.
    Bad(String),
}

/// A domain that is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The name of its file.
    pub(super) file: OsString,
    /// It, as it is while it does not run.
    pub(super) domain: Domain,
}

impl Shelf {
    /// Looks at the folder; reads what is new, what has changed, and what the caller knows to have.
    pub(super) fn fill(&mut self, folder: &Path, is_stale: impl Fn(&OsStr) -> bool) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.files.clear();
                self.links.clear();
                self.unread = Some(format!("{}: {}", folder.display(), error.kind()));
                return Err(error);
            }
        };
        let mut before = std::mem::take(&mut self.files);
        (self.unread, self.overfull) = (None, false);
        self.links.clear();
        for name in
            entries.filter_map(|entry| Some(entry.ok()?.file_name())).filter(|name| file::counts(name))
        {
            let path = folder.join(&name);
            // Through a link: what it names is what xl would read. A link that names nothing is no file.
            let meta = fs::metadata(&path).ok();
            if path.is_symlink() && self.links.len() < MOST {
                self.links.insert(name.clone(), meta.as_ref().map(Mark::of));
            }
            let Some(meta) = meta.filter(Metadata::is_file) else { continue };
            if self.files.len() == MOST {
                self.overfull = true;
                break;
            }
            let mark = Mark::of(&meta);
            let kept = before.remove(&name).filter(|(old, _)| *old == mark && !is_stale(&name));
            let found = kept.map_or_else(|| found(&name, &path), |(_, found)| found);
            self.files.insert(name, (mark, found));
        }
        Ok(())
    }

    /// Whether what a link of the folder leads to is another than it was.
    pub(super) fn is_led_elsewhere(&self, folder: &Path) -> bool {
        let now = |name: &OsString| fs::metadata(folder.join(name)).ok().as_ref().map(Mark::of);
        self.links.iter().any(|(name, mark)| now(name) != *mark)
    }

    /// Its domains, by the names of their files.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Kept> {
        self.files.values().filter_map(|(_, found)| match found {
            Found::Domain(kept) => Some(&**kept),
            _ => None,
        })
    }

    /// How it is: which files cannot be read, and which are of one domain.
    pub(super) fn light(&self, folder: &Path) -> Light {
        if let Some(why) = &self.unread {
            return Light::Down(format!("cannot read {why}").into());
        }
        let mut wrong: Vec<String> = self
            .files
            .iter()
            .filter_map(|(name, (_, found))| match found {
                Found::Bad(why) => Some(format!("{}: {why}", name.display())),
                _ => None,
            })
            .collect();
        wrong.extend(self.twins());
        if self.overfull {
            wrong.push(format!("{} has more than {MOST} files", folder.display()));
        }
        if wrong.is_empty() { Light::Ready } else { Light::Degraded(told(&wrong).into()) }
    }

    fn twins(&self) -> Vec<String> {
        let mut seen: BTreeMap<Uuid, &Kept> = BTreeMap::new();
        let mut twins = Vec::new();
        for kept in self.kept() {
            match seen.get(&kept.domain.key.uuid) {
                Some(first) => {
                    twins.push(format!("{} has the uuid of {}", kept.file.display(), first.file.display()));
                }
                None => _ = seen.insert(kept.domain.key.uuid, kept),
            }
        }
        twins
    }
}

/// Some of what is wrong, and how much more there is; safe to show.
fn told(wrong: &[String]) -> String {
    let named: Vec<_> = wrong.iter().take(NAMED).map(|why| crate::model::text::visible(why)).collect();
    let more = wrong.len() - named.len();
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", named.join("; "))
}

fn found(name: &OsStr, path: &Path) -> Found {
    let text = match file::text(path) {
        Ok(text) => text,
        Err(why) => return Found::Bad(why),
    };
    // A script, whatever it assigns.
    if text.starts_with("#!") {
        return Found::Other;
    }
    match Config::parse(&text) {
        Ok(config) if file::is_of_domain(&config) => {
            let (definition, _) = cfg::read(&config, Dialect::of(&config));
            Found::Domain(Box::new(Kept { file: name.to_owned(), domain: domain(name, path, &definition) }))
        }
        Ok(_) => Found::Other,
        Err(problem) => Found::Bad(problem.to_string()),
    }
}

/// A domain of the definition in a file. A name it does not say is the file's, and so is a uuid.
fn domain(name: &OsStr, path: &Path, definition: &Definition) -> Domain {
    let said = Some(definition.name.as_str()).filter(|name| !name.is_empty());
    let name = said.map_or_else(|| name.to_string_lossy(), Into::into);
    let uuid = definition.uuid.filter(|uuid| !uuid.is_nil());
    let uuid = uuid.unwrap_or_else(|| Uuid::new_v5(&INVENTED, path.as_os_str().as_encoded_bytes()));
    let cpus = &definition.cpus;
    Domain {
        key: DomainKey { id: None, uuid },
        name: Name::new(&name),
        state: DomainState::Off,
        guest: definition.boot.guest.map_or(Reading::Unsupported, Reading::Known),
        vcpus: VcpuCount { online: cpus.online.unwrap_or(cpus.max), max: cpus.max },
        memory: KiB(0),
        max_memory: Reading::Known(definition.memory.max),
        target: Reading::Known(definition.memory.current.unwrap_or(definition.memory.max)),
        ..Domain::default()
    }
}
