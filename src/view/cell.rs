//! What a cell of the table says: a value, zero in a low voice, `—` where nobody tells, `!` where reading failed.

use super::{
    canvas::Pen,
    graph::{Ink, Plot, Strip},
    text::{Scrap, count, memory, percent, span},
};
use crate::{
    app::{Column, CpuScale},
    model::{
        Domain, KiB, Nanos, Reading, Snapshot,
        history::DomainHistory,
        rates::{DiskRates, DomainRates, NetRates},
        transfer::Transfer,
    },
};

/// How much of the past a row shows.
const SPAN: Nanos = Nanos(30_000_000_000);

/// A domain with all that a row says of it.
pub(super) struct Subject<'a> {
    /// The domain.
    pub(super) domain: &'a Domain,
    /// Its rates.
    pub(super) rates: DomainRates,
    /// What it has been doing.
    pub(super) history: Option<&'a DomainHistory>,
    /// The host it is on.
    pub(super) host: &'a Snapshot,
    /// What 100 % is.
    pub(super) scale: CpuScale,
    /// What moves its memory, where something does.
    pub(super) transfer: Option<&'a Transfer>,
}

/// What a number's cell says.
enum Value {
    /// A number with its unit; whether it is anything at all.
    Is(Scrap, bool),
    /// Nobody tells.
    Missing,
    /// Reading it failed.
    Failed,
}

/// Draws a cell into the next `width` cells.
pub(super) fn draw(pen: &mut Pen<'_>, column: Column, width: u16, subject: &Subject<'_>) {
    let (theme, domain) = (pen.theme, subject.domain);
    match column {
        Column::Name => pen.field(width, &domain.label(), theme.text()),
        Column::State => match subject.transfer {
            Some(transfer) => moving(pen, transfer, width),
            None => state(pen, domain, width),
        },
        Column::Spark => spark(pen, width, subject),
        Column::Vcpus => vcpus(pen, width, domain),
        Column::Guest => match domain.guest.known() {
            Some(guest) => pen.field(width, guest.word(), theme.text()),
            None => pen.field(width, pen.signs.missing, theme.dim()),
        },
        Column::Uuid => {
            let uuid = Scrap::of(format_args!("{}", domain.key.uuid));
            pen.field(width, &uuid, theme.dim())
        }
        column => number(pen, width, &value(column, subject)),
    };
}

fn state<'p, 'b>(pen: &'p mut Pen<'b>, domain: &Domain, width: u16) -> &'p mut Pen<'b> {
    let style = pen.theme.state(domain.state);
    let sign = pen.signs.state(domain.state);
    pen.field(2, sign, style).field(width.saturating_sub(2), domain.state.word(), style)
}

/// Instead of its state, that its memory is being moved: `save 37%`.
fn moving<'p, 'b>(pen: &'p mut Pen<'b>, transfer: &Transfer, width: u16) -> &'p mut Pen<'b> {
    let style = pen.theme.accent();
    let how = match transfer.part() {
        Some(part) => Scrap::of(format_args!("{} {:.0}%", transfer.word(), (part * 100.0).floor())),
        None => Scrap::of(format_args!("{} {}", transfer.word(), memory(KiB(transfer.done >> 10)))),
    };
    pen.field(2, pen.signs.pending, style).field(width.saturating_sub(2), &how, style)
}

/// CPU use of late: full is what the domain's own vCPUs could do.
fn spark<'p, 'b>(pen: &'p mut Pen<'b>, width: u16, subject: &Subject<'_>) -> &'p mut Pen<'b> {
    if let Some(history) = subject.history {
        let top = full(subject.domain);
        Plot { ring: &history.cpu, span: SPAN, top, ink: Ink::Level }.draw(pen, Strip::ONLY, width);
    }
    pen
}

/// What a domain's vCPUs can do at most, in percent of one pCPU.
pub(super) fn full(domain: &Domain) -> f32 {
    domain.vcpus.online.max(1) as f32 * 100.0
}

fn vcpus<'p, 'b>(pen: &'p mut Pen<'b>, width: u16, domain: &Domain) -> &'p mut Pen<'b> {
    let online = Scrap::of(format_args!("{}", domain.vcpus.online));
    let max = Scrap::of(format_args!("/{}", domain.vcpus.max));
    let theme = pen.theme;
    let after = u16::try_from(max.len()).unwrap_or(0);
    pen.right(width.saturating_sub(after), &online, theme.text()).put(&max, theme.dim())
}

/// A number with its unit in a low voice.
fn number<'p, 'b>(pen: &'p mut Pen<'b>, width: u16, value: &Value) -> &'p mut Pen<'b> {
    let theme = pen.theme;
    match value {
        Value::Missing => pen.right(width, pen.signs.missing, theme.dim()),
        Value::Failed => pen.right(width, "!", theme.error()),
        Value::Is(scrap, false) => pen.right(width, scrap, theme.dim()),
        Value::Is(scrap, true) => {
            let digits = scrap.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let unit = &scrap[digits.len()..];
            let after = u16::try_from(unit.len()).unwrap_or(0);
            pen.right(width.saturating_sub(after), digits, theme.text()).put(unit, theme.dim())
        }
    }
}

fn value(column: Column, subject: &Subject<'_>) -> Value {
    let domain = subject.domain;
    match column {
        Column::Id => domain.key.id.map_or(Value::Missing, |id| is(format_args!("{}", id.0))),
        Column::Cpu => cpu(subject),
        Column::CpuTime if domain.key.id.is_none() => Value::Missing,
        Column::CpuTime => Value::Is(span(domain.cpu_time), domain.cpu_time.0 > 0),
        Column::Pool => told(&domain.pool, |pool| is(format_args!("{pool}"))),
        Column::Memory | Column::MaxMemory | Column::MemShare | Column::Target => amount(column, subject),
        _ => traffic(column, subject),
    }
}

fn is(args: std::fmt::Arguments<'_>) -> Value {
    Value::Is(Scrap::of(args), true)
}

fn told<T>(reading: &Reading<T>, say: impl FnOnce(&T) -> Value) -> Value {
    match reading {
        Reading::Known(value) => say(value),
        Reading::Unsupported => Value::Missing,
        Reading::Failed(_) => Value::Failed,
    }
}

fn cpu(subject: &Subject<'_>) -> Value {
    let Some(cpu) = subject.rates.cpu else { return Value::Missing };
    let cpu = match subject.scale {
        CpuScale::Pcpu => cpu,
        CpuScale::Host => cpu / subject.host.node.online().max(1) as f32,
    };
    Value::Is(percent(cpu), cpu >= 0.05)
}

fn amount(column: Column, subject: &Subject<'_>) -> Value {
    let (domain, off) = (subject.domain, subject.domain.key.id.is_none());
    let say = |amount: &KiB| Value::Is(memory(*amount), amount.0 > 0);
    match column {
        Column::Memory | Column::MemShare if off => Value::Missing,
        Column::Memory => say(&domain.memory),
        Column::MemShare => told(&subject.host.memory, |host| {
            let share = domain.memory.0 as f32 / host.total.0.max(1) as f32 * 100.0;
            Value::Is(percent(share), share >= 0.05)
        }),
        Column::Target => told(&domain.target, say),
        _ => told(&domain.max_memory, say),
    }
}

fn traffic(column: Column, subject: &Subject<'_>) -> Value {
    let net = |rate: fn(NetRates) -> f64| match subject.rates.net {
        Some(rates) => bytes(rate(rates)),
        None => untold(&subject.domain.net),
    };
    let disk = |rate: fn(DiskRates) -> f64| match subject.rates.disk {
        Some(rates) => bytes(rate(rates)),
        None => untold(&subject.domain.disk),
    };
    match column {
        Column::Net => net(|r| r.rx_bytes + r.tx_bytes),
        Column::NetRx => net(|r| r.rx_bytes),
        Column::NetTx => net(|r| r.tx_bytes),
        Column::Disk => disk(|r| r.read_bytes + r.write_bytes),
        Column::DiskRead => disk(|r| r.read_bytes),
        _ => disk(|r| r.write_bytes),
    }
}

fn bytes(rate: f64) -> Value {
    Value::Is(count(rate), rate >= 0.5)
}

/// A rate there is none of: reading the counters failed, or nobody counts, or there was none before.
fn untold<T>(counters: &Reading<T>) -> Value {
    match counters {
        Reading::Failed(_) => Value::Failed,
        Reading::Known(_) | Reading::Unsupported => Value::Missing,
    }
}
