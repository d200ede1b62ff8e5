//! The name somebody probably meant.

/// `; did you mean "text"?`, or nothing where no name is near.
pub(super) fn among<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> String {
    let nearest = names.map(|name| (distance(word, name), name)).min();
    match nearest {
        Some((distance, name)) if distance <= word.len().max(3) / 2 => format!("; did you mean {name:?}?"),
        _ => String::new(),
    }
}

/// How many letters must be put in, taken out or changed to make one word of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    // Longer than any name: whatever it is, it is not near.
    for (i, a) in one.chars().take(64).enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, &b) in other.iter().enumerate() {
            let changed = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_the_one_with_fewest_changes() {
        assert_eq!((distance("text", "text"), distance("txet", "text"), distance("", "text")), (0, 2, 4));
        assert_eq!(among("selektion", ["text", "selection"].into_iter()), "; did you mean \"selection\"?");
        assert_eq!(among("zzzzzz", ["text", "selection"].into_iter()), "");
    }
}
