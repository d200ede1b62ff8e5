//! Laws of the one command table.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]
#![allow(
    dead_code,
    unreachable_pub,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test"
)]

#[path = "support/hosts.rs"]
mod hosts;

use std::{collections::HashSet, sync::Arc};

use domtop::{
    app::{
        Mode,
        command::{COMMANDS, Command, Guard, Need, Run, Scope, availability, find},
        keymap::{Key, Keymap},
        overlay::palette,
    },
    model::{Light, Op, undo::Reversal},
};
use hosts::{Desk, guest};

/// Operations a slip of the finger must not do.
const DESTRUCTIVE: &[Op] =
    &[Op::Destroy, Op::Undefine, Op::Shutdown, Op::Reboot, Op::Save, Op::Restore, Op::Detach];

fn keys() -> impl Iterator<Item = (&'static Command, Key)> {
    COMMANDS.iter().flat_map(|c| c.keys.iter().map(move |k| (c, k.parse().unwrap())))
}

#[test]
fn names_are_unique_and_of_small_letters() {
    let mut seen = HashSet::new();
    for command in COMMANDS {
        assert!(seen.insert(command.name), "`{}` twice", command.name);
        assert!(command.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", command.name);
        assert_eq!(find(command.name).unwrap().doc, command.doc);
    }
}

#[test]
fn a_key_has_one_meaning_wherever_it_works() {
    let all: Vec<_> = keys().collect();
    for (at, (one, key)) in all.iter().enumerate() {
        for (other, same) in &all[at + 1..] {
            let clash = key == same && one.scope.meets(other.scope);
            assert!(!clash, "`{key}` is the key of both `{}` and `{}`", one.name, other.name);
        }
    }
}

#[test]
fn a_global_key_meets_those_of_the_panels_and_not_those_of_overlays() {
    use Scope::{CommandLine, Domains, Global, Overlay, Panels, Pins, Xml};
    for (a, b, meet) in [
        (Global, Domains, true),
        (Global, Panels, true),
        (Global, Global, true),
        (Domains, Panels, false),
        (Global, Overlay, false),
        (Global, CommandLine, false),
        // The grid's own keys go before the global ones: they are asked first.
        (Pins, Global, false),
        (Pins, Pins, true),
        (Xml, Global, false),
        (Xml, Xml, true),
        (Overlay, Overlay, true),
    ] {
        assert_eq!((a.meets(b), b.meets(a)), (meet, meet), "{a:?} {b:?}");
    }
}

#[test]
fn a_scope_is_asked_before_those_it_reaches_beyond_itself() {
    use Scope::{Domains, Panels, Pins, Xml};
    for scope in [Domains, Panels, Pins, Xml] {
        assert_eq!(scope.reach().first(), Some(&scope));
        assert_eq!(scope.reach().last(), Some(&Scope::Global));
    }
    let keymap = Keymap::default();
    for (command, key) in keys().filter(|(command, _)| matches!(command.scope, Pins | Xml)) {
        assert_eq!(keymap.lookup(command.scope, key).unwrap().name, command.name);
    }
}

#[test]
fn keys_that_end_or_keep_things_mean_the_same_in_the_grid_and_over_a_definition() {
    let keymap = Keymap::default();
    for name in ["quit", "undo", "keep", "palette", "destroy", "suspend", "shutdown", "freeze"] {
        let command = find(name).unwrap();
        assert_eq!(keymap.keys_in(Scope::Pins, command), command.keys, "{name}");
        assert_eq!(keymap.keys_in(Scope::Xml, command), command.keys, "{name}");
    }
}

#[test]
fn each_key_parses_and_prints_back_to_itself() {
    for command in COMMANDS {
        for key in command.keys {
            assert_eq!(key.parse::<Key>().unwrap().to_string(), *key, "{}", command.name);
        }
    }
}

#[test]
fn each_doc_is_one_sentence_without_a_full_stop() {
    for Command { name, doc, args, .. } in COMMANDS {
        assert!(doc.starts_with(char::is_uppercase), "{name}: {doc}");
        assert!(!doc.ends_with('.') && !doc.contains(". ") && !doc.contains('\n'), "{name}: {doc}");
        assert!(doc.chars().count() <= 80, "{name}: fits no line");
        assert!(args.iter().all(|a| !a.doc.is_empty() && !a.name.is_empty()), "{name}");
    }
}

#[test]
fn each_row_can_be_reached() {
    let keymap = Keymap::default();
    for command in COMMANDS {
        match (command.run, command.scope) {
            (Run::Look(_), scope) => assert_eq!(scope, Scope::CommandLine, "{}", command.name),
            (Run::Screen(_) | Run::Change(_) | Run::Make(_), Scope::CommandLine) => {
                panic!("`{}` acts on a screen that is not there", command.name)
            }
            (Run::Screen(_) | Run::Change(_) | Run::Make(_), Scope::Overlay) => {
                assert!(!command.keys.is_empty(), "{}", command.name);
            }
            (Run::Screen(_) | Run::Change(_) | Run::Make(_), scope) => {
                assert_eq!(palette(command.name)[0].name, command.name);
                for key in command.keys {
                    let found = keymap.lookup(scope, key.parse().unwrap()).unwrap();
                    assert_eq!(found.name, command.name);
                }
            }
        }
    }
}

#[test]
fn each_changing_operation_has_one_row_with_keys_and_a_decision_on_taking_it_back() {
    for op in Op::ALL.iter().filter(|op| op.changes()) {
        let rows: Vec<_> = COMMANDS.iter().filter(|c| c.op == Some(*op)).collect();
        let [row] = rows.as_slice() else { panic!("{}: {} rows", op.word(), rows.len()) };
        assert!(matches!(row.run, Run::Change(_) | Run::Make(_)), "{}", row.name);
        assert!(!row.keys.is_empty(), "{}: it is done by key too", row.name);
        assert_ne!(op.reversal(), Reversal::Never("it changes nothing"), "{}", op.word());
    }
    for op in Op::ALL.iter().filter(|op| !op.changes()) {
        assert_eq!(op.reversal(), Reversal::Never("it changes nothing"), "{}", op.word());
    }
}

#[test]
fn each_destructive_row_is_guarded() {
    for command in COMMANDS {
        let destructive = command.op.is_some_and(|op| DESTRUCTIVE.contains(&op));
        assert!(!destructive || command.guard != Guard::None, "`{}` is done without asking", command.name);
    }
    assert!(DESTRUCTIVE.iter().all(|op| op.changes()));
}

#[test]
fn the_command_line_has_its_looking_commands() {
    let looks: Vec<String> = COMMANDS.iter().filter(|c| c.look.is_some()).map(Command::usage).collect();
    let wanted = [
        "sched DOMAIN [weight=N] [cap=N]",
        "console [DOMAIN]",
        "xml [DOMAIN] [--kept]",
        "edit [DOMAIN]",
        "events [--follow]",
        "list [--all]",
        "info DOMAIN",
        "vcpus DOMAIN",
        "config DOMAIN",
        "node",
        "capabilities",
        "drivers",
        "dmesg",
        "completions SHELL",
        "play FILE",
        "proxy",
        "man",
    ];
    assert_eq!(looks, wanted);
}

#[test]
fn each_changing_row_is_typed_as_the_contract_of_the_command_line_says() {
    let changes: Vec<String> = COMMANDS
        .iter()
        .filter(|row| matches!(row.run, Run::Change(_) | Run::Make(_)))
        .map(Command::usage)
        .collect();
    let contract = [
        "suspend DOMAIN",
        "resume DOMAIN",
        "shutdown DOMAIN",
        "reboot DOMAIN",
        "destroy DOMAIN",
        "start DOMAIN",
        "undefine DOMAIN",
        "create FILE",
        "define FILE",
        "restore FILE",
        "save DOMAIN FILE",
        "dump DOMAIN FILE",
        "autostart DOMAIN on|off",
        "setmem DOMAIN SIZE",
        "setmaxmem DOMAIN SIZE",
        "setvcpus DOMAIN N",
        "pin DOMAIN VCPU|all CPUS [hard|soft]",
        "sched DOMAIN [weight=N] [cap=N]",
        "rename DOMAIN NAME",
        "attach DOMAIN FILE",
        "detach DOMAIN FILE",
    ];
    assert_eq!(changes, contract);
}

#[test]
fn only_the_last_argument_of_a_row_may_be_many_and_none_that_must_be_there_follows_one_that_may_not() {
    for Command { name, args, .. } in COMMANDS {
        let many = args.iter().position(|arg| arg.name.ends_with('…'));
        assert!(many.is_none_or(|at| at + 1 == args.len()), "{name}");
        let optional = args.iter().position(|arg| arg.optional).unwrap_or(args.len());
        assert!(args[optional..].iter().all(|arg| arg.optional), "{name}");
    }
}

#[test]
fn what_prints_is_not_run_on_the_screen() {
    let desk = Desk::new(&[guest(1, "a", 1.0)]);
    assert_eq!(
        availability(&desk.app, find("list").unwrap()),
        Err("it prints: run `domtop list` in a shell".into())
    );
}

#[test]
fn what_needs_a_driver_says_which_is_missing() {
    let mut desk = Desk::new(&[guest(1, "a", 1.0)]);
    let log = find("host-log").unwrap();
    assert_eq!(availability(&desk.app, log), Ok(()));
    for (light, reason) in [
        (Light::Absent("no permission".into()), "the hypervisor driver is not there: no permission"),
        (Light::Down("timed out".into()), "the hypervisor driver does not answer: timed out"),
    ] {
        let mut snapshot = desk.snapshot(domtop::model::HostId(0));
        snapshot.drivers[0].light = light;
        desk.app.hosts[0].latest = Some(Arc::new(snapshot));
        assert_eq!(
            availability(&desk.app, log),
            Err(format!("no driver tells the hypervisor's console ring; {reason}"))
        );
    }
    let mut snapshot = desk.snapshot(domtop::model::HostId(0));
    snapshot.drivers.clear();
    desk.app.hosts[0].latest = Some(Arc::new(snapshot));
    assert_eq!(availability(&desk.app, log), Err("no driver tells the hypervisor's console ring".into()));
    desk.press("L");
    assert_eq!(desk.app.notice.unwrap().text, "host-log: no driver tells the hypervisor's console ring");
}

#[test]
fn a_viewer_may_not_change_and_is_told_why() {
    let mut desk = Desk::new(&[guest(1, "a", 1.0)]);
    desk.app.hosts[0].mode = Mode::Viewer("-r was given".into());
    let changing = Command { op: Some(Op::Destroy), need: Need::Nothing, ..*find("freeze").unwrap() };
    assert_eq!(availability(&desk.app, &changing), Err("this session only looks: -r was given".into()));
    desk.app.hosts[0].mode = Mode::Operator;
    assert_eq!(availability(&desk.app, &changing), Ok(()));
}
