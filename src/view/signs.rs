//! What things are drawn with: braille and rounded lines, blocks and square lines, or plain ASCII.

use crate::{
    app::Glyphs,
    model::{DomainState, Snapshot},
};

/// One set of glyphs. All but words are one cell wide.
#[derive(Debug)]
pub(super) struct Signs {
    /// Instead of what does not fit.
    pub(super) ellipsis: &'static str,
    /// Instead of a value nobody tells.
    pub(super) missing: &'static str,
    /// Between things of one line.
    pub(super) dot: &'static str,
    /// Sorted with the smallest first, and what is sent.
    pub(super) up: &'static str,
    /// Sorted with the largest first, and what is received.
    pub(super) down: &'static str,
    /// More to the left, to the right.
    pub(super) more: [&'static str; 2],
    /// From one value to another.
    pub(super) to: &'static str,
    /// A marked row.
    pub(super) mark: &'static str,
    /// A row something is on its way for.
    pub(super) pending: &'static str,
    /// At the left of the row under the cursor.
    pub(super) cursor: &'static str,
    /// What we did, a guest, another tool, the host.
    pub(super) who: [&'static str; 4],
    /// A driver that answers, one that half does, one that does not.
    pub(super) lights: [&'static str; 3],
    /// States in the order of [`state`].
    states: [&'static str; 8],
    /// Lines by arms: up 1, right 2, down 4, left 8.
    pub(super) lines: [&'static str; 16],
    /// A slim bar: full, half, empty.
    pub(super) bar: [&'static str; 3],
    /// Levels of one cell, from the least to the full one.
    pub(super) levels: &'static [&'static str],
    /// Whether an area is drawn in braille, two columns to a cell.
    pub(super) braille: bool,
    /// Before and after a plus or minus, and the micro sign.
    pub(super) about: &'static str,
    /// Between the threads of one core.
    pub(super) joined: &'static str,
    /// Cells of the Pins panel.
    pub(super) pins: Pins,
    /// Before what is wrong.
    pub(super) warn: &'static str,
    /// Before what is folded away.
    pub(super) folded: &'static str,
    /// Before what can be folded away.
    pub(super) unfolded: &'static str,
}

/// What a cell of the Pins panel says: each tells itself from the others without a colour.
#[derive(Debug)]
pub(super) struct Pins {
    /// May run there.
    pub(super) may: &'static str,
    /// May run there, and would rather elsewhere.
    pub(super) rather_not: &'static str,
    /// Would rather run there, and may not.
    pub(super) in_vain: &'static str,
    /// May not run there.
    pub(super) not: &'static str,
    /// To be let in.
    pub(super) added: &'static str,
    /// To be taken out.
    pub(super) removed: &'static str,
    /// Is there.
    pub(super) here: &'static str,
    /// Is there, and may not stay.
    pub(super) leaving: &'static str,
    /// Is offline.
    pub(super) offline: &'static str,
}

const BLOCKS: &[&str] = &["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

const BRAILLE: Signs = Signs {
    ellipsis: "…",
    missing: "—",
    dot: "·",
    up: "▴",
    down: "▾",
    more: ["‹", "›"],
    to: "→",
    mark: "*",
    pending: "↻",
    cursor: "▌",
    who: ["◆", "▴", "◇", "■"],
    lights: ["●", "◐", "○"],
    // None of these has an emoji form: some terminals draw those two cells wide.
    states: ["►", "●", "‖", "■", "✗", "†", "○", "?"],
    lines: [" ", "╵", "╶", "╰", "╷", "│", "╭", "├", "╴", "╯", "─", "┴", "╮", "┤", "┬", "┼"],
    bar: ["━", "╸", "─"],
    levels: BLOCKS,
    braille: true,
    about: "±",
    joined: "─",
    pins: Pins {
        may: "■",
        rather_not: "▤",
        in_vain: "○",
        not: "·",
        added: "+",
        removed: "□",
        here: "◆",
        leaving: "◈",
        offline: "x",
    },
    warn: "!",
    folded: "▸",
    unfolded: "▾",
};

const BLOCK: Signs = Signs {
    lines: [" ", "╵", "╶", "└", "╷", "│", "┌", "├", "╴", "┘", "─", "┴", "┐", "┤", "┬", "┼"],
    states: ["►", "•", "‖", "■", "x", "†", "○", "?"],
    who: ["♦", "▲", "◊", "■"],
    lights: ["●", "•", "○"],
    up: "▲",
    down: "▼",
    bar: ["█", "▌", "░"],
    braille: false,
    ..BRAILLE
};

const ASCII: Signs = Signs {
    ellipsis: "$",
    missing: "-",
    dot: "|",
    up: "^",
    down: "v",
    more: ["<", ">"],
    to: ">",
    mark: "*",
    pending: "~",
    cursor: ">",
    who: ["*", "^", "o", "#"],
    lights: ["+", "%", "-"],
    states: [">", ".", "=", "v", "X", "d", "o", "?"],
    lines: [" ", "|", "-", "+", "|", "|", "+", "+", "-", "+", "-", "+", "+", "+", "+", "+"],
    bar: ["#", "=", "."],
    levels: &[".", "-", "=", "#"],
    braille: false,
    about: "+/-",
    joined: "-",
    pins: Pins {
        may: "#",
        rather_not: "=",
        in_vain: "o",
        not: ".",
        added: "+",
        removed: "-",
        here: "@",
        leaving: "%",
        offline: "x",
    },
    warn: "!",
    folded: "+",
    unfolded: "-",
};

/// The set for a setting.
pub(super) const fn of(glyphs: Glyphs) -> &'static Signs {
    match glyphs {
        Glyphs::Braille => &BRAILLE,
        Glyphs::Block => &BLOCK,
        Glyphs::Ascii => &ASCII,
    }
}

impl Pins {
    /// All of them.
    #[cfg(test)]
    const fn all(&self) -> [&'static str; 9] {
        let Self { may, rather_not, in_vain, not, added, removed, here, leaving, offline } = *self;
        [may, rather_not, in_vain, not, added, removed, here, leaving, offline]
    }
}

impl Signs {
    /// The sign of a state: it tells states apart where colours do not.
    pub(super) const fn state(&self, state: DomainState) -> &'static str {
        self.states[place(state)]
    }
}

/// States in the order they are counted.
const STATES: [DomainState; 8] = [
    DomainState::Running,
    DomainState::Blocked,
    DomainState::Paused,
    DomainState::ShutDown(crate::model::ShutdownReason::Poweroff),
    DomainState::Crashed,
    DomainState::Dying,
    DomainState::Off,
    DomainState::Unknown,
];

/// Each state that occurs among a host's domains, and how often.
pub(super) fn counts(snapshot: &Snapshot) -> impl Iterator<Item = (DomainState, u32)> {
    let mut counts = [0; STATES.len()];
    snapshot.domains.iter().for_each(|domain| counts[place(domain.state)] += 1);
    STATES.into_iter().zip(counts).filter(|(_, number)| *number > 0)
}

/// The place of a state in [`STATES`].
const fn place(state: DomainState) -> usize {
    match state {
        DomainState::Running => 0,
        DomainState::Blocked => 1,
        DomainState::Paused => 2,
        DomainState::ShutDown(_) => 3,
        DomainState::Crashed => 4,
        DomainState::Dying => 5,
        DomainState::Off => 6,
        DomainState::Unknown => 7,
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_sign_is_one_cell_and_states_differ_by_sign() {
        for set in [&BRAILLE, &BLOCK, &ASCII] {
            let signs =
                set.states.iter().chain(&set.lines).chain(set.levels).chain(&set.bar).chain(&set.lights);
            let pins = set.pins.all();
            for sign in signs.chain(&pins).chain(&set.who).chain([
                &set.ellipsis,
                &set.missing,
                &set.cursor,
                &set.up,
                &set.down,
                &set.folded,
                &set.unfolded,
            ]) {
                assert_eq!(sign.width(), 1, "{sign:?}");
            }
            let mut distinct = pins.to_vec();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), pins.len());
            let mut states = set.states.to_vec();
            states.sort_unstable();
            states.dedup();
            assert_eq!(states.len(), 8);
        }
    }

    #[test]
    fn ascii_is_ascii() {
        let signs = ASCII.states.iter().chain(&ASCII.lines).chain(ASCII.levels).chain(&ASCII.bar);
        let words =
            [ASCII.ellipsis, ASCII.missing, ASCII.dot, ASCII.up, ASCII.down, ASCII.cursor, ASCII.about];
        assert!(ASCII.pins.all().iter().all(|sign| sign.is_ascii()));
        assert!(
            signs
                .chain(&ASCII.lights)
                .chain(&ASCII.more)
                .chain(&ASCII.who)
                .chain(&words)
                .all(|sign| sign.is_ascii())
        );
    }
}
