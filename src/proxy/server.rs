//! The loop: who comes, what they say, what they get. It waits for nobody.

mod rounds;

use std::{
    collections::BTreeMap,
    io,
    os::{
        fd::AsFd,
        unix::net::{UnixListener, UnixStream},
    },
    sync::Arc,
};

use nix::{
    sys::{
        epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
        eventfd::{EfdFlags, EventFd},
        socket::{getsockopt, sockopt::PeerCredentials},
    },
    unistd::geteuid,
};

use super::{
    Rules,
    answers::{Answers, Sources},
    client::{Client, End, Watch, Who},
    demands::{MOST_OF_ONE, Wanted},
    journal::Journal,
    packet::Packet,
    sampling::Sampling,
    turns::Asked,
};
use crate::{
    driver::{Reader, console::Consoles, definitions::Definitions},
    model::{Demand, Hypervisor, Nanos, Op},
    sampler::stamp,
    wire::proxy::{Call, ENDING, Message, Question, VERSION, Welcome, put_answer},
};

const LISTENER: u64 = 0;
const BELL: u64 = 1;
const ENDS: u64 = 2;
const FIRST: u64 = 16;
/// Those who are let in in one turn.
const CROWD: usize = 64;
/// Bytes that one may leave untaken and still ask.
const BEHIND: usize = 4 << 20;
/// Bytes of answers after which it is looked whether more waits than may.
const ROUND: usize = 1 << 20;
/// How long nobody is let in after that failed.
const PAUSE: Nanos = Nanos(1_000_000_000);
/// How often what nobody says is looked at: half calls, stalled watchers.
const CHECK: u16 = 1000;

/// The loop and all who watch.
pub struct Server {
    listener: UnixListener,
    epoll: Epoll,
    bell: Arc<EventFd>,
    rules: Rules,
    welcome: Welcome,
    sampling: Sampling,
    answers: Answers,
    clients: BTreeMap<u64, Client>,
    next: u64,
    wanted: (u64, Wanted),
    /// Whether what all want as one is to be worked out again.
    changed: bool,
    /// Who demanded something in this turn of the loop.
    demanded: Vec<u64>,
    last: Option<Arc<Packet>>,
    journal: Journal,
    own: u32,
    /// How many take nothing, and are not sampled for.
    stalled: usize,
    /// Since when who comes is left waiting, as nobody can be let in.
    deaf: Option<Nanos>,
}

impl Server {
    /// Over an open host and a socket that listens; starts its threads.
    ///
    /// # Errors
    /// The system's.
    pub fn new(
        (reader, consoles, definitions): (Reader, Consoles, Definitions),
        listener: UnixListener,
        rules: Rules,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let bell = Arc::new(EventFd::from_flags(EfdFlags::EFD_NONBLOCK | EfdFlags::EFD_CLOEXEC)?);
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
        epoll.add(&listener, EpollEvent::new(EpollFlags::EPOLLIN, LISTENER))?;
        epoll.add(&bell, EpollEvent::new(EpollFlags::EPOLLIN, BELL))?;
        reader.prepare().map_err(|error| io::Error::other(error.message.as_ref()))?;
        let welcome = welcome(reader.hypervisor(), reader.ops());
        let sources = Sources { reader: reader.twin(), consoles, definitions };
        Ok(Self {
            answers: Answers::spawn(&sources, &bell)?,
            sampling: Sampling::spawn(reader, rules.fastest, bell.clone())?,
            listener,
            epoll,
            bell,
            rules,
            welcome,
            clients: BTreeMap::new(),
            next: FIRST,
            wanted: (0, Wanted::default()),
            changed: false,
            demanded: Vec::new(),
            last: None,
            journal: Journal::default(),
            own: geteuid().as_raw(),
            stalled: 0,
            deaf: None,
        })
    }

    /// Serves until `ends` can be read from.
    ///
    /// # Errors
    /// Where the system does not let it wait.
    pub fn run(&mut self, ends: &impl AsFd) -> io::Result<()> {
        self.epoll.add(ends, EpollEvent::new(EpollFlags::EPOLLIN, ENDS))?;
        let mut events = vec![EpollEvent::empty(); 128];
        loop {
            let idle = self.clients.is_empty() && self.deaf.is_none();
            let timeout = if idle { EpollTimeout::NONE } else { EpollTimeout::from(CHECK) };
            let count = match self.epoll.wait(&mut events, timeout) {
                Err(nix::errno::Errno::EINTR) => 0,
                count => count?,
            };
            let now = stamp().mono;
            for event in &events[..count] {
                match event.data() {
                    ENDS => {
                        self.end();
                        return Ok(());
                    }
                    LISTENER => self.let_in(now)?,
                    BELL => self.hand_on(now),
                    id => self.attend(id, event.events(), now),
                }
            }
            self.check(now);
            self.round_off(now);
            if self.deaf.take_if(|since| now.since(*since) >= PAUSE).is_some() {
                self.epoll.add(&self.listener, EpollEvent::new(EpollFlags::EPOLLIN, LISTENER))?;
            }
        }
    }

    fn end(&mut self) {
        for client in self.clients.values_mut() {
            client.dismiss(ENDING);
        }
        self.journal.note("ends");
    }

    fn let_in(&mut self, now: Nanos) -> io::Result<()> {
        for _ in 0..CROWD {
            match self.listener.accept() {
                Ok((stream, _)) => self.admit(stream, now),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                // Who came has left meanwhile.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.journal.note(&format!("cannot let in who comes: {error}"));
                    // Who waits would have the loop turn without end; after a pause it listens again. That somebody
                    // hung up is told as long as it is in the set, whatever is waited for (epoll_ctl(2)).
                    self.deaf = Some(now);
                    return Ok(self.epoll.delete(&self.listener)?);
                }
            }
        }
        Ok(())
    }

    fn admit(&mut self, stream: UnixStream, now: Nanos) {
        let who = getsockopt(&stream, PeerCredentials).map(|peer| Who {
            uid: peer.uid(),
            gid: peer.gid(),
            pid: peer.pid(),
        });
        let (Ok(who), Ok(())) = (who, stream.set_nonblocking(true)) else { return };
        let mut client = Client::new(stream, who, &self.rules, now);
        let theirs = self.clients.values().filter(|client| client.who.uid == who.uid).count();
        let refusal = self.rules.refusal((who.uid, who.gid), self.own, (self.clients.len(), theirs));
        if let Some(why) = refusal {
            client.dismiss(why);
            return self.journal.note(&format!("uid {} pid {} refused: {why}", who.uid, who.pid));
        }
        if self.epoll.add(&client, EpollEvent::new(EpollFlags::EPOLLIN, self.next)).is_ok() {
            self.clients.insert(self.next, client);
            self.next += 1;
            let count = self.clients.len();
            self.journal.note(&format!("uid {} pid {} connected; {count} watch", who.uid, who.pid));
        }
    }

    /// Hears one watcher out, and sends what it takes.
    fn attend(&mut self, id: u64, events: EpollFlags, now: Nanos) {
        let Some(mut client) = self.clients.remove(&id) else { return };
        let mut demanded = false;
        let heard = if events.intersects(EpollFlags::EPOLLIN | EpollFlags::EPOLLHUP | EpollFlags::EPOLLERR) {
            client.hear(&self.rules, now, |client, call| self.obey((id, client), call, &mut demanded))
        } else {
            Ok(())
        };
        if demanded {
            self.changed = true;
            self.demanded.push(id);
        }
        self.settle((id, client), heard, now);
    }

    /// Sends what one takes and keeps it, or lets it go.
    fn settle(&mut self, (id, mut client): (u64, Client), heard: Result<(), End>, now: Nanos) {
        let mut sent = heard.and_then(|()| client.send(now));
        if sent.is_ok()
            && !client.has_more()
            && let Some(packet) = &self.last
        {
            client.offer(packet, &self.rules);
            sent = client.send(now);
        }
        let end = match sent {
            Ok(()) => {
                let out = if client.has_more() { EpollFlags::EPOLLOUT } else { EpollFlags::empty() };
                let _ = self.epoll.modify(&client, &mut EpollEvent::new(EpollFlags::EPOLLIN | out, id));
                self.clients.insert(id, client);
                return;
            }
            Err(end) => end,
        };
        let why = match end {
            End::Left => "left",
            End::Cut(why) => {
                client.dismiss(why);
                why
            }
        };
        let (Who { uid, pid, .. }, counts) = (client.who, client.counts);
        if client.open > 0 {
            self.answers.forget(id, uid);
        }
        self.journal.note(&format!(
            "uid {uid} pid {pid} {why}: {} calls, {} samples, {} left out; {} watch",
            counts.calls,
            counts.samples,
            counts.left_out,
            self.clients.len()
        ));
        self.changed |= client.watch.is_some();
    }

    fn obey(&self, (id, client): (u64, &mut Client), call: Call, demanded: &mut bool) -> Result<(), End> {
        match call {
            // What it is answered by would pile up where it takes nothing.
            Call::Hello(_) if client.known => Err(End::Cut("it said hello before")),
            Call::Hello(version) => {
                client.put(&Message::Welcome(self.welcome.clone()));
                client.known = true;
                if version == VERSION {
                    return Ok(());
                }
                // From it who speaks another version knows which this is: nothing else tells what to do.
                client.send(Nanos(0))?;
                Err(End::Cut("it speaks another version"))
            }
            _ if !client.known => Err(End::Cut("it did not say hello")),
            Call::Demand(number, mut demand) => {
                demand.awaited.truncate(MOST_OF_ONE);
                demand.awaited.shrink_to_fit();
                client.watch = Some(Watch { number, demand, serial: u64::MAX, served: false });
                *demanded = true;
                Ok(())
            }
            Call::Ask(number, question) => self.ask((id, client), number, question),
        }
    }

    fn ask(&self, (id, client): (u64, &mut Client), number: u32, question: Question) -> Result<(), End> {
        if client.open >= self.rules.open {
            return Err(End::Cut("too many questions at once"));
        }
        if client.waiting() > BEHIND {
            return Err(End::Cut("it asks and does not take the answers"));
        }
        client.open += 1;
        self.answers.ask(Asked { client: id, uid: client.who.uid, number, question });
        Ok(())
    }

    /// Works out what all want as one, and has the sampler told where that is something else.
    fn merge(&mut self, now: Nanos) {
        let watches = self.clients.values().filter(|client| !client.is_stalled(&self.rules, now));
        let demands: Vec<(u32, &Demand)> =
            watches.filter_map(|c| Some((c.who.uid, &c.watch.as_ref()?.demand))).collect();
        let wanted = Wanted::of(&demands, &self.rules);
        if wanted != self.wanted.1 {
            // Samples for what held as much serve what is wanted now, too.
            let serves = self.wanted.1.interval.is_some() && self.wanted.1.holds_as_much_as(&wanted);
            let serial = self.wanted.0 + u64::from(!serves);
            self.sampling.want(serial, &wanted);
            self.wanted = (serial, wanted);
        }
        let serial = self.wanted.0;
        for client in self.clients.values_mut() {
            let stalled = client.is_stalled(&self.rules, now);
            match &mut client.watch {
                // Samples go on without what it alone wants: it gets none before one is for it again.
                Some(watch) if stalled => watch.serial = u64::MAX,
                Some(watch) if watch.serial == u64::MAX => watch.serial = serial,
                _ => {}
            }
        }
    }

    /// Something came from the threads: a sample, answers.
    fn hand_on(&mut self, now: Nanos) {
        // Read to be silenced; whatever it said is looked up below.
        let _ = self.bell.read();
        let mut put = 0;
        while let Some((id, number, body)) = self.answers.take() {
            if let Some(client) = self.clients.get_mut(&id) {
                client.open = client.open.saturating_sub(1);
                let mut bytes = Vec::new();
                put_answer(number, &body, &mut bytes);
                put += bytes.len();
                client.put_bytes(bytes);
                self.turn(id, now);
            }
            // However many answers are there at once.
            if put > ROUND {
                put = 0;
                self.relieve(now);
            }
        }
        if let Some(packet) = self.sampling.take() {
            self.last = Some(packet.clone());
            let ids: Vec<u64> = self.clients.keys().copied().collect();
            for id in ids {
                if let Some(client) = self.clients.get_mut(&id) {
                    client.offer(&packet, &self.rules);
                    self.turn(id, now);
                }
            }
        }
    }

    fn turn(&mut self, id: u64, now: Nanos) {
        if let Some(client) = self.clients.remove(&id) {
            self.settle((id, client), Ok(()), now);
        }
    }

    /// Looks at what nobody says.
    fn check(&mut self, now: Nanos) {
        let late: Vec<u64> = self.clients.iter().filter(|(_, c)| c.is_late()).map(|(id, _)| *id).collect();
        for id in late {
            if let Some(client) = self.clients.remove(&id) {
                self.settle((id, client), Err(End::Cut("half a call came, and no more")), now);
            }
        }
        let stalled = self.clients.values().filter(|client| client.is_stalled(&self.rules, now)).count();
        self.changed |= std::mem::replace(&mut self.stalled, stalled) != stalled;
    }
}

/// What this proxy says to who comes.
fn welcome(hypervisor: &Hypervisor, ops: Vec<Op>) -> Welcome {
    let ops = ops.into_iter().filter(|op| !op.changes()).collect();
    Welcome {
        version: VERSION,
        program: env!("CARGO_PKG_VERSION").into(),
        hypervisor: hypervisor.clone(),
        ops,
    }
}
