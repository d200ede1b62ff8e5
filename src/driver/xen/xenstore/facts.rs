//! What xenstore tells of one domain beyond names and devices, read in a few bursts.

use std::{fmt::Write, sync::Arc};

use uuid::Uuid;

use super::client::Client;
use crate::{driver::Answer, model::Name};

/// A guest may write as many errors as it likes; nobody reads more than these.
const MAX_ERRORS: usize = 32;
/// Words a guest's kernel says it obeys when written to `control/shutdown` (docs/misc/xenstore-paths.pandoc).
const FEATURES: [&str; 5] = ["poweroff", "reboot", "suspend", "s3", "s4"];

/// A fact: its label and its text.
type Fact = (Arc<str>, Name);

/// Labels in the order to show, each with its key; `@` stands for the domain's own directory, `#` for its VM's and
/// `%` for libxl's.
const KEYS: [(&str, &str); 14] = [
    ("console", "@/console/tty"),
    ("console type", "@/console/type"),
    ("serial", "@/serial/0/tty"),
    ("vnc port", "@/console/vnc-port"),
    ("vnc listens on", "@/console/vnc-listen"),
    ("started", "#/start_time"),
    ("kernel", "#/image/kernel"),
    ("os type", "#/image/ostype"),
    ("device model", "%/dm-version"),
    ("memory limit", "@/memory/static-max"),
    ("video memory", "@/memory/videoram"),
    ("asked to", "@/control/shutdown"),
    ("shut down for", "#/xend/last_shutdown_reason"),
    ("restarts", "#/xend/restart_count"),
];

/// The facts of one domain.
pub(super) fn read(id: u32, uuid: Uuid, client: &mut Client) -> Answer<Vec<Fact>> {
    let home = format!("/local/domain/{id}");
    let mut paths: Vec<String> = KEYS.iter().map(|(_, key)| resolve(key, id, uuid)).collect();
    paths.extend(FEATURES.map(|feature| format!("{home}/control/feature-{feature}")));
    let values = client.read_all(&paths)?;
    let (plain, features) = values.split_at(KEYS.len());
    let mut facts: Vec<Fact> = KEYS
        .iter()
        .zip(plain)
        .filter_map(|((label, _), value)| Some(fact(label, &worded(label, filled(value.as_deref())?)?)))
        .collect();
    facts.extend(obeyed(features).map(|words| fact("obeys", &words)));
    facts.extend(errors(id, client)?);
    Ok(facts)
}

fn resolve(key: &str, id: u32, uuid: Uuid) -> String {
    match key.split_at(1) {
        ("@", rest) => format!("/local/domain/{id}{rest}"),
        ("#", rest) => format!("/vm/{uuid}{rest}"),
        (_, rest) => format!("/libxl/{id}{rest}"),
    }
}

fn fact(label: &str, text: &str) -> Fact {
    (label.into(), Name::new(text))
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A value as it is shown: moments as dates, amounts with their unit; none where it says that there is none.
fn worded(label: &str, value: &str) -> Option<String> {
    match label {
        "started" => Some(moment(value).unwrap_or_else(|| value.into())),
        "video memory" if value == "0" => None,
        "memory limit" | "video memory" => Some(format!("{value} KiB")),
        _ => Some(value.into()),
    }
}

/// `sec.centisec` since 1970 as a date in UTC.
fn moment(value: &str) -> Option<String> {
    let seconds = value.split('.').next()?.parse().ok()?;
    Some(jiff::Timestamp::from_second(seconds).ok()?.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// The words the guest says it obeys, `1` beside each; none where it says nothing of any.
fn obeyed(values: &[Option<String>]) -> Option<String> {
    let mut words = String::new();
    let told = FEATURES.iter().zip(values).filter(|(_, value)| filled(value.as_deref()) == Some("1"));
    for (feature, _) in told {
        let comma = if words.is_empty() { "" } else { ", " };
        write!(words, "{comma}{feature}").expect("writing to a string does not fail");
    }
    Some(words).filter(|words| !words.is_empty())
}

/// What drivers of the guest's devices and their backends wrote down when they failed (drivers/xen/xenbus of Linux).
fn errors(id: u32, client: &mut Client) -> Answer<Vec<Fact>> {
    let (front, back) = (format!("/local/domain/{id}/error/device"), "/local/domain/0/error/backend");
    let roots = client.list_all(&[front.as_str(), back])?;
    let places: Vec<(String, String)> = roots[0]
        .iter()
        .map(|kind| (format!("{kind} "), format!("{front}/{kind}")))
        .chain(roots[1].iter().map(|kind| (format!("{kind} backend "), format!("{back}/{kind}/{id}"))))
        .take(MAX_ERRORS)
        .collect();
    let devices = client.list_all(&places.iter().map(|(_, path)| path).collect::<Vec<_>>())?;
    let named: Vec<(String, String)> = places
        .iter()
        .zip(devices)
        .flat_map(|((what, path), ids)| {
            ids.into_iter().map(move |id| (format!("error of {what}{id}"), format!("{path}/{id}/error")))
        })
        .take(MAX_ERRORS)
        .collect();
    let texts = client.read_all(&named.iter().map(|(_, path)| path).collect::<Vec<_>>())?;
    let told = named.iter().zip(texts).filter_map(|((label, _), text)| {
        Some((Name::new(label).shown().into(), Name::new(filled(text.as_deref())?)))
    });
    Ok(told.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_told_as_a_date() {
        assert_eq!(moment("1700000000.42").as_deref(), Some("2023-11-14 22:13:20 UTC"));
        assert_eq!(worded("started", "soon").as_deref(), Some("soon"));
    }

    #[test]
    fn what_is_not_there_is_not_told() {
        assert_eq!(worded("video memory", "0"), None, "libxl writes this for guests without a display");
        assert_eq!(worded("video memory", "8192").as_deref(), Some("8192 KiB"));
    }

    #[test]
    fn only_what_the_guest_says_it_obeys_is_told() {
        let values = ["1", "1", "", "0"].map(|text| Some(text.to_owned()));
        assert_eq!(obeyed(&values).as_deref(), Some("poweroff, reboot"));
        assert_eq!(obeyed(&[None, None]), None);
    }
}
