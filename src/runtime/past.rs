//! The file of lines run in the palette: read before the screen opens, written after it has closed.
//!
//! A line a line, the newest last, as shells keep theirs. What other screens wrote meanwhile stays in it.

use std::{
    fs,
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use crate::app::prompt::{MOST, Past};

/// Most bytes that are read: more than so many lines can have.
const LARGEST: u64 = 1 << 20;

/// The lines of a file; none where it cannot be read, for nothing depends on them.
pub(super) fn read(file: &Path) -> Past {
    Past::new(lines(file))
}

/// Newest first.
fn lines(file: &Path) -> Vec<String> {
    let mut bytes = Vec::new();
    let opened = fs::OpenOptions::new().read(true).custom_flags(nix::libc::O_NONBLOCK).open(file);
    let Ok(_) = opened.and_then(|opened| opened.take(LARGEST).read_to_end(&mut bytes)) else {
        return Vec::new();
    };
    String::from_utf8_lossy(&bytes).lines().rev().map(str::to_owned).collect()
}

/// Puts lines (newest first) after those the file has. That it cannot is told nobody: the screen is gone by now, and
/// what was done is done.
pub(super) fn keep(file: Option<&Path>, fresh: &[String]) {
    if let Some(file) = file.filter(|_| !fresh.is_empty()) {
        let _ = write(file, fresh);
    }
}

/// Written beside it and renamed over it, so that there is never half of it.
fn write(file: &Path, fresh: &[String]) -> io::Result<()> {
    let all = Past::new(fresh.iter().cloned().chain(lines(file)));
    let text: String = all.lines().iter().take(MOST).rev().flat_map(|line| [line, "\n"]).collect();
    if let Some(folder) = file.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let mut opened =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    opened.write_all(text.as_bytes())?;
    fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn place(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("domtop-past-{}-{name}", std::process::id())).join("history")
    }

    fn of(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn lines_come_back_newest_first_and_nobody_else_may_read_them() {
        let file = place("back");
        keep(Some(&file), &of(&["b", "a"]));
        keep(Some(&file), &of(&["a", "c"]));
        assert_eq!(read(&file).lines(), ["a", "c", "b"]);
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "b\nc\na\n");
        let mode = fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(read(&file).fresh().is_empty(), "what was read is not written again");
        fs::remove_dir_all(file.parent().expect("a folder")).expect("it was made above");
    }

    #[test]
    fn no_more_are_kept_than_anybody_walks_through() {
        let file = place("many");
        for hundred in 0..4 {
            let lines: Vec<String> = (0..100).map(|n| format!("line {}", hundred * 100 + n)).rev().collect();
            keep(Some(&file), &lines);
        }
        let past = read(&file);
        assert_eq!((past.lines().len(), past.lines()[0].as_str()), (MOST, "line 399"));
        fs::remove_dir_all(file.parent().expect("a folder")).expect("it was made above");
    }

    #[test]
    fn what_no_line_can_hold_is_left_out() {
        let file = place("wild");
        fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
        let long = "x".repeat(5000);
        fs::write(&file, format!("a\n\x1b[2J\n{long}\n\n  \n\u{ff}b\n")).expect("it can be written");
        assert_eq!(read(&file).lines(), ["\u{ff}b", "a"]);
        assert!(read(Path::new("/nonexistent/history")).lines().is_empty());
        fs::remove_dir_all(file.parent().expect("a folder")).expect("it was made above");
    }
}
