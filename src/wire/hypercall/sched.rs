//! Schedulers: `sched_id`, the `scheduler_op` of a domain (public/domctl.h) and of a cpupool (public/sysctl.h).

use super::{
    Abi, Message, Release,
    message::{Domctl, Sysctl},
};

/// A scheduler by its number (`XEN_SCHEDULER_*`, public/domctl.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Borrowed virtual time, in 3.0.
    Bvt,
    /// Earliest deadline first, up to 4.5.
    Sedf,
    /// By credits, from 3.0.3.
    Credit,
    /// By credits, anew; from 4.1, the default from 4.12.
    Credit2,
    /// A fixed timetable, from 4.1.
    Arinc653,
    /// Real time, from 4.5.
    Rtds,
    /// One vCPU to a CPU, from 4.9.
    Null,
    /// One this program does not know.
    Other(u32),
}

impl Kind {
    /// From its number.
    pub const fn new(id: u32) -> Self {
        match id {
            0 => Self::Bvt,
            4 => Self::Sedf,
            5 => Self::Credit,
            6 => Self::Credit2,
            7 => Self::Arinc653,
            8 => Self::Rtds,
            9 => Self::Null,
            other => Self::Other(other),
        }
    }

    /// Its number.
    pub const fn id(self) -> u32 {
        match self {
            Self::Bvt => 0,
            Self::Sedf => 4,
            Self::Credit => 5,
            Self::Credit2 => 6,
            Self::Arinc653 => 7,
            Self::Rtds => 8,
            Self::Null => 9,
            Self::Other(id) => id,
        }
    }

    /// Its name, as the toolstack writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bvt => "bvt",
            Self::Sedf => "sedf",
            Self::Credit => "credit",
            Self::Credit2 => "credit2",
            Self::Arinc653 => "arinc653",
            Self::Rtds => "rtds",
            Self::Null => "null",
            Self::Other(_) => "unknown",
        }
    }
}

/// Asks for the default scheduler.
pub fn ask_default(abi: &Abi) -> Option<Message> {
    Message::sysctl(abi, Sysctl::SchedId)
}

/// Reads the answer to [`ask_default`].
pub fn default(reply: &Message) -> Kind {
    Kind::new(reply.u32(0))
}

/// A domain's share of the CPUs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Relative weight.
    pub weight: Option<u32>,
    /// Percent of one CPU it may use at most, 0 for no limit.
    pub cap: Option<u32>,
    /// Further parameters by name: times in µs.
    pub other: Vec<(&'static str, u64)>,
}

/// Asks for a domain's parameters of its pool's scheduler; none where that has none or is not known.
pub fn ask(abi: &Abi, domain: u16, kind: Kind) -> Option<Message> {
    /// `XEN_DOMCTL_SCHEDOP_getinfo`.
    const GET: u32 = 1;
    if !matches!(kind, Kind::Bvt | Kind::Sedf | Kind::Credit | Kind::Credit2 | Kind::Rtds) {
        return None;
    }
    let mut message = Message::domctl(abi, Domctl::Scheduler, domain)?;
    message.put_u32(0, kind.id());
    message.put_u32(4, GET);
    Some(message)
}

/// Reads the answer to [`ask`].
pub fn decode(abi: &Abi, kind: Kind, reply: &Message) -> Share {
    let at = if abi.is_legacy() { 16 } else { 8 };
    match kind {
        Kind::Credit => credit(reply, at, true),
        Kind::Credit2 => credit(reply, at, has_cap(abi, kind)),
        Kind::Rtds => rtds(abi, reply, at),
        Kind::Sedf => sedf(reply, at),
        Kind::Bvt => Share { other: vec![("mcu advance", u64::from(reply.u32(at)))], ..Share::default() },
        Kind::Arinc653 | Kind::Null | Kind::Other(_) => Share::default(),
    }
}

fn credit(reply: &Message, at: usize, capped: bool) -> Share {
    let cap = capped.then(|| u32::from(reply.u16(at + 2)));
    Share { weight: Some(u32::from(reply.u16(at))), cap, other: Vec::new() }
}

fn rtds(abi: &Abi, reply: &Message, at: usize) -> Share {
    let mut other = vec![("period", u64::from(reply.u32(at))), ("budget", u64::from(reply.u32(at + 4)))];
    if abi.release >= Release::new(4, 10) {
        other.push(("extratime", u64::from(reply.u32(at + 8) & 1)));
    }
    Share { other, ..Share::default() }
}

/// Its times are in nanoseconds on the wire.
fn sedf(reply: &Message, at: usize) -> Share {
    let time = |i: usize| reply.u64(at + 8 * i) / 1000;
    Share {
        weight: Some(reply.u32(at + 28)),
        cap: None,
        other: vec![
            ("period", time(0)),
            ("slice", time(1)),
            ("latency", time(2)),
            ("extratime", u64::from(reply.u32(at + 24))),
        ],
    }
}

/// Whether a domain's share can have a cap: with credit always, with credit2 since 4.10.
pub fn has_cap(abi: &Abi, kind: Kind) -> bool {
    kind == Kind::Credit || (kind == Kind::Credit2 && abi.release >= Release::new(4, 10))
}

/// Sets a domain's share to what the answer to [`ask`] says with this weight and cap in it; none where the scheduler
/// has no weights.
///
/// All that was read is said again, because credit2 has no word for a cap that stays: 0 takes it away.
pub fn put(reply: &Message, kind: Kind, weight: Option<u16>, cap: Option<u16>) -> Option<Message> {
    /// `XEN_DOMCTL_SCHEDOP_putinfo`.
    const PUT: u32 = 0;
    let mut message = Some(*reply).filter(|_| matches!(kind, Kind::Credit | Kind::Credit2))?;
    message.put_u32(4, PUT);
    for (at, value) in [(8, weight), (10, cap)] {
        if let Some(value) = value {
            message.put(at, &value.to_le_bytes());
        }
    }
    Some(message)
}

/// Asks for the parameters a pool's scheduler has for all its domains; none where it has none.
pub fn ask_pool(abi: &Abi, pool: u32, kind: Kind) -> Option<Message> {
    /// `XEN_SYSCTL_SCHEDOP_getinfo`.
    const GET: u32 = 1;
    let told = kind == Kind::Credit || (kind == Kind::Credit2 && abi.release >= Release::new(4, 8));
    let mut message = Message::sysctl(abi, Sysctl::Scheduler).filter(|_| told)?;
    message.put_u32(0, pool);
    message.put_u32(4, kind.id());
    message.put_u32(8, GET);
    Some(message)
}

/// Reads the answer to [`ask_pool`]: names and µs.
pub fn pool(abi: &Abi, kind: Kind, reply: &Message) -> Vec<(&'static str, u64)> {
    let word = |at| u64::from(reply.u32(at));
    if kind == Kind::Credit2 {
        return vec![("ratelimit", word(16))];
    }
    let since = |minor| abi.release >= Release::new(4, minor);
    let rows = [
        ("timeslice", word(16) * 1000, true),
        ("ratelimit", word(20), since(2)),
        ("migration delay", word(24), since(11)),
    ];
    rows.into_iter().filter(|row| row.2).map(|row| (row.0, row.1)).collect()
}
