//! `<serial>`, `<parallel>` and `<console>`.

use crate::{
    model::definition::{Channel, Character},
    wire::xml::{
        document::Element,
        fault::{Faults, Words},
        values,
        writer::{Plain, Writer},
    },
};

#[derive(Clone, Copy)]
enum Kind {
    Pty,
    Null,
    Vc,
    Stdio,
    File,
    Pipe,
    Device,
    Tcp,
    Udp,
    Unix,
}

const KIND: Words<Kind> = Words {
    of: |word| {
        Some(match word {
            "pty" => Kind::Pty,
            "null" => Kind::Null,
            "vc" => Kind::Vc,
            "stdio" => Kind::Stdio,
            "file" => Kind::File,
            "pipe" => Kind::Pipe,
            "dev" => Kind::Device,
            "tcp" => Kind::Tcp,
            "udp" => Kind::Udp,
            "unix" => Kind::Unix,
            _ => return None,
        })
    },
    ours: &["pty", "null", "vc", "stdio", "file", "pipe", "dev", "tcp", "udp", "unix"],
    also: &["spicevmc", "spiceport", "nmdm", "qemu-vdagent", "dbus"],
};

/// Reads one; none where what stands behind it is known to libvirt only, or wrong.
pub(in crate::wire::xml) fn read(element: Element<'_, '_>, faults: &mut Faults) -> Option<Character> {
    let channel = channel(element, faults)?;
    let target = element.child("target");
    Some(Character {
        channel,
        port: target.and_then(|target| faults.value(target, "port", values::number)),
        target: target
            .and_then(|target| target.value("type"))
            .filter(|kind| !kind.is_empty())
            .map(String::from),
    })
}

fn channel(element: Element<'_, '_>, faults: &mut Faults) -> Option<Channel> {
    Some(match faults.kind(element, ("type", "pty"), &KIND)? {
        Kind::Pty => terminal(element),
        Kind::Null => Channel::Null,
        Kind::Vc => Channel::Vc,
        Kind::Stdio => Channel::Stdio,
        Kind::File => Channel::File(path(element, faults)?),
        Kind::Pipe => Channel::Pipe(path(element, faults)?),
        Kind::Device => Channel::Device(path(element, faults)?),
        Kind::Tcp => tcp(element, faults)?,
        Kind::Udp => udp(element, faults)?,
        Kind::Unix => Channel::Unix { path: path(element, faults)?, listens: listens(element, faults)? },
    })
}

/// The path of a console's pseudoterminal is in `tty` in older notations.
fn terminal(element: Element<'_, '_>) -> Channel {
    let source = element.child("source").and_then(|source| source.value("path"));
    let tty = element.value("tty").filter(|_| element.name() == "console");
    let path = tty.or(source).filter(|path| !path.is_empty());
    path.map_or(Channel::Pty, |path| Channel::PtyAt(path.into()))
}

fn path(element: Element<'_, '_>, faults: &mut Faults) -> Option<String> {
    let path =
        element.child("source").and_then(|source| source.value("path")).filter(|path| !path.is_empty());
    if path.is_none() {
        faults.fatal(element, "it has no <source path='…'/>");
    }
    path.map(String::from)
}

/// Whether the emulator waits for others to connect; without a word it connects.
fn listens(element: Element<'_, '_>, faults: &mut Faults) -> Option<bool> {
    let source = element.child("source").filter(|source| source.attribute("mode").is_some());
    source.map_or(Some(false), |source| faults.value(source, "mode", mode))
}

fn mode(text: &str) -> Result<bool, String> {
    values::word(text, &[(BIND, true), (CONNECT, false)])
}

/// One end of a connection: the host and the port of a source.
fn end(source: Element<'_, '_>, faults: &mut Faults) -> (Option<String>, Option<u16>) {
    let host = source.value("host").filter(|host| !host.is_empty()).map(String::from);
    (host, faults.value(source, "service", values::number))
}

fn tcp(element: Element<'_, '_>, faults: &mut Faults) -> Option<Channel> {
    let Some(source) = element.child("source").filter(|source| source.attribute("service").is_some()) else {
        faults.fatal(element, "it has no <source mode='…' host='…' service='…'/>");
        return None;
    };
    let (host, port) = end(source, faults);
    let telnet = element
        .child("protocol")
        .and_then(|protocol| protocol.value("type"))
        .is_some_and(|kind| kind == "telnet");
    Some(Channel::Tcp {
        host: host.unwrap_or_default(),
        port: port?,
        listens: listens(element, faults)?,
        telnet,
    })
}

fn udp(element: Element<'_, '_>, faults: &mut Faults) -> Option<Channel> {
    let mut to = (None, None);
    let mut bound = (None, None);
    for source in element.named("source") {
        let bind = source.attribute("mode").map_or(Some(false), |_| faults.value(source, "mode", mode))?;
        let slot = if bind { &mut bound } else { &mut to };
        if *slot == (None, None) {
            *slot = end(source, faults);
        }
    }
    if to.1.is_none() {
        faults.fatal(element, "it has no <source mode='connect' host='…' service='…'/>");
    }
    Some(Channel::Udp { host: to.0.unwrap_or_default(), port: to.1?, bind_host: bound.0, bind_port: bound.1 })
}

/// Writes one as this element.
pub(in crate::wire::xml) fn write(character: &Character, name: &'static str, out: &mut Writer) {
    out.begin(name).attribute("type", word(&character.channel));
    if let (Channel::PtyAt(path), "console") = (&character.channel, name) {
        out.attribute("tty", path);
    }
    sources(&character.channel, out);
    if character.port.is_some() || character.target.is_some() {
        out.begin("target")
            .maybe("type", character.target.as_ref())
            .maybe("port", character.port.map(Plain))
            .end();
    }
    out.end();
}

const fn word(channel: &Channel) -> &'static str {
    match channel {
        Channel::Pty | Channel::PtyAt(_) => "pty",
        Channel::Null => "null",
        Channel::Vc => "vc",
        Channel::Stdio => "stdio",
        Channel::File(_) => "file",
        Channel::Pipe(_) => "pipe",
        Channel::Device(_) => "dev",
        Channel::Tcp { .. } => "tcp",
        Channel::Udp { .. } => "udp",
        Channel::Unix { .. } => "unix",
    }
}

fn sources(channel: &Channel, out: &mut Writer) {
    match channel {
        Channel::Pty | Channel::Null | Channel::Vc | Channel::Stdio => {}
        Channel::PtyAt(path) | Channel::File(path) | Channel::Pipe(path) | Channel::Device(path) => {
            out.begin("source").attribute("path", path).end();
        }
        Channel::Unix { path, listens } => {
            out.begin("source")
                .attribute("mode", if *listens { BIND } else { CONNECT })
                .attribute("path", path)
                .end();
        }
        Channel::Tcp { host, port, listens, telnet } => {
            source(if *listens { BIND } else { CONNECT }, (Some(host), Some(*port)), out);
            out.begin("protocol").attribute("type", if *telnet { "telnet" } else { "raw" }).end();
        }
        Channel::Udp { host, port, bind_host, bind_port } => {
            if bind_host.is_some() || bind_port.is_some() {
                source(BIND, (bind_host.as_ref(), *bind_port), out);
            }
            source(CONNECT, (Some(host), Some(*port)), out);
        }
    }
}

/// The modes of a connection's end: it waits for others, or it connects.
const BIND: &str = "bind";
const CONNECT: &str = "connect";

fn source(mode: &str, (host, port): (Option<&String>, Option<u16>), out: &mut Writer) {
    let host = host.filter(|host| !host.is_empty());
    out.begin("source").attribute("mode", mode).maybe("host", host).maybe("service", port.map(Plain)).end();
}
