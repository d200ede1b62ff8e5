//! Words a user typed: the palette's fuzzy match, lines into words and back.

/// How well `typed` matches `text` as letters in order, best first is highest; none where a letter is missing.
///
/// Letters at the start of a word and letters in a row count more; early matches win over late ones.
pub fn fuzzy(typed: &str, text: &str) -> Option<i32> {
    found(typed, text).map(|(score, _)| score)
}

/// The places in `text`, counted in letters, that [`fuzzy`] finds; none where a letter is missing.
pub fn matched(typed: &str, text: &str) -> Vec<usize> {
    found(typed, text).map(|(_, places)| places).unwrap_or_default()
}

fn found(typed: &str, text: &str) -> Option<(i32, Vec<usize>)> {
    let (mut score, mut places) = (0, Vec::new());
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
                places.push(place);
                break;
            }
            run = 0;
        }
    }
    Some((score, places))
}

/// A line into words at white space; quotes of either kind and a backslash keep it in a word.
///
/// An open quote goes to the end of the line: it is being typed.
pub fn split(line: &str) -> Vec<String> {
    let (words, last) = scan(line);
    words.into_iter().chain(last.map(|(_, word)| word)).collect()
}

/// The words before the one that is being typed at the end of a line; where that begins, and what it is so far.
pub fn last(line: &str) -> (Vec<String>, usize, String) {
    let (words, last) = scan(line);
    let (start, word) = last.unwrap_or((line.len(), String::new()));
    (words, start, word)
}

/// The words that have ended, and the one that has not with where it begins.
fn scan(line: &str) -> (Vec<String>, Option<(usize, String)>) {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<(usize, String)>, None);
    let mut letters = line.char_indices();
    while let Some((at, letter)) = letters.next() {
        let open = quote.is_some();
        if !open && letter.is_whitespace() {
            words.extend(word.take().map(|(_, word)| word));
            continue;
        }
        let (_, text) = word.get_or_insert_with(|| (at, String::new()));
        match (letter, quote) {
            ('\\', _) => text.extend(letters.next().map(|(_, letter)| letter)),
            (_, Some(mark)) if letter == mark => quote = None,
            ('"' | '\'', None) => quote = Some(letter),
            _ => text.push(letter),
        }
    }
    (words, word)
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
    fn the_word_being_typed_is_told_from_those_that_have_ended() {
        let last = |line| {
            let (words, start, word) = last(line);
            (words.join("|"), start, word)
        };
        assert_eq!(last("setmem we"), ("setmem".into(), 7, "we".into()));
        assert_eq!(last("setmem "), ("setmem".into(), 7, String::new()));
        assert_eq!(last("save \"my vm\" \"/tmp/a b"), ("save|my vm".into(), 13, "/tmp/a b".into()));
        assert_eq!(last("rename \"my v\"m"), ("rename".into(), 7, "my vm".into()));
        assert_eq!(last(""), (String::new(), 0, String::new()));
    }

    #[test]
    fn the_letters_that_were_found_are_told() {
        assert_eq!(matched("scpu", "sort-cpu"), [0, 5, 6, 7]);
        assert!(matched("xyz", "sort-cpu").is_empty() && matched("", "x").is_empty());
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
