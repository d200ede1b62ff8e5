//! Each physical CPU's load by node, socket and core; threads of one core stand together.
//!
//! ```text
//!  node 0   0─1  2─3  4─5  6─7      threads of one core joined, cores apart
//!           ▅ ▇  █ ▃  ▅ ▁  ▂ ▂      busy share of each, calm to hot
//! ```

use crate::{
    model::{Pcpu, Snapshot},
    view::{
        canvas::{Canvas, Pen, Sheet},
        graph::level,
        text::Scrap,
    },
};

/// More pCPUs than this get a sign each and no number.
const LABELLED: usize = 64;
/// Cells left of the grid.
const SIDE: u16 = 15;

/// The threads of a core: index and place of each.
type Core<'a> = &'a [(u32, Pcpu)];

/// How the cores of one node are laid out.
#[derive(Clone, Copy)]
struct Grid {
    /// Whether there is room for numbers.
    labelled: bool,
    /// Cells of a core and the space behind it.
    wide: u16,
}

/// Draws them, node by node.
pub(super) fn draw(canvas: &mut Canvas<'_>, sheet: &mut Sheet, shown: &Snapshot) {
    let mut cpus: Vec<(u32, Pcpu)> = (0..).zip(shown.node.pcpus.iter().copied()).collect();
    cpus.sort_by_key(|(index, cpu)| (cpu.node, cpu.socket, cpu.core, *index));
    let labelled = cpus.len() <= LABELLED;
    if cpus.is_empty() {
        let dim = canvas.theme.dim();
        sheet.next(canvas).put("no driver tells of the pCPUs", dim);
    }
    for group in cpus.chunk_by(|(_, a), (_, b)| (a.node, a.socket) == (b.node, b.socket)) {
        let cores: Vec<Core<'_>> = group.chunk_by(|(_, a), (_, b)| a.core == b.core).collect();
        let wide = cores.iter().map(|core| width(core, labelled)).max().unwrap_or(1) + 1;
        let grid = Grid { labelled, wide: wide + u16::from(labelled) };
        let per_line = usize::from((sheet.width().saturating_sub(SIDE) / grid.wide).max(1));
        for (line, cores) in cores.chunks(per_line).enumerate() {
            let name = (line == 0).then(|| name(&group[0].1, shown));
            grid.draw(canvas, sheet, (cores, name));
        }
    }
}

impl Grid {
    /// A line of numbers where there is room for them, a line of loads under it.
    fn draw(self, canvas: &mut Canvas<'_>, sheet: &mut Sheet, (cores, name): (&[Core<'_>], Option<Scrap>)) {
        let theme = canvas.theme;
        let name = name.as_deref().unwrap_or_default();
        if self.labelled {
            let mut pen = sheet.next(canvas);
            pen.field(SIDE, name, theme.label());
            for core in cores {
                self.labels(&mut pen, core);
            }
        }
        let shares = &canvas.app.pane().rates.pcpus;
        let mut pen = sheet.next(canvas);
        pen.field(SIDE, if self.labelled { "" } else { name }, theme.label());
        for core in cores {
            self.loads(&mut pen, core, shares);
        }
    }

    /// The numbers of a core's threads.
    fn labels(self, pen: &mut Pen<'_>, core: Core<'_>) {
        let (theme, start, joined) = (pen.theme, pen.x(), pen.signs.joined);
        for (place, (index, _)) in core.iter().enumerate() {
            pen.put(if place > 0 { joined } else { "" }, theme.border());
            pen.print(theme.dim(), format_args!("{index}"));
        }
        pen.goto(start + self.wide);
    }

    /// The load of each thread, under its number, as wide as that.
    fn loads(self, pen: &mut Pen<'_>, core: Core<'_>, shares: &[f32]) {
        let start = pen.x();
        for (index, cpu) in core {
            let cells = if self.labelled { digits(*index) } else { 1 };
            (0..cells).for_each(|_| load(pen, cpu, shares.get(*index as usize).copied()));
            pen.skip(u16::from(self.labelled));
        }
        pen.goto(start + self.wide);
    }
}

/// `node 0`, with its socket where that is another number.
fn name(cpu: &Pcpu, shown: &Snapshot) -> Scrap {
    let several = shown.node.pcpus.iter().any(|other| other.node == cpu.node && other.socket != cpu.socket);
    if several {
        Scrap::of(format_args!("node {} sock {}", cpu.node, cpu.socket))
    } else {
        Scrap::of(format_args!("node {}", cpu.node))
    }
}

/// Cells of a core.
fn width(core: Core<'_>, labelled: bool) -> u16 {
    let cells = |(index, _): &(u32, Pcpu)| if labelled { digits(*index) + 1 } else { 1 };
    core.iter().map(cells).sum::<u16>().saturating_sub(u16::from(labelled))
}

fn digits(number: u32) -> u16 {
    u16::try_from(number.max(1).ilog10()).unwrap_or(0) + 1
}

fn load(pen: &mut Pen<'_>, cpu: &Pcpu, share: Option<f32>) {
    let theme = pen.theme;
    match share {
        _ if !cpu.online => {
            pen.put("x", theme.dim());
        }
        None => {
            pen.put(pen.signs.missing, theme.dim());
        }
        Some(share) => level(pen, share),
    }
}
