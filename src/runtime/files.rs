//! Files whose path begins as somebody types it, looked for off the loop: a folder may be on a machine that is gone.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::sync::mpsc::UnboundedSender;

use crate::app::Msg;

/// Most files that are offered.
const MOST: usize = 500;
/// Most names of a folder that are looked at.
const LOOKED_AT: usize = 100_000;

/// Who looks for files, one question at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    busy: Arc<AtomicBool>,
}

impl Files {
    /// Looks for files whose path begins so; the answer comes as a message.
    pub(super) fn look(&self, asked: String, answers: &UnboundedSender<Msg>) {
        if self.busy.swap(true, Ordering::Relaxed) {
            let why = "the folder asked about before has not answered yet".into();
            let _ = answers.send(Msg::Completed(asked, Err(why)));
            return;
        }
        let (busy, sender) = (self.busy.clone(), answers.clone());
        let run = move || {
            let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
            let found = beginning(&asked, home);
            busy.store(false, Ordering::Relaxed);
            let _ = sender.send(Msg::Completed(asked, found));
        };
        if thread::Builder::new().name("files".into()).spawn(run).is_err() {
            self.busy.store(false, Ordering::Relaxed);
            let _ = answers.send(Msg::Notice(true, "no thread is to be had to look for files".into()));
        }
    }
}

/// The paths that begin so, sorted, folders with a `/` at their end; those that are no text cannot be typed.
fn beginning(asked: &str, home: Option<PathBuf>) -> Result<Vec<String>, String> {
    let asked = expanded(asked, home);
    let (folder, start) = asked.rfind('/').map_or(("", asked.as_str()), |at| asked.split_at(at + 1));
    let place = if folder.is_empty() { "." } else { folder };
    let entries = fs::read_dir(place).map_err(|error| format!("cannot look into {place}: {error}"))?;
    let mut found: Vec<String> = entries
        .take(LOOKED_AT)
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !start.starts_with('.');
            (name.starts_with(start) && !hidden).then_some(name)
        })
        .collect();
    found.sort_unstable();
    found.truncate(MOST);
    Ok(found.into_iter().map(|name| whole(folder, &name)).collect())
}

fn whole(folder: &str, name: &str) -> String {
    let path = format!("{folder}{name}");
    let slash = if fs::metadata(&path).is_ok_and(|about| about.is_dir()) { "/" } else { "" };
    format!("{path}{slash}")
}

/// `~` as shells have it: the user's own home.
fn expanded(asked: &str, home: Option<PathBuf>) -> String {
    let home = home.and_then(|home| home.into_os_string().into_string().ok());
    match (asked.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            format!("{}/{}", home.trim_end_matches('/'), rest.trim_start_matches('/'))
        }
        _ => asked.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test's own with these files; a name that ends in `/` is a folder.
    fn folder(name: &str, files: &[&str]) -> PathBuf {
        let place = std::env::temp_dir().join(format!("domtop-files-{}-{name}", std::process::id()));
        for file in files {
            let path = place.join(file);
            fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder can be made");
            if file.ends_with('/') {
                fs::create_dir_all(path).expect("a folder can be made");
            } else {
                fs::write(path, "").expect("a file can be made");
            }
        }
        place
    }

    #[test]
    fn what_begins_so_is_found_sorted_and_folders_end_in_a_slash() {
        let place = folder("begin", &["web2.cfg", "web1.cfg", "wide/", "db.cfg", ".hidden"]);
        let at = place.to_str().expect("it is text");
        let found = |asked: &str| beginning(&format!("{at}/{asked}"), None).expect(asked);
        assert_eq!(found("w"), ["web1.cfg", "web2.cfg", "wide/"].map(|name| format!("{at}/{name}")));
        assert_eq!(found("").len(), 4);
        assert_eq!(found(".h"), [format!("{at}/.hidden")]);
        assert!(found("none").is_empty());
        assert_eq!(beginning("~/web1", Some(place.clone())), Ok(vec![format!("{at}/web1.cfg")]));
        fs::remove_dir_all(place).expect("it was made above");
    }

    #[test]
    fn a_folder_of_very_many_offers_no_more_than_can_be_looked_through() {
        let names: Vec<String> = (0..MOST + 20).map(|n| format!("f{n:04}")).collect();
        let place = folder("many", &names.iter().map(String::as_str).collect::<Vec<_>>());
        let found = beginning(&format!("{}/f", place.display()), None).expect("it is there");
        assert_eq!(found.len(), MOST);
        assert!(found[0].ends_with("/f0000"), "the first of all, not of those that came first");
        fs::remove_dir_all(place).expect("it was made above");
    }

    #[test]
    fn a_folder_that_is_not_there_says_so() {
        let why = beginning("/nonexistent/x", None).expect_err("there is no such folder");
        assert!(why.starts_with("cannot look into /nonexistent/: "), "{why}");
    }
}
