//! What is asked of an open console.

use std::{
    fs::OpenOptions,
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Outlet, recording, run::Run};
use crate::{
    driver::conn::Deadline,
    model::console::{Ask, Link, News, page_size},
};

impl<O: Outlet> Run<O> {
    /// Does one thing that was asked.
    pub(super) fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Type(stroke) => self.type_bytes(&self.screen.encode(stroke)),
            Ask::Paste(text) => self.type_bytes(&self.screen.paste(&text)),
            Ask::Resize(columns, rows) => self.room((columns, rows)),
            Ask::Copy => self.copy(),
            Ask::Save(path) => self.save(path),
            Ask::Record(path) => self.record(path),
            Ask::TakeOver => self.take_over(),
            Ask::Yield => self.give_up(),
            Ask::Reattach => self.again = Deadline::after(Duration::ZERO),
            shown @ (Ask::Scroll(_) | Ask::Search(_) | Ask::Again(_) | Ask::Select(_) | Ask::Attend(_)) => {
                self.screen.answer(shown);
            }
        }
    }

    fn fail(&self, why: impl Into<String>) {
        self.outlet.news(News::Failed(why.into()));
    }

    /// For the guest: now where it is typed on, and once it is where it is still being attached.
    fn type_bytes(&mut self, bytes: &[u8]) {
        let why = match self.link() {
            Link::Opening | Link::Writing if self.typed.push(bytes) => return,
            Link::Opening | Link::Writing => format!(
                "{} takes in nothing, and {} bytes wait for it: what was typed now was not sent",
                self.wanted.name,
                self.typed.waiting()
            ),
            Link::Watching(why) | Link::Lost(why) | Link::Ended(why) => format!("not sent: {why}"),
        };
        self.fail(why);
    }

    /// Another room is another size of the guest's terminal, where it is this one that counts.
    fn room(&mut self, room: (u16, u16)) {
        self.wanted.size = room;
        let size = page_size(room);
        match &mut self.line {
            Some(line) if line.sink.is_some() => {
                line.resize(size, self.backing.types.as_deref());
                self.screen.resize(size);
            }
            None => self.screen.resize(size),
            Some(_) => {}
        }
    }

    fn copy(&self) {
        match self.screen.copied() {
            Some(text) if !text.is_empty() => self.outlet.news(News::Copied(text)),
            _ => self.fail("nothing is selected"),
        }
    }

    fn save(&self, path: PathBuf) {
        match write_lines(&path, self.screen.text_lines()) {
            Ok(count) => self.outlet.news(News::Saved(path, count)),
            Err(error) => self.fail(format!("cannot save into {}: {error}", path.display())),
        }
    }

    fn record(&mut self, path: Option<PathBuf>) {
        let told = match path {
            None => self.screen.end_recording().map(|()| None),
            Some(path) => self.screen.record(&path, self.wanted.name.shown()).map(|()| Some(path)),
        };
        match told {
            Ok(path) => self.outlet.news(News::Recording(path)),
            Err(why) => {
                self.fail(why);
                if !self.screen.is_recorded() {
                    self.outlet.news(News::Recording(None));
                }
            }
        }
    }

    /// Records from the start, into a file of this folder.
    pub(super) fn record_into(&mut self, folder: &Path) {
        self.record(Some(folder.join(recording::file_name(self.wanted.name.raw()))));
    }

    fn take_over(&mut self) {
        let Some(types) = self.backing.types.as_deref() else {
            return self.fail("this session only looks: it cannot type on a console");
        };
        self.wants = true;
        if let Some(line) = &mut self.line {
            line.take_over(types);
        }
    }

    fn give_up(&mut self) {
        self.wants = false;
        if let Some(line) = &mut self.line {
            line.give_up();
        }
    }
}

/// Writes lines into a file that must not be there; returns how many.
fn write_lines(path: &Path, lines: impl Iterator<Item = String>) -> io::Result<usize> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let (mut file, mut count) = (BufWriter::new(file), 0);
    for line in lines {
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")?;
        count += 1;
    }
    file.flush()?;
    Ok(count)
}
