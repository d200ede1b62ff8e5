//! Text against text, in any case and without allocating: it is asked of every domain at every tick.

use crate::model::Domain;

/// From this length on a word is also looked for in uuids: shorter ones are in too many of them.
const UUID_PART: usize = 4;

/// What a text is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// It is to be somewhere in the text.
    Within(Vec<char>),
    /// It is to be all of the text; `*` stands for any characters, `?` for one.
    Whole(Vec<char>),
}

impl Pattern {
    pub(super) fn within(word: &str) -> Self {
        Self::Within(word.chars().map(fold).collect())
    }

    pub(super) fn whole(word: &str) -> Self {
        Self::Whole(word.chars().map(fold).collect())
    }

    /// As the value of `name:` is meant: all of it where it has `*` or `?`, else a part.
    pub(super) fn meant(word: &str) -> Self {
        if word.contains(['*', '?']) { Self::whole(word) } else { Self::within(word) }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Within(part) => contains(text, part),
            Self::Whole(glob) => matches_glob(text, glob),
        }
    }

    /// Whether it is in a domain's name, id or uuid.
    pub(super) fn found_in(&self, domain: &Domain) -> bool {
        let Self::Within(part) = self else { return self.matches(domain.name.raw()) };
        contains(domain.name.raw(), part)
            || domain.key.id.is_some_and(|id| in_number(id.0, part))
            || (part.len() >= UUID_PART && self.in_uuid(domain))
    }

    pub(super) fn in_uuid(&self, domain: &Domain) -> bool {
        let mut buffer = uuid::Uuid::encode_buffer();
        self.matches(domain.key.uuid.as_hyphenated().encode_lower(&mut buffer))
    }
}

/// One character for both cases.
fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn contains(text: &str, part: &[char]) -> bool {
    let starts = |rest: &str| {
        let mut chars = rest.chars();
        part.iter().all(|p| chars.next().is_some_and(|c| fold(c) == *p))
    };
    part.is_empty() || text.char_indices().any(|(at, _)| starts(&text[at..]))
}

/// Whether a part stands in the decimal digits of a number.
fn in_number(number: u32, part: &[char]) -> bool {
    let mut digits = ['0'; 10];
    let mut from = digits.len();
    let mut rest = number;
    loop {
        from -= 1;
        digits[from] = char::from_digit(rest % 10, 10).unwrap_or('0');
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    !part.is_empty() && digits[from..].windows(part.len()).any(|w| w == part)
}

/// The usual glob with one way back: the last `*` takes one character more.
fn matches_glob(text: &str, glob: &[char]) -> bool {
    let (mut rest, mut at) = (text.chars(), 0);
    let mut back = None;
    loop {
        let here = rest.clone();
        match (rest.next(), glob.get(at)) {
            (_, Some('*')) => {
                (rest, at) = (here.clone(), at + 1);
                back = Some((here, at));
            }
            (Some(c), Some(p)) if *p == '?' || fold(c) == *p => at += 1,
            (None, None) => return true,
            _ => {
                let Some((mut from, after)) = back.take() else { return false };
                if from.next().is_none() {
                    return false;
                }
                (rest, at) = (from.clone(), after);
                back = Some((from, after));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_is_held_against_the_whole_text() {
        for (glob, text, fits) in [
            ("web*", "WEB-12", true),
            ("web*", "myweb", false),
            ("*-?", "a-b-c", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("*", "", true),
            ("?", "", false),
            ("ü*", "Übung", true),
        ] {
            assert_eq!(Pattern::whole(glob).matches(text), fits, "{glob} on {text}");
        }
    }

    #[test]
    fn a_part_of_an_id_is_found() {
        assert!(in_number(4123, &['1', '2']));
        assert!(in_number(0, &['0']));
        assert!(!in_number(0, &['0', '0']));
        assert!(!in_number(u32::MAX, &['5'; 11]));
    }
}
