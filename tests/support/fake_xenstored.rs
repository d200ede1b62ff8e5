//! A small xenstored on a unix socket in a directory of its own, written from Xen's documents and not from our codec.
//!
//! It keeps a tree and watches, logs what it is asked, and can be told to misbehave: to hang, to die, to answer in
//! odd pieces or with garbage, to hold its answers back until so many requests have come. Transactions see the tree
//! as it was when they began, and do not commit where somebody wrote meanwhile.

#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::must_use_candidate,
    clippy::missing_panics_doc,
    reason = "a test's support, of which each test uses a part"
)]

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

pub const DIRECTORY: u32 = 1;
pub const READ: u32 = 2;
pub const GET_PERMS: u32 = 3;
pub const WATCH: u32 = 4;
pub const UNWATCH: u32 = 5;
pub const TRANSACTION_START: u32 = 6;
pub const TRANSACTION_END: u32 = 7;
pub const WRITE: u32 = 11;
pub const MKDIR: u32 = 12;
pub const RM: u32 = 13;
const WATCH_EVENT: u32 = 15;
const ERROR: u32 = 16;
pub const DIRECTORY_PART: u32 = 22;

/// A directory that is removed with its owner.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("domtop-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file below it, with the directories above.
    pub fn file(&self, name: &str, contents: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, contents).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The daemon; it ends with its owner.
pub struct FakeXenstored {
    home: Scratch,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

type Tree = BTreeMap<String, Vec<u8>>;

#[derive(Default)]
struct State {
    tree: Tree,
    /// Who may do what with a node, where that is not the control domain alone.
    permissions: BTreeMap<String, Vec<u8>>,
    /// Counts writes to the tree.
    generation: u64,
    transactions: BTreeMap<u32, Transaction>,
    /// The number of the last transaction.
    last: u32,
    /// What somebody else writes just before each of the next commits.
    interference: VecDeque<(String, String)>,
    /// What every write at or below a path gives.
    refuses_writes: Option<(String, &'static str)>,
    clients: Vec<Client>,
    log: Vec<(u32, String)>,
    /// How often somebody connected.
    accepted: usize,
    hanging: bool,
    refuses_watches: bool,
    /// Answers to requests of a type wait until so many of them have come.
    withheld: Vec<(u32, usize)>,
    /// Write in pieces of so many bytes, 0 for whole answers.
    piece: usize,
    /// Sent instead of every answer.
    garbage: Option<Vec<u8>>,
    dead: bool,
}

struct Transaction {
    owner: usize,
    began: u64,
    tree: Tree,
    /// What it wrote or removed.
    touched: Vec<String>,
}

struct Client {
    number: usize,
    stream: UnixStream,
    watches: Vec<(String, String)>,
    waiting: Vec<(u32, Vec<u8>)>,
}

impl FakeXenstored {
    pub fn start() -> Self {
        let fake = Self { home: Scratch::new(), shared: Arc::default() };
        fake.listen();
        fake
    }

    pub fn socket(&self) -> PathBuf {
        self.home.path().join("socket")
    }

    /// Writes a node and fires its watches.
    pub fn write(&self, path: &str, value: &str) {
        self.state().write(path, value.as_bytes());
    }

    /// Writes a node and who may do what with it, as `n0 r5`.
    pub fn write_for(&self, path: &str, value: &str, permissions: &str) {
        let mut state = self.state();
        let permissions = permissions.split(' ').flat_map(|one| [one.as_bytes(), b"\0"].concat()).collect();
        state.permissions.insert(path.into(), permissions);
        state.write(path, value.as_bytes());
    }

    /// Removes a node and all below it, and fires.
    pub fn remove(&self, path: &str) {
        let mut state = self.state();
        state.generation += 1;
        for path in state.remove(path) {
            state.fire(&path);
        }
    }

    /// The value of a node.
    pub fn value(&self, path: &str) -> Option<String> {
        self.state().tree.get(path).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// Every node with a value.
    pub fn paths(&self) -> Vec<String> {
        self.state().tree.keys().cloned().collect()
    }

    /// Lets somebody else write just before the next commit that is not yet interfered with.
    pub fn interfere(&self, path: &str, value: &str) {
        self.state().interference.push_back((path.into(), value.into()));
    }

    /// Refuses every write whose path begins so, with this name of an error.
    pub fn refuse_writes(&self, below: &str, name: &'static str) {
        self.state().refuses_writes = Some((below.into(), name));
    }

    /// How many transactions are open.
    pub fn open_transactions(&self) -> usize {
        self.state().transactions.len()
    }

    /// Fires a special watch such as `@introduceDomain`.
    pub fn announce(&self, special: &str) {
        self.state().fire(special);
    }

    /// Type and first field of every request so far, which are then forgotten.
    pub fn take_log(&self) -> Vec<(u32, String)> {
        std::mem::take(&mut self.state().log)
    }

    pub fn accepted(&self) -> usize {
        self.state().accepted
    }

    /// How many watches are set, over all connections.
    pub fn watches(&self) -> usize {
        self.state().clients.iter().map(|client| client.watches.len()).sum()
    }

    pub fn hang(&self, hanging: bool) {
        self.state().hanging = hanging;
        self.shared.changed.notify_all();
    }

    pub fn refuse_watches(&self) {
        self.state().refuses_watches = true;
    }

    pub fn withhold(&self, kind: u32, until: usize) {
        self.state().withheld.push((kind, until));
    }

    pub fn answer_in_pieces(&self, bytes: usize) {
        self.state().piece = bytes;
    }

    pub fn answer_garbage(&self, garbage: Option<&[u8]>) {
        self.state().garbage = garbage.map(Into::into);
    }

    /// Ends every connection and listens no longer; the socket stays behind, as after a crash.
    pub fn die(&self) {
        let mut state = self.state();
        state.dead = true;
        for client in state.clients.drain(..) {
            let _ = client.stream.shutdown(std::net::Shutdown::Both);
        }
        drop(state);
        self.shared.changed.notify_all();
        let _ = UnixStream::connect(self.socket());
        while UnixStream::connect(self.socket()).is_ok() {
            thread::yield_now();
        }
    }

    /// Starts again after [`FakeXenstored::die`], with the same tree and without watches.
    pub fn restart(&self) {
        fs::remove_file(self.socket()).unwrap();
        let mut state = self.state();
        (state.dead, state.hanging) = (false, false);
        drop(state);
        self.listen();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    fn listen(&self) {
        let listener = UnixListener::bind(self.socket()).unwrap();
        let shared = self.shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let mut state = shared.state.lock().unwrap();
                if state.dead {
                    return;
                }
                state.accepted += 1;
                let number = state.accepted;
                let client = Client {
                    number,
                    stream: stream.try_clone().unwrap(),
                    watches: Vec::new(),
                    waiting: Vec::new(),
                };
                state.clients.push(client);
                let shared = shared.clone();
                thread::spawn(move || serve(&shared, stream, number));
            }
        });
    }
}

impl Drop for FakeXenstored {
    fn drop(&mut self) {
        self.die();
    }
}

/// Reads one client's requests until it hangs up or this xenstored dies.
fn serve(shared: &Shared, mut stream: UnixStream, number: usize) {
    let mut header = [0; 16];
    while stream.read_exact(&mut header).is_ok() {
        let word = |at: usize| u32::from_ne_bytes(header[at..at + 4].try_into().unwrap());
        let (kind, req_id, tx_id, len) = (word(0), word(4), word(8), word(12));
        assert!(len <= 4096, "a client must not send more than 4096 bytes of payload, it sent {len}");
        let mut payload = vec![0; len as usize];
        if stream.read_exact(&mut payload).is_err() {
            break;
        }
        let mut state = shared.state.lock().unwrap();
        state.log.push((kind, fields(&payload)[0].clone()));
        while state.hanging && !state.dead {
            state = shared.changed.wait(state).unwrap();
        }
        state.handle(number, [kind, req_id, tx_id], &payload);
    }
    let mut state = shared.state.lock().unwrap();
    state.clients.retain(|client| client.number != number);
    state.transactions.retain(|_, transaction| transaction.owner != number);
}

impl State {
    fn handle(&mut self, number: usize, head: [u32; 3], payload: &[u8]) {
        let fields = fields(payload);
        let answer = match head[0] {
            TRANSACTION_START => Ok(self.begin(number)),
            TRANSACTION_END => self.end(number, head[2], &fields[0]),
            _ if head[2] == 0 => self.answer(number, head[0], payload),
            _ => self.within(number, head, payload),
        };
        let bytes = match (&self.garbage, answer) {
            (Some(garbage), _) => garbage.clone(),
            (None, Ok(value)) => message(head, &value),
            (None, Err(name)) => message([ERROR, head[1], head[2]], format!("{name}\0").as_bytes()),
        };
        self.put(number, head[0], bytes);
        if head[0] == WATCH && !self.refuses_watches {
            self.tell(number, &fields[0], &fields[1]);
        }
    }

    fn begin(&mut self, owner: usize) -> Vec<u8> {
        self.last += 1;
        let (began, tree) = (self.generation, self.tree.clone());
        self.transactions.insert(self.last, Transaction { owner, began, tree, touched: Vec::new() });
        format!("{}\0", self.last).into_bytes()
    }

    fn end(&mut self, owner: usize, id: u32, how: &str) -> Result<Vec<u8>, &'static str> {
        let done = self.transactions.remove(&id).filter(|done| done.owner == owner).ok_or("ENOENT")?;
        assert!(["T", "F"].contains(&how), "a transaction ends in T or F, not {how:?}");
        if how == "F" {
            return Ok(b"OK\0".to_vec());
        }
        if let Some((path, value)) = self.interference.pop_front() {
            self.write(&path, value.as_bytes());
        }
        if self.generation != done.began {
            return Err("EAGAIN");
        }
        self.tree = done.tree;
        self.generation += 1;
        done.touched.iter().for_each(|path| self.fire(path));
        Ok(b"OK\0".to_vec())
    }

    /// Answers from the tree of a transaction.
    fn within(&mut self, number: usize, head: [u32; 3], payload: &[u8]) -> Result<Vec<u8>, &'static str> {
        let mine = self.transactions.get_mut(&head[2]).filter(|t| t.owner == number).ok_or("ENOENT")?;
        std::mem::swap(&mut self.tree, &mut mine.tree);
        let answer = if [WRITE, MKDIR, RM].contains(&head[0]) {
            mine.touched.push(fields(payload)[0].clone());
            self.alter(head[0], payload)
        } else {
            self.answer(number, head[0], payload)
        };
        let mine = self.transactions.get_mut(&head[2]).expect("it was there");
        std::mem::swap(&mut self.tree, &mut mine.tree);
        answer
    }

    /// Changes the tree, without firing.
    fn alter(&mut self, kind: u32, payload: &[u8]) -> Result<Vec<u8>, &'static str> {
        let end = payload.iter().position(|&b| b == 0).expect("a path ends in a NUL");
        let path = String::from_utf8_lossy(&payload[..end]).into_owned();
        if let Some((_, name)) = self.refuses_writes.as_ref().filter(|(below, _)| path.starts_with(below)) {
            return Err(name);
        }
        match kind {
            WRITE => drop(self.tree.insert(path, payload[end + 1..].to_vec())),
            MKDIR => drop(self.tree.entry(path).or_default()),
            _ => {
                let parent = path.rsplit_once('/').map_or("/", |(parent, _)| parent);
                if !self.exists(&path) && !self.exists(parent) {
                    return Err("ENOENT");
                }
                self.remove(&path);
            }
        }
        Ok(b"OK\0".to_vec())
    }

    fn write(&mut self, path: &str, value: &[u8]) {
        self.tree.insert(path.into(), value.into());
        self.generation += 1;
        self.fire(path);
    }

    /// Removes a node and all below it; gives what that was.
    fn remove(&mut self, path: &str) -> Vec<String> {
        let below = format!("{path}/");
        let gone: Vec<String> =
            self.tree.keys().filter(|p| *p == path || p.starts_with(&below)).cloned().collect();
        self.tree.retain(|path, _| !gone.contains(path));
        gone
    }

    fn answer(&mut self, number: usize, kind: u32, payload: &[u8]) -> Result<Vec<u8>, &'static str> {
        let fields = fields(payload);
        let path = &fields[0];
        match kind {
            DIRECTORY => {
                let names = self.names(path)?;
                if names.len() > 4096 { Err("E2BIG") } else { Ok(names) }
            }
            DIRECTORY_PART => {
                let (names, from) = (self.names(path)?, fields[1].parse::<usize>().unwrap());
                let room = 4096 - "7\0".len() - 1;
                let whole = names.len() - from <= room;
                let cut = if whole { names.len() } else { from + room };
                let end = names[..cut].iter().rposition(|&b| b == 0).map_or(0, |i| i + 1);
                let mut part = b"7\0".to_vec();
                part.extend(&names[from..end]);
                part.extend(whole.then_some(0));
                Ok(part)
            }
            READ if self.exists(path) => Ok(self.tree.get(path).cloned().unwrap_or_default()),
            GET_PERMS if self.exists(path) => {
                Ok(self.permissions.get(path).cloned().unwrap_or_else(|| b"n0\0".to_vec()))
            }
            READ | GET_PERMS => Err("ENOENT"),
            WATCH if self.refuses_watches => Err("E2BIG"),
            WATCH => {
                let watch = (path.clone(), fields[1].clone());
                let watches = &mut self.client(number).watches;
                if watches.contains(&watch) {
                    return Err("EEXIST");
                }
                watches.push(watch);
                Ok(b"OK\0".to_vec())
            }
            UNWATCH => {
                let watches = &mut self.client(number).watches;
                let before = watches.len();
                watches.retain(|watch| (&watch.0, &watch.1) != (path, &fields[1]));
                if watches.len() < before { Ok(b"OK\0".to_vec()) } else { Err("ENOENT") }
            }
            WRITE | MKDIR | RM => {
                let answer = self.alter(kind, payload)?;
                self.generation += 1;
                self.fire(path);
                Ok(answer)
            }
            _ => Err("ENOSYS"),
        }
    }

    fn client(&mut self, number: usize) -> &mut Client {
        self.clients.iter_mut().find(|client| client.number == number).expect("the client is connected")
    }

    fn exists(&self, path: &str) -> bool {
        let below = format!("{path}/");
        self.tree.keys().any(|p| p == path || p.starts_with(&below))
    }

    fn names(&self, path: &str) -> Result<Vec<u8>, &'static str> {
        if !self.exists(path) {
            return Err("ENOENT");
        }
        let below = format!("{path}/");
        let names: BTreeSet<&str> = self
            .tree
            .keys()
            .filter_map(|p| p.strip_prefix(&below))
            .map(|rest| rest.split('/').next().unwrap())
            .collect();
        Ok(names.into_iter().flat_map(|name| [name.as_bytes(), b"\0"].concat()).collect())
    }

    /// Sends an event to everyone who watches the path or one above it.
    fn fire(&mut self, path: &str) {
        let mut hits = Vec::new();
        for client in &self.clients {
            for (watched, token) in &client.watches {
                if path == watched || path.starts_with(&format!("{watched}/")) {
                    hits.push((client.number, token.clone()));
                }
            }
        }
        for (number, token) in hits {
            self.tell(number, path, &token);
        }
    }

    fn tell(&mut self, number: usize, path: &str, token: &str) {
        let event = message([WATCH_EVENT, 0, 0], format!("{path}\0{token}\0").as_bytes());
        self.put(number, WATCH_EVENT, event);
    }

    /// Sends, or keeps back what is not to be sent yet.
    fn put(&mut self, number: usize, kind: u32, bytes: Vec<u8>) {
        let Some(client) = self.clients.iter_mut().find(|client| client.number == number) else { return };
        client.waiting.push((kind, bytes));
        let log = &self.log;
        let withheld = self.withheld.iter().any(|&(kind, until)| {
            client.waiting.iter().any(|w| w.0 == kind) && log.iter().filter(|l| l.0 == kind).count() < until
        });
        if withheld {
            return;
        }
        let bytes: Vec<u8> = client.waiting.drain(..).flat_map(|(_, bytes)| bytes).collect();
        let piece = if self.piece == 0 { bytes.len() } else { self.piece };
        for piece in bytes.chunks(piece) {
            // A client that has gone is noticed where its requests are read.
            let _ = client.stream.write_all(piece);
        }
    }
}

fn message(head: [u32; 3], payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len()).unwrap();
    let header = [head[0], head[1], head[2], len];
    header.into_iter().flat_map(u32::to_ne_bytes).chain(payload.iter().copied()).collect()
}

/// The NUL-terminated fields of a payload, at least one.
fn fields(payload: &[u8]) -> Vec<String> {
    payload.split(|&b| b == 0).map(|field| String::from_utf8_lossy(field).into_owned()).collect()
}
