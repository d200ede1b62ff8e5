//! Finds out which release a hypervisor is and how it lays out what it writes.
//!
//! ```text
//!  xen_version ──► release ──► guess ──► sysctl? ──EACCES──► its neighbours, up to two above the newest known
//!                                          │ └──ENOSYS──► dom0_op (3.0.0 to 3.0.2)
//!                                          ▼
//!                                        domctl?  likewise
//!                                          ▼
//!                                        size of a domain record, measured: vendors backport
//! ```

use nix::errno::Errno;

use super::{
    arena::Arena,
    link::{BUFFER, Link, send},
    refusal,
};
use crate::{
    driver::{Answer, Error},
    model::Kind,
    wire::hypercall::{
        Abi, Arch, Release,
        abi::{NEWEST_DOMCTL, NEWEST_SYSCTL, RELEASES, call},
        about, domain,
    },
};

/// More than any domain record takes.
const RECORD_ROOM: usize = 256;

/// A link to the hypervisor, once it is known how to speak to it.
pub(super) fn probe(mut arena: Arena) -> Answer<Link> {
    let word = arena.call(call::XEN_VERSION, [about::VERSION, 0, 0, 0, 0]);
    let release = Release::from_word(word.map_err(|errno| refusal::refused("the version of Xen", errno))?);
    let abi = versions(&mut arena, release)?;
    let layout = layout(&mut arena, &abi)?;
    Ok(Link::new(arena, abi, layout))
}

/// Finds the interface versions.
fn versions(arena: &mut Arena, release: Release) -> Answer<Abi> {
    let (domctl, sysctl) = release.first_guess();
    let abi = |sysctl, domctl| Abi { release, sysctl, domctl, arch: Arch::HERE };
    let sysctl = search(sysctl, NEWEST_SYSCTL, |version| lists(arena, &abi(version, 0)));
    let sysctl = match sysctl {
        Ok(version) => version,
        Err(Errno::ENOSYS) => return legacy(arena, abi(0, 0)),
        Err(errno) => return Err(strange(release, "sysctl", errno)),
    };
    let domctl = search(domctl, NEWEST_DOMCTL, |version| tells(arena, &abi(sysctl, version)));
    domctl.map(|domctl| abi(sysctl, domctl)).map_err(|errno| strange(release, "domctl", errno))
}

/// The first version the hypervisor takes, going away from a guess on both sides; EACCES where it takes none.
fn search(guess: u32, newest: u32, mut takes: impl FnMut(u32) -> Result<(), Errno>) -> Result<u32, Errno> {
    let highest = newest + 2;
    let around = (0..=highest).flat_map(|away| [guess.checked_sub(away), Some(guess + away)]).flatten();
    for version in around.skip(1).filter(|version| (1..=highest).contains(version)) {
        match takes(version) {
            Err(Errno::EACCES) => {}
            answer => return answer.map(|()| version),
        }
    }
    Err(Errno::EACCES)
}

/// Whether a list of no domains is answered: the cheapest question with a version in it.
fn lists(arena: &mut Arena, abi: &Abi) -> Result<(), Errno> {
    let mut message = domain::list(abi, 0, 0, 0).ok_or(Errno::ENOSYS)?;
    send(arena, &mut message).map(|_| ())
}

/// Whether a question for domain 0 is answered; that there is none is an answer too.
fn tells(arena: &mut Arena, abi: &Abi) -> Result<(), Errno> {
    let mut message = domain::info(abi, 0).ok_or(Errno::ENOSYS)?;
    match send(arena, &mut message) {
        Err(Errno::ESRCH) => Ok(()),
        answer => answer.map(|_| ()),
    }
}

fn legacy(arena: &mut Arena, abi: Abi) -> Answer<Abi> {
    lists(arena, &abi).map(|()| abi).map_err(|errno| strange(abi.release, "dom0_op", errno))
}

/// No version was taken.
fn strange(release: Release, interface: &str, errno: Errno) -> Error {
    if errno != Errno::EACCES {
        let error = refusal::refused(&format!("the domains of Xen {release} by {interface}"), errno);
        // What has none of the interfaces is not a driver with less to do, but none at all.
        let kind = if error.kind == Kind::Unsupported { Kind::Unreachable } else { error.kind };
        return Error { kind, ..error };
    }
    if RELEASES.last().is_some_and(|known| release > known.0) {
        return unknown(release, format!("a {interface} interface"));
    }
    let why = format!("Xen {release} refused every version of its {interface} interface");
    Error::new(Kind::Denied, why).hint("a security policy (XSM, FLASK) may forbid this domain to look")
}

fn unknown(release: Release, what: impl AsRef<str>) -> Error {
    let known = format!("it knows sysctl up to {NEWEST_SYSCTL:#x} and domctl up to {NEWEST_DOMCTL:#x}");
    let what = format!("Xen {release} speaks {} which this domtop does not know", what.as_ref());
    Error::new(Kind::Malformed, what).hint(format!("{known}; a newer domtop may know more"))
}

/// The layout of the domain records: by version, unless what is measured says otherwise.
fn layout(arena: &mut Arena, abi: &Abi) -> Answer<&'static domain::Layout> {
    let expected = domain::Layout::of(abi);
    let newer = abi.sysctl > NEWEST_SYSCTL || abi.domctl > NEWEST_DOMCTL;
    let Some(size) = measure(arena, abi) else {
        return if newer { Err(unmeasured(abi, "an unknown size")) } else { Ok(expected) };
    };
    match domain::Layout::of_size(abi, size) {
        Some(layout) if !newer || layout == expected => Ok(layout),
        _ => Err(unmeasured(abi, &format!("{size} bytes"))),
    }
}

fn unmeasured(abi: &Abi, size: &str) -> Error {
    let versions = format!("sysctl {:#x} and domctl {:#x}", abi.sysctl, abi.domctl);
    unknown(abi.release, format!("{versions} with domain records of {size},"))
}

/// The size of a domain record: how far one reaches over two different fillings of the buffer.
fn measure(arena: &mut Arena, abi: &Abi) -> Option<usize> {
    let ends = [0xa5, 0x5a].map(|poison| reach(arena, abi, poison));
    let [Some(one), Some(other)] = ends else { return None };
    Some(one.max(other).next_multiple_of(8))
}

/// How many bytes of a buffer filled with `poison` one record overwrites, as far as it differs.
fn reach(arena: &mut Arena, abi: &Abi, poison: u8) -> Option<usize> {
    arena.fill(BUFFER, RECORD_ROOM, poison);
    let mut message = domain::list(abi, 0, 1, arena.address(BUFFER))?;
    send(arena, &mut message).ok()?;
    let last = arena.bytes(BUFFER, RECORD_ROOM).iter().rposition(|&byte| byte != poison);
    last.filter(|_| domain::listed(&message) == 1).map(|last| last + 1)
}
