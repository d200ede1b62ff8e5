//! Displays: keys of the image (HVM, and PV up to 3.0.3), or `(vfb (type vnc) …)` with `(vkbd)`.
//!
//! A display's port is 5900 and its number. `vncunused 1` takes the first free one, whatever that came to be: where a
//! running domain's display really is (`location`, from 3.1 on) is no part of its definition then. Where neither is
//! said, up to 3.0.3, the number is the domain's id.

use super::{Aside, Format, Guest, KEPT, Kept, Node, Writer, left_over};
use crate::model::{Definition, definition::Graphics};

/// Display 0 of VNC.
const FIRST: u16 = 5900;

pub(in crate::wire::sexpr) const KNOWN: &[&str] = &[
    "type",
    "vnc",
    "vncunused",
    "vncdisplay",
    "vnclisten",
    "vncpasswd",
    "keymap",
    "location",
    "sdl",
    "display",
    "xauthority",
];

/// Reads the displays in an image.
pub(in crate::wire::sexpr) fn read_image(image: Node<'_>, format: Format, definition: &mut Definition) {
    let id = definition.id.filter(|_| format < Format::Three).and_then(|id| u16::try_from(id).ok());
    let displays = &mut definition.devices.graphics;
    displays.extend(is(image, "vnc").then(|| vnc(image, id)));
    displays.extend(is(image, "sdl").then(|| sdl(image)));
}

/// Reads `(vfb …)`, which says what it is by its type or by `(vnc 1)`. xend gives an HVM guest one with what its
/// image says.
pub(super) fn read(vfb: Node<'_>, guest: Guest, into: &mut Vec<Graphics>, lost: &mut Vec<String>) {
    let display = display(vfb);
    let same = |own: &Graphics| std::mem::discriminant(own) == std::mem::discriminant(&display);
    if !(guest.is_hvm && into.iter().any(same)) {
        into.push(display);
    }
    let aside =
        [("opengl", Aside::Of(&["0", "1"])), ("videoram", Aside::Always), ("other_config", Aside::Always)];
    left_over(vfb, KNOWN, &[&KEPT[..], &aside].concat(), lost);
}

/// What a `(vfb …)` is.
pub(in crate::wire::sexpr) fn display(vfb: Node<'_>) -> Graphics {
    let kind = vfb.value("type").unwrap_or(if is(vfb, "sdl") { "sdl" } else { "vnc" });
    if kind == "sdl" { sdl(vfb) } else { vnc(vfb, None) }
}

fn is(list: Node<'_>, key: &str) -> bool {
    list.value(key).is_some_and(|text| text != "0")
}

fn vnc(list: Node<'_>, id: Option<u16>) -> Graphics {
    let value = |key| list.value(key).map(str::to_owned);
    let number = |key| list.value(key)?.parse::<u16>().ok();
    let port = match (number("vncunused"), number("vncdisplay")) {
        (Some(unused), _) if unused != 0 => None,
        (_, Some(display)) => FIRST.checked_add(display),
        _ => location(list).or_else(|| FIRST.checked_add(id?)),
    };
    Graphics::Vnc { port, listen: value("vnclisten"), password: value("vncpasswd"), keymap: value("keymap") }
}

/// Where a running domain's display is, `host:port`.
fn location(list: Node<'_>) -> Option<u16> {
    list.value("location")?.rsplit_once(':')?.1.parse().ok()
}

fn sdl(list: Node<'_>) -> Graphics {
    let value = |key| list.value(key).map(str::to_owned);
    Graphics::Sdl { display: value("display"), xauth: value("xauthority") }
}

/// Writes the displays of a definition into its image: one of each kind.
pub(in crate::wire::sexpr) fn write_image(
    definition: &Definition,
    format: Format,
    image: &mut Writer,
    lost: &mut Vec<String>,
) {
    let mut written = Vec::new();
    for display in &definition.devices.graphics {
        let kind = std::mem::discriminant(display);
        if written.contains(&kind) {
            lost.push("a second display of one kind".into());
            continue;
        }
        written.push(kind);
        if let Graphics::Sdl { .. } = display {
            image.number("sdl", 1);
            write_sdl(display, image);
        } else {
            image.number("vnc", 1);
            if format > Format::One {
                write_vnc(display, image, lost);
            } else if !is_bare(display, definition.id) {
                lost.push("port, address, password and keymap of its VNC server".into());
            }
        }
    }
}

/// Whether nothing is said of a VNC server but the port it has by its domain's id.
fn is_bare(display: &Graphics, id: Option<u32>) -> bool {
    let Graphics::Vnc { port, listen: None, password: None, keymap: None } = display else { return false };
    port.is_none_or(|port| id.is_some_and(|id| u32::from(FIRST).checked_add(id) == Some(port.into())))
}

/// Writes the displays of a PV guest since 3.0.4, with keyboard and pointer.
pub(super) fn write_all(displays: &[Graphics], kept: Kept<'_>, vm: &mut Writer, lost: &mut Vec<String>) {
    if displays.is_empty() {
        return;
    }
    vm.list("device", |device| {
        device.list("vkbd", |_| {});
    });
    for (at, display) in displays.iter().enumerate() {
        vm.list("device", |device| {
            device.list("vfb", |vfb| {
                match display {
                    Graphics::Vnc { .. } => {
                        vfb.word("type", "vnc");
                        write_vnc(display, vfb, lost);
                    }
                    Graphics::Sdl { .. } => {
                        vfb.word("type", "sdl");
                        write_sdl(display, vfb);
                    }
                }
                vfb.nodes(kept.of_display(displays, at));
            });
        });
    }
}

fn write_vnc(display: &Graphics, keys: &mut Writer, lost: &mut Vec<String>) {
    let Graphics::Vnc { port, listen, password, keymap } = display else { return };
    match port.map(|port| (port, port.checked_sub(FIRST))) {
        None => {
            keys.number("vncunused", 1);
        }
        Some((_, Some(display))) => {
            keys.number("vncunused", 0).number("vncdisplay", display);
        }
        Some((port, None)) => {
            keys.number("vncunused", 1);
            lost.push(format!("port {port} of its VNC server: xend counts from {FIRST}"));
        }
    }
    keys.optional("vnclisten", listen.as_deref());
    keys.optional("vncpasswd", password.as_deref());
    keys.optional("keymap", keymap.as_deref());
}

fn write_sdl(display: &Graphics, list: &mut Writer) {
    let Graphics::Sdl { display, xauth } = display else { return };
    list.optional("display", display.as_deref());
    list.optional("xauthority", xauth.as_deref());
}
