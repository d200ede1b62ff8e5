//! Displays: keys of their own (`vnc = 1`), or in one string of `vfb`.

use super::{
    Config, Dialect,
    config::{Node, Value},
    parts::{self, joined, parts},
    write::Settings,
};
use crate::model::definition::Graphics;

/// The TCP port of a VNC server's display 0.
const FIRST_PORT: u16 = 5900;
/// The keys of displays, in the order they are written.
const KEYS: [&str; 9] =
    ["sdl", "vnc", "vncunused", "vncdisplay", "vnclisten", "vncpasswd", "keymap", "display", "xauthority"];

/// Those of them that say a number.
const NUMBERS: [&str; 4] = ["sdl", "vnc", "vncunused", "vncdisplay"];

/// The displays of a configuration: those of `vfb`, else those its own keys tell of.
pub(super) fn read(config: &Config, lost: &mut Vec<String>) -> Vec<Graphics> {
    let framebuffers: Vec<_> = config.texts("vfb").iter().flat_map(|text| framebuffer(text, lost)).collect();
    if framebuffers.is_empty() { displays(|key| own(config, key)) } else { framebuffers }
}

/// What a key of its own says; some say a number, however it is spelled.
fn own(config: &Config, key: &str) -> Option<String> {
    let number = config.number(key).filter(|_| NUMBERS.contains(&key));
    number.map_or_else(|| config.text(key), |number| Some(number.to_string()))
}

/// Whether a key is about displays.
pub(super) fn is_key(key: &str) -> bool {
    key == "vfb" || KEYS.contains(&key)
}

fn framebuffer(text: &str, lost: &mut Vec<String>) -> Vec<Graphics> {
    let told: Vec<_> = parts(text).collect();
    let foreign = told.iter().filter(|(key, _)| *key != "type" && !KEYS.contains(key));
    lost.extend(foreign.map(|(key, value)| format!("`{key}={value}` of vfb")));
    let value =
        |key: &str| told.iter().rfind(|(other, _)| *other == key).map(|(_, value)| (*value).to_owned());
    let kind = value("type");
    let found = displays(|key| match (key, kind.as_deref()) {
        ("vnc" | "sdl", Some(kind)) => Some(u8::from(key == kind).to_string()),
        _ => value(key),
    });
    // A frame buffer that says nothing is one for VNC, to xm and to xl.
    let silent = kind.is_none() && value("vnc").is_none() && value("sdl").is_none();
    if silent { displays(|key| if key == "vnc" { Some("1".into()) } else { value(key) }) } else { found }
}

fn displays(value: impl Fn(&str) -> Option<String>) -> Vec<Graphics> {
    let value = |key: &str| value(key).filter(|value| !value.is_empty());
    let on = |key: &str| value(key).is_some_and(|value| !matches!(value.trim(), "" | "0"));
    let vnc = on("vnc").then(|| {
        let listen = value("vnclisten");
        // xl takes the display beside the address, too.
        let (listen, beside) = match listen.as_deref().and_then(|listen| listen.rsplit_once(':')) {
            Some((address, number)) if !address.contains(':') => {
                (parts::said(address), Some(number.to_owned()))
            }
            _ => (listen, None),
        };
        let number = value("vncdisplay").or(beside).and_then(|number| number.trim().parse::<u16>().ok());
        let port = number.filter(|_| !on("vncunused")).and_then(|number| FIRST_PORT.checked_add(number));
        Graphics::Vnc { port, listen, password: value("vncpasswd"), keymap: value("keymap") }
    });
    let sdl = on("sdl").then(|| Graphics::Sdl { display: value("display"), xauth: value("xauthority") });
    vnc.into_iter().chain(sdl).collect()
}

/// Sets the settings of displays, as a dialect wants them for a guest that is emulated or is not.
pub(super) fn write(graphics: &[Graphics], (dialect, emulated): (Dialect, bool), said: &mut Settings) {
    let own = emulated || dialect.format() < 3;
    if graphics.len() > if own { 2 } else { 1 } {
        said.lost.push("a second display: there is a place for one".into());
    }
    let list = if own { keys(graphics, &mut said.lost) } else { framebuffers(graphics, dialect, said) };
    said.list.extend(list);
}

fn keys(graphics: &[Graphics], lost: &mut Vec<String>) -> Vec<(&'static str, Value)> {
    let first = |is: fn(&Graphics) -> bool| graphics.iter().find(|graphics| is(graphics));
    let vnc = first(|graphics| matches!(graphics, Graphics::Vnc { .. }));
    let sdl = first(|graphics| matches!(graphics, Graphics::Sdl { .. }));
    let flag = |found: Option<_>| Value::Number(i64::from(found.is_some()));
    let mut settings = vec![("sdl", flag(sdl)), ("vnc", flag(vnc))];
    for (key, value) in vnc.into_iter().chain(sdl).flat_map(|graphics| words(graphics, lost)) {
        let number = value.parse().ok().filter(|_| key == "vncunused");
        settings.push((key, number.map_or(Value::Text(value), Value::Number)));
    }
    settings
}

fn framebuffers(graphics: &[Graphics], dialect: Dialect, said: &mut Settings) -> Vec<(&'static str, Value)> {
    let Some(first) = graphics.first() else { return Vec::new() };
    let kind = if matches!(first, Graphics::Vnc { .. }) { "vnc" } else { "sdl" };
    let own = if dialect.is_xl() { (kind, "1") } else { ("type", kind) };
    let silenced = (dialect.is_xl() && kind == "sdl").then(|| ("vnc", Some("0".to_owned())));
    let (plain, odd): (Vec<_>, Vec<_>) = words(first, &mut said.lost)
        .into_iter()
        .partition(|(_, value)| !value.is_empty() && value.trim() == value && !value.contains(','));
    for (key, _) in odd {
        // Who has to know none would be let in without one.
        let told = if key == "vncpasswd" { &mut said.missing } else { &mut said.lost };
        told.push(format!("{key} of vfb, which cannot be written there"));
    }
    let rest = plain.into_iter().map(|(key, value)| (key, Some(value)));
    let text = joined([(own.0, Some(own.1.to_owned()))].into_iter().chain(silenced).chain(rest));
    let node = Node { span: 0..0, value: Value::Text(text) };
    vec![("vfb", Value::List(vec![node]))]
}

/// What a display says beside which it is.
fn words(graphics: &Graphics, lost: &mut Vec<String>) -> Vec<(&'static str, String)> {
    let said = |key, value: &Option<String>| value.clone().map(|value| (key, value));
    match graphics {
        Graphics::Vnc { port, listen, password, keymap } => {
            let number = port.and_then(|port| port.checked_sub(FIRST_PORT));
            if port.is_some() && number.is_none() {
                lost.push(format!("VNC's port {}: displays begin at {FIRST_PORT}", port.unwrap_or_default()));
            }
            let unused = ("vncunused", u8::from(number.is_none()).to_string());
            let number = number.map(|number| ("vncdisplay", number.to_string()));
            let rest = [said("vnclisten", listen), said("vncpasswd", password), said("keymap", keymap)];
            [Some(unused), number].into_iter().chain(rest).flatten().collect()
        }
        Graphics::Sdl { display, xauth } => {
            [said("display", display), said("xauthority", xauth)].into_iter().flatten().collect()
        }
    }
}
