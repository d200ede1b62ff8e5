//! The text of one item of a list: the parts of it that differ changed, and what domtop does not read left beside them.

use crate::wire::cfg::{Dialect, disk};

/// A text of named parts, with those changed that differ between two others; none where its parts have no names.
pub(super) fn merged(standing: &str, old: &str, new: &str) -> Option<String> {
    let (old, new) = (named(old)?, named(new)?);
    let mut parts: Vec<(String, String)> = segments(standing)
        .map(|segment| Some((key(segment)?.to_owned(), segment.to_owned())))
        .collect::<Option<_>>()?;
    let value = |parts: &[(&str, &str)], key: &str| {
        parts.iter().find(|(other, _)| *other == key).map(|(_, value)| (*value).to_owned())
    };
    for (name, _) in &old {
        if value(&new, name).is_none() {
            parts.retain(|(key, _)| key != name);
        }
    }
    for (name, wanted) in &new {
        if value(&old, name).as_deref() == Some(*wanted) {
            continue;
        }
        let text = format!("{name}={wanted}");
        match parts.iter().position(|(key, _)| key == name) {
            Some(place) => {
                let segment = &mut parts[place].1;
                let blank = segment.len() - segment.trim_start().len();
                segment.replace_range(blank.., &text);
            }
            // The target takes all that follows it, so it stays last.
            None if parts.last().is_some_and(|(key, _)| key == "target") => {
                parts.insert(parts.len() - 1, ((*name).to_owned(), text));
            }
            None => parts.push(((*name).to_owned(), text)),
        }
    }
    Some(parts.into_iter().map(|(_, segment)| segment).collect::<Vec<_>>().join(","))
}

/// A new text of a disk with what stands beside the known parts of the old one put before it.
pub(super) fn beside(standing: &str, new: &str, dialect: Dialect) -> Option<String> {
    const KNOWN: [&str; 9] =
        ["format", "vdev", "access", "backendtype", "backend", "devtype", "specification", "target", "cdrom"];
    let foreign = segments(standing).map(str::trim).filter(|segment| match key(segment) {
        Some(key) => !KNOWN.contains(&key),
        None => disk::FLAGS.contains(segment),
    });
    let mut kept: Vec<_> = foreign.map(str::to_owned).collect();
    let mut new = new.to_owned();
    if let Some(script) = disk::script(standing) {
        if dialect.is_xl() {
            kept.push(format!("script=block-{script}"));
        } else {
            new = format!("{script}:{}", new.strip_prefix("file:")?);
        }
    } else if kept.is_empty() {
        return None;
    }
    kept.push(new);
    Some(kept.join(","))
}

/// Whether a script serves the disk a text says, by the word before its source or by name.
pub(super) fn is_scripted(text: &str) -> bool {
    disk::script(text).is_some() || segments(text).any(|segment| key(segment.trim()) == Some("script"))
}

/// The parts of a text, blanks and all; a target takes the rest of it.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        if text.trim_start().starts_with("target=") {
            rest = None;
            return Some(text);
        }
        let (part, after) = text.split_once(',').map_or((text, None), |(part, after)| (part, Some(after)));
        rest = after;
        Some(part)
    })
}

fn key(segment: &str) -> Option<&str> {
    segment.split_once('=').map(|(key, _)| key.trim()).filter(|key| !key.is_empty() && !key.contains('/'))
}

fn named(text: &str) -> Option<Vec<(&str, &str)>> {
    let parts = segments(text).filter(|segment| !segment.trim().is_empty());
    parts.map(|segment| Some((key(segment)?, segment.split_once('=')?.1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_that_differ_change() {
        let merged = |standing, old, new| merged(standing, old, new).unwrap();
        assert_eq!(
            merged("mac=1, bridge=a,rate=5", "mac=1,bridge=a", "mac=1,bridge=b"),
            "mac=1, bridge=b,rate=5"
        );
        assert_eq!(
            merged("vdev=a, x=1,target=/a,b", "vdev=a,target=/a,b", "vdev=a,access=ro,target=/c"),
            "vdev=a, x=1,access=ro,target=/c"
        );
        assert_eq!(merged("mac=1,ip=2", "mac=1,ip=2", "mac=1"), "mac=1");
    }

    #[test]
    fn what_stands_beside_stays() {
        assert_eq!(
            beside("/a,raw,hda,discard,script=x", "vdev=hda", Dialect::Xl).as_deref(),
            Some("discard,script=x,vdev=hda")
        );
        assert_eq!(beside("/a,raw,hda", "vdev=hda", Dialect::Xl), None);
    }
}
