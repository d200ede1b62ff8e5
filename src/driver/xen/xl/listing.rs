//! What `xl list` prints, read.

use serde_json::Value;
use uuid::Uuid;

use crate::{
    driver::{Answer, Error},
    model::{KiB, Kind},
};

/// A row of `xl list -v`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Whose it is.
    pub(super) uuid: Uuid,
    /// The memory it has.
    pub(super) memory: KiB,
    /// Its state in xl's letters: `-b----`.
    state: String,
}

/// The one row of `xl list -v ID`, its columns partly apart by tabs:
///
/// ```text
/// Name        ID   Mem VCPUs State  Time(s)   UUID                                  Reason-Code Security Label
/// web 1        1    96     1 -b----     4.2   8d3f0a1e-e8d5-11f1-9660-bd06823f0603            -              -
/// ```
///
/// A name may hold anything, so the row is read from its end: its uuid is the last word that is one, and the other
/// columns are counted from there.
pub(super) fn row(text: &str) -> Option<Row> {
    let words: Vec<&str> = text.lines().next_back()?.split_whitespace().collect();
    let at = words.iter().rposition(|word| word.len() == 36 && Uuid::try_parse(word).is_ok())?;
    let [.., memory, _vcpus, state, _time] = words[..at] else { return None };
    let mebibytes: u64 = memory.parse().ok()?;
    let uuid = Uuid::try_parse(words[at]).ok()?;
    Some(Row { uuid, memory: KiB(mebibytes.saturating_mul(1024)), state: state.to_owned() })
}

impl Row {
    /// How the domain is, in words.
    pub(super) fn phrase(&self) -> &'static str {
        let has = |letter| self.state.contains(letter);
        match () {
            () if has('d') => "it is being taken apart",
            () if has('c') => "it has crashed",
            () if has('s') => "it stands suspended and was not resumed",
            () if has('p') => "it is paused",
            () => "it still runs",
        }
    }
}

/// A domain's configuration.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// As xl printed it.
    pub(super) text: String,
    uuid: Option<Uuid>,
}

impl Kept {
    /// The object libxl keeps, `libxl_domain_config`.
    pub(super) fn config(&self) -> Value {
        let object = serde_json::from_str::<Value>(&self.text).unwrap_or_default();
        object.get("config").cloned().unwrap_or_default()
    }

    /// Whether it names another domain; one that names none may be of any.
    pub(super) fn is_of_another(&self, uuid: Uuid) -> bool {
        self.uuid.is_some_and(|kept| kept != uuid)
    }
}

/// The one object in the array `xl list -l ID` prints, as it stands there; none where the array is empty, for xl
/// leaves out a domain whose configuration it cannot read.
pub(super) fn configuration(text: &str) -> Answer<Option<Kept>> {
    let unread = |why: String| Error::new(Kind::Malformed, format!("read what xl list -l prints: {why}"));
    let objects: Vec<Value> = serde_json::from_str(text).map_err(|error| {
        unread(format!("it is no JSON: {error}")).hint("output_format in /etc/xen/xl.conf must be json")
    })?;
    let inside = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match (objects.as_slice(), inside) {
        ([], _) => Ok(None),
        ([object], Some(text)) if object.is_object() => {
            Ok(Some(Kept { text: text.trim().to_owned(), uuid: uuid(object) }))
        }
        _ => Err(unread("it is something else than one domain".into())),
    }
}

fn uuid(object: &Value) -> Option<Uuid> {
    Uuid::try_parse(object.pointer("/config/c_info/uuid")?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_is_read_from_its_end_whatever_the_name_is() {
        for name in ["web", "a b", "--p--- 1.0 00000000-0000-0000-0000-000000000000", "", "né"] {
            let text = format!(
                "Name  ID\n{name}   1    96     1\t-b----\t       4.2 4c2840a8-e8d5-11f1-9660-bd06823f0603        -                -\n"
            );
            let row = row(&text).expect("it is a row");
            assert_eq!(row.uuid.to_string(), "4c2840a8-e8d5-11f1-9660-bd06823f0603", "{name}");
            assert_eq!((row.state.as_str(), row.memory), ("-b----", KiB(96 << 10)), "{name}");
        }
        assert_eq!(row("Name  ID   Mem VCPUs\tState\tTime(s)\n"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_listed_is_read(text in any::<String>()) {
            let _ = (row(&text), configuration(&text).is_ok());
        }
    }
}
