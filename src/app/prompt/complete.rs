//! Completing the word at the cursor of the palette's line, and of the line for words a command still needs.

use tui_input::Input;

use super::{Around, Candidate, Menu, candidates::candidates};
use crate::{
    app::{
        App, Effect, Overlay,
        command::{Arg, ArgKind, Command, Run, find as command_called},
        domains::Step,
        overlay::{LONGEST, listed},
        words,
    },
    model::{Domain, domain::find, text::visible},
};

/// The line as far as it is typed: what stands before the cursor's word, the word, and what follows the cursor.
struct Typed {
    words: Vec<String>,
    before: String,
    word: String,
    after: String,
}

impl Typed {
    fn of(input: &Input) -> Self {
        let line = input.value();
        let at = line.char_indices().nth(input.cursor()).map_or(line.len(), |(at, _)| at);
        let (line, after) = line.split_at(at);
        let (words, start, word) = words::last(line);
        Self { words, before: line[..start].to_owned(), word, after: after.to_owned() }
    }
}

impl App {
    /// Completes the word at the cursor; again: the next candidate, or the one before.
    pub(in crate::app) fn complete(&mut self, by: isize) -> Vec<Effect> {
        if self.prompt.menu.is_some() {
            self.go_candidate(Step::Lines(by));
            return Vec::new();
        }
        let (command, typed) = match &self.overlay {
            Some(Overlay::Palette { input, selected }) => {
                let typed = Typed::of(input);
                let Some(name) = typed.words.first() else {
                    let name = listed(self, input.value()).get(*selected).copied();
                    self.complete_name(name, &typed);
                    return Vec::new();
                };
                (command_called(name).filter(|command| self.allows(command)), typed)
            }
            Some(Overlay::Arguments { command, input, .. }) => (Some(*command), Typed::of(input)),
            _ => return Vec::new(),
        };
        command.map_or_else(Vec::new, |command| self.complete_word(command, typed))
    }

    /// The picked command's name, with room for its words where it takes any.
    fn complete_name(&mut self, command: Option<&'static Command>, typed: &Typed) {
        if let Some(command) = command {
            let space = if command.args.is_empty() { "" } else { " " };
            self.write(&format!("{}{}{space}", typed.before, command.name), typed.after.trim_start());
        }
    }

    fn complete_word(&mut self, command: &'static Command, typed: Typed) -> Vec<Effect> {
        let (args, domain) = self.place(command, &typed.words);
        if args.iter().any(|arg| arg.kind == ArgKind::File) {
            self.prompt.asked = Some(typed.word.clone());
            return vec![Effect::Complete(typed.word)];
        }
        let around = Around { domain, op: command.op, ..self.around() };
        let found = args.iter().flat_map(|arg| candidates(arg, &typed.word, &around)).collect();
        match args.first() {
            Some(arg) => self.offer(found, typed, &format!("{}: {}", arg.name, arg.doc)),
            None => self.say(format!("{} takes no word there", command.usage())),
        }
        Vec::new()
    }

    /// The runtime has looked for files that begin as it was asked: still of use where the word is still the same.
    pub(in crate::app) fn completed(&mut self, asked: &str, found: Result<Vec<String>, String>) {
        if self.prompt.asked.take_if(|word| word == asked).is_none() {
            return;
        }
        let Some(typed) = self.overlay.as_ref().and_then(Overlay::input).map(Typed::of) else { return };
        let doc = |path: &str| if path.ends_with('/') { "folder".to_owned() } else { String::new() };
        match found {
            Ok(paths) if typed.word == asked => {
                let typable = paths.into_iter().filter(|path| visible(path) == path.as_str());
                let found = typable.map(|text| Candidate { doc: doc(&text), text }).collect();
                self.offer(found, typed, "no file begins so");
            }
            Ok(_) => {}
            Err(why) => self.complain(visible(&why).into_owned()),
        }
    }

    /// Puts in what all candidates begin with; the only one whole, several as a list to pick from.
    fn offer(&mut self, mut found: Vec<Candidate>, typed: Typed, nothing: &str) {
        if let [only] = found.as_slice() {
            let space = if only.text.ends_with('/') || !typed.after.is_empty() { "" } else { " " };
            self.write(&format!("{}{}{space}", typed.before, words::quote(&only.text)), &typed.after);
            return;
        }
        if found.is_empty() {
            self.say(nothing.to_owned());
            return;
        }
        found.sort_by_key(|candidate| !candidate.text.starts_with(&typed.word));
        let common = common(&found);
        let longer = common.chars().count() > typed.word.chars().count();
        let word = if longer { common } else { typed.word };
        let word = if word.is_empty() { word } else { words::quote(&word) };
        self.write(&format!("{}{word}", typed.before), &typed.after);
        let Typed { before, after, .. } = typed;
        self.prompt.menu = Some(Menu { candidates: found, picked: None, before, typed: word, after });
    }

    /// Goes to another candidate, round and round, and puts it in.
    pub(in crate::app) fn go_candidate(&mut self, step: Step) {
        let page = usize::from(self.screen.regions.picks.height.max(1));
        let Some(menu) = &self.prompt.menu else { return };
        let last = menu.candidates.len().saturating_sub(1);
        let to = match (menu.picked, step) {
            (None, Step::Lines(by) | Step::Pages(by)) => {
                if by < 0 {
                    last
                } else {
                    0
                }
            }
            (Some(at), Step::Lines(1)) if at == last => 0,
            (Some(0), Step::Lines(-1)) => last,
            (at, step) => step.from(at.unwrap_or(0), last + 1, page),
        };
        self.pick_candidate(to);
    }

    /// Puts in a candidate of the list.
    pub(in crate::app) fn pick_candidate(&mut self, place: usize) {
        let Some(menu) = self.prompt.menu.take() else { return };
        let Some(candidate) = menu.candidates.get(place) else {
            self.prompt.menu = Some(menu);
            return;
        };
        self.write(&format!("{}{}", menu.before, words::quote(&candidate.text)), &menu.after);
        self.prompt.menu = Some(Menu { picked: Some(place), ..menu });
    }

    /// Closes the list of candidates and has the word as it was typed; whether there was one.
    pub(in crate::app) fn leave_candidates(&mut self) -> bool {
        let Some(menu) = self.prompt.menu.take() else { return false };
        self.write(&format!("{}{}", menu.before, menu.typed), &menu.after);
        true
    }

    /// Makes this the line, the cursor between its parts; not where it would be longer than a line may be.
    fn write(&mut self, before: &str, after: &str) {
        let cursor = before.chars().count();
        if cursor + after.chars().count() > LONGEST {
            self.say("it is too long for the line".into());
            return;
        }
        if let Some(input) = self.overlay.as_mut().and_then(Overlay::input_mut) {
            *input = Input::new(format!("{before}{after}")).with_cursor(cursor);
        }
        if let Some(Overlay::Palette { selected, .. }) = &mut self.overlay {
            *selected = 0;
        }
    }

    /// What the word at the cursor of the palette can be, to say so: several arguments where a domain may be left out.
    pub fn awaited(&self) -> Vec<&'static Arg> {
        let Some(Overlay::Palette { input, .. }) = &self.overlay else { return Vec::new() };
        let words = Typed::of(input).words;
        let command = words.first().and_then(|name| command_called(name));
        command.map_or_else(Vec::new, |command| self.place(command, &words).0)
    }

    /// Which arguments the word after these can be, and the domain it is about.
    fn place(&self, command: &'static Command, words: &[String]) -> (Vec<&'static Arg>, Option<&Domain>) {
        let domains = self.shown_domains();
        if let Some(Overlay::Arguments { line, .. }) = &self.overlay {
            let skipped = usize::from(matches!(command.run, Run::Change(_)));
            let key = line.targets.first().map(|target| target.key);
            let domain = domains.iter().find(|domain| Some(domain.key) == key);
            return (command.arg(words.len() + skipped).into_iter().collect(), domain);
        }
        let place = words.len().saturating_sub(1);
        if !matches!(command.run, Run::Change(_)) {
            return (command.arg(place).into_iter().collect(), None);
        }
        match words.get(1).map(|word| find(domains, word)) {
            None => (command.args.iter().take(2).collect(), self.chosen_domain()),
            Some(Some(domain)) => (command.arg(place).into_iter().collect(), Some(domain)),
            Some(None) => (command.arg(place + 1).into_iter().collect(), self.chosen_domain()),
        }
    }

    fn chosen_domain(&self) -> Option<&Domain> {
        let key = self.chosen().first()?.key;
        self.shown_domains().iter().find(|domain| domain.key == key)
    }

    fn shown_domains(&self) -> &[Domain] {
        self.pane().shown.as_ref().map_or(&[], |shown| &shown.domains)
    }

    fn around(&self) -> Around<'_> {
        let shown = self.pane().shown.as_deref();
        Around {
            domains: self.shown_domains(),
            node: shown.map(|shown| &*shown.node),
            memory: shown.and_then(|shown| Some(shown.memory.known()?.total)),
            themes: &self.settings.themes,
            ..Around::default()
        }
    }
}

/// What all candidates begin with.
fn common(found: &[Candidate]) -> String {
    let Some((first, rest)) = found.split_first() else { return String::new() };
    let same = |at: usize, letter: char| rest.iter().all(|other| other.text.chars().nth(at) == Some(letter));
    first
        .text
        .chars()
        .enumerate()
        .take_while(|(at, letter)| same(*at, *letter))
        .map(|(_, letter)| letter)
        .collect()
}
