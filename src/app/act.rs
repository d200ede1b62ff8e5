//! From a command that changes to jobs: words, guard, and what was asked before it is done.
//!
//! ```text
//!  key, palette ──► line ──► words missing? ──► Arguments ──┐
//!                    │                                      ▼
//!                    └──────────────► intent ──► guard ──► Confirm, TypeTheName ──► submit
//! ```

use tui_input::Input;

use super::{
    App, Effect, Overlay,
    command::{Command, Guard, Run},
    intent::{Intent, Line},
    xml::Keep,
};
use crate::model::{Nanos, text::visible};

/// A step of the stagger between the acts of a plan.
const STAGGER: Nanos = Nanos(1_000_000_000);
/// The longest stagger.
const LONGEST: Nanos = Nanos(3_600_000_000_000);

impl App {
    /// Runs a command that changes the host, with what was typed after its name.
    ///
    /// The domains are those of this moment, whatever happens to the rows while the user is asked.
    pub(super) fn act(&mut self, command: &'static Command, typed: &str) -> Vec<Effect> {
        // What was acted on was chosen: the cursor stays with it.
        self.table.chosen = true;
        match self.line(command, typed) {
            Ok(line) if lacks_words(command, &line) => {
                self.overlay =
                    Some(Overlay::Arguments { command, line, input: Input::default(), error: None });
                Vec::new()
            }
            Ok(line) => self.mean(command, line),
            Err(why) => {
                self.complain(format!("{}: {why}", command.name));
                Vec::new()
            }
        }
    }

    fn mean(&mut self, command: &'static Command, line: Line) -> Vec<Effect> {
        match self.intent(command, line) {
            Ok(intent) if intent.acts.is_empty() => self.unfit(&intent),
            Ok(intent) => self.guard(intent),
            Err(why) => {
                self.complain(format!("{}: {why}", command.name));
                Vec::new()
            }
        }
    }

    /// It makes no sense for any of the domains it is for, as its notes say.
    fn unfit(&mut self, intent: &Intent) -> Vec<Effect> {
        let why = intent.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        self.complain(format!("{}: {why}", intent.command.name));
        Vec::new()
    }

    /// Asks what is to be asked before an intent becomes jobs.
    pub(super) fn guard(&mut self, intent: Intent) -> Vec<Effect> {
        match intent.guard() {
            Guard::None => return self.submit(&intent),
            Guard::Confirm => self.overlay = Some(Overlay::Confirm { intent, offset: 0 }),
            Guard::TypeTheName => {
                let (input, error) = (Input::default(), None);
                self.overlay = Some(Overlay::TypeTheName { intent, input, error, offset: 0 });
            }
        }
        Vec::new()
    }

    /// The words that were missing were typed.
    pub(super) fn accept_words(
        &mut self,
        (command, line): (&'static Command, Line),
        input: Input,
    ) -> Vec<Effect> {
        let words = super::words::split(input.value());
        match self.intent(command, Line { words, ..line.clone() }) {
            Ok(intent) if intent.acts.is_empty() => self.unfit(&intent),
            Ok(intent) => self.guard(intent),
            Err(why) => {
                self.overlay = Some(Overlay::Arguments { command, line, input, error: Some(why) });
                Vec::new()
            }
        }
    }

    /// The name was typed: it must be the one.
    pub(super) fn accept_name(&mut self, intent: Intent, input: Input) -> Vec<Effect> {
        let wanted = intent.password();
        if input.value() == wanted || input.value() == visible(&wanted) {
            return self.submit(&intent);
        }
        let error = Some("this is not it; Esc leaves all as it is".into());
        self.overlay = Some(Overlay::TypeTheName { intent, input, error, offset: 0 });
        Vec::new()
    }

    /// Yes: what is asked about is done. Nothing else than this key does it.
    pub(super) fn confirm(&mut self) -> Vec<Effect> {
        match self.overlay.take() {
            Some(Overlay::Confirm { intent, .. }) => self.submit(&intent),
            Some(Overlay::Leave) => {
                self.keep_all();
                vec![Effect::Quit]
            }
            Some(Overlay::Discard) => {
                self.discard_pins();
                Vec::new()
            }
            Some(Overlay::Paste { id, text, .. }) => self.confirm_paste(id, text),
            Some(Overlay::Revised { revised, offset }) => self.define_revised(revised, offset),
            other => {
                self.overlay = other;
                Vec::new()
            }
        }
    }

    /// No: nothing is done; where the program was to end, what is not kept is taken back first.
    pub(super) fn refuse(&mut self) -> Vec<Effect> {
        match self.overlay.take() {
            Some(Overlay::Leave) => vec![Effect::Quit],
            Some(Overlay::Discard | Overlay::Paste { .. }) => Vec::new(),
            Some(Overlay::Revised { revised, .. }) => self.leave_revised(revised.draft, Keep::No),
            Some(Overlay::Confirm { intent, .. }) => {
                self.say(format!("{}: not done", intent.title()));
                Vec::new()
            }
            other => {
                self.overlay = other;
                Vec::new()
            }
        }
    }

    /// Ends the program; asks first where a change would be taken back by that.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        self.lay_aside();
        if self.provisional().is_empty() {
            return vec![Effect::Quit];
        }
        self.overlay = Some(Overlay::Leave);
        Vec::new()
    }

    /// Changes the plan of what is asked about.
    pub(super) fn replan(&mut self, change: Replan) {
        let table: Vec<_> = self.table.rows.iter().filter_map(|row| Some(self.domain(*row)?.key)).collect();
        let Some(Overlay::Confirm { intent, .. } | Overlay::TypeTheName { intent, .. }) = &mut self.overlay
        else {
            return;
        };
        let plan = &mut intent.plan;
        match change {
            Replan::Order => plan.order = plan.order.next(),
            Replan::Longer => plan.stagger = Nanos((plan.stagger.0 + STAGGER.0).min(LONGEST.0)),
            Replan::Shorter => plan.stagger = plan.stagger.since(STAGGER),
            Replan::Wait => plan.wait = !plan.wait,
            Replan::Stop => plan.stop = !plan.stop,
        }
        intent.sort(&table);
    }
}

/// What is changed of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Replan {
    /// The next order.
    Order,
    /// A longer stagger.
    Longer,
    /// A shorter one.
    Shorter,
    /// Whether each waits for the one before.
    Wait,
    /// Whether it stops after a failure.
    Stop,
}

/// Whether words are missing that must be there; a row that may do without any asks where it is given none.
fn lacks_words(command: &Command, line: &Line) -> bool {
    let skipped = usize::from(matches!(command.run, Run::Change(_)));
    let rest = command.args.get(skipped..).unwrap_or_default();
    let required = rest.iter().filter(|arg| !arg.optional).count();
    line.words.len() < required || (line.words.is_empty() && !rest.is_empty())
}
