//! Words a user typed against words there are: the nearest name, and the palette's fuzzy match.

/// Longest word that is compared: what is longer was not meant to be a name.
const LONGEST: usize = 40;

/// The name nearest to what was typed, where one is near enough to have been meant.
pub fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = typed.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
    let near = names.map(|name| (distance(&typed, name), name)).min_by_key(|(far, _)| *far)?;
    (near.0 <= typed.len().div_ceil(3)).then_some(near.1)
}

/// How many letters must be put in, left out or changed to make one of the other (Levenshtein).
fn distance(typed: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=typed.len()).collect();
    for (i, n) in name.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, t) in typed.iter().enumerate() {
            let change = corner + usize::from(*t != n);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[typed.len()]
}

/// How well `typed` matches `text` as letters in order, best first is highest; none where a letter is missing.
///
/// Letters at the start of a word and letters in a row count more; early matches win over late ones.
pub fn fuzzy(typed: &str, text: &str) -> Option<i32> {
    let mut score = 0;
    let mut before = ' ';
    let mut run = 0;
    let mut rest = text.chars().flat_map(char::to_lowercase).enumerate();
    for wanted in typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        loop {
            let (place, c) = rest.next()?;
            let starts = !before.is_alphanumeric();
            before = c;
            if c == wanted {
                score += 10 + 30 * run + if starts { 25 } else { 0 };
                score -= i32::try_from(place.min(20)).unwrap_or(20);
                run += 1;
                break;
            }
            run = 0;
        }
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_typing_error_away() {
        let names = ["sort-cpu", "sort-mem", "freeze", "quit"];
        assert_eq!(nearest("sort-cpi", names.into_iter()), Some("sort-cpu"));
        assert_eq!(nearest("freze", names.into_iter()), Some("freeze"));
        assert_eq!(nearest("elephants", names.into_iter()), None);
    }

    #[test]
    fn a_match_at_the_start_of_words_beats_one_in_their_middle() {
        assert!(fuzzy("sc", "sort-cpu") > fuzzy("sc", "disconnect"));
        assert!(fuzzy("cpu", "sort-cpu") > fuzzy("cpu", "columns-pool-up"));
        assert_eq!(fuzzy("xyz", "sort-cpu"), None);
    }
}
