//! `domtop proxy`: a small privileged process that answers only reading operations, over a unix socket.
//!
//! ```text
//!   watchers              loop (epoll)                  sampler's thread
//!   ┌───┐ Hello, Demand  ┌──────────────┐ all demands  ┌──────────────────┐  one reading for all   ┌──────┐
//!   │   │ ─────────────► │ clients:     │ ───merged──► │ Reader → Packet  │ ─────────────────────► │ host │
//!   │   │ ◄───────────── │ who, limits, │ ◄─encoded─── └──────────────────┘                        │      │
//!   │   │ Tick, Answer   │ last packet  │    once      ┌──────────────────┐  each question once    │      │
//!   └───┘                └──────────────┘ ◄──────────► │ answers, kept 1 s│ ─────────────────────► └──────┘
//!                                                      └──────────────────┘
//! ```
//!
//! Without a watcher nothing is read. A watcher who takes less than is sampled gets the last sample once it has taken
//! the one before: what there is of each is bounded, and nobody waits for it. There is nothing in this process that
//! could change the host: it holds no controller, its drivers are opened for reading, and no message asks for more.

mod answers;
mod client;
pub mod confine;
mod demands;
mod journal;
mod load;
mod packet;
mod sampling;
mod server;
pub mod socket;
mod turns;
pub mod unit;

pub use server::Server;

use std::time::Duration;

use crate::model::Nanos;

/// What a watcher may.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The shortest time between two samples, whoever wants them faster.
    pub fastest: Nanos,
    /// How many may be connected; of one user who is not root, half as many.
    pub most_clients: usize,
    /// Calls a second that one may go on making; for a moment it may make twice as many.
    pub calls: u32,
    /// Questions of one that may be open.
    pub open: usize,
    /// How long a call that has begun may take to come whole, and one who connected to say hello.
    pub half: Duration,
    /// One who takes nothing for so long is not sampled for, until it does.
    pub stalled: Nanos,
    /// Bytes that may wait until they are taken, of all who watch: far from what systemd gives the process
    /// (`MemoryMax=` of its unit).
    pub unsent: usize,
    /// The same of one user who is not root.
    pub unsent_of_one: usize,
    /// Who is let in; none for all whom the socket's mode lets in.
    pub allowed: Option<Allowed>,
}

/// Who is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// These users.
    pub users: Vec<u32>,
    /// Those whose process has one of these groups as its own: of whose members only some are listed with it.
    pub groups: Vec<u32>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            fastest: Nanos(100_000_000),
            most_clients: 256,
            calls: 100,
            open: 16,
            half: Duration::from_secs(5),
            stalled: Nanos(10_000_000_000),
            unsent: 96 << 20,
            unsent_of_one: 48 << 20,
            allowed: None,
        }
    }
}

impl Rules {
    /// Why one more of this user, and of this group of its own, is not let in beside so many of all and so many of this one, where it is not. Root
    /// and the proxy's own user are always among the allowed, and are not kept to their half.
    fn refusal(&self, who: (u32, u32), own: u32, (all, theirs): (usize, usize)) -> Option<&'static str> {
        let (uid, gid) = who;
        let trusted = uid == 0 || uid == own;
        let named = |allowed: &Allowed| allowed.users.contains(&uid) || allowed.groups.contains(&gid);
        let allowed = self.allowed.as_ref().is_none_or(named);
        if !trusted && !allowed {
            Some("it is none of those whom --allow names")
        } else if all >= self.most_clients {
            Some("as many watch already as may")
        } else if !trusted && theirs >= self.most_clients.div_ceil(2) {
            Some("as many of this user watch already as of one may")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_cannot_take_every_place_and_only_those_named_have_any() {
        let allowed = Some(Allowed { users: vec![7], groups: vec![70] });
        let rules = Rules { most_clients: 4, allowed, ..Rules::default() };
        let refused = |uid, counts| rules.refusal((uid, 80), 99, counts).is_some();
        assert!(rules.refusal((8, 70), 99, (0, 0)).is_none(), "its own group is named");
        assert!(!refused(7, (3, 1)) && refused(7, (3, 2)) && refused(7, (4, 0)));
        assert!(refused(8, (0, 0)) && !refused(0, (3, 3)) && !refused(99, (3, 3)) && refused(0, (4, 0)));
        assert_eq!(Rules::default().refusal((8, 80), 99, (0, 0)), None);
    }
}
