//! Looking from the command line: rows without keys that print what they read.

use super::{Arg, ArgKind, Command, Group, Look};
use crate::{app::Panel, model::Op};

const DOMAIN: Arg = Arg::must("DOMAIN", "name, id or uuid of a domain").of(ArgKind::Domain);

/// Shells there are scripts for.
const SHELLS: &[&str] = &["bash", "elvish", "fish", "powershell", "zsh"];

pub(super) const ROWS: [Command; 12] = [
    Command::look("list", "Lists the domains, with --all also those that are off", Op::Domains, Look::List)
        .with(&[Arg::may("--all", "also domains that are off")]),
    Command::look("info", "Prints all that is known of a domain", Op::Domains, Look::Info).with(&[DOMAIN]),
    Command::look(
        "vcpus",
        "Prints a domain's vCPUs: where they run, where they may, their time",
        Op::Vcpus,
        Look::Vcpus,
    )
    .with(&[DOMAIN]),
    Command::look(
        "config",
        "Prints a domain's configuration as its toolstack keeps it",
        Op::Configuration,
        Look::Config,
    )
    .with(&[DOMAIN]),
    Command::look("node", "Prints the machine: CPUs, topology, memory", Op::Node, Look::Node),
    Command::screen(
        "capabilities",
        &[],
        "Shows what the hypervisor can do, on the Host panel; in a shell prints it",
        |app, _| {
            app.screen.focus_on(Panel::Host);
            Vec::new()
        },
    )
    .under(Group::Look)
    .asks(Op::Hypervisor)
    .looks(Look::Capabilities),
    Command::look(
        "drivers",
        "Prints the driver stack: who answers what, and why another does not",
        Op::Hypervisor,
        Look::Drivers,
    ),
    Command::look("dmesg", "Prints the hypervisor's console ring", Op::HostLog, Look::Dmesg),
    Command::page(
        "completions",
        "Prints a script that has a shell complete domtop's words",
        Look::Completions,
    )
    .with(&[Arg::must("SHELL", "which shell").of(ArgKind::Choice(SHELLS))]),
    Command::page("play", "Plays a recording of a console", Look::Play).with(&[Arg::must(
        "FILE",
        "the recording, an asciicast of version 2",
    )
    .of(ArgKind::File)]),
    Command::page("proxy", "Lets users without root watch this host, over a socket", Look::Proxy),
    Command::page("man", "Prints the manual page", Look::Man),
];
