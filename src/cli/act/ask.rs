//! Questions on the terminal: whether to do it, whether to keep it. They go to stderr, so that stdout holds results.

use std::io::{IsTerminal, Write, stderr, stdin};

use nix::{
    sys::termios::{FlushArg, tcflush},
    unistd::read,
};

use super::{
    super::{
        args::ActWish,
        trouble::{Status, Trouble},
    },
    held::{Came, Held},
};
use crate::{
    app::{
        command::Guard,
        intent::{Intent, Target},
    },
    model::{Nanos, Op, text::visible, undo::Reversal},
};

/// A question is open as long as the user likes: a year is for ever.
const FOR_EVER: Nanos = Nanos(31_536_000_000_000_000);
/// How often the countdown is drawn.
const SECOND: Nanos = Nanos(1_000_000_000);

/// Whether what must be asked can be, before anything is opened.
pub(super) fn possible(wish: &ActWish) -> Result<(), Trouble> {
    let name = wish.command.name;
    if terminal() {
        return Ok(());
    }
    if wish.command.guard != Guard::None && !wish.yes {
        return Err(Trouble::usage(format!(
            "`{name}` asks before it is done, and there is no terminal to ask on: write --yes to have it done"
        )));
    }
    if wish.revert_after.is_some() {
        return Err(Trouble::usage(
            "--revert-after asks whether to keep the change, and there is no terminal to ask on",
        ));
    }
    Ok(())
}

/// Whether there is somebody to ask.
fn terminal() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks what the row's guard has asked; whether there was a question.
///
/// # Errors
/// Where the answer was anything but yes.
pub(super) fn guard(wish: &ActWish, intent: &Intent, held: &Held) -> Result<bool, Trouble> {
    let guard = intent.guard();
    if wish.yes || guard == Guard::None {
        return Ok(false);
    }
    forget_typed();
    explain(intent);
    let password = intent.password();
    let yes = if guard == Guard::TypeTheName {
        write(&format!("type {} to do it: ", visible(&password)));
        line(held, FOR_EVER, None).is_some_and(|typed| typed == password || typed == visible(&password))
    } else {
        write("do it? [y/N] ");
        line(held, FOR_EVER, None).is_some_and(|typed| is_yes(&typed))
    };
    let refused = || Trouble::new(Status::Refused, format!("not done: {}", intent.title()));
    yes.then_some(true).ok_or_else(refused)
}

/// Asks whether a change is to stay, until the time is over; whether it is.
pub(super) fn keep(held: &Held, span: Nanos) -> bool {
    forget_typed();
    let ask = |left: u64| format!("it is taken back in {left:>3} s. keep it? [y/N] ");
    line(held, span, Some(&ask)).is_some_and(|typed| is_yes(&typed))
}

/// What is about to be done, to whom, and whether there is a way back.
fn explain(intent: &Intent) {
    let mut lines = vec![format!("{}: {}", visible(&intent.title()), intent.command.doc)];
    let targets = intent.acts.iter().filter_map(|act| act.target.as_ref());
    lines.extend(targets.map(|target| format!("  {}", hit(target))));
    lines.push(match intent.command.op.map(Op::reversal) {
        Some(Reversal::Inverse) => "  it can be taken back".into(),
        Some(Reversal::Never(why)) => format!("  it cannot be taken back: {why}"),
        None => "  it cannot be taken back".into(),
    });
    write(&(lines.join("\n") + "\n"));
}

fn hit(target: &Target) -> String {
    let id = target.key.id.map_or_else(|| "off".into(), |id| format!("id {}", id.0));
    let (label, uuid, state) = (&target.label, target.key.uuid, target.state.word());
    format!("{label}  {id}  uuid {uuid}  {state}  {}", target.memory)
}

fn is_yes(typed: &str) -> bool {
    matches!(typed.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

/// One line from the terminal, without its end; none where the time is over, the input has ended or a signal came.
///
/// A countdown is drawn over itself before the cursor, so that what is being typed stays.
fn line(held: &Held, span: Nanos, countdown: Option<&dyn Fn(u64) -> String>) -> Option<String> {
    let mut left = span.0.div_ceil(SECOND.0);
    if let Some(ask) = countdown {
        write(&ask(left));
    }
    let came = loop {
        match held.signal_or_input(SECOND) {
            Came::Nothing if left > 1 => left -= 1,
            came => break came,
        }
        if let Some(ask) = countdown {
            write(&format!("\x1b7\r{}\x1b8", ask(left)));
        }
    };
    let typed = (came == Came::Input).then(typed).flatten();
    if typed.is_none() {
        write("\n");
    }
    typed
}

/// What was typed before a question is no answer to it.
fn forget_typed() {
    let _ = tcflush(stdin(), FlushArg::TCIFLUSH);
}

fn typed() -> Option<String> {
    let mut bytes = [0; 4200];
    let count = read(stdin(), &mut bytes).ok().filter(|count| *count > 0)?;
    let line = String::from_utf8_lossy(&bytes[..count]).into_owned();
    Some(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Writes to the terminal; where it has gone there is nobody to miss it.
pub(super) fn write(text: &str) {
    let mut err = stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
