//! Consoles nobody has opened, read in the background so that opening one shows what came before.
//!
//! What is read of a pty is taken from every other reader, so this is off unless the user wants it: while it is on, the
//! locks of these consoles are held, and `xl console` says that another reads them. A console somebody reads already is
//! left alone. Without it nothing is lost that the host itself keeps: xenconsoled writes on into the pty, which holds
//! some KiB, and then keeps up to `console/limit` bytes of its own.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Duration,
};

use super::{guard::Guard, line::Source, ring::Ring};
use crate::{
    driver::{
        conn::Deadline,
        console::{Consoles, Watch},
    },
    model::DomainKey,
};

/// How often the guests are read.
const TURN: Duration = Duration::from_millis(100);
/// How often it is looked for new ones.
const LOOK: Duration = Duration::from_secs(1);
/// Bytes taken of one guest in a turn at most: one that floods holds up no other.
const BITE: usize = 256 << 10;

/// All consoles of one host that are read in the background. Dropping it lets go of them.
#[derive(Debug)]
pub struct Background {
    kept: Arc<Mutex<Kept>>,
    _end: Sender<()>,
}

#[derive(Debug)]
struct Kept {
    most: usize,
    held: Vec<Held>,
    /// Those somebody has opened.
    opened: Vec<DomainKey>,
}

/// One console.
struct Held {
    key: DomainKey,
    watch: Watch,
    guard: Guard,
    ring: Ring,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes of {:?}", self.ring.len(), self.key)
    }
}

impl Background {
    /// Reads the consoles of a host, and keeps so many bytes of each.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub fn start(consoles: Consoles, most: usize) -> std::io::Result<Self> {
        let kept = Arc::new(Mutex::new(Kept { most, held: Vec::new(), opened: Vec::new() }));
        let (end, ended) = channel();
        let shared = kept.clone();
        thread::Builder::new().name("background".into()).spawn(move || run(&consoles, &shared, &ended))?;
        Ok(Self { kept, _end: end })
    }

    /// Somebody opens a domain's console: what was kept of it. It is let go until [`Self::give_back`].
    pub fn hand_over(&self, key: DomainKey) -> Vec<u8> {
        let mut kept = locked(&self.kept);
        kept.opened.push(key);
        let place = kept.held.iter().position(|held| held.key == key);
        place.map(|place| kept.held.swap_remove(place).ring.replay().to_vec()).unwrap_or_default()
    }

    /// It is closed again.
    pub fn give_back(&self, key: DomainKey) {
        locked(&self.kept).opened.retain(|opened| *opened != key);
    }

    /// How many bytes are kept of a domain's console.
    pub fn kept(&self, key: DomainKey) -> usize {
        locked(&self.kept).held.iter().find(|held| held.key == key).map_or(0, |held| held.ring.len())
    }

    /// How many consoles are read.
    pub fn count(&self) -> usize {
        locked(&self.kept).held.len()
    }
}

fn locked(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn run(consoles: &Consoles, kept: &Mutex<Kept>, ended: &Receiver<()>) {
    let mut look = Deadline::after(Duration::ZERO);
    while ended.recv_timeout(TURN) == Err(RecvTimeoutError::Timeout) {
        if look.passed() {
            look = Deadline::after(LOOK);
            find(consoles, kept);
        }
        locked(kept).held.retain_mut(Held::read);
    }
}

/// Takes up the consoles of domains that run and nobody reads. Who cannot be asked now is asked again.
fn find(consoles: &Consoles, kept: &Mutex<Kept>) {
    let Ok(running) = consoles.running() else { return };
    locked(kept).held.retain(|held| running.contains(&held.key));
    for key in running {
        let known = |kept: &Kept| kept.opened.contains(&key) || kept.held.iter().any(|held| held.key == key);
        if known(&locked(kept)) {
            continue;
        }
        let tty = consoles.list(key).ok().and_then(|ttys| ttys.into_iter().next());
        let Some(watch) = tty.and_then(|tty| consoles.watch(&tty).ok()) else { continue };
        let mut kept = locked(kept);
        // It may have been opened meanwhile.
        if !known(&kept) {
            let ring = Ring::new(kept.most);
            kept.held.push(Held { key, watch, guard: Guard::new(), ring });
        }
    }
}

impl Held {
    /// Takes in what came; whether it is still there.
    fn read(&mut self) -> bool {
        let mut bytes = [0; 8192];
        let mut taken = 0;
        while taken < BITE {
            match Source::read(&mut self.watch, &mut bytes) {
                Ok(0) => return false,
                Ok(count) => {
                    taken += count;
                    let ring = &mut self.ring;
                    self.guard.feed(&bytes[..count], |clean| ring.keep(clean));
                }
                Err(error) => return error.kind() == std::io::ErrorKind::WouldBlock,
            }
        }
        true
    }
}
