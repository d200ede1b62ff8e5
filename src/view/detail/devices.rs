//! The devices: what is behind each, and what has passed through it.

use unicode_width::UnicodeWidthStr;

use crate::{
    model::{Detail, Device, DeviceKind, Reading, text::visible},
    view::{
        canvas::{Canvas, Pen, Sheet},
        text::count,
    },
};

/// Draws a line for each, and one more for what passed through it.
pub(super) fn draw(canvas: &mut Canvas<'_>, sheet: &mut Sheet, detail: &Detail) {
    let theme = canvas.theme;
    sheet.gap();
    match &detail.devices {
        Reading::Unsupported => {}
        Reading::Failed(why) => {
            sheet.next(canvas).print(theme.error(), format_args!("! devices: {}", visible(why)));
        }
        Reading::Known(devices) if devices.is_empty() => {
            sheet.next(canvas).put("no devices", theme.dim());
        }
        Reading::Known(devices) => devices.iter().for_each(|device| one(canvas, sheet, device)),
    }
}

fn one(canvas: &mut Canvas<'_>, sheet: &mut Sheet, device: &Device) {
    let theme = canvas.theme;
    let mut pen = sheet.next(canvas);
    pen.field(5, word(device.kind), theme.label()).field(9, device.name.shown(), theme.strong()).skip(1);
    pen.put(device.backend.shown(), theme.text());
    let state = device.state.shown();
    if !state.is_empty() && state != "connected" {
        pen.skip(2).put(state, theme.warning());
    }
    let note = device.note.shown();
    let wide = u16::try_from(note.width()).unwrap_or(u16::MAX);
    if !note.is_empty() && pen.room() > wide + 2 {
        pen.skip(2).put(note, theme.dim());
    } else if !note.is_empty() {
        sheet.next(canvas).skip(5).put(note, theme.dim());
    }
    let quiet = !matches!(device.net, Reading::Known(_)) && !matches!(device.disk, Reading::Known(_));
    if quiet {
        return;
    }
    let mut pen = sheet.next(canvas);
    pen.skip(5);
    if let Reading::Known(net) = device.net {
        pair(&mut pen, [(net.rx_bytes, "in"), (net.tx_bytes, "out")]);
        trouble(&mut pen, [(net.errors, "errors"), (net.dropped, "dropped")]);
    }
    if let Reading::Known(disk) = device.disk {
        pair(&mut pen, [(disk.read_bytes, "read"), (disk.write_bytes, "written")]);
    }
}

fn pair(pen: &mut Pen<'_>, pair: [(u64, &str); 2]) {
    let theme = pen.theme;
    for (value, word) in pair {
        pen.put(&count(value as f64), theme.text()).print(theme.dim(), format_args!(" {word}  "));
    }
}

fn trouble(pen: &mut Pen<'_>, pair: [(u64, &str); 2]) {
    let theme = pen.theme;
    for (value, word) in pair.into_iter().filter(|(value, _)| *value > 0) {
        pen.print(theme.warning(), format_args!("{} {word}  ", count(value as f64)));
    }
}

const fn word(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Disk => "disk",
        DeviceKind::Net => "net",
        DeviceKind::Console => "cons",
        DeviceKind::Display => "disp",
        DeviceKind::Other => "",
    }
}
