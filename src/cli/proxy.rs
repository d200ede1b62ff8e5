//! `domtop proxy`: a host opened, what is not needed given up, its readings served until a signal ends it.

use std::path::{Path, PathBuf};

use nix::sys::{
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};
use nix::unistd::{Group, User};

use super::{
    args::{Options, ProxyWish},
    hosts::{self, Choice},
    print, tell_line,
    trouble::{Status, Trouble},
};
use crate::{
    driver::{proxy::SOCKET, session},
    model::uri::{Uri, XEND_PORT, Xend},
    proxy::{
        Allowed, Rules, Server,
        confine::{ALONE, Lock, Needs, close, confine, make_room},
        socket::{Access, Socket},
        unit::Unit,
    },
};

/// Serves the host.
pub(super) fn run(wish: &ProxyWish, choices: &[Choice]) -> Result<(), Trouble> {
    let [choice] = choices else {
        return Err(one_host());
    };
    let wish = &ProxyWish { socket: absolute(&wish.socket)?, ..wish.clone() };
    let rules = rules(wish)?;
    let signals = signals().map_err(|error| wrong("wait for signals", &error.into()))?;
    let host = session::open_to_serve(&choice.uri, hosts::id(0))
        .map_err(|failure| Trouble::open(&choice.uri.to_string(), &failure))?;
    if wish.check {
        let locks = confine(&needs(&choice.uri, wish));
        let lines: Vec<_> = locks.iter().map(line).collect();
        return print((lines.join("\n") + "\n").as_bytes());
    }
    make_room();
    let socket = socket(wish)?;
    if let Some(why) = &socket.closed {
        tell_line(&format!("the socket's folder stays closed to others: {why}"));
    }
    for open in confine(&needs(&choice.uri, wish)).iter().filter(|lock| lock.applied.is_err()) {
        if open.name == ALONE {
            return Err(Trouble::new(Status::Failed, format!("does not serve: {}", line(open))));
        }
        tell_line(&format!("goes on without {}", line(open)));
    }
    let listener = socket.listener.try_clone().map_err(|error| wrong("listen", &error))?;
    let parts = (host.reader, host.consoles, host.definitions);
    let mut server = Server::new(parts, listener, rules).map_err(|error| wrong("serve", &error))?;
    if let Err(why) = close() {
        tell_line(&format!("goes on although its threads could start others: {why}"));
    }
    let address = socket.listener.local_addr();
    let at = address.as_ref().ok().and_then(|address| address.as_pathname()).unwrap_or(&wish.socket);
    tell_line(&format!("serves {} at {}", choice.uri, at.display()));
    server.run(&signals).map_err(|error| wrong("serve", &error))
}

/// Prints the units for systemd, which serve the host that was named, if one was: what is found here is found by the
/// service, too. Whom they name may come to be after them; until then it is told.
pub(super) fn print_unit(wish: &ProxyWish, options: &Options, named: &[Choice]) -> Result<(), Trouble> {
    let program = std::env::current_exe().map_err(|error| wrong("tell which program this is", &error))?;
    let uri = match named {
        [] => None,
        [choice] => Some(choice.uri.to_string()),
        _ => return Err(one_host()),
    };
    let socket = absolute(&wish.socket)?;
    let unit = Unit {
        program: &program,
        uri: uri.as_deref(),
        socket: &socket,
        group: wish.group.as_deref(),
        mode: wish.mode,
        options: [before(options)?, behind(wish, &socket)],
    };
    let place = [unit.program, unit.socket].map(Path::to_string_lossy);
    let words = unit.options.iter().flatten().map(String::as_str).chain(unit.uri).chain(unit.group);
    // A value of a unit is one line.
    if words.chain(place.iter().map(AsRef::as_ref)).any(|word| word.contains(char::is_control)) {
        return Err(Trouble::usage("--unit: a unit has no place for control characters"));
    }
    for missing in wish.group.as_deref().map(group).and_then(Result::err).into_iter().chain(rules(wish).err())
    {
        tell_line(&format!("the units do not start yet: {}", missing.text));
    }
    if let Some(folder) = unit.barred() {
        let folder = folder.display();
        tell_line(&format!("the units do not start yet: without rights nobody passes through {folder}"));
    }
    print(unit.text().as_bytes())
}

/// The options that stand before the word `proxy`.
fn before(options: &Options) -> Result<Vec<String>, Trouble> {
    let mut words = Vec::new();
    if options.read_only {
        words.push("-r".to_owned());
    }
    if let Some(file) = &options.config {
        words.extend(["--config".to_owned(), absolute(file)?.display().to_string()]);
    }
    Ok(words)
}

/// Those behind it that the socket's unit does not have, as far as they were not left as they are.
fn behind(wish: &ProxyWish, socket: &Path) -> Vec<String> {
    let usual = Rules::default();
    let mut words = Vec::new();
    if socket != Path::new(SOCKET) {
        words.extend(["--socket".to_owned(), socket.display().to_string()]);
    }
    words.extend(wish.allow.iter().flat_map(|name| ["--allow".to_owned(), name.clone()]));
    if wish.fastest != usual.fastest {
        words.extend(["--fastest".to_owned(), wish.fastest.seconds().to_string()]);
    }
    if wish.max_clients != usual.most_clients {
        words.extend(["--max-clients".to_owned(), wish.max_clients.to_string()]);
    }
    words
}

/// A path that means the same in whatever folder the process is.
fn absolute(path: &Path) -> Result<PathBuf, Trouble> {
    std::path::absolute(path).map_err(|error| wrong(&format!("tell where {} is", path.display()), &error))
}

fn one_host() -> Trouble {
    Trouble::usage("a proxy serves one host: write -c once")
}

/// A lock and what came of it.
fn line(lock: &Lock) -> String {
    match &lock.applied {
        Ok(does) => format!("{}: {does}", lock.name),
        Err(why) => format!("{}, which could not be applied: {why}", lock.name),
    }
}

/// What a host goes on needing of the machine.
fn needs(uri: &Uri, wish: &ProxyWish) -> Needs {
    let paths = |list: &[&str]| list.iter().map(PathBuf::from).collect::<Vec<_>>();
    let (mut read, mut write, mut port) = (paths(&["/proc", "/sys"]), Vec::new(), None);
    match uri {
        Uri::Xen(host) => {
            read.extend(paths(&["/dev/shm", "/run/xenstored", "/var/run/xenstored", "/var/lib/xend"]));
            // When a guest was started is told in local time; xend is found by name.
            read.extend(paths(&[
                "/etc/localtime",
                "/usr/share/zoneinfo",
                "/etc/hosts",
                "/etc/nsswitch.conf",
            ]));
            read.push(host.xm.clone().unwrap_or_else(|| "/etc/xen".into()));
            write = paths(&["/dev/xen", "/proc/xen"]);
            port = Some(XEND_PORT);
        }
        // What it keeps of those that do not run.
        Uri::Xend(Xend::Unix(_)) => read.extend(paths(&["/var/lib/xend"])),
        Uri::Proxy(_) => {}
        // Its name was looked up when it was opened.
        Uri::Xend(Xend::Tcp { port: at, .. }) => port = Some(*at),
        Uri::Test(host) => {
            read.extend(host.file.clone());
            write.extend(host.state.as_deref().and_then(Path::parent).map(Path::to_owned));
        }
    }
    Needs { read, write, remove: wish.socket.parent().map(Path::to_owned), port }
}

fn wrong(what: &str, error: &std::io::Error) -> Trouble {
    let status = match error.kind() {
        std::io::ErrorKind::PermissionDenied => Status::Refused,
        _ => Status::Failed,
    };
    Trouble::new(status, format!("cannot {what}: {error}"))
}

fn socket(wish: &ProxyWish) -> Result<Socket, Trouble> {
    let what = || format!("listen at {}", wish.socket.display());
    let handed = Socket::handed_over(|name| std::env::var(name).ok());
    if let Some(socket) = handed.map_err(|error| wrong("take the socket that was handed over", &error))? {
        return Ok(socket);
    }
    let access = Access { group: wish.group.as_deref().map(group).transpose()?, mode: wish.mode };
    Socket::make(&wish.socket, &access).map_err(|error| wrong(&what(), &error))
}

/// The signals that end it, as something to wait for; blocked before there are threads, so that none gets them.
fn signals() -> nix::Result<SignalFd> {
    let ends: SigSet = [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP].into_iter().collect();
    ends.thread_block()?;
    SignalFd::with_flags(&ends, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
}

fn rules(wish: &ProxyWish) -> Result<Rules, Trouble> {
    let mut allowed = Allowed::default();
    wish.allow.iter().try_for_each(|name| allow(name, &mut allowed))?;
    let allowed = (!wish.allow.is_empty()).then_some(allowed);
    Ok(Rules { fastest: wish.fastest, most_clients: wish.max_clients, allowed, ..Rules::default() })
}

/// The user of this name, or else the members of the group of this name: those listed with it, and those whose own
/// group it is, who are listed nowhere.
fn allow(name: &str, allowed: &mut Allowed) -> Result<(), Trouble> {
    if let Ok(Some(user)) = User::from_name(name) {
        allowed.users.push(user.uid.as_raw());
        return Ok(());
    }
    match Group::from_name(name) {
        Ok(Some(group)) => {
            let members = group.mem.iter().filter_map(|name| User::from_name(name).ok().flatten());
            allowed.users.extend(members.map(|user| user.uid.as_raw()));
            allowed.groups.push(group.gid.as_raw());
            Ok(())
        }
        _ => Err(Trouble::usage(format!("--allow: there is no user and no group {name:?}"))),
    }
}

fn group(name: &str) -> Result<u32, Trouble> {
    let found = Group::from_name(name).ok().flatten();
    let found = found.ok_or_else(|| Trouble::usage(format!("--group: there is no group {name:?}")))?;
    Ok(found.gid.as_raw())
}
