//! Editing a definition on a terminal: the editor has it alone, and gives it back; what it wrote is shown, asked about
//! and defined, or kept. On the screen and on the command line.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
mod pty;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use nix::sys::signal::Signal;
use pty::Pty;

const DOMTOP: &str = env!("CARGO_BIN_EXE_domtop");

/// A folder of a test's own, with an editor in it that waits for a line, and does then what it says.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Self {
        let place = std::env::temp_dir().join(format!("domtop-pty-edit-{}-{name}", std::process::id()));
        fs::create_dir_all(place.join("tmp")).unwrap();
        let editor = place.join("editor");
        fs::write(
            &editor,
            "#!/bin/sh\n[ \"$1\" = word ] && shift\nprintf 'EDITOR HAS %s\\n' \"$(stat -c %a \"$1\")\"\n\
             trap '' INT\nread -r what\ncase $what in\n\
             less) sed -i 's/<currentMemory.*>/<currentMemory>1048576<\\/currentMemory>/' \"$1\" ;;\n\
             much) sed -i 's/<currentMemory.*>/<currentMemory>999999999999<\\/currentMemory>/' \"$1\" ;;\n\
             break) echo '<open' >> \"$1\" ;;\nfail) exit 3 ;;\nremove) rm \"$1\" ;;\nesac\n",
        )
        .unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        Self(place)
    }

    fn text(&self, under: &str) -> String {
        self.0.join(under).to_str().unwrap().to_owned()
    }

    fn spawn(&self, args: &[&str], size: (u16, u16)) -> Pty {
        // Words of the variable are words of the editor's own.
        self.spawn_with(&format!("  {} word ", self.text("editor")), args, size)
    }

    fn spawn_with(&self, editor: &str, args: &[&str], size: (u16, u16)) -> Pty {
        let host = format!("test:///default?state={}", self.text("state"));
        let args: Vec<&str> = ["-c", &host].into_iter().chain(args.iter().copied()).collect();
        let variables = [
            ("VISUAL", editor),
            ("EDITOR", "false"),
            ("TMPDIR", &self.text("tmp")),
            ("XDG_STATE_HOME", &self.text("state-home")),
        ];
        Pty::spawn(DOMTOP, &args, &variables, size)
    }

    /// The screen with the panel open for the busiest domain, in its editor.
    fn editing(&self) -> Pty {
        let mut pty = self.spawn(&["-d", "0.2"], (120, 34));
        pty.until("the terminal taken", Pty::is_taken);
        pty.wait_for("db-primary");
        pty.send("gx");
        pty.wait_for("<name>db-primary</name>");
        pty.send("e");
        pty.wait_for("EDITOR HAS 600");
        pty
    }

    /// Files that editing has left.
    fn left(&self) -> Vec<PathBuf> {
        let folders = fs::read_dir(self.0.join("tmp")).unwrap().map(|entry| entry.unwrap().path());
        let within = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        folders.flat_map(within).collect()
    }

    /// An editor that says that it has begun, makes the terminal raw, and ends once it may, with less memory.
    fn patient(&self) -> String {
        let place = self.text("patient");
        let go = self.text("go");
        let script = format!(
            "#!/bin/sh\nbefore=$(stty -g)\nstty raw -echo\necho BEGUN\nuntil [ -e {go} ]; do sleep 0.05; done\n\
             sed -i 's/<currentMemory.*>/<currentMemory>1048576<\\/currentMemory>/' \"$1\"\nstty \"$before\"\n"
        );
        fs::write(&place, script).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
        place
    }

    /// Lets such an editor end.
    fn go(&self) {
        fs::write(self.0.join("go"), "").unwrap();
    }

    fn kept(&self) -> String {
        let host = format!("test:///default?state={}", self.text("state"));
        let args = ["-c", &host, "xml", "db-primary", "--kept"];
        let output = std::process::Command::new(DOMTOP).args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Opens the editor a second time. What the first one said still stands there: keys sent before the second reads would
/// be nobody's.
fn edit_again(pty: &mut Pty) {
    pty.send("e");
    pty.until("the editor again", |pty| pty.screen().matches("EDITOR HAS 600").count() == 2);
}

/// Returns what stands on the terminal after it was given back.
fn quit(mut pty: Pty) -> String {
    pty.send("q");
    last_words(&mut pty, 0)
}

/// It ends with this status; returns what it has written since it gave the terminal back.
fn last_words(pty: &mut Pty, status: i32) -> String {
    assert_eq!(pty.exit().code(), Some(status));
    assert!(pty.left_behind().is_empty());
    let all = String::from_utf8_lossy(&pty.raw);
    all.rsplit_once("\x1b[?1049l").map_or("", |(_, last)| last).to_owned()
}

/// What is left of editing is one file, which these words name.
fn named(desk: &Desk, words: &str) {
    let [file] = desk.left().try_into().unwrap();
    assert!(words.contains(&format!("kept in {}", file.display())), "{words}");
}

#[test]
fn keys_typed_while_the_editor_has_the_terminal_answer_nothing() {
    let desk = Desk::new("early");
    let mut pty = desk.spawn_with(&desk.patient(), &["-d", "0.2"], (120, 34));
    pty.until("the terminal taken", Pty::is_taken);
    pty.wait_for("db-primary");
    pty.send("gx");
    pty.wait_for("<name>db-primary</name>");
    pty.send("e");
    pty.wait_for("BEGUN");
    pty.send("y");
    desk.go();
    pty.wait_for("defines it");
    pty.send("n");
    pty.wait_for("dropped");
    assert!(!desk.kept().contains("1048576</currentMemory>"), "it was ordered by a key for the editor");
    assert_eq!(quit(pty), "", "nothing is left to be told of");
}

#[test]
fn on_the_command_line_they_answer_nothing_either() {
    let desk = Desk::new("early-line");
    let mut pty = desk.spawn_with(&desk.patient(), &["edit", "db-primary"], (120, 34));
    pty.wait_for("BEGUN");
    pty.send("y\n");
    desk.go();
    pty.wait_for("[y] define it");
    pty.send("n\n");
    assert_eq!(pty.exit().code(), Some(3));
    assert!(!desk.kept().contains("1048576</currentMemory>"));
}

#[test]
fn who_quits_at_the_question_is_told_where_the_text_is() {
    let desk = Desk::new("quits");
    let mut pty = desk.editing();
    pty.send("less\n");
    pty.wait_for("defines it");
    pty.send("\x03");
    named(&desk, &last_words(&mut pty, 0));
    assert!(!desk.kept().contains("1048576</currentMemory>"));
}

#[test]
fn an_editor_that_removes_the_file_leaves_nothing_and_nothing_is_said_to_be_kept() {
    let desk = Desk::new("removed");
    let mut pty = desk.editing();
    pty.send("remove\n");
    pty.wait_for("cannot read");
    assert!(!pty.screen().contains("keeps the text") && !pty.screen().contains("is kept in"));
    assert_eq!(fs::read_dir(desk.0.join("tmp")).unwrap().count(), 0, "not even its folder");
    assert_eq!(quit(pty), "");
}

#[test]
fn the_editor_has_the_terminal_alone_and_what_it_wrote_is_defined_after_a_yes() {
    let desk = Desk::new("define");
    let mut pty = desk.editing();
    assert!(!pty.is_taken(), "the terminal is as it was");
    // A key meant for the editor's group does not end the program, nor does it wake its screen.
    pty.signal(Signal::SIGINT);
    pty.send("less\n");
    pty.wait_for("defines it");
    assert!(pty.is_taken());
    pty.wait_for("1048576</currentMemory>");
    pty.send("y");
    pty.until("its file gone", |_| desk.left().is_empty());
    assert!(desk.kept().contains("1048576</currentMemory>"));
    quit(pty);
}

#[test]
fn what_is_broken_is_not_defined_and_stays_in_its_file() {
    let desk = Desk::new("broken");
    let mut pty = desk.editing();
    pty.send("break\n");
    pty.wait_for("nothing can be made of this text");
    edit_again(&mut pty);
    pty.send("break\n");
    pty.wait_for("nothing can be made of this text");
    pty.send("\x1b");
    pty.wait_for("keeps the text: not defined");
    let [file] = desk.left().try_into().unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap().matches("<open").count(), 2, "edited again, not anew");
    assert!(!desk.kept().contains("<open"));
    named(&desk, &quit(pty));
}

#[test]
fn an_editor_that_fails_or_changes_nothing_leaves_nothing() {
    let desk = Desk::new("nothing");
    let mut pty = desk.editing();
    pty.send("nothing\n");
    pty.wait_for("nothing was changed");
    edit_again(&mut pty);
    pty.send("fail\n");
    pty.wait_for("ended with");
    assert!(desk.left().is_empty());
    assert_eq!(quit(pty), "");
}

#[test]
fn a_signal_that_ends_the_program_ends_it_also_while_the_editor_has_the_terminal() {
    let desk = Desk::new("signal");
    let mut pty = desk.editing();
    pty.signal(Signal::SIGTERM);
    // What was begun is not lost.
    named(&desk, &last_words(&mut pty, 128 + Signal::SIGTERM as i32));
}

#[test]
fn on_the_command_line_it_is_shown_asked_about_and_defined() {
    let desk = Desk::new("line");
    let mut pty = desk.spawn(&["edit", "db-primary"], (120, 34));
    // What was said before still stands there; what is typed before somebody asks is nobody's.
    let again = |pty: &mut Pty, what: &str, times: usize| {
        pty.until(what, |pty| String::from_utf8_lossy(&pty.raw).matches(what).count() == times);
    };
    again(&mut pty, "EDITOR HAS 600", 1);
    pty.send("less\n");
    again(&mut pty, "[y] define it", 1);
    pty.send("e\n");
    again(&mut pty, "EDITOR HAS 600", 2);
    pty.send("nothing\n");
    again(&mut pty, "[y] define it", 2);
    pty.send("y\n");
    assert_eq!(pty.exit().code(), Some(0));
    assert!(desk.left().is_empty());
    assert!(desk.kept().contains("1048576</currentMemory>"));
}

#[test]
fn on_the_command_line_what_is_refused_stays_in_its_file_which_is_named() {
    let desk = Desk::new("refused");
    let mut pty = desk.spawn(&["edit", "db-primary"], (120, 34));
    pty.wait_for("EDITOR HAS 600");
    pty.send("much\n");
    pty.wait_for("[e] edit it again");
    pty.send("y\n");
    pty.wait_for("[e] edit it again");
    pty.send("k\n");
    assert_eq!(pty.exit().code(), Some(3));
    let [file] = desk.left().try_into().unwrap();
    assert!(Path::new(&file).ends_with("db-primary.xml"));
}

#[test]
fn keys_of_the_terminal_are_the_editors_on_the_command_line_too() {
    let desk = Desk::new("keys");
    let mut pty = desk.spawn(&["edit", "db-primary"], (120, 34));
    pty.wait_for("EDITOR HAS 600");
    // The editor takes no notice of it; who waits for it gets it as well, as the whole group does.
    pty.send("\x03");
    pty.wait_for("^C");
    pty.send("less\n");
    pty.wait_for("[y] define it");
    pty.send("n\n");
    assert_eq!(pty.exit().code(), Some(3));
    assert!(desk.left().is_empty());
}

#[test]
fn a_key_that_ends_the_editor_does_not_end_the_screen() {
    let desk = Desk::new("both");
    let mut pty = desk.spawn_with("sh -c 'echo BEGUN; exec sleep 600'", &["-d", "0.2"], (120, 34));
    pty.until("the terminal taken", Pty::is_taken);
    pty.wait_for("db-primary");
    pty.send("gx");
    pty.wait_for("<name>db-primary</name>");
    // The program gets the signal too, and it may come to know of it after the editor's end.
    for times in 1..=20 {
        pty.send("e");
        let begun = |pty: &Pty| String::from_utf8_lossy(&pty.raw).matches("BEGUN\r\n").count();
        pty.until("the editor", |pty| begun(pty) == times);
        pty.send("\x03");
        pty.until("the screen again", Pty::is_taken);
        pty.wait_for("ended with");
    }
    assert_eq!(quit(pty), "");
}

#[test]
fn an_editor_that_a_key_ends_leaves_its_text_which_is_named() {
    let desk = Desk::new("ended");
    let editor = "sh -c 'echo more >> \"$0\"; echo BEGUN; exec sleep 600'";
    for key in ["\x03", "\x1c"] {
        let before = desk.left().len();
        let mut pty = desk.spawn_with(editor, &["edit", "db-primary"], (160, 34));
        pty.wait_for("BEGUN");
        pty.send(key);
        pty.wait_for("the text is kept in");
        assert_eq!(pty.exit().code(), Some(1), "it ends by itself");
        assert_eq!(desk.left().len(), before + 1);
    }
}

#[test]
fn the_variable_is_a_command_of_the_shell_with_its_quotes() {
    let desk = Desk::new("quotes");
    let editor = "sed -i 's/<currentMemory.*>/<currentMemory>1048576<\\/currentMemory>/'";
    let mut pty = desk.spawn_with(editor, &["edit", "db-primary"], (120, 34));
    pty.wait_for("[y] define it");
    pty.send("y\n");
    assert_eq!(pty.exit().code(), Some(0));
    assert!(desk.kept().contains("1048576</currentMemory>"));
}

#[test]
fn an_editor_that_is_not_there_is_told_with_what_names_another() {
    let desk = Desk::new("absent");
    let mut pty = desk.spawn_with("no-such-editor -w", &["edit", "db-primary"], (160, 34));
    pty.wait_for("cannot run the editor `no-such-editor -w`: the shell finds no such program");
    pty.wait_for("$VISUAL or $EDITOR names another");
    assert_eq!(pty.exit().code(), Some(1));
    assert!(desk.left().is_empty());
}

#[test]
fn what_somebody_else_kept_meanwhile_is_told_and_not_written_over() {
    let desk = Desk::new("meanwhile");
    let host = format!("test:///default?state={}", desk.text("state"));
    let limit = |size: &str| {
        let mut other = std::process::Command::new(DOMTOP);
        other.args(["-c", &host, "setmaxmem", "db-primary", size, "--yes"]).env("HOME", "/nonexistent");
        assert!(other.output().unwrap().status.success());
    };
    let mut pty = desk.spawn(&["edit", "db-primary"], (120, 50));
    pty.wait_for("EDITOR HAS 600");
    limit("20G");
    pty.send("less\n");
    pty.wait_for("somebody else changed what is kept meanwhile");
    pty.wait_for("[y] define it");
    limit("24G");
    pty.send("y\n");
    pty.wait_for("somebody changed what is kept of it meanwhile");
    pty.wait_for("the text is kept in");
    assert_eq!(pty.exit().code(), Some(3));
    assert!(desk.kept().contains(">25165824</memory>"), "{}", desk.kept());
    assert_eq!(desk.left().len(), 1);
}

#[test]
fn who_only_looks_is_told_before_anything_is_opened() {
    let desk = Desk::new("looks");
    let mut pty = desk.spawn(&["-r", "edit", "db-primary"], (80, 24));
    assert_eq!(pty.exit().code(), Some(3));
    assert!(desk.left().is_empty());
}
