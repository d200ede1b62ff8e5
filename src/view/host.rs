//! The host: its load for five minutes, each pCPU, each NUMA node, each pool, and what it tells of itself.

mod pcpus;

use ratatui::layout::Rect;

use super::{
    canvas::{Canvas, Sheet},
    graph::{Ink, Plot, Strip, Way, bar},
    header::full,
    marks::Marks,
    text::{Scrap, memory, memory_long, percent},
};
use crate::{
    app::{CpuScale, Panel},
    model::{KiB, Nanos, Reading, Snapshot, text::visible},
};

/// How much of the past is shown.
const SPAN: Nanos = Nanos(300_000_000_000);
/// Cells left of a graph.
const SIDE: u16 = 15;
/// From this width on what stands still is beside what moves.
const WIDE: u16 = 100;
/// Cells of a label.
const LABEL: u16 = 13;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, inner: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let Some(shown) = app.pane().shown.as_deref() else {
        canvas.pen(inner, inner.height / 3).put("waiting for the first snapshot of this host", theme.dim());
        return;
    };
    let first = app.screen.scroll[Panel::Host as usize];
    let lines = if inner.width >= WIDE {
        beside(canvas, inner, (shown, first))
    } else {
        below(canvas, inner, (shown, first))
    };
    canvas.regions.lengths[Panel::Host as usize] = lines;
}

/// What moves on the left, what stands still on the right; returns the lines it takes.
fn beside(canvas: &mut Canvas<'_>, inner: Rect, (shown, first): (&Snapshot, u16)) -> u16 {
    let half = inner.width / 2;
    let mut left = Sheet::new(Rect { width: half - 2, ..inner }, first);
    cpu(canvas, &mut left, shown);
    marks(canvas, &mut left);
    memory_lines(canvas, &mut left, shown);
    traffic(canvas, &mut left);
    let mut right = Sheet::new(Rect { x: inner.x + half, width: inner.width - half, ..inner }, first);
    pcpus::draw(canvas, &mut right, shown);
    pools(canvas, &mut right, shown);
    facts(canvas, &mut right, shown);
    left.lines().max(right.lines())
}

/// One below the other, what is looked at most often first; returns the lines it takes.
fn below(canvas: &mut Canvas<'_>, inner: Rect, (shown, first): (&Snapshot, u16)) -> u16 {
    let mut sheet = Sheet::new(inner, first);
    cpu(canvas, &mut sheet, shown);
    marks(canvas, &mut sheet);
    pcpus::draw(canvas, &mut sheet, shown);
    sheet.gap();
    memory_lines(canvas, &mut sheet, shown);
    traffic(canvas, &mut sheet);
    pools(canvas, &mut sheet, shown);
    facts(canvas, &mut sheet, shown);
    sheet.lines()
}

/// The graph of all pCPUs, high enough to read.
fn cpu(canvas: &mut Canvas<'_>, sheet: &mut Sheet, shown: &Snapshot) {
    let (app, theme, missing) = (canvas.app, canvas.theme, canvas.signs.missing);
    let top = full(shown);
    let (scale, most) = match app.settings.scale {
        CpuScale::Pcpu => (1.0, Scrap::of(format_args!("of {top:.0} %"))),
        CpuScale::Host => (100.0 / top, Scrap::of(format_args!("of host"))),
    };
    let now = app.pane().rates.host_cpu.map(|cpu| percent(cpu * scale));
    let rows = (sheet.height() / 4).clamp(4, 10);
    for (line, strip) in (0..rows).zip(Strip::rows(rows)) {
        let mut pen = sheet.next(canvas);
        match line {
            0 => pen
                .field(6, "CPU", theme.label())
                .right(6, now.as_deref().unwrap_or(missing), theme.strong())
                .put(" %", theme.dim()),
            1 => pen.right(SIDE - 1, &most, theme.dim()),
            _ if line + 1 == rows => pen.right(SIDE - 1, "last 5 min", theme.dim()),
            _ => pen.skip(SIDE - 1),
        };
        pen.skip(1);
        let width = pen.room();
        Plot { ring: &app.pane().history.host.cpu, span: SPAN, top, ink: Ink::Level }
            .draw(&mut pen, strip, width);
    }
}

/// What happened on the host and to its domains, below the graph at its time.
fn marks(canvas: &mut Canvas<'_>, sheet: &mut Sheet) {
    let ring = &canvas.app.pane().history.host.cpu;
    Marks { of: None, ring, span: SPAN, side: SIDE }.draw(canvas, sheet);
}

/// Memory of the whole host, then of each NUMA node.
fn memory_lines(canvas: &mut Canvas<'_>, sheet: &mut Sheet, shown: &Snapshot) {
    let theme = canvas.theme;
    match &shown.memory {
        Reading::Known(host) => {
            share(canvas, sheet, "MEM", [host.free, host.total]);
            for (amount, word) in [(host.scrub, "being wiped"), (host.outstanding, "promised")] {
                if amount.0 > 0 {
                    sheet
                        .next(canvas)
                        .skip(SIDE)
                        .put(&memory(amount), theme.text())
                        .skip(1)
                        .put(word, theme.label());
                }
            }
        }
        Reading::Unsupported => {
            sheet.next(canvas).field(SIDE, "MEM", theme.label()).put("no driver tells", theme.dim());
        }
        Reading::Failed(why) => {
            sheet
                .next(canvas)
                .field(SIDE, "MEM", theme.label())
                .print(theme.error(), format_args!("! {}", visible(why)));
        }
    }
    for (place, node) in shown.node.numa.iter().enumerate() {
        share(canvas, sheet, &Scrap::of(format_args!("node {place}")), [node.free, node.total]);
    }
}

/// `MEM   41.2G ━━━━─── of 64.0G, 22.8G free`.
fn share(canvas: &mut Canvas<'_>, sheet: &mut Sheet, label: &str, [free, total]: [KiB; 2]) {
    let theme = canvas.theme;
    let taken = KiB(total.0.saturating_sub(free.0));
    let mut pen = sheet.next(canvas);
    pen.field(8, label, theme.label()).right(5, &memory(taken), theme.strong()).skip(2);
    let width = pen.room().saturating_sub(22);
    bar(&mut pen, width, taken.0 as f32 / total.0.max(1) as f32, theme.memory());
    pen.put(" of ", theme.dim()).field(6, &memory(total), theme.text());
    pen.right(6, &memory(free), theme.text()).put(" free", theme.dim());
}

/// A graph each way of what all domains send and receive, read and write.
fn traffic(canvas: &mut Canvas<'_>, sheet: &mut Sheet) {
    let (theme, past) = (canvas.theme, &canvas.app.pane().history.host);
    let ways = [
        ("NET", "in", &past.rx, theme.inbound()),
        ("", "out", &past.tx, theme.outbound()),
        ("DISK", "rd", &past.read, theme.inbound()),
        ("", "wr", &past.write, theme.outbound()),
    ];
    sheet.gap();
    for (label, word, ring, style) in ways {
        let way = Way { label, word, rate: ring.last().map(f64::from), ring: Some(ring), style };
        way.draw(&mut sheet.next(canvas), SPAN);
    }
}

fn pools(canvas: &mut Canvas<'_>, sheet: &mut Sheet, shown: &Snapshot) {
    let theme = canvas.theme;
    if shown.node.pools.is_empty() {
        return;
    }
    sheet.gap();
    for pool in &shown.node.pools {
        let mut pen = sheet.next(canvas);
        pen.field(LABEL, &Scrap::of(format_args!("pool {}", pool.id)), theme.label()).skip(1);
        pen.put(&visible(&pool.scheduler), theme.text());
        pen.print(theme.text(), format_args!("  {}", pool.domains)).put(" domains", theme.label());
        pen.put("  pCPUs ", theme.label()).put(&pool.cpus.to_string(), theme.text());
    }
}

/// What hypervisor and machine tell of themselves, and why it is this host.
fn facts(canvas: &mut Canvas<'_>, sheet: &mut Sheet, shown: &Snapshot) {
    let pane = canvas.app.pane();
    let (node, hypervisor) = (&shown.node, &shown.hypervisor);
    sheet.gap();
    fact(canvas, sheet, "host", &visible(&pane.uri));
    fact(canvas, sheet, "why this one", &visible(&pane.why));
    let clock = node.cpu_khz.known().map_or(0.0, |khz| f64::from(*khz) / 1e6);
    let machine = format!(
        "{}  {} pCPUs, {} cores a socket, {} threads a core  {clock:.2} GHz",
        visible(&node.machine),
        node.online(),
        node.cores_per_socket,
        node.threads_per_core
    );
    fact(canvas, sheet, "machine", &machine);
    let total = shown.memory.known().map(|memory| memory_long(memory.total));
    fact(canvas, sheet, "memory", total.as_deref().unwrap_or_default());
    let version = format!("{} {}", visible(&hypervisor.kind), visible(&hypervisor.version));
    fact(canvas, sheet, "hypervisor", &version);
    fact(canvas, sheet, "can run", &visible(&hypervisor.capabilities.join(" ")));
    for (label, value) in &hypervisor.facts {
        fact(canvas, sheet, &visible(label), value.shown());
    }
}

fn fact(canvas: &mut Canvas<'_>, sheet: &mut Sheet, label: &str, value: &str) {
    let theme = canvas.theme;
    if !value.is_empty() {
        sheet.next(canvas).field(LABEL, label, theme.label()).skip(1).put(value, theme.text());
    }
}
