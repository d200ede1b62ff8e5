//! What stands within one string of a list: `mac=00:16:3e:…,bridge=xenbr0`.

/// The parts of such a string: each key with its value; a part without a `=` has an empty key.
pub(super) fn parts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let part = |part: &'_ str| -> (usize, usize) { (part.find('=').unwrap_or(0), part.len()) };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(move |text| match part(text) {
        (0, _) => ("", text),
        (at, end) => (text[..at].trim_end(), text[at + 1..end].trim_start()),
    })
}

/// Puts parts together again; those without a value are left out.
pub(super) fn joined<'a>(parts: impl IntoIterator<Item = (&'a str, Option<String>)>) -> String {
    let said = parts.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?)));
    said.collect::<Vec<_>>().join(",")
}

/// A value, where it says anything.
pub(super) fn said(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}
