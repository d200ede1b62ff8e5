//! The name that was meant, where one was mistyped.

/// Names longer than this are compared by their beginning: a wrong name may come from anywhere.
const LONGEST: usize = 64;

/// The names near enough to `wanted` to have been meant, nearest first.
///
/// Near enough: a third of the letters differ at most (never all of them), or one begins with the other.
pub fn near<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = letters(wanted);
    let limit = wanted.len().div_ceil(3).min(wanted.len().saturating_sub(1));
    let scored = names.into_iter().map(|name| (score(&wanted, &letters(name)), name));
    let mut near: Vec<_> = scored.filter(|(score, _)| *score <= limit).collect();
    near.sort_by_key(|(score, _)| *score);
    near.into_iter().map(|(_, name)| name).collect()
}

/// The name nearest to `wanted`, where one is near enough to have been meant.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(wanted, names).first().copied()
}

/// ``; did you mean `…`?``, or nothing where no name is near.
pub fn suggestion<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, names).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn letters(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// How far two names are apart; a name that only lacks its end is as near as one with a wrong letter.
fn score(wanted: &[char], name: &[char]) -> usize {
    let begins = wanted.len() > 1 && name.len() > 1 && (name.starts_with(wanted) || wanted.starts_with(name));
    if begins { usize::from(name != wanted) } else { distance(wanted, name) }
}

/// Levenshtein's distance: letters to add, drop or change.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_that_was_meant() {
        let names = ["uri", "theme", "interval", "columns"];
        for (wanted, meant) in [
            ("intervall", Some("interval")),
            ("thme", Some("theme")),
            ("col", Some("columns")),
            ("URI", Some("uri")),
            ("network", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, names), meant, "{wanted}");
        }
    }

    #[test]
    fn distance_counts_single_letters() {
        let apart = |a: &str, b: &str| distance(&letters(a), &letters(b));
        assert_eq!(apart("kitten", "sitting"), 3);
        assert_eq!(apart("", "abc"), 3);
        assert_eq!(apart("abc", "abc"), 0);
    }
}
