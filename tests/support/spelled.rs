//! A canonical text of domain XML, spelled otherwise: other quotes, blanks and references, sections of character data,
//! comments, and elements and attributes that nobody knows.

/// The elements in which libvirt puts more than is understood, so that what is unknown in them has to stay.
const HOLD_MORE: &[&str] = &["domain", "os", "features", "clock", "cputune", "devices"];

/// A text spelled otherwise.
#[derive(Debug)]
pub struct Spelled {
    /// The text.
    pub text: String,
    /// What was put into it that a revision has to keep, in order.
    pub kept: Vec<String>,
}

/// Spells a canonical text by these choices, used again from the first when they are used up.
pub fn spell(canonical: &str, choices: &[u8]) -> Spelled {
    let mut speller =
        Speller { choices, at: 0, within: Vec::new(), spelled: String::new(), kept: Vec::new() };
    let mut rest = canonical;
    while let Some(from) = rest.find('<') {
        speller.text(&rest[..from]);
        let end = from + rest[from..].find('>').unwrap() + 1;
        speller.tag(&rest[from..end]);
        rest = &rest[end..];
    }
    speller.text(rest);
    Spelled { text: speller.spelled, kept: speller.kept }
}

struct Speller<'a> {
    choices: &'a [u8],
    at: usize,
    within: Vec<&'a str>,
    spelled: String,
    kept: Vec<String>,
}

impl<'a> Speller<'a> {
    /// A choice among so many.
    fn choose(&mut self, among: u8) -> u8 {
        self.at += 1;
        let choice = self.choices.get(self.at % self.choices.len().max(1)).copied().unwrap_or(0);
        // Mixed with the place, so that few choices do not mean few spellings.
        (choice ^ u8::try_from(self.at % 251).unwrap().wrapping_mul(choice | 1)) % among
    }

    fn tag(&mut self, tag: &'a str) {
        let name = tag.trim_matches(['<', '/', '>']).split([' ', '/']).next().unwrap();
        if tag.starts_with("</") {
            self.within.pop();
            let blank = if self.choose(6) == 0 { " >" } else { ">" };
            self.spelled.extend([tag.trim_end_matches('>'), blank]);
            return;
        }
        let at_once = tag.ends_with("/>");
        let inner = tag.trim_end_matches('>').trim_end_matches('/');
        let inner = if self.choose(2) == 0 { inner.replace('\'', "\"") } else { inner.to_owned() };
        let inner = if self.choose(5) == 0 { inner.replacen(' ', "\n   ", 1) } else { inner };
        let unknown = if self.choose(6) == 0 { " app:knob = '&lt;7'" } else { "" };
        let end = match (at_once, self.choose(4)) {
            (true, 0) => format!("></{name}>"),
            (true, 1) => " />".into(),
            (true, _) => "/>".into(),
            (false, 0) => " >".into(),
            (false, _) => ">".into(),
        };
        self.spelled.extend([inner.as_str(), unknown, &end]);
        if !at_once {
            self.within.push(name);
        }
    }

    fn text(&mut self, text: &str) {
        let prose = self.within.last() == Some(&"description");
        let between = text.trim().is_empty() && text.starts_with('\n') && !prose;
        if !between {
            return self.words(text);
        }
        let mark = format!("{:04}", self.at);
        let put = match self.choose(9) {
            0 => format!("\n<!--kept {mark} <b> & -->"),
            1 => format!("<!-- kept {mark} -->{text}"),
            2 if !self.within.is_empty() => {
                format!("{text}<app:kept-{mark} a='1'><b/> </app:kept-{mark}>{text}")
            }
            3 => String::new(),
            4 => text.replace('\n', "\r\n"),
            _ => text.to_owned(),
        };
        if put.contains("kept") && self.within.last().is_some_and(|name| HOLD_MORE.contains(name)) {
            self.kept.push(put.trim().to_owned());
        }
        self.spelled.push_str(&put);
    }

    fn words(&mut self, text: &str) {
        let plain = !text.contains(['&', '\r']) && !text.is_empty();
        match self.choose(6) {
            0 if plain => self.spelled.extend(["<![CDATA[", text, "]]>"]),
            1 if plain => self.spelled.extend(["<!-- aside -->", text, "<?aside?>"]),
            2 if plain => self.spelled.extend(text.chars().map(|c| format!("&#x{:x};", u32::from(c)))),
            _ => self.spelled.push_str(text),
        }
    }
}
