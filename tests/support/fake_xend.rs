//! A xend that answers what the real one of a release answered, by the meaning of a request: method, path and fields,
//! decoded. On TCP or a unix socket.
//!
//! The recordings are one long session, in order. Where in it the fake is follows from what was changed last: a
//! change that was recorded moves it there, and what is read after that is answered as it was then. It can be told to
//! misbehave in every way a xend does, and logs what it is asked.

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
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use domtop::model::uri;

use crate::xend_recordings::{Exchange, exchanges};

/// What a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// The parts of the path, decoded, without empty ones.
    pub path: Vec<String>,
    /// The fields of path and body, decoded, sorted.
    pub fields: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    pub fn field(&self, key: &str) -> Option<&str> {
        self.fields.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    pub fn op(&self) -> Option<&str> {
        self.field("op")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Whether it changes something, as xend has it.
    pub fn changes(&self) -> bool {
        let reads = ["vcpuinfo", "devices", "domain_sched_credit_get", "cpu_sedf_get", "list"];
        self.method == "POST" && !self.op().is_some_and(|op| reads.contains(&op))
    }

    /// `POST /xend/domain/web op=pause`.
    pub fn line(&self) -> String {
        let fields: Vec<_> = self.fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
        format!("{} /{} {}", self.method, self.path.join("/"), fields.join("&")).trim_end().to_owned()
    }

    fn same(&self, other: &Self) -> bool {
        (&self.method, &self.path, &self.fields) == (&other.method, &other.path, &other.fields)
    }

    /// The same operation on the same thing, with other values.
    fn like(&self, other: &Self) -> bool {
        let keys = |asked: &Self| asked.fields.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        let alike = (&self.method, &self.path, self.op()) == (&other.method, &other.path, other.op());
        alike && self.method == "POST" && keys(self) == keys(other)
    }
}

/// The meaning of a request's bytes; none where it is no whole request.
pub fn meaning(request: &[u8]) -> Option<Asked> {
    let (asked, size) = head(&mut BufReader::new(request))?;
    let at = request.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    Some(with_body(asked, &request[at..(at + size).min(request.len())]))
}

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it was recorded, and closes.
    #[default]
    Sane,
    /// As it was recorded, and leaves the socket open for ever.
    LeavesOpen,
    /// Reads the request and never answers.
    Hangs,
    /// Half of the headers, and no more.
    HalfHeader,
    /// As it was recorded, of a length it never reaches; leaves the socket open.
    TooShort,
    /// Closes within the body.
    CutOff,
    /// Says a length that ends within the body.
    TooLong,
    /// A body without end or length.
    Endless,
    /// No HTTP at all.
    Garbage,
    /// `413` before the body was read; closing then resets the connection.
    Resets,
    /// Closes without a word.
    Dies,
    /// Sends one byte at a time.
    Drips,
    /// A redirection elsewhere.
    Redirects,
    /// The bytes of [`FakeXend::raw`], and closes.
    Raw,
}

pub struct FakeXend {
    pub at: uri::Xend,
    shared: Arc<Shared>,
    home: Option<PathBuf>,
}

struct Shared {
    recorded: Vec<(Asked, Exchange)>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Where in the recordings it is.
    place: usize,
    asked: Vec<Asked>,
    accepted: usize,
    mood: Mood,
    /// Moods of single operations and pages, by a part of their line.
    moods: Vec<(String, Mood)>,
    /// Replies to what has this part in its line: the bodies of these recordings, or these.
    scripted: Vec<(String, Reply)>,
    /// What is sent in a mood for it.
    raw: Vec<u8>,
    /// What waits until it is let go.
    held: Option<String>,
    /// What takes this long.
    slow: Option<(String, Duration)>,
    ended: bool,
}

#[derive(Clone)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
    pub kind: &'static str,
}

impl Reply {
    pub fn sxp(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), kind: "application/sxp" }
    }
}

impl FakeXend {
    pub fn tcp(release: &str) -> Self {
        Self::listening(release, "127.0.0.1")
    }

    /// At an address that is not taken for this machine's.
    pub fn elsewhere(release: &str) -> Self {
        Self::listening(release, "127.0.0.2")
    }

    fn listening(release: &str, host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let at = uri::Xend::Tcp { host: host.into(), port };
        let fake = Self::new(release, at, None);
        let shared = fake.shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                shared.accept(stream.unwrap(), |stream| stream.try_clone().unwrap());
                if shared.lock().ended {
                    return;
                }
            }
        });
        fake
    }

    pub fn unix(release: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("domtop-xend-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let home = std::env::temp_dir().join(name);
        fs::create_dir_all(&home).unwrap();
        let listener = UnixListener::bind(home.join("xend-socket")).unwrap();
        let fake = Self::new(release, uri::Xend::Unix(home.join("xend-socket")), Some(home));
        let shared = fake.shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                shared.accept(stream.unwrap(), |stream| stream.try_clone().unwrap());
                if shared.lock().ended {
                    return;
                }
            }
        });
        fake
    }

    fn new(release: &str, at: uri::Xend, home: Option<PathBuf>) -> Self {
        let recorded = exchanges(release)
            .into_iter()
            .filter_map(|exchange| Some((meaning(&exchange.request)?, exchange)))
            .filter(|(asked, exchange)| !asked.path.is_empty() && is_for_sxp(asked) && exchange.status != 0)
            .collect();
        let shared = Shared { recorded, state: Mutex::default(), changed: Condvar::new() };
        Self { at, shared: Arc::new(shared), home }
    }

    /// Its folder, of one on a unix socket.
    pub fn home(&self) -> &PathBuf {
        self.home.as_ref().unwrap()
    }

    pub fn mood(&self, mood: Mood) {
        self.shared.lock().mood = mood;
    }

    /// Answers everything with these bytes.
    pub fn raw(&self, bytes: Vec<u8>) {
        let mut state = self.shared.lock();
        (state.mood, state.raw) = (Mood::Raw, bytes);
    }

    /// Misbehaves for what has this part in its line: `op=pause`, `/xend/node`.
    pub fn mood_for(&self, part: &str, mood: Mood) {
        self.shared.lock().moods.push((part.to_owned(), mood));
    }

    /// Goes back to answering well.
    pub fn recover(&self) {
        let mut state = self.shared.lock();
        (state.mood, state.held) = (Mood::Sane, None);
        state.moods.clear();
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Answers what has this part in its line with this.
    pub fn script(&self, part: &str, reply: Reply) {
        self.shared.lock().scripted.insert(0, (part.to_owned(), reply));
    }

    /// The same with what was recorded under this name.
    pub fn script_as(&self, part: &str, name: &str) {
        let (_, exchange) = self.recorded(name);
        let kind = if exchange.is_sexpr() { "application/sxp" } else { "text/plain" };
        self.script(part, Reply { status: exchange.status, body: exchange.body, kind });
    }

    /// Keeps back the answers to what has this part in its line, until [`FakeXend::recover`].
    pub fn hold(&self, part: &str) {
        self.shared.lock().held = Some(part.to_owned());
    }

    /// Goes on from this place of the recordings.
    pub fn go_to(&self, name: &str) {
        let is = |(_, exchange): &(Asked, Exchange)| exchange.name.split_once('-').unwrap().1 == name;
        let place = self.shared.recorded.iter().position(is).unwrap();
        self.shared.lock().place = place;
    }

    /// Takes this long for what has this part in its line.
    pub fn slow(&self, part: &str, time: Duration) {
        self.shared.lock().slow = Some((part.to_owned(), time));
    }

    /// Gives the answers that were kept back, each in its mood.
    pub fn let_go(&self) {
        self.shared.lock().held = None;
        self.shared.changed.notify_all();
    }

    /// What was recorded under this name.
    pub fn recorded(&self, name: &str) -> (Asked, Exchange) {
        let is = |(_, exchange): &&(Asked, Exchange)| exchange.name.split_once('-').unwrap().1 == name;
        self.shared.recorded.iter().find(is).unwrap_or_else(|| panic!("{name} was not recorded")).clone()
    }

    /// Lists these domains and no others, as their pages were recorded under these names; `state=all` has the rest.
    pub fn list(&self, names: &[&str]) {
        let pages = names.iter().map(|name| self.page(name));
        self.script("detail=1", Reply::sxp(200, format!("({})", pages.collect::<Vec<_>>().join(" "))));
    }

    /// The domain of a recorded page, without what 4.1 prints behind it.
    pub fn page(&self, name: &str) -> String {
        let body = String::from_utf8(self.recorded(name).1.body).unwrap();
        body.strip_suffix("''").unwrap_or(&body).to_owned()
    }

    /// What was asked that the real xend never was, to the letter.
    pub fn unheard_of(&self) -> Vec<String> {
        let known = |asked: &Asked| self.shared.recorded.iter().any(|(own, _)| own.same(asked));
        self.asked().iter().filter(|asked| !known(asked)).map(Asked::line).collect()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.shared.lock().asked.clone()
    }

    /// What it was asked that changes something.
    pub fn changes(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(Asked::changes).collect()
    }

    /// How often somebody connected.
    pub fn accepted(&self) -> usize {
        self.shared.lock().accepted
    }

    /// Waits until something with this part in its line was asked.
    pub fn wait_for(&self, part: &str) {
        let mut state = self.shared.lock();
        while !state.asked.iter().any(|asked| asked.line().contains(part)) {
            state = self.shared.changed.wait(state).unwrap();
        }
    }
}

impl Drop for FakeXend {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
        // Wakes the thread that accepts.
        match &self.at {
            uri::Xend::Unix(path) => drop(UnixStream::connect(path)),
            uri::Xend::Tcp { host, port } => drop(TcpStream::connect((host.as_str(), *port))),
        }
        if let Some(home) = &self.home {
            let _ = fs::remove_dir_all(home);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn accept<S: Read + Write + Send + 'static>(self: &Arc<Self>, stream: S, clone: impl Fn(&S) -> S) {
        let (shared, reading) = (self.clone(), clone(&stream));
        self.lock().accepted += 1;
        thread::spawn(move || shared.serve(reading, stream));
    }

    fn serve(&self, reading: impl Read, mut stream: impl Write) {
        let mut reading = BufReader::new(reading);
        let Some((asked, size)) = head(&mut reading) else { return };
        let resets = self.lock().mood == Mood::Resets && asked.method == "POST";
        let mut body = vec![0; if resets { size / 2 } else { size }];
        if reading.read_exact(&mut body).is_err() {
            return;
        }
        if resets || size > 10_000 {
            // As the real one: the reply, and then the socket is closed with the rest unread.
            let _ = stream.write_all(b"HTTP/1.1 413 Request entity too large\r\nContent-length: 0\r\n\r\n");
            return;
        }
        let asked = with_body(asked, &body);
        let (mood, reply) = self.take(&asked);
        if mood == Mood::Raw {
            let _ = stream.write_all(&self.lock().raw);
            return;
        }
        answer(&mut stream, mood, &reply);
        if mood != Mood::Sane && !matches!(mood, Mood::CutOff | Mood::Dies | Mood::Garbage | Mood::Drips) {
            let mut state = self.lock();
            while !state.ended && mood_lasts(&state, mood) {
                state = self.changed.wait(state).unwrap();
            }
        }
    }

    /// Logs a request, waits where it is held, and finds its answer.
    fn take(&self, asked: &Asked) -> (Mood, Reply) {
        let mut state = self.lock();
        let line = asked.line();
        state.asked.push(asked.clone());
        self.changed.notify_all();
        while !state.ended && state.held.as_ref().is_some_and(|held| line.contains(held)) {
            state = self.changed.wait(state).unwrap();
        }
        if let Some((_, time)) = state.slow.clone().filter(|(part, _)| line.contains(part)) {
            drop(state);
            thread::sleep(time);
            state = self.lock();
        }
        let own = state.moods.iter().find(|(part, _)| line.contains(part)).map(|(_, mood)| *mood);
        let mood = own.unwrap_or(state.mood);
        let scripted =
            state.scripted.iter().find(|(part, _)| line.contains(part)).map(|(_, reply)| reply.clone());
        let found = self.find(asked, state.place);
        if let Some(place) = found.filter(|_| asked.changes()) {
            state.place = place;
        }
        let recorded = || match found {
            Some(place) => {
                let exchange = &self.recorded[place].1;
                let kind = if exchange.is_sexpr() { "application/sxp" } else { "text/plain" };
                Reply { status: exchange.status, body: exchange.body.clone(), kind }
            }
            None => self.unknown(asked),
        };
        (mood, scripted.unwrap_or_else(recorded))
    }

    /// Where in the recordings this was answered: before the next change, else the last time before, else at all.
    fn find(&self, asked: &Asked, place: usize) -> Option<usize> {
        let tests: [fn(&Asked, &Asked) -> bool; 2] = [Asked::same, Asked::like];
        tests.into_iter().find_map(|test| {
            let is = |at: &usize| test(&self.recorded[*at].0, asked);
            let now = &self.recorded[place].0;
            let another = |at: &usize| self.recorded[*at].0.changes() && !self.recorded[*at].0.same(now);
            let next = (place + 1..self.recorded.len()).find(another);
            let soon = place..next.unwrap_or(self.recorded.len());
            if asked.changes() {
                return (place..self.recorded.len()).find(is).or_else(|| (0..place).rev().find(is));
            }
            soon.clone()
                .find(is)
                .or_else(|| (0..place).rev().find(is))
                .or_else(|| (soon.end..self.recorded.len()).find(is))
        })
    }

    /// As this release answers what it does not know.
    fn unknown(&self, asked: &Asked) -> Reply {
        let known = ["err-unknown-domain", "err-unknown-page"];
        let name = if asked.path.len() == 3 && asked.path[1] == "domain" { known[0] } else { known[1] };
        let is = |(_, exchange): &&(Asked, Exchange)| exchange.name.split_once('-').unwrap().1 == name;
        let (_, exchange) = self.recorded.iter().find(is).unwrap();
        Reply { status: exchange.status, body: exchange.body.clone(), kind: "text/plain" }
    }
}

fn mood_lasts(state: &State, mood: Mood) -> bool {
    state.mood == mood || state.moods.iter().any(|(_, own)| *own == mood)
}

/// Whether it was answered with what our client reads.
fn is_for_sxp(asked: &Asked) -> bool {
    let accepts = asked.header("accept").is_none_or(|accept| accept.contains("application/sxp"));
    let plain = asked.header("connection").is_none_or(|word| word != "keep-alive");
    (accepts || asked.header("user-agent").is_none())
        && plain
        && ["GET", "POST"].contains(&asked.method.as_str())
}

fn answer(stream: &mut impl Write, mood: Mood, reply: &Reply) {
    let head = |length: Option<usize>| {
        let length = length.map(|length| format!("Content-length: {length}\r\n")).unwrap_or_default();
        let words = if reply.status < 300 { "OK" } else { "Request failed: it" };
        let Reply { status, kind, .. } = reply;
        format!(
            "HTTP/1.1 {status} {words}\r\n{length}Expires: -1\r\nContent-type: {kind}\r\nPragma: no-cache\r\n\r\n"
        )
    };
    let size = reply.body.len();
    let whole = |length| [head(Some(length)).as_bytes(), &reply.body].concat();
    // Whoever gave up meanwhile does not want it any more.
    let _ = match mood {
        Mood::Sane | Mood::LeavesOpen | Mood::Resets => stream.write_all(&whole(size)),
        Mood::Hangs | Mood::Dies | Mood::Raw => Ok(()),
        Mood::HalfHeader => stream.write_all(&head(Some(size)).as_bytes()[..30]),
        Mood::TooShort | Mood::CutOff => stream.write_all(&whole(size + 100)),
        Mood::TooLong => stream.write_all(&whole(size / 2)),
        Mood::Garbage => stream.write_all(b"SSH-2.0-OpenSSH_4.3\r\n\r\n"),
        Mood::Drips => whole(size).iter().try_for_each(|byte| stream.write_all(&[*byte])),
        Mood::Endless => endless(stream, head(None).as_bytes()),
        Mood::Redirects => stream.write_all(
            b"HTTP/1.1 303 See Other\r\nLocation: http://localhost/elsewhere\r\nContent-length: 0\r\n\r\n",
        ),
    };
    let _ = stream.flush();
}

/// More than anybody should want to read.
fn endless(stream: &mut impl Write, head: &[u8]) -> std::io::Result<()> {
    stream.write_all(head)?;
    for _ in 0..20_000 {
        stream.write_all(&[b'('; 4096])?;
    }
    Ok(())
}

/// The request line and headers, and how long the body is.
fn head(reading: &mut impl BufRead) -> Option<(Asked, usize)> {
    let mut line = || {
        let mut line = String::new();
        (reading.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    while let Some(header) = line().filter(|line| !line.is_empty()) {
        let (name, value) = header.split_once(':')?;
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let size =
        headers.iter().find(|(name, _)| name == "content-length").map_or(Some(0), |(_, n)| n.parse().ok())?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let path = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    Some((Asked { method, path, fields: fields(query), headers }, size))
}

fn with_body(mut asked: Asked, body: &[u8]) -> Asked {
    if asked.header("content-type").is_some_and(|kind| kind == "application/x-www-form-urlencoded") {
        asked.fields.extend(fields(std::str::from_utf8(body).unwrap_or_default()));
    }
    // The page of a domain is the same with it (SrvDomain.render_GET).
    let is_domain = asked.path.len() == 3 && asked.path[1] == "domain";
    asked.fields.retain(|(key, _)| !(is_domain && key == "detail"));
    asked.fields.sort();
    asked
}

/// As the cgi module of that time: `;` separates like `&`, and `+` is a blank.
fn fields(text: &str) -> Vec<(String, String)> {
    let pairs = text.split(['&', ';']).filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (decoded(key), decoded(&value.replace('+', " ")))).collect()
}

fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
