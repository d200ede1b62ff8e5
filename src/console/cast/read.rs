//! Reading a recording: total over any bytes, bounded, and exact about where it is wrong.

use std::{
    io::{self, BufRead, Read},
    time::Duration,
};

use serde::Deserialize;
use thiserror::Error as ThisError;

use super::{Cast, Event, Head, What};
use crate::model::console::page_size;

/// Bytes of a line, and of a file, at most.
const MOST_LINE: u64 = 8 << 20;
const MOST: u64 = 1 << 30;
/// Seconds of the longest recording: some thirty years.
const LONGEST: f64 = 1e9;

/// Why a recording cannot be read.
#[derive(Debug, ThisError)]
#[error("line {line}: {what}")]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it; it may quote the file.
    pub what: String,
}

#[derive(Deserialize)]
struct First {
    version: u64,
    width: Option<u16>,
    height: Option<u16>,
    timestamp: Option<u64>,
    title: Option<String>,
}

/// Reads a whole recording. A last line that is cut off is left out, and said so in [`Cast::cut`].
///
/// # Errors
/// Where it is no recording of version 2, or a line in it is wrong, or it is too large, or cannot be read.
pub fn read(source: impl BufRead) -> Result<Cast, Error> {
    let mut lines = Lines { source: source.take(MOST), number: 0, text: Vec::new(), cut: false };
    if !lines.next()? {
        return Err(lines.wrong("it is empty"));
    }
    let head = head(&lines)?;
    let (mut events, mut last) = (Vec::new(), Duration::ZERO);
    while lines.next()? {
        match event(&lines, last) {
            Ok(None) => {}
            Ok(Some(event)) => {
                last = event.at;
                events.push(event);
            }
            Err(_) if lines.cut => return Ok(Cast { head, events, cut: true }),
            Err(error) => return Err(error),
        }
    }
    if lines.source.limit() == 0 {
        return Err(lines.wrong("it is larger than 1 GiB"));
    }
    Ok(Cast { head, events, cut: false })
}

/// The lines of a source, one at a time.
struct Lines<R> {
    source: io::Take<R>,
    number: usize,
    text: Vec<u8>,
    /// Whether the last one had no end.
    cut: bool,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line that is not empty; false where there is none.
    fn next(&mut self) -> Result<bool, Error> {
        loop {
            self.number += 1;
            self.text.clear();
            let read = self.source.by_ref().take(MOST_LINE).read_until(b'\n', &mut self.text);
            let length = read.map_err(|error| self.wrong(&error))?;
            self.cut = !self.text.ends_with(b"\n");
            if length as u64 == MOST_LINE && self.cut {
                return Err(self.wrong("it is longer than 8 MiB"));
            }
            if length == 0 {
                return Ok(false);
            }
            if !self.text.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    fn wrong(&self, what: &(impl ToString + ?Sized)) -> Error {
        Error { line: self.number, what: what.to_string() }
    }
}

fn head<R: BufRead>(lines: &Lines<R>) -> Result<Head, Error> {
    let wrong = |error| lines.wrong(&format!("this is no recording of asciinema's ({error})"));
    let first: First = serde_json::from_slice(&lines.text).map_err(wrong)?;
    match first {
        First { version: 2, width: Some(width), height: Some(height), timestamp, title } => {
            Ok(Head { size: page_size((width, height)), timestamp, title })
        }
        First { version: 2, .. } => Err(lines.wrong("it doesn't say how wide and high the terminal was")),
        First { version, .. } => {
            Err(lines.wrong(&format!("it is of version {version}; version 2 can be played")))
        }
    }
}

/// The event of a line; none of a kind that is not known, as the format asks for.
fn event<R: BufRead>(lines: &Lines<R>, last: Duration) -> Result<Option<Event>, Error> {
    let (seconds, kind, data): (f64, String, String) =
        serde_json::from_slice(&lines.text).map_err(|error| lines.wrong(&error))?;
    if !(0.0..=LONGEST).contains(&seconds) {
        return Err(lines.wrong(&format!("{seconds} is no time")));
    }
    let what = match kind.as_str() {
        "o" => What::Output(data),
        "i" => What::Input(data),
        "m" => What::Mark(data),
        "r" => match size(&data) {
            Some((columns, rows)) => What::Resize(columns, rows),
            None => return Err(lines.wrong(&format!("{data:?} is no size"))),
        },
        _ => return Ok(None),
    };
    // Clocks go back; a recording doesn't.
    Ok(Some(Event { at: Duration::from_secs_f64(seconds).max(last), what }))
}

/// `80x24`.
fn size(text: &str) -> Option<(u16, u16)> {
    let (columns, rows) = text.split_once('x')?;
    Some(page_size((columns.parse().ok()?, rows.parse().ok()?)))
}
