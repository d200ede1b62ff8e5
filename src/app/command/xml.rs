//! The XML panel: what is shown of a definition, moving through it, taking it elsewhere, editing it.
//!
//! Its keys go before those that work everywhere, as those of the Pins panel do.

use super::{Arg, ArgKind, Command, Group, Look, Need, Scope};
use crate::{
    app::{
        App,
        xml::{Before, Purpose, Sight},
    },
    model::Op,
};

/// A row that acts on the panel.
macro_rules! row {
    ($name:literal, $keys:expr, $doc:literal, $run:expr) => {
        Command::screen($name, $keys, $doc, |app, typed| {
            let run: fn(&mut App, &str) = $run;
            run(app, typed);
            Vec::new()
        })
        .under(Group::Xml)
        .within(Scope::Xml)
    };
}

/// A row that acts on the panel and asks something of the runtime.
macro_rules! asks {
    ($name:literal, $keys:expr, $doc:literal, $run:expr) => {
        Command::screen($name, $keys, $doc, $run).under(Group::Xml).within(Scope::Xml)
    };
}

const DOMAIN: Arg =
    Arg::may("DOMAIN", "its name, id or uuid; none takes the one under the cursor").of(ArgKind::Domain);

pub(super) const ROWS: [Command; 20] = [
    Command::screen(
        "xml",
        &["x", "8"],
        "Opens or closes a domain's definition; on the command line, prints it",
        App::open_xml,
    )
    .under(Group::Xml)
    .asks(Op::Definition)
    .with(&[DOMAIN, Arg::may("--kept", "what is kept, not what runs")])
    .looks(Look::Xml),
    Command::screen("edit", &["Alt-e"], "Edits what is kept of a domain in your editor", App::edit_xml)
        .under(Group::Xml)
        .needs(Need::Keeper)
        .with(&[DOMAIN])
        .looks(Look::Edit),
    asks!("xml-edit", &["e"], "Edits what is kept of the domain in your editor", |app, _| app.edit_xml(""))
        .needs(Need::Keeper),
    row!("xml-which", &["l"], "Shows what is kept of the domain, or what it runs with", |app, _| {
        let other = if app.xml.sight == Sight::Kept { Sight::Live } else { Sight::Kept };
        app.sight_xml(other);
    }),
    row!("xml-diff", &["d"], "Compares what the domain runs with and what is kept of it", |app, _| {
        let other = if app.xml.sight == Sight::Diff { Sight::Live } else { Sight::Diff };
        app.sight_xml(other);
    }),
    row!("xml-stay", &["@"], "Stays with the domain, or follows the cursor of the table", |app, _| {
        app.fix_xml();
    }),
    row!(
        "xml-fold",
        &["Enter", "Space"],
        "Folds or unfolds an element; on a problem, goes there",
        |app, _| {
            app.toggle_xml();
        }
    ),
    row!("xml-fold-all", &["["], "Folds every element but the outermost", |app, _| app.fold_all_xml()),
    row!("xml-unfold-all", &["]"], "Unfolds every element", |app, _| app.unfold_xml()),
    row!("xml-left", &["Left"], "Scrolls the text to the left", |app, _| app.slide_xml(-1)),
    row!("xml-right", &["Right"], "Scrolls the text to the right", |app, _| app.slide_xml(1)),
    asks!("xml-find", &["/"], "Looks for a text, as it is typed", |app, typed| {
        app.prompt_xml(Purpose::Find, typed)
    })
    .with(&[Arg::may("TEXT…", "what to look for; none opens the line")]),
    row!("xml-next", &["n"], "Goes to the next place where the text was found", |app, _| {
        app.next_hit(Before::No);
    }),
    row!("xml-previous", &["N"], "Goes to the place before where the text was found", |app, _| {
        app.next_hit(Before::Yes);
    }),
    asks!("xml-copy", &["y"], "Copies the text to the terminal's clipboard", |app, _| app.copy_xml()),
    asks!("xml-copy-element", &["Y"], "Copies the element at the cursor to the clipboard", |app, _| {
        app.copy_element()
    }),
    asks!("xml-save", &["Ctrl-s"], "Writes the text into a file", |app, typed| {
        app.prompt_xml(Purpose::Save, typed)
    })
    .with(&[Arg::may("FILE", "where to, which must not be there").of(ArgKind::File)]),
    row!("xml-reload", &["F5", "Ctrl-r"], "Reads the definition anew", |app, _| app.reload_xml()),
    row!("xml-back", &["Esc"], "Forgets what was looked for, then closes the panel", |app, _| {
        app.back_from_xml();
    }),
    Command::screen("edit-again", &["e"], "Edits the text that is asked about again", |app, _| {
        app.edit_again()
    })
    .under(Group::Xml)
    .within(Scope::Overlay),
];
