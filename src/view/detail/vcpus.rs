//! The vCPUs: where each is, how busy, where it may run.

use crate::{
    model::{Affinity, CpuSet, Detail, Reading, Vcpu},
    view::{
        canvas::{Canvas, Sheet},
        cell::Subject,
        text::{Scrap, percent},
    },
};

/// Draws a line for each.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    sheet: &mut Sheet,
    subject: &Subject<'_>,
    detail: Option<&Detail>,
) {
    let theme = canvas.theme;
    let Some(id) = subject.domain.key.id else { return };
    let all = &subject.host.vcpus;
    let from = all.partition_point(|vcpu| vcpu.domain < id);
    let own = subject.host.vcpus_of(id);
    let mut pen = sheet.next(canvas);
    pen.field(5, "vCPU", theme.column()).right(5, "pCPU", theme.column()).right(8, "%CPU", theme.column());
    pen.skip(2).field(10, "may run", theme.column()).put("prefers", theme.column());
    if own.is_empty() {
        let said = if detail.is_some() { "no driver tells of them" } else { "not read yet" };
        sheet.next(canvas).put(said, theme.dim());
    }
    let rates = &canvas.app.pane().rates.vcpus;
    let affinities = detail.map_or(&Reading::Unsupported, |detail| &detail.affinities);
    for (vcpu, place) in own.iter().zip(from..).filter(|(vcpu, _)| vcpu.online) {
        line(canvas, sheet, vcpu, (rates.get(place).copied().flatten(), affinities));
    }
    let unplugged: CpuSet = own.iter().filter(|vcpu| !vcpu.online).map(|vcpu| vcpu.index).collect();
    if !unplugged.is_empty() {
        let mut pen = sheet.next(canvas);
        pen.right(4, &unplugged.to_string(), theme.dim()).put("  unplugged", theme.dim());
    }
}

fn line(
    canvas: &mut Canvas<'_>,
    sheet: &mut Sheet,
    vcpu: &Vcpu,
    (rate, affinities): (Option<f32>, &Reading<Vec<Affinity>>),
) {
    let (theme, missing) = (canvas.theme, canvas.signs.missing);
    let mut pen = sheet.next(canvas);
    pen.right(4, &Scrap::of(format_args!("{}", vcpu.index)), theme.text());
    let style = if vcpu.running { theme.text() } else { theme.dim() };
    pen.right(6, &Scrap::of(format_args!("{}", vcpu.pcpu)), style);
    match rate {
        Some(rate) => pen.right(8, &percent(rate), if rate >= 0.05 { theme.text() } else { theme.dim() }),
        None => pen.right(8, missing, theme.dim()),
    };
    pen.skip(2);
    match affinities {
        Reading::Unsupported => pen.put(missing, theme.dim()),
        Reading::Failed(_) => pen.put("!", theme.error()),
        Reading::Known(list) => match list.iter().find(|affinity| affinity.vcpu == vcpu.index) {
            Some(Affinity { hard, soft, .. }) => {
                let set = |set: &CpuSet| if set.is_all() { theme.dim() } else { theme.text() };
                pen.field(9, &hard.to_string(), set(hard)).skip(1).put(&soft.to_string(), set(soft))
            }
            None => pen.put(missing, theme.dim()),
        },
    };
}
