//! A recording that is being written, by a thread of its own: the console doesn't wait for a disk.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    mem,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::{Encoder, Head, Kind};

/// Bytes that wait for the disk at most.
const MOST: usize = 1 << 20;
/// Bytes that are written as soon as they are there.
const BATCH: usize = 256 << 10;
/// How long fewer wait for more: waking a thread for every few bytes costs more than writing them.
const DELAY: Duration = Duration::from_millis(50);
/// Bytes of one event at most.
const EVENT: usize = 64 << 10;
/// How long the console waits for a disk that takes nothing, before the recording is given up.
const PATIENCE: Duration = Duration::from_secs(2);

/// A recording in the making. What happened reaches the file within a twentieth of a second, where the disk takes it; dropping it
/// writes the rest.
#[derive(Debug)]
pub struct Recording {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    changed: Condvar,
}

/// What waits to be written.
#[derive(Debug, Default)]
struct Inbox {
    /// Each event's time, kind and how many of the bytes are its.
    events: Vec<(Duration, Kind, usize)>,
    bytes: Vec<u8>,
    /// Nothing comes any more.
    ended: bool,
    /// The thread has written all, or failed.
    done: bool,
    trouble: Option<String>,
}

impl Recording {
    /// Into this file, which only its owner may read.
    ///
    /// # Errors
    /// Where it is there already, or cannot be made.
    pub fn create(path: &Path, head: &Head) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        Self::over(file, head)
    }

    /// Into anything that takes bytes.
    ///
    /// # Errors
    /// Where there can be no thread for it.
    pub fn over(to: impl Write + Send + 'static, head: &Head) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let mut first = Vec::new();
        Encoder::head(head, &mut first);
        let with = shared.clone();
        thread::Builder::new().name("recording".into()).spawn(move || with.write(to, first))?;
        Ok(Self { shared })
    }

    /// The guest wrote this; the time is since the beginning.
    pub fn output(&self, at: Duration, bytes: &[u8]) {
        for part in bytes.chunks(EVENT) {
            self.put(at, Kind::Output, part);
        }
    }

    /// This was typed.
    pub fn input(&self, at: Duration, bytes: &[u8]) {
        self.put(at, Kind::Input, bytes);
    }

    /// The terminal got so many columns and rows.
    pub fn resize(&self, at: Duration, (columns, rows): (u16, u16)) {
        self.put(at, Kind::Resize, format!("{columns}x{rows}").as_bytes());
    }

    /// A place that is marked.
    pub fn mark(&self, at: Duration, label: &str) {
        self.put(at, Kind::Mark, label.as_bytes());
    }

    /// Why nothing is written any more: the disk is full, or takes nothing. A sentence.
    pub fn trouble(&self) -> Option<String> {
        self.shared.inbox().trouble.clone()
    }

    /// Writes what waits, and ends.
    ///
    /// # Errors
    /// As [`Self::trouble`]; what was written before is in the file.
    pub fn end(self) -> Result<(), String> {
        self.finish();
        self.trouble().map_or(Ok(()), Err)
    }

    fn put(&self, at: Duration, kind: Kind, bytes: &[u8]) {
        let mut inbox = self.shared.wait_while(|inbox| inbox.bytes.len() >= MOST && inbox.trouble.is_none());
        if inbox.trouble.is_some() {
            return;
        }
        if inbox.bytes.len() >= MOST {
            inbox.trouble = Some(format!("the disk took nothing for {} s", PATIENCE.as_secs()));
            return;
        }
        let (was_idle, before) = (inbox.events.is_empty(), inbox.bytes.len());
        inbox.bytes.extend_from_slice(bytes);
        let is_batch = before < BATCH && inbox.bytes.len() >= BATCH;
        match inbox.events.last_mut() {
            Some((then, Kind::Output, length))
                if kind == Kind::Output && *then == at && *length + bytes.len() <= EVENT =>
            {
                *length += bytes.len();
            }
            _ => inbox.events.push((at, kind, bytes.len())),
        }
        drop(inbox);
        if was_idle || is_batch {
            self.shared.changed.notify_all();
        }
    }

    fn finish(&self) {
        self.shared.inbox().ended = true;
        self.shared.changed.notify_all();
        let mut inbox = self.shared.wait_while(|inbox| !inbox.done);
        if !inbox.done && inbox.trouble.is_none() {
            inbox.trouble = Some(format!("the disk did not take the rest within {} s", PATIENCE.as_secs()));
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Shared {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, but not for ever.
    fn wait_while(&self, busy: impl FnMut(&mut Inbox) -> bool) -> MutexGuard<'_, Inbox> {
        let waited = self.changed.wait_timeout_while(self.inbox(), PATIENCE, busy);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// The thread: writes whatever comes until nothing does any more.
    fn write(&self, mut to: impl Write, mut out: Vec<u8>) {
        let (mut encoder, mut taken) = (Encoder::default(), Inbox::default());
        let mut written = Ok(());
        loop {
            if !out.is_empty() {
                written = to.write_all(&out).and_then(|()| to.flush());
                out.clear();
            }
            if written.is_err() || !self.take(&mut taken) {
                break;
            }
            let mut at = 0;
            for (time, kind, length) in taken.events.drain(..) {
                encoder.event(time, kind, &taken.bytes[at..at + length], &mut out);
                at += length;
            }
            taken.bytes.clear();
        }
        let mut inbox = self.inbox();
        inbox.done = true;
        if let Err(error) = written {
            inbox.trouble.get_or_insert_with(|| error.to_string());
        }
        drop(inbox);
        self.changed.notify_all();
    }

    /// Takes all that waits, for the empty `taken`. Says whether there was anything before the end.
    fn take(&self, taken: &mut Inbox) -> bool {
        let idle = |inbox: &mut Inbox| inbox.events.is_empty() && !inbox.ended;
        let inbox = self.changed.wait_while(self.inbox(), idle).unwrap_or_else(PoisonError::into_inner);
        let few = |inbox: &mut Inbox| inbox.bytes.len() < BATCH && !inbox.ended;
        let mut inbox =
            self.changed.wait_timeout_while(inbox, DELAY, few).unwrap_or_else(PoisonError::into_inner).0;
        mem::swap(&mut inbox.events, &mut taken.events);
        mem::swap(&mut inbox.bytes, &mut taken.bytes);
        drop(inbox);
        self.changed.notify_all();
        !taken.events.is_empty()
    }
}
