//! Words a user typed against words there are: the palette's fuzzy match.

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
    fn a_match_at_the_start_of_words_beats_one_in_their_middle() {
        assert!(fuzzy("sc", "sort-cpu") > fuzzy("sc", "disconnect"));
        assert!(fuzzy("cpu", "sort-cpu") > fuzzy("cpu", "columns-pool-up"));
        assert_eq!(fuzzy("xyz", "sort-cpu"), None);
    }
}
