//! What stands behind a serial or parallel port, in the words of the emulator: `tcp:10.0.0.1:80,server,nowait`.
//!
//! qemu-doc of the emulator in Xen 3.0: `pty`, `null`, `vc`, `stdio`, `file:P`, `pipe:P`, `/dev/P`, `tcp:H:P`,
//! `telnet:H:P`, `udp:H:P@BH:BP`, `unix:P`. xm and xl have the same words.

use crate::model::definition::Channel;

/// From its word; none of what is no such word.
pub fn read(text: &str) -> Option<Channel> {
    let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
    Some(match kind {
        "pty" => Channel::Pty,
        "null" => Channel::Null,
        "vc" => Channel::Vc,
        "stdio" => Channel::Stdio,
        "file" => Channel::File(rest.into()),
        "pipe" => Channel::Pipe(rest.into()),
        "tcp" | "telnet" => tcp(rest, kind == "telnet")?,
        "udp" => udp(rest)?,
        "unix" => {
            let (path, listens) = listens(rest);
            Channel::Unix { path: path.into(), listens }
        }
        path if path.starts_with('/') => Channel::Device(text.into()),
        _ => return None,
    })
}

fn tcp(rest: &str, telnet: bool) -> Option<Channel> {
    let (address, listens) = listens(rest);
    let (host, port) = address.rsplit_once(':')?;
    Some(Channel::Tcp { host: host.into(), port: port.parse().ok()?, listens, telnet })
}

fn udp(rest: &str) -> Option<Channel> {
    let (to, from) = rest.split_once('@').map_or((rest, None), |(to, from)| (to, Some(from)));
    let (host, port) = to.rsplit_once(':')?;
    let (bind_host, bind_port) = from.map_or(("", ""), |from| from.rsplit_once(':').unwrap_or((from, "")));
    let bind_host = Some(bind_host.to_owned()).filter(|host| !host.is_empty());
    Some(Channel::Udp {
        host: host.into(),
        port: port.parse().ok()?,
        bind_host,
        // 0 is any that is free, as where none is said.
        bind_port: bind_port.parse().ok().filter(|port| *port != 0),
    })
}

/// An address or path, and whether the emulator waits for others there.
fn listens(text: &str) -> (&str, bool) {
    let (address, options) = text.split_once(',').unwrap_or((text, ""));
    (address, options.split(',').any(|option| option.trim() == "server"))
}

/// Its word.
pub fn write(channel: &Channel) -> String {
    match channel {
        Channel::Pty | Channel::PtyAt(_) => "pty".into(),
        Channel::Null => "null".into(),
        Channel::Vc => "vc".into(),
        Channel::Stdio => "stdio".into(),
        Channel::File(path) => format!("file:{path}"),
        Channel::Pipe(path) => format!("pipe:{path}"),
        Channel::Device(path) => path.clone(),
        Channel::Tcp { host, port, listens, telnet } => {
            let kind = if *telnet { "telnet" } else { "tcp" };
            format!("{kind}:{host}:{port}{}", waiting(*listens))
        }
        Channel::Udp { host, port, bind_host, bind_port } => {
            let bound = bind_host.is_some() || bind_port.is_some();
            let from = bind_port.map(|port| port.to_string()).unwrap_or_default();
            let from = format!("@{}:{from}", bind_host.as_deref().unwrap_or_default());
            format!("udp:{host}:{port}{}", if bound { from.as_str() } else { "" })
        }
        Channel::Unix { path, listens } => format!("unix:{path}{}", waiting(*listens)),
    }
}

const fn waiting(listens: bool) -> &'static str {
    if listens { ",server,nowait" } else { "" }
}
