//! The user's editor on a definition: a private file, the editor, and what came of it.

use std::{
    env, fs,
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::unistd::isatty;

use crate::{
    app::xml::{Draft, Edited, Identity, Texts},
    model::{markup::Markup, text::visible},
    wire::xml::{LARGEST, domain, markup},
};

/// What edits where neither `$VISUAL` nor `$EDITOR` says: POSIX has it everywhere.
const USUAL: &str = "vi";
/// Folders that may be there already before it is given up.
const TRIES: u32 = 1000;
/// What a shell ends with where there is no such program, and where it may not be run.
const NONE: [(i32, &str); 2] =
    [(127, "the shell finds no such program"), (126, "it is no program that may be run")];

/// Puts what is to be edited into a file of its own, in a folder only its owner may look into, for editors write their
/// copies beside it. One that has its file already keeps it, with what was written into it.
///
/// # Errors
/// A sentence, where there can be no such file.
pub fn begin(draft: &mut Draft) -> Result<(), String> {
    if draft.file.is_some() {
        return Ok(());
    }
    let name: String = draft.label.chars().map(plain).take(64).collect();
    let name = name.trim_start_matches('.');
    let file = folder()?.join(if name.is_empty() { "domain.xml".into() } else { format!("{name}.xml") });
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
    let written = opened.and_then(|mut opened| opened.write_all(draft.original.as_bytes()));
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    draft.file = Some(file);
    Ok(())
}

/// Runs the editor on a draft that has its file, and waits until it ends. The terminal is the editor's meanwhile, also
/// its keys that send signals: who calls this is not to end by them. `now`
/// tells what is kept by then, where that can be told: it is that what was edited is compared with.
pub fn run(mut draft: Draft, now: impl FnOnce(&Draft) -> Option<String>) -> Edited {
    let file = draft.file.clone().unwrap_or_default();
    let came = match edit(&file).and_then(|()| read(&file)) {
        Ok(text) if text == draft.original => {
            discard(&file);
            Ok(None)
        }
        Ok(text) => {
            let by_now = now(&draft).filter(|by_now| *by_now != draft.original);
            let disturbed = by_now.is_some();
            draft.original = by_now.unwrap_or(draft.original);
            Ok(Some(Box::new(Texts { disturbed, ..texts(&draft.original, &text) })))
        }
        Err(why) => {
            draft.file = draft.file.filter(|file| holds_more(file, &draft.original));
            Err(why)
        }
    };
    Edited { draft, came }
}

/// Removes the file of a draft, the copy editors leave beside it, and its folder where that is empty then.
pub fn discard(file: &Path) {
    let mut copy = file.as_os_str().to_owned();
    copy.push("~");
    for file in [file, Path::new(&copy)] {
        let _ = fs::remove_file(file);
    }
    close(file);
}

/// Removes the folder of such a file where it is empty.
fn close(file: &Path) {
    let ours =
        |folder: &&Path| folder.file_name().is_some_and(|n| n.to_string_lossy().starts_with("domtop-edit-"));
    if let Some(folder) = file.parent().filter(ours) {
        let _ = fs::remove_dir(folder);
    }
}

/// Both texts taken apart, with whom they are about.
fn texts(before: &str, after: &str) -> Texts {
    let of = |text: &str| -> (Markup, Option<Identity>) {
        let identity =
            domain::read(text).ok().map(|domain| Identity { name: domain.name, uuid: domain.uuid });
        (markup(text), identity)
    };
    Texts { before: of(before), after: of(after), disturbed: false }
}

/// Whether a text that stands nowhere else can be read from the file; else nothing of it is left behind.
fn holds_more(file: &Path, original: &str) -> bool {
    match fs::read(file) {
        Ok(bytes) if bytes != original.as_bytes() => return true,
        Ok(_) => discard(file),
        // The editor has removed it; what it keeps beside it is not ours.
        Err(_) => close(file),
    }
    false
}

/// Runs the editor as POSIX has it: what the variable says is a command of the shell, quotes and all.
///
/// The shell takes the terminal's signals, and so goes on waiting where the editor does something else with them than to
/// end; the editor gets them as it would anywhere.
fn edit(file: &Path) -> Result<(), String> {
    let mut chosen = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| env::var(name).ok());
    let editor = chosen.find(|words| !words.trim().is_empty()).unwrap_or_else(|| USUAL.into());
    let editor = editor.trim();
    let keys = keys().map_err(|error| format!("there is no terminal for the editor: {error}"))?;
    let script = format!("trap : INT QUIT\n{editor} \"$@\"");
    let status = Command::new("sh").args(["-c", &script, editor]).arg(file).stdin(keys).status();
    let cannot = |why: &str| {
        format!("cannot run the editor `{}`: {why}; $VISUAL or $EDITOR names another", visible(editor))
    };
    let status = status.map_err(|error| cannot(&error.to_string()))?;
    if status.success() {
        return Ok(());
    }
    match NONE.iter().find(|(code, _)| status.code() == Some(*code)) {
        Some((_, why)) => Err(cannot(why)),
        None => Err(format!("the editor `{}` ended with {status}", visible(editor))),
    }
}

/// Where the editor reads keys: as this program does.
fn keys() -> io::Result<Stdio> {
    if isatty(io::stdin()) == Ok(true) {
        return Ok(Stdio::inherit());
    }
    File::options().read(true).write(true).open("/dev/tty").map(Stdio::from)
}

fn read(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let most = LARGEST as u64;
    let read = File::open(file).and_then(|opened| opened.take(most + 1).read_to_string(&mut text));
    read.map_err(|error| format!("cannot read {} again: {error}", file.display()))?;
    if text.len() > LARGEST {
        return Err(format!("{} is larger than {} MiB: is it a definition?", file.display(), LARGEST >> 20));
    }
    Ok(text)
}

/// A folder of its own where files for a while lie.
fn folder() -> Result<PathBuf, String> {
    let base = env::temp_dir();
    for number in 0..TRIES {
        let folder = base.join(format!("domtop-edit-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("cannot make the folder {}: {error}", folder.display())),
        }
    }
    Err(format!("there is no room for one more folder in {}", base.display()))
}

/// A character that needs no care in a file's name.
const fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }
}
