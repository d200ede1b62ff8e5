//! What the domain has been doing for a minute: CPU, memory, traffic each way.

use crate::{
    app::CpuScale,
    model::{
        KiB, Nanos,
        history::{DomainHistory, Ring},
        rates::DomainRates,
    },
    view::{
        canvas::{Canvas, Sheet},
        cell::{Subject, full},
        graph::{Ink, Plot, Strip, bar},
        text::{Scrap, count, memory, percent},
    },
};

/// How much of the past is shown.
const SPAN: Nanos = Nanos(60_000_000_000);
/// Rows of the CPU graph.
const ROWS: u16 = 3;
/// Cells left of a graph.
const SIDE: u16 = 15;

/// Draws all of them.
pub(super) fn draw(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>) {
    cpu(canvas, sheet, subject);
    memory_bar(canvas, sheet, subject);
    sheet.gap();
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
    for (line, strip) in (0..).zip(Strip::rows(ROWS)) {
        let mut pen = sheet.next(canvas);
        match line {
            0 => {
                let now = now.as_deref().unwrap_or(missing);
                pen.field(6, "CPU", theme.label()).right(6, now, theme.strong()).put(" %", theme.dim());
            }
            1 => {
                pen.right(SIDE - 1, word, theme.dim());
            }
            _ => {
                let most = Scrap::of(format_args!("of {:.0} %", top * scale));
                pen.right(SIDE - 1, &most, theme.dim());
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

/// A graph each way, each as high as its own highest value of the minute.
fn traffic(canvas: &mut Canvas<'_>, sheet: &mut Sheet, subject: &Subject<'_>) {
    let DomainRates { net, disk, .. } = subject.rates;
    let ways: [(&str, &str, Option<f64>, fn(&DomainHistory) -> &Ring); 4] = [
        ("NET", "in", net.map(|n| n.rx_bytes), |h| &h.rx),
        ("", "out", net.map(|n| n.tx_bytes), |h| &h.tx),
        ("DISK", "rd", disk.map(|d| d.read_bytes), |h| &h.read),
        ("", "wr", disk.map(|d| d.write_bytes), |h| &h.write),
    ];
    for (place, (label, word, rate, ring)) in ways.into_iter().enumerate() {
        let theme = canvas.theme;
        let style = if place % 2 == 0 { theme.inbound() } else { theme.outbound() };
        let mut pen = sheet.next(canvas);
        pen.field(5, label, theme.label());
        match rate {
            Some(rate) => pen.right(5, &count(rate), theme.text()),
            None => pen.right(5, pen.signs.missing, theme.dim()),
        };
        pen.skip(1).field(4, word, theme.dim());
        let Some(history) = subject.history.filter(|_| rate.is_some()) else { continue };
        let ring = ring(history);
        let top = ring.max_over(SPAN).unwrap_or(0.0).max(1.0);
        let width = pen.room();
        Plot { ring, span: SPAN, top, ink: Ink::Flat(style) }.draw(&mut pen, Strip::ONLY, width);
    }
}
