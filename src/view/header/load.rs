//! The header's second part: CPU, memory, traffic and the drivers' lights.

use ratatui::layout::Rect;

use super::{Phrase, light, lights};
use crate::{
    app::CpuScale,
    model::{HostMemory, Light, Nanos, Snapshot, rates::Rates, text::visible},
    view::{
        canvas::{Canvas, Pen},
        graph::{Ink, Plot, Strip, bar},
        marks::Marks,
        text::{Scrap, count, memory, percent},
    },
};

/// How much of the past the header's graph shows.
const SPAN: Nanos = Nanos(60_000_000_000);
/// The fewest columns of that graph that still say something.
const SHORTEST: u16 = 12;

/// The host's load in numbers.
struct Load {
    /// In percent of one pCPU.
    cpu: Option<f32>,
    /// What that can reach at most.
    full: f32,
}

impl Load {
    fn of(canvas: &Canvas<'_>, shown: &Snapshot) -> Self {
        Self { cpu: canvas.app.pane().rates.host_cpu, full: full(shown) }
    }

    fn share(&self) -> f32 {
        self.cpu.map_or(0.0, |cpu| cpu / self.full)
    }

    /// `742 of 1600 %`, or `46.4 % of host`.
    fn said(&self, canvas: &Canvas<'_>) -> Scrap {
        let missing = canvas.signs.missing;
        match (self.cpu, canvas.app.settings.scale) {
            (None, CpuScale::Pcpu) => Scrap::of(format_args!("{missing} of {:.0} %", self.full)),
            (None, CpuScale::Host) => Scrap::of(format_args!("{missing} % of host")),
            (Some(cpu), CpuScale::Pcpu) => Scrap::of(format_args!("{cpu:.0} of {:.0} %", self.full)),
            (Some(_), CpuScale::Host) => {
                Scrap::of(format_args!("{} % of host", percent(self.share() * 100.0)))
            }
        }
    }
}

/// What all pCPUs can do, in percent of one.
pub(in crate::view) fn full(shown: &Snapshot) -> f32 {
    shown.node.online().max(1) as f32 * 100.0
}

/// Share of memory that is in use.
fn used(memory: HostMemory) -> f32 {
    let used = memory.total.0.saturating_sub(memory.free.0);
    used as f32 / memory.total.0.max(1) as f32
}

/// CPU and memory in a word each.
pub(super) fn short(phrase: &mut Phrase, canvas: &Canvas<'_>, shown: &Snapshot) {
    let (theme, load) = (canvas.theme, Load::of(canvas, shown));
    phrase.add(theme.label(), format_args!("CPU "));
    phrase.add(theme.level(load.share()), format_args!("{:.0}% ", load.share() * 100.0));
    if let Some(&host) = shown.memory.known() {
        phrase.add(theme.label(), format_args!("MEM "));
        phrase.add(theme.text(), format_args!("{:.0}% ", used(host) * 100.0));
    }
}

/// One line: CPU with a graph, memory with a bar, lights where there is room.
pub(super) fn line(canvas: &mut Canvas<'_>, place: Rect) {
    let theme = canvas.theme;
    let Some(shown) = canvas.app.pane().shown.as_deref() else { return };
    let mut lamps = Phrase::default();
    lights(&mut lamps, canvas, shown);
    let graph = (place.width.saturating_sub(lamps.width() + 47) / 2).clamp(8, 30);
    let load = Load::of(canvas, shown);
    let cpu = load.said(canvas);
    let plot = plot(canvas, load.full);
    let mut pen = canvas.pen(place, 0);
    pen.skip(1).put("CPU ", theme.label()).put(&cpu, theme.strong()).skip(1);
    plot.draw(&mut pen, Strip::ONLY, graph);
    pen.skip(2);
    memory_line(&mut pen, shown, graph);
    let room = pen.room();
    if room > lamps.width() {
        pen.skip(room - lamps.width() - 1);
        lamps.write(&mut pen);
    } else {
        pen.skip(2);
        troubled(&mut pen, shown);
    }
}

/// Where there is no room for all lights: those that do not shine.
fn troubled(pen: &mut Pen<'_>, shown: &Snapshot) {
    for driver in &shown.drivers {
        let (sign, style) = light((pen.theme, pen.signs), &driver.light);
        let shines = matches!(driver.light, Light::Ready | Light::Absent(_));
        if !shines {
            pen.put(&visible(&driver.name), style).skip(1);
        }
        pen.put(sign, style).skip(1);
    }
}

/// Two lines: the graph is two rows high, traffic stands on the right, the lights below the memory.
pub(super) fn lines(canvas: &mut Canvas<'_>, place: Rect) {
    let (app, theme) = (canvas.app, canvas.theme);
    let Some(shown) = app.pane().shown.as_deref() else { return };
    let load = Load::of(canvas, shown);
    let cpu = load.said(canvas);
    let other = other_scale(canvas, &load);
    let plot = plot(canvas, load.full);
    let words = u16::try_from(cpu.len()).unwrap_or(0).saturating_add(7).max(20);
    let traffic = 30;
    let mut lamps = Phrase::default();
    lights(&mut lamps, canvas, shown);
    let left = place.width.saturating_sub(words + traffic);
    let graph = (left * 2 / 5).min(60);
    // Which drivers answer is worth some of the graph's past, where they get room by it.
    let beside = left.saturating_sub(lamps.width() + 2);
    let graph = if beside < SHORTEST { graph } else { graph.min(beside) };
    let x = place.x + words;
    for (line, strip) in (0..).zip(Strip::rows(2)) {
        let mut pen = canvas.pen(place, line);
        pen.skip(1);
        match line {
            0 => pen.put("CPU ", theme.label()).put(&cpu, theme.strong()),
            _ => pen.put("    ", theme.label()).put(&other, theme.dim()),
        };
        pen.goto(x);
        plot.draw(&mut pen, strip, graph);
        if line == 0 {
            let marks = Marks { of: None, ring: &app.pane().history.host.cpu, span: SPAN, side: 0 };
            marks.over(app, &mut pen, (x, graph));
        }
    }
    let mut pen = canvas.pen(place, 0);
    pen.leave(traffic).goto(x + graph + 3);
    let width = pen.room().saturating_sub(20).min(30);
    memory_line(&mut pen, shown, width);
    let mut pen = canvas.pen(place, 1);
    pen.leave(traffic).goto(x + graph + 1);
    if pen.room() > lamps.width() {
        lamps.write(&mut pen);
    } else {
        pen.skip(2);
        troubled(&mut pen, shown);
    }
    let totals = Totals::of(&canvas.app.pane().rates);
    totals.draw(canvas, place, traffic);
}

/// The load on the scale that is not chosen.
fn other_scale(canvas: &Canvas<'_>, load: &Load) -> Scrap {
    let (dot, online) = (canvas.signs.dot, load.full / 100.0);
    match canvas.app.settings.scale {
        CpuScale::Pcpu => Scrap::of(format_args!("{} % of host", percent(load.share() * 100.0))),
        CpuScale::Host => {
            Scrap::of(format_args!("{:.1} {dot} {online:.0} pCPUs", load.cpu.unwrap_or(0.0) / 100.0))
        }
    }
}

fn plot<'a>(canvas: &Canvas<'a>, top: f32) -> Plot<'a> {
    let app = canvas.app;
    Plot { ring: &app.pane().history.host.cpu, span: SPAN, top, ink: Ink::Level }
}

/// `MEM 41.2 of 64.0 GiB` and a bar.
fn memory_line(pen: &mut Pen<'_>, shown: &Snapshot, width: u16) {
    let theme = pen.theme;
    pen.put("MEM ", theme.label());
    let Some(&host) = shown.memory.known() else {
        pen.put(pen.signs.missing, theme.dim());
        return;
    };
    let used_now = memory(crate::model::KiB(host.total.0.saturating_sub(host.free.0)));
    pen.put(&used_now, theme.strong());
    pen.print(theme.dim(), format_args!(" of {} ", memory(host.total)));
    bar(pen, width, used(host), theme.memory());
}

/// What all domains send and receive.
struct Totals {
    net: Option<[f64; 2]>,
    disk: Option<[f64; 2]>,
}

impl Totals {
    fn of(rates: &Rates) -> Self {
        let net = rates.domains.iter().filter_map(|d| d.net.map(|n| [n.rx_bytes, n.tx_bytes]));
        let disk = rates.domains.iter().filter_map(|d| d.disk.map(|d| [d.read_bytes, d.write_bytes]));
        let add = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
        Self { net: net.reduce(add), disk: disk.reduce(add) }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, place: Rect, width: u16) {
        let theme = canvas.theme;
        let rows = [("NET ", self.net, ["in", "out"]), ("DISK", self.disk, ["rd", "wr"])];
        for (line, (label, pair, words)) in (0..).zip(rows) {
            let mut pen = canvas.pen(place, line);
            pen.skip(place.width.saturating_sub(width - 3)).put(label, theme.label());
            let Some(pair) = pair else {
                pen.right(7, pen.signs.missing, theme.dim());
                continue;
            };
            for (value, word) in pair.into_iter().zip(words) {
                pen.right(7, &count(value), theme.text()).skip(1).field(3, word, theme.dim());
            }
        }
    }
}
