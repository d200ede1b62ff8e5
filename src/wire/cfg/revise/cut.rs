//! Items of a list taken away: each with a comma and the comment behind it in its line, so that those that stay keep
//! what is said of them.
//!
//! ```text
//!  disk = [ # all
//!    'phy:/dev/a,xvda,w', # first        a line that is of nothing else goes whole
//!    # second:                           a comment in a line of its own stays, whomever it is about
//!    'phy:/dev/b,xvdb,w', 'file:/c,xvdc,w' ]
//! ```

use std::ops::Range;

/// A list of a text: it from bracket to bracket, and its items.
pub(super) struct Listed<'a> {
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
    pub(super) items: Vec<Range<usize>>,
}

impl Listed<'_> {
    /// What to cut for some neighbours to be gone, in order.
    pub(super) fn cuts(&self, gone: Range<usize>) -> Vec<Range<usize>> {
        let mut cuts = self.items[gone.clone()].to_vec();
        cuts.extend(self.commas(&gone));
        cuts.extend(gone.clone().filter_map(|item| self.comment(item, &gone)));
        cuts.sort_by_key(|cut| cut.start);
        let mut whole: Vec<Range<usize>> = Vec::new();
        for cut in cuts {
            match whole.last_mut() {
                Some(last) if self.text[last.end..cut.start].chars().all(is_blank) => last.end = cut.end,
                _ => whole.push(cut),
            }
        }
        whole.into_iter().map(|cut| self.tidy(cut)).collect()
    }

    /// A comma for each: those behind them, but those before them where lines begin with a comma, or where the last
    /// has none behind it.
    fn commas(&self, gone: &Range<usize>) -> Vec<Range<usize>> {
        let last = gone.end == self.items.len() && self.comma(gone.end).is_none();
        let leads = |comma: Range<usize>| self.text[self.before(gone.start)..comma.start].contains('\n');
        let first =
            if last || self.comma(gone.start).is_some_and(leads) { gone.start } else { gone.start + 1 };
        (first..first + gone.len()).filter_map(|place| self.comma(place)).collect()
    }

    /// Where the item before a place is over.
    fn before(&self, place: usize) -> usize {
        place.checked_sub(1).map_or(self.span.start, |before| self.items[before].end)
    }

    /// What stands between the item before a place and the one at it.
    fn gap(&self, place: usize) -> Range<usize> {
        self.before(place)..self.items.get(place).map_or(self.span.end, |item| item.start)
    }

    /// The comma there; not one in a comment.
    fn comma(&self, place: usize) -> Option<Range<usize>> {
        let gap = self.gap(place);
        let mut at = gap.start;
        for line in self.text[gap].split_inclusive('\n') {
            let code = line.split('#').next().unwrap_or_default();
            if let Some(comma) = code.find(',') {
                return Some(at + comma..at + comma + 1);
            }
            at += line.len();
        }
        None
    }

    /// The comment behind an item in its line, where no other that stays is in that line.
    fn comment(&self, item: usize, gone: &Range<usize>) -> Option<Range<usize>> {
        let gap = self.gap(item + 1);
        let (line, _) = self.text[gap.clone()].split_once('\n')?;
        let comment = gap.start + line.find('#')?..gap.start + line.trim_end().len();
        let stays = gone.start > 0 && !self.text[self.before(gone.start)..gap.start].contains('\n');
        (!stays).then_some(comment)
    }

    /// A cut with its line where nothing else is in it, else with the blanks that would be left over.
    fn tidy(&self, cut: Range<usize>) -> Range<usize> {
        let start = self.text[..cut.start].rfind('\n').map_or(0, |newline| newline + 1);
        let (before, rest) = (&self.text[start..cut.start], &self.text[cut.end..]);
        let after = rest.split('\n').next().unwrap_or_default();
        let is_last = after.trim().is_empty();
        if is_last && before.trim().is_empty() {
            return start..cut.end + rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        }
        if is_last {
            return start + before.trim_end_matches(is_blank).len()..cut.end;
        }
        let is_free = before.is_empty() || before.ends_with(is_blank) || before.ends_with('[');
        let blanks = if is_free { after.len() - after.trim_start_matches(is_blank).len() } else { 0 };
        cut.start..cut.end + blanks
    }
}

const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::cfg::{Config, Value};

    /// A list without some of its items.
    fn without(list: &str, gone: Range<usize>) -> String {
        let mut text = format!("k = {list}\n");
        let config = Config::parse(&text).unwrap();
        let node = &config.settings[0].node;
        let Value::List(items) = &node.value else { unreachable!("a list was parsed") };
        let items = items.iter().map(|item| item.span.clone()).collect();
        let listed = Listed { text: &config.text, span: node.span.clone(), items };
        for cut in listed.cuts(gone).into_iter().rev() {
            text.replace_range(cut, "");
        }
        text.trim_start_matches("k = ").trim_end_matches('\n').to_owned()
    }

    #[test]
    fn items_go_with_a_comma_and_the_blanks_they_leave() {
        for (list, gone, left) in [
            ("['a', 'b', 'c']", 0..1, "['b', 'c']"),
            ("['a', 'b', 'c']", 1..2, "['a', 'c']"),
            ("['a', 'b', 'c']", 2..3, "['a', 'b']"),
            ("['a', 'b', 'c']", 1..3, "['a']"),
            ("[ 'a','b', ]", 1..2, "[ 'a', ]"),
            ("[ 'a' , 'b' ]", 1..2, "[ 'a' ]"),
            ("[ 'a', 'b' ]", 0..2, "[ ]"),
            ("['a', 'b']", 0..2, "[]"),
        ] {
            assert_eq!(without(list, gone), left, "{list}");
        }
    }

    #[test]
    fn comments_go_with_what_they_stand_behind_and_no_other() {
        let lines = "[ # all\n 'a', # of a, b\n # of b:\n 'b', # b\n 'c', 'd' # both\n]";
        for (gone, left) in [
            (0..1, lines.replace(" 'a', # of a, b\n", "")),
            (1..2, lines.replace(" 'b', # b\n", "")),
            (0..2, lines.replace(" 'a', # of a, b\n", "").replace(" 'b', # b\n", "")),
            (2..3, lines.replace("'c', ", "")),
            (3..4, lines.replace(", 'd'", "")),
            (2..4, lines.replace("'b',", "'b'").replace(" 'c', 'd' # both\n", "")),
            (0..4, "[ # all\n # of b:\n]".to_owned()),
        ] {
            assert_eq!(without(lines, gone.clone()), left, "{gone:?}");
        }
        let leading = "[ 'a' # of a\r\n , 'b' # of b\r\n , 'c' ]";
        for (gone, left) in [
            (0..1, "[\r\n 'b' # of b\r\n , 'c' ]"),
            (1..2, "[ 'a' # of a\r\n , 'c' ]"),
            (2..3, "[ 'a' # of a\r\n , 'b' # of b\r\n ]"),
        ] {
            assert_eq!(without(leading, gone.clone()), left, "{gone:?}");
        }
    }
}
