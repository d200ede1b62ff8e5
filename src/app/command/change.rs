//! Changing domains: from a key, the palette and the command line.
//!
//! Each row makes a [`Change`] of the words after its domain; what happens to it then is the same for all.

use super::{Arg, ArgKind, Command, Group, Guard, Look, Run};
use crate::model::{
    KiB, Op,
    request::{Change, PinRequest, Request},
    text::visible,
};

const DOMAIN: Arg = Arg::must("DOMAIN", "name, id or uuid of a domain").of(ArgKind::Domain);
const SIZE: Arg = Arg::must("SIZE", "512M, 2G, or plain KiB").of(ArgKind::Size);

/// A row whose change needs no words.
macro_rules! plain {
    ($name:literal, $keys:expr, $op:ident, $doc:literal) => {
        Command::change($name, $keys, $doc, (Op::$op, Run::Change(|_| Ok(Change::$op)))).with(&[DOMAIN])
    };
}

/// A row whose change needs a file.
macro_rules! with_file {
    ($name:literal, $keys:expr, $op:ident, $doc:literal, $file:literal) => {
        Command::change(
            $name,
            $keys,
            $doc,
            (Op::$op, Run::Change(|words| Ok(Change::$op(word(words, 0, "FILE")?.into())))),
        )
        .with(&[DOMAIN, Arg::must("FILE", $file).of(ArgKind::File)])
    };
}

/// A row that makes a domain of a file.
macro_rules! from_file {
    ($name:literal, $keys:expr, $op:ident, $doc:literal, $file:literal) => {
        Command::change(
            $name,
            $keys,
            $doc,
            (Op::$op, Run::Make(|words| Ok(Request::$op(word(words, 0, "FILE")?.into())))),
        )
        .with(&[Arg::must("FILE", $file).of(ArgKind::File)])
    };
}

pub(super) const LIFE: [Command; 13] = [
    plain!("suspend", &["s"], Suspend, "Stops a domain's vCPUs where they stand").guarded(Guard::Confirm),
    plain!("resume", &["r"], Resume, "Lets a suspended domain run on"),
    plain!("shutdown", &["S"], Shutdown, "Asks the guest to power off").guarded(Guard::Confirm),
    plain!("reboot", &["R"], Reboot, "Asks the guest to reboot").guarded(Guard::Confirm),
    plain!("destroy", &["D"], Destroy, "Ends a domain at once, as if its power were cut")
        .guarded(Guard::TypeTheName),
    plain!("start", &["a"], Start, "Starts a defined domain"),
    plain!("undefine", &["U"], Undefine, "Forgets a domain's description").guarded(Guard::TypeTheName),
    from_file!("create", &["n"], Create, "Starts a domain from a description", "the description"),
    from_file!("define", &["N"], Define, "Keeps a description of a domain", "the description"),
    from_file!("restore", &["V"], Restore, "Starts a domain from where it was saved", "what save wrote")
        .guarded(Guard::Confirm),
    with_file!(
        "save",
        &["W"],
        Save,
        "Writes a domain's memory to a file and ends it",
        "where to; `%n` is the domain's name"
    )
    .guarded(Guard::Confirm),
    with_file!(
        "dump",
        &["Y"],
        Dump,
        "Writes a domain's core to a file",
        "where to; `%n` is the domain's name"
    )
    .guarded(Guard::Confirm),
    Command::change(
        "autostart",
        &["Ctrl-e"],
        "Chooses whether a domain starts with the host",
        (Op::SetAutostart, Run::Change(autostart)),
    )
    .with(&[DOMAIN, Arg::must("on|off", "whether it does").of(ArgKind::Choice(&["on", "off"]))]),
];

pub(super) const TUNE: [Command; 8] = [
    Command::change(
        "setmem",
        &["m"],
        "Asks the guest to shrink or grow to an amount of memory",
        (Op::SetMemory, Run::Change(|words| Ok(Change::SetMemory(size(words)?)))),
    )
    .under(Group::Tune)
    .with(&[DOMAIN, SIZE]),
    Command::change(
        "setmaxmem",
        &["X"],
        "Sets the limit of a domain's memory",
        (Op::SetMaxMemory, Run::Change(|words| Ok(Change::SetMaxMemory(size(words)?)))),
    )
    .under(Group::Tune)
    .with(&[DOMAIN, SIZE]),
    Command::change("setvcpus", &["v"], "Plugs or unplugs virtual CPUs", (Op::SetVcpus, Run::Change(vcpus)))
        .under(Group::Tune)
        .with(&[DOMAIN, Arg::must("N", "how many are to be online").of(ArgKind::Count)]),
    Command::change(
        "pin",
        &["Ctrl-k"],
        "Sets where a virtual CPU may run; with `soft` where it would rather",
        (Op::Pin, Run::Change(pin)),
    )
    .under(Group::Tune)
    .with(&[
        DOMAIN,
        Arg::must("VCPU|all", "a vCPU's number, or each of them").of(ArgKind::Vcpu),
        Arg::must("CPUS", "physical CPUs as 0-3,^2,8, or all").of(ArgKind::Cpus),
        Arg::may("hard|soft", "which affinity; hard where it is left out")
            .of(ArgKind::Choice(&["hard", "soft"])),
    ]),
    Command::change(
        "sched",
        &["w"],
        "Sets a domain's weight or cap; without them prints its share",
        (Op::SetScheduler, Run::Change(sched)),
    )
    .under(Group::Tune)
    .looks(Look::Sched)
    .with(&[
        DOMAIN,
        Arg::may("weight=N", "relative weight, 1 to 65535").of(ArgKind::Choice(&["weight=256", "cap=0"])),
        Arg::may("cap=N", "percent of one pCPU, 0 for no cap").of(ArgKind::Choice(&["cap=0", "weight=256"])),
    ]),
    Command::change(
        "rename",
        &["e"],
        "Gives a domain another name",
        (Op::Rename, Run::Change(|words| Ok(Change::Rename(word(words, 0, "NAME")?.to_owned())))),
    )
    .under(Group::Tune)
    .with(&[DOMAIN, Arg::must("NAME", "the new name")]),
    with_file!("attach", &["Ctrl-o"], Attach, "Adds a device to a domain", "the device's description")
        .under(Group::Tune),
    with_file!("detach", &["Ctrl-x"], Detach, "Removes a device from a domain", "the device's description")
        .under(Group::Tune)
        .guarded(Guard::Confirm),
];

/// A word that must be there.
fn word<'a>(words: &'a [String], place: usize, what: &str) -> Result<&'a str, String> {
    let word = words.get(place).map(String::as_str).filter(|word| !word.is_empty());
    word.ok_or_else(|| format!("{what} is missing"))
}

fn size(words: &[String]) -> Result<KiB, String> {
    let size = KiB::parse(word(words, 0, "SIZE")?)?;
    if size.0 == 0 { Err("no domain can do with no memory".into()) } else { Ok(size) }
}

fn vcpus(words: &[String]) -> Result<Change, String> {
    match number(word(words, 0, "N")?, "a number of vCPUs")? {
        0 => Err("no domain can do with no vCPU: 1 is the least".into()),
        count => Ok(Change::SetVcpus(count)),
    }
}

fn pin(words: &[String]) -> Result<Change, String> {
    let vcpu = match word(words, 0, "VCPU")? {
        "all" => None,
        vcpu => Some(number(vcpu, "a vCPU's number, nor `all`")?),
    };
    let cpus: crate::model::CpuSet =
        word(words, 1, "CPUS")?.parse().map_err(|why: crate::model::cpuset::BadCpuSet| why.to_string())?;
    let (hard, soft) = match words.get(2).map(String::as_str) {
        None | Some("hard") => (Some(cpus), None),
        Some("soft") => (None, Some(cpus)),
        Some(other) => return Err(format!("`{}` is neither `hard` nor `soft`", visible(other))),
    };
    Ok(Change::Pin(PinRequest { vcpu, hard, soft }))
}

fn sched(words: &[String]) -> Result<Change, String> {
    let (mut weight, mut cap) = (None, None);
    for word in words {
        match word.split_once('=') {
            Some(("weight", value)) => weight = Some(number(value, "a weight")?),
            Some(("cap", value)) => cap = Some(number(value.trim_end_matches('%'), "a cap")?),
            _ => return Err(format!("`{}` is neither weight=N nor cap=N", visible(word))),
        }
    }
    if weight == Some(0) {
        return Err("a weight of 0 would be no share at all: 1 is the least".into());
    }
    if weight.or(cap).is_none() {
        return Err("weight=N or cap=N is missing".into());
    }
    Ok(Change::SetScheduler { weight, cap })
}

fn autostart(words: &[String]) -> Result<Change, String> {
    match word(words, 0, "on or off")? {
        "on" => Ok(Change::SetAutostart(true)),
        "off" => Ok(Change::SetAutostart(false)),
        other => Err(format!("`{}` is neither `on` nor `off`", visible(other))),
    }
}

fn number(text: &str, what: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{}` is not {what}", visible(text)))
}
