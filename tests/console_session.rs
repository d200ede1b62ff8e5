//! Laws of an open console: over a guest that is nothing but a pty.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/guest.rs"]
#[allow(dead_code, missing_docs, reason = "each test uses a part of it")]
mod guest;

use std::fs;

use domtop::{
    console::session::Options,
    model::console::{Ask, News},
};
use guest::{Rights, World};

#[test]
fn what_the_guest_writes_is_shown_and_what_is_typed_reaches_it() {
    let world = World::new("session-types");
    let mut guest = world.boots(1);
    let mut viewer = world.open("alice", Rights::Change);
    viewer.writes();
    guest.say("login: ");
    viewer.wait_for("login:");
    viewer.types("root\r");
    guest.wait_for(b"root\r");
}

#[test]
fn what_is_typed_while_it_is_being_attached_is_sent_once_it_is() {
    let world = World::new("session-early");
    let mut guest = world.boots(1);
    let viewer = world.open("alice", Rights::Change);
    viewer.types("early\r");
    guest.wait_for(b"early\r");
}

#[test]
fn a_session_for_looking_sends_the_guest_nothing_whatever_is_asked() {
    let world = World::new("session-looks");
    let mut guest = world.boots(1);
    let mut viewer = world.open("alice", Rights::Look);
    viewer.watches("opened for looking only");
    viewer.types("reboot\r");
    viewer.session.ask(Ask::Paste("reboot\r".into()));
    viewer.session.ask(Ask::TakeOver);
    viewer.session.ask(Ask::Resize(132, 50));
    viewer.types("reboot\r");
    // What a guest asks of its terminal is answered by who types, and nobody does.
    guest.say("\x1b[6n\x1b[chere");
    viewer.wait_for("here");
    viewer.fails("not sent");
    viewer.fails("only looks");
    for _ in 0..10 {
        guest.pump(20);
    }
    assert_eq!(guest.got, b"");
}

#[test]
fn a_guest_that_ends_and_comes_back_is_attached_again_and_no_line_is_lost() {
    let world = World::new("session-back");
    let mut guest = world.boots(1);
    let mut viewer = world.open("alice", Rights::Change);
    viewer.writes();
    guest.say("first life\r\n");
    viewer.wait_for("first life");
    world.ends(guest);
    viewer.loses("gone");
    viewer.types("lost");
    viewer.fails("not sent");
    let mut guest = world.boots(2);
    viewer.writes();
    guest.say("second life\r\n");
    viewer.wait_for("second life");
    let text = viewer.text();
    let places = ["first life", "web1 began anew", "second life"].map(|line| text.find(line).unwrap());
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn a_flood_holds_up_no_key_and_makes_no_more_pages_than_frames() {
    let world = World::new("session-flood");
    let mut guest = world.boots(1);
    let mut viewer = world.open("alice", Rights::Change);
    viewer.writes();
    let mut master = guest.master.try_clone().unwrap();
    let flood = std::thread::spawn(move || {
        let line = "0123456789 \x1b[31mred\x1b[0m flood\r\n".repeat(1000);
        for _ in 0..200 {
            if std::io::Write::write_all(&mut master, line.as_bytes()).is_err() {
                return;
            }
        }
    });
    viewer.wait_for("flood");
    let start = std::time::Instant::now();
    viewer.types("x");
    guest.wait_for(b"x");
    assert!(start.elapsed().as_secs() < 5, "a key took {:?}", start.elapsed());
    flood.join().unwrap();
    guest.say("\r\nthe end");
    let (before, from) = (viewer.pages, std::time::Instant::now());
    viewer.wait_for("the end");
    let seconds = from.elapsed().as_secs_f64();
    let made = viewer.pages - before;
    assert!(made as f64 <= 40.0 * (seconds + 1.0), "{made} pages in {seconds} s");
}

#[test]
fn no_page_is_made_for_nobody() {
    let world = World::new("session-attend");
    let mut guest = world.boots(1);
    let mut viewer = world.open("alice", Rights::Change);
    viewer.writes();
    viewer.session.ask(Ask::Attend(false));
    // Heard once a later ask was: then no page comes any more.
    viewer.session.ask(Ask::Copy);
    viewer.fails("nothing is selected");
    let before = viewer.pages;
    guest.say("unseen");
    viewer.until("it came", |viewer| viewer.raw.ends_with(b"unseen"));
    viewer.types("k");
    guest.wait_for(b"k");
    viewer.pump();
    assert_eq!(viewer.pages, before);
    viewer.session.ask(Ask::Attend(true));
    viewer.wait_for("unseen");
}

#[test]
fn a_guest_that_takes_nothing_is_told_of_not_waited_for() {
    let world = World::new("session-full");
    let mut guest = world.boots(1);
    let mut viewer = world.open("alice", Rights::Change);
    viewer.writes();
    for _ in 0..20 {
        viewer.session.ask(Ask::Paste("p".repeat(100_000)));
    }
    viewer.fails("takes in nothing");
    guest.say("alive");
    viewer.wait_for("alive");
}

#[test]
fn all_lines_kept_are_saved_into_a_file_that_was_not_there() {
    let world = World::new("session-save");
    let mut guest = world.boots(1);
    let mut viewer = world.open("alice", Rights::Change);
    viewer.writes();
    for line in 0..100 {
        guest.say(format!("line {line}\r\n"));
    }
    viewer.wait_for("line 99");
    let path = world.folder.join("saved.txt");
    viewer.session.ask(Ask::Save(path.clone()));
    viewer.until("it is saved", |viewer| viewer.news.iter().any(|news| matches!(news, News::Saved(..))));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("line 0\n") && text.contains("line 99\n"), "{text}");
    viewer.session.ask(Ask::Save(path));
    viewer.fails("cannot save");
}

#[test]
fn it_is_recorded_from_its_opening_where_that_is_wanted_and_never_over_a_file() {
    let world = World::new("session-record");
    let mut guest = world.boots(1);
    let options = Options { record: Some(world.folder.clone()), ..world.options("alice") };
    let mut viewer = world.open_with(options, Rights::Change);
    viewer.writes();
    guest.say("recorded");
    viewer.wait_for("recorded");
    let recording = viewer.news.iter().find_map(|news| match news {
        News::Recording(Some(path)) => Some(path.clone()),
        _ => None,
    });
    let path = recording.expect("it told where");
    viewer.session.ask(Ask::Record(Some(path.clone())));
    viewer.fails("cannot record");
    viewer.session.close();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"version\":2") || text.starts_with("{\"version\": 2"), "{text}");
    assert!(text.contains("recorded"), "{text}");
}
