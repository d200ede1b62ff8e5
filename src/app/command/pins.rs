//! The Pins panel: moving over the grid, editing it, ready-made placements, applying.
//!
//! Its keys go before those that work everywhere, as `Scope::Pins` says; help and footer show what a key does here.

use super::{Arg, ArgKind, Command, Group, Need, Scope};
use crate::app::{
    App, Effect,
    domains::Step,
    pins::{Preset, Whole},
};

/// A row that acts on the grid.
macro_rules! grid {
    ($name:literal, $keys:expr, $doc:literal, $run:expr) => {
        Command::screen($name, $keys, $doc, |app, typed| {
            let run: fn(&mut App, &str) = $run;
            run(app, typed);
            Vec::new()
        })
        .under(Group::Pins)
        .within(Scope::Pins)
    };
}

pub(super) const ROWS: [Command; 27] = [
    grid!("pin-left", &["Left"], "Goes a pCPU to the left", |app, _| app.slide_pins(Step::Lines(-1))),
    grid!("pin-right", &["Right"], "Goes a pCPU to the right", |app, _| app.slide_pins(Step::Lines(1))),
    grid!("pin-first", &["Home", "^"], "Goes to the first pCPU", |app, _| app.slide_pins(Step::First)),
    grid!("pin-last", &["End", "$"], "Goes to the last pCPU", |app, _| app.slide_pins(Step::Last)),
    grid!("pin-node-before", &["<", "Ctrl-Left"], "Goes to the first pCPU of the node before", |app, _| {
        app.leap_pins(-1);
    }),
    grid!("pin-node-after", &[">", "Ctrl-Right"], "Goes to the first pCPU of the next node", |app, _| {
        app.leap_pins(1);
    }),
    grid!("pin-select-left", &["Shift-Left"], "Selects on to the left", |app, _| {
        app.select_pins(|app| app.slide_pins(Step::Lines(-1)));
    }),
    grid!("pin-select-right", &["Shift-Right"], "Selects on to the right", |app, _| {
        app.select_pins(|app| app.slide_pins(Step::Lines(1)));
    }),
    grid!("pin-select-up", &["Shift-Up"], "Selects on upwards", |app, _| {
        app.select_pins(|app| app.walk_pins(Step::Lines(-1)));
    }),
    grid!("pin-select-down", &["Shift-Down"], "Selects on downwards", |app, _| {
        app.select_pins(|app| app.walk_pins(Step::Lines(1)));
    }),
    grid!("pin-select-all", &["Ctrl-a"], "Selects every vCPU, at the pCPU of the cursor", |app, _| {
        app.select_vcpus();
    }),
    grid!("pin-half", &["h"], "Edits the soft affinity, or the hard one again", |app, _| {
        app.pins.half = app.pins.half.other();
    }),
    grid!(
        "pin-toggle",
        &["Space"],
        "Lets the vCPU run on the pCPU, or not; over all that is selected",
        |app, _| {
            app.toggle_pins(Whole::Selection);
        }
    ),
    grid!("pin-node", &["n"], "Lets the vCPU run on the node of the cursor, or on none of it", |app, _| {
        app.toggle_pins(Whole::Node);
    }),
    grid!("pin-core", &["c"], "Lets the vCPU run on the core of the cursor, or on none of it", |app, _| {
        app.toggle_pins(Whole::Core);
    }),
    grid!("pin-all", &["a"], "Lets the vCPU run everywhere", |app, _| app.pin_everywhere()),
    grid!("pin-only", &["."], "Lets the vCPU run on what is selected and nowhere else", |app, _| {
        app.pin_only();
    }),
    Command::screen("pin-set", &["t"], "Types the set of pCPUs, as 0-3,^2,8", |app, typed| {
        app.type_pins(typed);
        Vec::new()
    })
    .under(Group::Pins)
    .within(Scope::Pins)
    .with(&[Arg::may("CPUS", "physical CPUs as 0-3,^2,8, or all; none asks for them").of(ArgKind::Cpus)]),
    grid!("pin-copy", &["y"], "Gives every vCPU the set of this one", |app, _| app.copy_pins()),
    grid!("pin-spread", &["P"], "Spreads the vCPUs: a core each, then the siblings", |app, _| {
        app.preset_pins(Preset::Spread);
    }),
    grid!("pin-pack", &["T"], "Packs the vCPUs together onto the fewest cores", |app, _| {
        app.preset_pins(Preset::Pack);
    }),
    grid!(
        "pin-one-node",
        &["O"],
        "Lets all vCPUs run on the node of the cursor and nowhere else",
        |app, _| {
            app.preset_pins(Preset::Node);
        }
    ),
    grid!("pin-revert", &["Backspace"], "Takes back the edits of the vCPU", |app, _| app.revert_pins())
        .needs(Need::Edits),
    grid!("pin-follow", &["@"], "Puts the cursor where the vCPU is", |app, _| app.find_pins()),
    Command::screen("pin-apply", &["Enter"], "Shows what would change, and does it after a yes", apply)
        .under(Group::Pins)
        .within(Scope::Pins)
        .needs(Need::Edits),
    grid!("pin-drop", &["Ctrl-u"], "Drops all edits, after a yes", |app, _| app.drop_pins())
        .needs(Need::Edits),
    grid!("pin-back", &["Esc"], "Ends the selection, drops edits after a yes, closes the panel", |app, _| {
        app.back_from_pins();
    }),
];

fn apply(app: &mut App, _: &str) -> Vec<Effect> {
    app.apply_pins()
}
