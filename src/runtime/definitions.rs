//! Definitions of domains, read by a thread for each question, for a toolstack may take its time; and files they are
//! written into.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    app::{Msg, xml::Shown},
    driver::definitions,
    model::{DomainKey, HostId, Which, definition::Told, text::visible},
    wire::xml::markup,
};

/// Who reads the definitions of all hosts.
pub(super) struct Definitions {
    hosts: Vec<(HostId, definitions::Definitions)>,
    messages: UnboundedSender<Msg>,
}

impl Definitions {
    /// Of no host yet; answers come as messages.
    pub(super) const fn new(messages: UnboundedSender<Msg>) -> Self {
        Self { hosts: Vec::new(), messages }
    }

    /// Those of this host can be read from now on.
    pub(super) fn add(&mut self, host: HostId, definitions: definitions::Definitions) {
        self.hosts.push((host, definitions));
    }

    /// Who reads those of a host.
    pub(super) fn reader(&self, host: HostId) -> Option<definitions::Definitions> {
        self.hosts.iter().find(|(id, _)| *id == host).map(|(_, definitions)| definitions.clone())
    }

    /// Has one read; the answer comes as a message, whatever happens.
    pub(super) fn read(&self, host: HostId, (key, which): (DomainKey, Which)) {
        let Some(definitions) = self.reader(host) else { return };
        let messages = self.messages.clone();
        let tell = move || {
            let read = || definitions.read(key, which).map_err(|failure| failure.to_string());
            let told = catch_unwind(AssertUnwindSafe(|| read().map(|told| Box::new(shown(told)))));
            let told = told.unwrap_or_else(|_| Err("a driver broke off".into()));
            let _ = messages.send(Msg::Definition(host, (key, which), told));
        };
        if thread::Builder::new().name("definition".into()).spawn(tell).is_err() {
            let told = Err("there is no thread to be had".into());
            let _ = self.messages.send(Msg::Definition(host, (key, which), told));
        }
    }

    /// Writes a text into a file that must not be there, for its owner alone: a definition may hold passwords.
    pub(super) fn save(&self, file: PathBuf, text: String) {
        let messages = self.messages.clone();
        let write = move || {
            let shown = visible(&file.to_string_lossy()).into_owned();
            let notice = match put(&file, &text) {
                Ok(()) => Msg::Notice(false, format!("the text is in {shown}")),
                Err(error) => Msg::Notice(true, format!("cannot write {shown}: {error}")),
            };
            let _ = messages.send(notice);
        };
        if thread::Builder::new().name("files".into()).spawn(write).is_err() {
            let _ = self.messages.send(Msg::Notice(true, "no thread is to be had to write the file".into()));
        }
    }
}

/// A definition taken apart for the screen.
fn shown(told: Told) -> Shown {
    let lost = told.lost.iter().map(|clause| visible(clause).into_owned()).collect();
    Shown { markup: markup(&told.xml), file: told.file, lost }
}

fn put(file: &Path, text: &str) -> std::io::Result<()> {
    let mut opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    opened.write_all(text.as_bytes())
}
