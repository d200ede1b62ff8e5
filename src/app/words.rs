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

/// A line into words at white space; quotes of either kind and a backslash keep it in a word.
///
/// An open quote goes to the end of the line: it is being typed.
pub fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (letter, quote) {
            ('\\', _) => word.get_or_insert_default().extend(letters.next()),
            (_, Some(open)) if letter == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (_, None) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// A word as [`split`] gives it back.
pub fn quote(word: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\');
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_a_shell_would() {
        assert_eq!(split("pin web1  0 0-3"), ["pin", "web1", "0", "0-3"]);
        assert_eq!(split(r#"rename "my vm" a\ b ''"#), ["rename", "my vm", "a b", ""]);
        assert_eq!(split("  "), Vec::<String>::new());
        assert_eq!(split("save web1 \"/tmp/a b"), ["save", "web1", "/tmp/a b"]);
    }

    #[test]
    fn what_is_quoted_comes_back_as_one_word() {
        for word in ["web1", "my vm", "a\"b\\c", "", "it's"] {
            assert_eq!(split(&quote(word)), [word]);
        }
    }

    #[test]
    fn a_match_at_the_start_of_words_beats_one_in_their_middle() {
        assert!(fuzzy("sc", "sort-cpu") > fuzzy("sc", "disconnect"));
        assert!(fuzzy("cpu", "sort-cpu") > fuzzy("cpu", "columns-pool-up"));
        assert_eq!(fuzzy("xyz", "sort-cpu"), None);
    }
}
