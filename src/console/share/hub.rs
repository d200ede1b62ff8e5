//! The end of who reads the console: it lets others look on and keeps the pen.

use std::{
    fs, io,
    os::{fd::AsFd, unix::net::UnixListener},
    path::PathBuf,
    time::Duration,
};

use nix::poll::{PollFd, PollFlags};

use super::{Frame, Pen, Person, Place, VERSION, conn::Conn};
use crate::driver::conn::Deadline;

/// What one may leave untaken before it is left out until it has taken all.
const BEHIND: usize = 1 << 20;
/// How long one that was left out may take, before it is cut.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many may look on.
const CROWD: usize = 64;

/// Those who look on, and the pen.
#[derive(Debug)]
pub struct Hub {
    listener: UnixListener,
    path: PathBuf,
    me: Person,
    peers: Vec<Peer>,
    holder: Holder,
    next: u64,
}

/// Who has the pen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Nobody,
    Me,
    Peer(u64),
}

/// One who looks on.
#[derive(Debug)]
struct Peer {
    id: u64,
    conn: Conn,
    /// Who it is, once it said so.
    person: Option<Person>,
    /// Whether it would write when nobody does.
    claims: bool,
    stand: Stand,
}

/// How far one is.
#[derive(Clone, Copy, Debug)]
enum Stand {
    /// It has not said who it is, or waits to be shown the screen.
    New,
    /// It gets what the guest writes.
    Follows,
    /// It takes too little: it is left out until it has taken what it has, and cut after that.
    Behind(Deadline),
    /// It is to be let go.
    Gone,
}

/// What came of one turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Those who are to be shown the screen as it is: [`Hub::show`].
    pub new: Vec<u64>,
    /// Columns and rows that the one who writes has room for.
    pub size: Option<(u16, u16)>,
}

impl Hub {
    /// Opens the socket of this name. Only who holds the console's lock may: what stands there is a dead one's.
    ///
    /// # Errors
    /// Where the socket cannot be made; the console can be used all the same, alone.
    pub fn open(place: &Place, name: &str, me: Person) -> io::Result<Self> {
        let path = place.socket(name)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, path, me, peers: Vec::new(), holder: Holder::Nobody, next: 0 })
    }

    /// The descriptors to wait for.
    pub fn polls<'a>(&'a self, into: &mut Vec<PollFd<'a>>) {
        into.push(PollFd::new(self.listener.as_fd(), PollFlags::POLLIN));
        into.extend(self.peers.iter().map(|peer| peer.conn.poll()));
    }

    /// Lets in who came, hears what is said, sends what can be sent. Never waits.
    pub fn turn(&mut self) -> Turn {
        self.let_in();
        let mut turn = Turn::default();
        for place in 0..self.peers.len() {
            self.hear(place, &mut turn);
        }
        for peer in &mut self.peers {
            peer.send();
        }
        self.let_go();
        self.hand_on();
        turn.new = self.peers.iter().filter(|peer| peer.is_new()).map(|peer| peer.id).collect();
        turn
    }

    /// Shows one who is new the screen as it is: bytes that draw it on a terminal of this size.
    pub fn show(&mut self, id: u64, (columns, rows): (u16, u16), drawn: &[u8]) {
        let pen = self.pen_of(id);
        if let Some(peer) = self.peers.iter_mut().find(|peer| peer.id == id) {
            peer.conn.put(&Frame::Pen(pen));
            peer.conn.put(&Frame::Size(columns, rows));
            peer.conn.put_output(drawn);
            peer.stand = Stand::Follows;
            peer.send();
        }
    }

    /// Hands on what the guest wrote.
    pub fn output(&mut self, bytes: &[u8]) {
        for peer in self.peers.iter_mut().filter(|peer| matches!(peer.stand, Stand::Follows)) {
            peer.conn.put_output(bytes);
            peer.send();
            if peer.conn.waiting() > BEHIND {
                peer.stand = Stand::Behind(Deadline::after(PATIENCE));
            }
        }
    }

    /// Tells the size of the guest's terminal.
    pub fn size(&mut self, columns: u16, rows: u16) {
        self.tell(&Frame::Size(columns, rows));
    }

    /// Who writes, as seen from here.
    pub fn pen(&self) -> Pen {
        match self.holder {
            Holder::Nobody => Pen::Free,
            Holder::Me => Pen::Mine,
            Holder::Peer(id) => Pen::Of(self.person(id)),
        }
    }

    /// Takes the pen where nobody has it; whether it is held now.
    pub fn claim(&mut self) -> bool {
        if self.holder == Holder::Nobody {
            self.hand_to(Holder::Me);
        }
        self.holder == Holder::Me
    }

    /// Takes the pen, whoever has it.
    pub fn take_over(&mut self) {
        self.hand_to(Holder::Me);
    }

    /// Lays the pen down: the next who would write gets it.
    pub fn give_up(&mut self) {
        if self.holder == Holder::Me {
            self.hand_to(Holder::Nobody);
            self.hand_on();
        }
    }

    fn let_in(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            let Ok(conn) = Conn::new(stream) else { continue };
            if self.peers.len() < CROWD {
                let (id, person, claims, stand) = (self.next, None, false, Stand::New);
                self.next += 1;
                self.peers.push(Peer { id, conn, person, claims, stand });
            }
        }
    }

    fn hear(&mut self, place: usize, turn: &mut Turn) {
        let mut frames = Vec::new();
        let peer = &mut self.peers[place];
        if peer.conn.receive(|frame| frames.push(frame)).is_err() {
            peer.stand = Stand::Gone;
        }
        for frame in frames {
            self.obey(place, frame, turn);
        }
    }

    fn obey(&mut self, place: usize, frame: Frame, turn: &mut Turn) {
        let peer = &mut self.peers[place];
        let (id, known) = (peer.id, peer.person.is_some());
        match frame {
            Frame::Hello(VERSION, who) if !known => peer.person = Some(Person::new(&who, peer.conn.pid)),
            Frame::Claim if known => peer.claims = true,
            Frame::TakeOver if known => {
                peer.claims = true;
                self.hand_to(Holder::Peer(id));
            }
            Frame::GiveUp if known => {
                peer.claims = false;
                if self.holder == Holder::Peer(id) {
                    self.hand_to(Holder::Nobody);
                }
            }
            Frame::Size(columns, rows) if known => {
                if self.holder == Holder::Peer(id) {
                    turn.size = Some((columns, rows));
                }
            }
            _ => peer.stand = Stand::Gone,
        }
    }

    fn let_go(&mut self) {
        self.peers.retain(|peer| !peer.is_gone());
        if let Holder::Peer(id) = self.holder
            && self.peers.iter().all(|peer| peer.id != id)
        {
            self.hand_to(Holder::Nobody);
        }
    }

    /// Nobody has the pen: the first who would write gets it.
    fn hand_on(&mut self) {
        if self.holder == Holder::Nobody
            && let Some(peer) = self.peers.iter().find(|peer| peer.claims)
        {
            self.hand_to(Holder::Peer(peer.id));
        }
    }

    fn hand_to(&mut self, holder: Holder) {
        self.holder = holder;
        let pens: Vec<_> = self.peers.iter().map(|peer| self.pen_of(peer.id)).collect();
        for (peer, pen) in self.peers.iter_mut().zip(pens) {
            peer.tell(&Frame::Pen(pen));
        }
    }

    fn tell(&mut self, frame: &Frame) {
        self.peers.iter_mut().for_each(|peer| peer.tell(frame));
    }

    /// Who writes, as seen from there.
    fn pen_of(&self, id: u64) -> Pen {
        match self.holder {
            Holder::Nobody => Pen::Free,
            Holder::Me => Pen::Of(self.me.clone()),
            Holder::Peer(holder) if holder == id => Pen::Mine,
            Holder::Peer(holder) => Pen::Of(self.person(holder)),
        }
    }

    fn person(&self, id: u64) -> Person {
        let peer = self.peers.iter().find(|peer| peer.id == id);
        peer.and_then(|peer| peer.person.clone()).unwrap_or_default()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // Who comes next makes its own, whether this one is still there or not.
        let _ = fs::remove_file(&self.path);
    }
}

impl Peer {
    /// Whether it waits to be shown the screen: also one that was left out and has taken all it had.
    fn is_new(&self) -> bool {
        let drained = matches!(self.stand, Stand::Behind(_)) && self.conn.waiting() == 0;
        self.person.is_some() && (matches!(self.stand, Stand::New) || drained)
    }

    fn is_gone(&self) -> bool {
        match self.stand {
            Stand::Gone => true,
            Stand::Behind(deadline) => deadline.passed() && self.conn.waiting() > 0,
            Stand::New | Stand::Follows => false,
        }
    }

    fn send(&mut self) {
        if self.conn.send().is_err() {
            self.stand = Stand::Gone;
        }
    }

    fn tell(&mut self, frame: &Frame) {
        if matches!(self.stand, Stand::Follows | Stand::Behind(_)) {
            self.conn.put(frame);
            self.send();
        }
    }
}
