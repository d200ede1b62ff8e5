//! `<graphics>`.

use crate::{
    model::definition::Graphics,
    wire::xml::{
        document::Element,
        fault::{Faults, Words},
        values,
        writer::{Plain, Writer},
    },
};

#[derive(Clone, Copy)]
enum Kind {
    Vnc,
    Sdl,
}

const KIND: Words<Kind> = Words {
    of: |word| match word {
        "vnc" => Some(Kind::Vnc),
        "sdl" => Some(Kind::Sdl),
        _ => None,
    },
    ours: &["vnc", "sdl"],
    also: &["spice", "rdp", "desktop", "egl-headless", "dbus"],
};

/// Reads one; none where it is a display that only libvirt knows, or wrong.
pub(in crate::wire::xml) fn read(element: Element<'_, '_>, faults: &mut Faults) -> Option<Graphics> {
    if element.attribute("type").is_none() {
        faults.fatal(element, "it has no `type`: vnc, sdl");
        return None;
    }
    let said = |name| element.value(name).filter(|value| !value.is_empty()).map(String::from);
    Some(match faults.kind(element, ("type", ""), &KIND)? {
        Kind::Sdl => Graphics::Sdl { display: said("display"), xauth: said("xauth") },
        Kind::Vnc => Graphics::Vnc {
            port: port(element, faults),
            listen: said("listen").or_else(|| listen(element)),
            password: said("passwd"),
            keymap: said("keymap"),
        },
    })
}

/// The port it is to have; a running domain tells the one it got, and that any would have done.
fn port(element: Element<'_, '_>, faults: &mut Faults) -> Option<u16> {
    let read = |text: &str| if text == "-1" { Ok(0) } else { values::number(text) };
    let port = faults.value(element, "port", read);
    let auto = faults.value(element, "autoport", values::yes);
    port.filter(|port| *port > 0 && auto != Some(true))
}

/// The address of a later libvirt's `<listen type='address' address='…'/>`.
fn listen(element: Element<'_, '_>) -> Option<String> {
    let listens =
        element.named("listen").find(|listen| listen.value("type").is_some_and(|kind| kind == "address"));
    listens?.value("address").filter(|address| !address.is_empty()).map(String::from)
}

/// Writes one.
pub(in crate::wire::xml) fn write(graphics: &Graphics, out: &mut Writer) {
    out.begin("graphics");
    match graphics {
        Graphics::Sdl { display, xauth } => {
            out.attribute("type", "sdl").maybe("display", display.as_ref()).maybe("xauth", xauth.as_ref());
        }
        Graphics::Vnc { port, listen, password, keymap } => {
            out.attribute("type", "vnc").attribute("port", Plain(port.map_or(-1, i32::from)));
            out.attribute("autoport", if port.is_none() { "yes" } else { "no" });
            out.maybe("listen", listen.as_ref())
                .maybe("keymap", keymap.as_ref())
                .maybe("passwd", password.as_ref());
            if let Some(address) = listen {
                out.begin("listen").attribute("type", "address").attribute("address", address).end();
            }
        }
    }
    out.end();
}
