//! What the domain has been doing for a minute: CPU, memory, traffic each way.

use crate::{
    app::CpuScale,
    model::{KiB, Nanos, rates::DomainRates},
    view::{
        canvas::{Canvas, Sheet},
        cell::{Subject, full},
        graph::{Ink, Plot, Strip, Way, bar},
        marks::Marks,
        text::{Scrap, memory, percent},
    },
};

/// How much of the past is shown.
const SPAN: Nanos = Nanos(60_000_000_000);
/// Cells left of a graph.
const SIDE: u16 = 15;

/// Draws all of them.
pub(super) fn draw(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>) {
    cpu(canvas, sheet, subject);
    memory_bar(canvas, sheet, subject);
    marks(canvas, sheet, subject);
    traffic(canvas, sheet, subject);
}

fn cpu(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>) {
    let (theme, missing) = (canvas.theme, canvas.signs.missing);
    let (top, online) = (full(subject.domain), subject.host.node.online().max(1) as f32);
    let (scale, word) = match subject.scale {
        CpuScale::Pcpu => (1.0, "of one pCPU"),
        CpuScale::Host => (1.0 / online, "of host"),
    };
    let now = subject.rates.cpu.map(|cpu| percent(cpu * scale));
    let rows = (sheet.height() / 6).clamp(3, 8);
    for (line, strip) in (0..rows).zip(Strip::rows(rows)) {
        let mut pen = sheet.next(canvas);
        match line {
            0 => {
                let now = now.as_deref().unwrap_or(missing);
                pen.field(6, "CPU", theme.label()).right(6, now, theme.strong()).put(" %", theme.dim());
            }
            1 => {
                pen.right(SIDE - 1, word, theme.dim());
            }
            2 => {
                let most = Scrap::of(format_args!("of {:.0} %", top * scale));
                pen.right(SIDE - 1, &most, theme.dim());
            }
            _ => {
                pen.skip(SIDE - 1);
            }
        }
        pen.skip(1);
        if let Some(history) = subject.history {
            let width = pen.room();
            Plot { ring: &history.cpu, span: SPAN, top, ink: Ink::Level }.draw(&mut pen, strip, width);
        }
    }
}

fn memory_bar(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>) {
    let theme = canvas.theme;
    let domain = subject.domain;
    let most = domain.max_memory.known().copied();
    let target = domain.target.known().copied().filter(|target| *target != domain.memory);
    let mut pen = sheet.next(canvas);
    pen.field(5, "MEM", theme.label()).right(5, &memory(domain.memory), theme.strong());
    let Some(KiB(most)) = most.filter(|most| most.0 > 0) else { return };
    pen.skip(5);
    let limit = memory(KiB(most));
    let width = pen.room().saturating_sub(9);
    bar(&mut pen, width, domain.memory.0 as f32 / most as f32, theme.memory());
    pen.put(" of ", theme.dim()).put(&limit, theme.text());
    if let Some(target) = target {
        sheet.next(canvas).skip(SIDE).put("asked for ", theme.label()).put(&memory(target), theme.warning());
    }
}

/// What happened to the domain, between the graphs above and those below, at its time in each.
fn marks(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>) {
    match subject.history {
        Some(history) => {
            let of = Some(subject.domain.key);
            Marks { of, ring: &history.cpu, span: SPAN, side: SIDE }.draw(canvas, sheet);
        }
        None => sheet.gap(),
    }
}

/// A graph each way, each as high as its own highest value of the minute.
fn traffic(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>) {
    let (theme, past) = (canvas.theme, subject.history);
    let DomainRates { net, disk, .. } = subject.rates;
    let (inbound, outbound) = (theme.inbound(), theme.outbound());
    let ways = [
        Way {
            label: "NET",
            word: "in",
            rate: net.map(|n| n.rx_bytes),
            ring: past.map(|p| &p.rx),
            style: inbound,
        },
        Way {
            label: "",
            word: "out",
            rate: net.map(|n| n.tx_bytes),
            ring: past.map(|p| &p.tx),
            style: outbound,
        },
        Way {
            label: "DISK",
            word: "rd",
            rate: disk.map(|d| d.read_bytes),
            ring: past.map(|p| &p.read),
            style: inbound,
        },
        Way {
            label: "",
            word: "wr",
            rate: disk.map(|d| d.write_bytes),
            ring: past.map(|p| &p.write),
            style: outbound,
        },
    ];
    for way in ways {
        way.draw(&mut sheet.next(canvas), SPAN);
    }
}
