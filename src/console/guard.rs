//! What a guest's bytes must pass before they reach an emulator, a ring or a file.
//!
//! Out go the strings a terminal would take for its own use (OSC with its titles, clipboard and links; DCS with its
//! sixels and settings; APC, PM, SOS), C1 controls, and control sequences that change how keys, the mouse or the window
//! behave, that print, or that ask what only the operator's terminal could answer. What passes moves a cursor, colours
//! and clears. The result does not depend on how the bytes were split into reads.

mod sequence;

use self::sequence::{MOST, Opens, Verdict, end_of_string, plain, sequence, unfinished};

/// The filter. It holds back at most the beginning of one sequence.
#[derive(Debug, Default)]
pub struct Guard {
    /// The beginning of a sequence or character whose end did not come yet.
    held: Vec<u8>,
    inside: Inside,
    midway: bool,
}

/// What is being taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    /// Nothing: bytes pass.
    #[default]
    Nothing,
    /// A string that ends as this kind does.
    Text(Opens),
    /// A control sequence longer than any of use.
    Overlong,
}

impl Guard {
    /// Nothing held, nothing begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the guest is in the midst of an update of its screen (mode 2026): what is on it is half done.
    pub const fn midway(&self) -> bool {
        self.midway
    }

    /// Passes on what may pass, in as few pieces as can be.
    pub fn feed(&mut self, bytes: &[u8], mut sink: impl FnMut(&[u8])) {
        let mut at = self.resume(bytes, &mut sink);
        let mut clean = at;
        while at < bytes.len() {
            if self.inside != Inside::Nothing {
                at += self.skip(&bytes[at..]);
                clean = at;
                continue;
            }
            at += plain(&bytes[at..]);
            if at == bytes.len() {
                break;
            }
            let Some((length, verdict)) = sequence(&bytes[at..]) else { break };
            if verdict != Verdict::Keep {
                pass(&bytes[clean..at], &mut sink);
                clean = at + length;
                self.obey(verdict);
            }
            at += length;
        }
        let end = if at == bytes.len() { at - unfinished(&bytes[clean..at]) } else { at };
        pass(&bytes[clean..end], &mut sink);
        self.held.extend_from_slice(&bytes[end..]);
    }

    /// Ends what was held back, with the bytes that came now. Returns how many of them it took.
    fn resume(&mut self, bytes: &[u8], sink: &mut impl FnMut(&[u8])) -> usize {
        let before = self.held.len();
        if before == 0 {
            return 0;
        }
        let more = bytes.len().min(MOST - before);
        self.held.extend_from_slice(&bytes[..more]);
        let Some((length, verdict)) = sequence(&self.held) else { return more };
        if verdict == Verdict::Keep {
            pass(&self.held[..length], sink);
        }
        self.held.clear();
        self.obey(verdict);
        length - before
    }

    /// How many of these bytes belong to what is taken out.
    fn skip(&mut self, bytes: &[u8]) -> usize {
        let end = match self.inside {
            Inside::Nothing => return 0,
            Inside::Text(opens) => end_of_string(opens, bytes),
            Inside::Overlong => {
                bytes.iter().position(|byte| matches!(byte, 0x18 | 0x1a | 0x1b | 0x40..=0x7e))
            }
        };
        let Some(end) = end else { return bytes.len() };
        self.inside = Inside::Nothing;
        // An escape ends it and begins the next sequence.
        end + usize::from(bytes[end] != 0x1b)
    }

    fn obey(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Keep | Verdict::Drop => {}
            Verdict::Midway(midway) => self.midway = midway,
            Verdict::Opens(opens) => self.inside = Inside::Text(opens),
            Verdict::Overlong => self.inside = Inside::Overlong,
        }
    }
}

fn pass(bytes: &[u8], sink: &mut impl FnMut(&[u8])) {
    if !bytes.is_empty() {
        sink(bytes);
    }
}
