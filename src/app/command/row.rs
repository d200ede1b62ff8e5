//! How rows are written: what most have in common, and the few words for what is different.

use super::{Arg, ArgKind, Command, Group, Guard, Look, Need, Run, Scope};
use crate::{
    app::{App, Effect},
    model::Op,
};

impl Command {
    /// A row that acts on the screen, everywhere but in an overlay; the methods below say what is different.
    pub(super) const fn screen(
        name: &'static str,
        keys: &'static [&'static str],
        doc: &'static str,
        run: fn(&mut App, &str) -> Vec<Effect>,
    ) -> Self {
        Self {
            name,
            doc,
            group: Group::Program,
            scope: Scope::Global,
            keys,
            op: None,
            need: Need::Nothing,
            guard: Guard::None,
            args: &[],
            run: Run::Screen(run),
            look: None,
        }
    }

    /// A row that changes domains, everywhere but in an overlay and from the command line.
    pub(super) const fn change(
        name: &'static str,
        keys: &'static [&'static str],
        doc: &'static str,
        (op, run): (Op, Run),
    ) -> Self {
        let need = if matches!(run, Run::Change(_)) { Need::Domain } else { Need::Nothing };
        Self {
            name,
            doc,
            group: Group::Life,
            scope: Scope::Global,
            keys,
            op: Some(op),
            need,
            guard: Guard::None,
            args: &[],
            run,
            look: None,
        }
    }

    /// A row that prints what it reads on the command line.
    pub(super) const fn look(name: &'static str, doc: &'static str, op: Op, look: Look) -> Self {
        Self {
            name,
            doc,
            group: Group::Look,
            scope: Scope::CommandLine,
            keys: &[],
            op: Some(op),
            need: Need::Nothing,
            guard: Guard::None,
            args: &[],
            run: Run::Look(look),
            look: Some(look),
        }
    }

    /// A row that prints on the command line what is known without a host.
    pub(super) const fn page(name: &'static str, doc: &'static str, look: Look) -> Self {
        Self { op: None, ..Self::look(name, doc, Op::Hypervisor, look) }
    }

    pub(super) const fn under(self, group: Group) -> Self {
        Self { group, ..self }
    }

    pub(super) const fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub(super) const fn needs(self, need: Need) -> Self {
        Self { need, ..self }
    }

    pub(super) const fn asks(self, op: Op) -> Self {
        Self { op: Some(op), ..self }
    }

    pub(super) const fn guarded(self, guard: Guard) -> Self {
        Self { guard, ..self }
    }

    pub(super) const fn looks(self, look: Look) -> Self {
        Self { look: Some(look), ..self }
    }

    pub(super) const fn with(self, args: &'static [Arg]) -> Self {
        Self { args, ..self }
    }
}

impl Arg {
    /// One that must be given.
    pub(super) const fn must(name: &'static str, doc: &'static str) -> Self {
        Self { name, optional: false, doc, kind: ArgKind::Word }
    }

    /// One that may be left out.
    pub(super) const fn may(name: &'static str, doc: &'static str) -> Self {
        Self { name, optional: true, doc, kind: ArgKind::Word }
    }

    /// The same with what can stand there.
    pub(super) const fn of(self, kind: ArgKind) -> Self {
        Self { kind, ..self }
    }
}
