//! What a domain is created from: xl's own configuration as it is, or domain XML made one.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::files;
use crate::{
    driver::{Answer, Error, Lost},
    model::{KiB, Kind, definition::Told},
    wire::{
        cfg::{self, Config, Dialect},
        xml::domain,
    },
};

/// A file `xl create` can read.
pub(super) enum Source {
    /// The user's own.
    File(PathBuf),
    /// One made of domain XML, which goes away with this; the memory it asks for, and what was lost on the way.
    Draft(Draft, KiB, Lost),
}

impl Source {
    /// Of a file, whichever it is.
    ///
    /// # Errors
    /// `Refused` where it cannot be read or made a configuration of.
    pub(super) fn of_file(file: &Path) -> Answer<Self> {
        let path = files::source(file)?;
        if !files::is_markup(&path)? {
            return Ok(Self::File(path));
        }
        Self::of_xml(&files::text(&path)?, &file.display().to_string())
    }

    /// Of what another driver keeps: its own file loses nothing.
    ///
    /// # Errors
    /// As [`Source::of_file`].
    pub(super) fn of_kept(kept: &Told) -> Answer<Self> {
        match &kept.file {
            Some(file) => Ok(Self::File(files::source(file)?)),
            None => Self::of_xml(&kept.xml, "the kept definition"),
        }
    }

    fn of_xml(xml: &str, what: &str) -> Answer<Self> {
        let refuse = |why: String| Error::new(Kind::Refused, format!("read {what}: {why}"));
        let definition =
            domain::read(xml).map_err(|problems| Error::wrong(format!("read {what}"), &problems))?;
        let mut written = cfg::write(&definition, Dialect::Xl);
        written.missing.extend(domain::strangers(xml));
        if !written.missing.is_empty() {
            return Err(refuse(format!("xl would start it without {}", written.missing.join("; without "))));
        }
        written.lost.extend(domain::unread(xml));
        Ok(Self::Draft(Draft::make(&written.text)?, definition.memory.max, written.lost))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Draft(Draft(path), ..) => path,
        }
    }

    /// How much memory the domain is to have, where that can be told.
    pub(super) fn memory(&self) -> KiB {
        let said = |path: &Path| {
            let config = Config::parse(&files::text(path).ok()?).ok()?;
            Some(cfg::read(&config, Dialect::Xl).0.memory.max)
        };
        match self {
            Self::File(path) => said(path).unwrap_or_default(),
            Self::Draft(_, memory, _) => *memory,
        }
    }

    /// What was left out of what it was made of.
    pub(super) fn lost(self) -> Lost {
        match self {
            Self::Draft(.., lost) => lost,
            Self::File(_) => Lost::new(),
        }
    }

    /// A failure, with what was left out of what it was made of: it may be why.
    pub(super) fn explain(&self, error: Error) -> Error {
        match self {
            Self::Draft(.., lost) if !lost.is_empty() && error.hint.is_none() => {
                error.hint(format!("xl's configuration has no place for: {}", lost.join("; ")))
            }
            _ => error,
        }
    }
}

/// A file for our eyes and xl's alone.
pub(super) struct Draft(PathBuf);

impl Draft {
    fn make(text: &str) -> Answer<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("domtop-{}-{number}.cfg", std::process::id()));
        let failed = |error: std::io::Error| Error::io(format!("write {}", path.display()), &error);
        // Never one that is there already, whoever put it there.
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(failed)?;
        let draft = Self(path.clone());
        file.write_all(text.as_bytes()).map_err(failed)?;
        Ok(draft)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
