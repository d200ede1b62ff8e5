//! Laws of sharing: one console, several domtops, one pen.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/guest.rs"]
#[allow(dead_code, missing_docs, reason = "each test uses a part of it")]
mod guest;

use std::{
    fs,
    io::{Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    time::Duration,
};

use domtop::{
    console::share::{Frame, VERSION},
    model::console::Ask,
};
use guest::{Rights, World};

#[test]
fn a_second_one_watches_and_sees_what_came_before_and_what_comes() {
    let world = World::new("share-second");
    let mut guest = world.boots(1);
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    guest.say("\x1b[31mbefore\x1b[0m\r\n");
    alice.wait_for("before");
    let mut bob = world.open("bob", Rights::Change);
    bob.watches("alice (domtop, pid");
    bob.wait_for("before");
    guest.say("after");
    bob.wait_for("after");
    alice.wait_for("after");
    bob.types("no");
    bob.fails("not sent: alice");
    alice.types("yes");
    guest.wait_for(b"yes");
    assert_eq!(guest.got, b"yes");
}

#[test]
fn who_takes_over_writes_and_the_other_is_told_who_did() {
    let world = World::new("share-over");
    let mut guest = world.boots(1);
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    let mut bob = world.open("bob", Rights::Change);
    bob.watches("alice");
    bob.session.ask(Ask::TakeOver);
    bob.writes();
    alice.watches("bob (domtop, pid");
    bob.types("from bob");
    guest.wait_for(b"from bob");
    alice.types("x");
    alice.fails("not sent: bob");
    alice.session.ask(Ask::TakeOver);
    alice.writes();
    bob.watches("alice");
    alice.types("from alice");
    guest.wait_for(b"from alice");
    assert_eq!(guest.got, b"from bobfrom alice");
}

#[test]
fn who_yields_only_watches_and_the_next_who_would_writes() {
    let world = World::new("share-yield");
    let _guest = world.boots(1);
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    let mut bob = world.open("bob", Rights::Change);
    bob.watches("alice");
    alice.session.ask(Ask::Yield);
    bob.writes();
    alice.watches("bob");
    bob.session.ask(Ask::Yield);
    bob.watches("nobody writes");
    alice.watches("nobody writes");
}

#[test]
fn a_session_for_looking_reads_for_one_that_writes() {
    let world = World::new("share-looking");
    let mut guest = world.boots(1);
    let mut looking = world.open("looker", Rights::Look);
    looking.watches("opened for looking only");
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    alice.types("ls\r");
    guest.wait_for(b"ls\r");
    guest.say("files");
    looking.wait_for("files");
    alice.wait_for("files");
    looking.watches("alice");
    looking.session.ask(Ask::TakeOver);
    looking.types("x");
    looking.fails("only looks");
    looking.fails("not sent");
    assert_eq!(guest.got, b"ls\r");
}

#[test]
fn when_who_reads_leaves_the_others_go_on_by_themselves() {
    let world = World::new("share-leaves");
    let mut guest = world.boots(1);
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    let mut others = ["bob", "carol"].map(|who| world.open(who, Rights::Change));
    for other in &mut others {
        other.watches("alice");
    }
    alice.session.close();
    let [bob, carol] = &mut others;
    guest.say("still here");
    bob.wait_for("still here");
    carol.wait_for("still here");
    let writers = || usize::from(matches!(bob.link, domtop::model::console::Link::Writing));
    let _ = writers();
    bob.session.ask(Ask::TakeOver);
    bob.writes();
    carol.watches("bob");
    bob.types("b");
    guest.wait_for(b"b");
}

#[test]
fn the_guest_s_terminal_has_the_size_of_who_writes() {
    let world = World::new("share-size");
    let _guest = world.boots(1);
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    alice.session.ask(Ask::Resize(100, 30));
    alice.until("its size", |alice| alice.page.size == (100, 30));
    let mut bob = world.open("bob", Rights::Change);
    bob.until("alice's size", |bob| bob.page.size == (100, 30));
    bob.session.ask(Ask::Resize(132, 40));
    bob.session.ask(Ask::TakeOver);
    bob.until("its own size", |bob| bob.page.size == (132, 40));
    alice.until("bob's size", |alice| alice.page.size == (132, 40));
}

fn socket(world: &World) -> std::path::PathBuf {
    let mut sockets = fs::read_dir(world.folder.join("share")).unwrap();
    sockets.next().expect("it is shared").unwrap().path()
}

#[test]
fn a_watcher_that_takes_nothing_or_talks_nonsense_holds_up_nobody() {
    let world = World::new("share-slow");
    let mut guest = world.boots(1);
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    let mut slow = UnixStream::connect(socket(&world)).unwrap();
    let mut hello = Vec::new();
    Frame::Hello(VERSION, "slow".into()).encode(&mut hello);
    slow.write_all(&hello).unwrap();
    let mut mad = UnixStream::connect(socket(&world)).unwrap();
    mad.write_all(&[0xff; 100]).unwrap();
    mad.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut rest = Vec::new();
    // It is cut: the stream ends, or breaks off with what was not read.
    if let Err(error) = mad.read_to_end(&mut rest) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }
    for _ in 0..2000 {
        guest.say("four thousand bytes of flood ".repeat(130));
    }
    guest.say("\r\nthe end");
    alice.wait_for("the end");
    alice.types("k");
    guest.wait_for(b"k");
}

#[test]
fn sockets_are_in_a_folder_nobody_else_can_enter_and_not_in_one_others_can() {
    let world = World::new("share-folder");
    let share = world.folder.join("share");
    let mut guest = world.boots(1);
    let mut alice = world.open("alice", Rights::Change);
    alice.writes();
    assert_eq!(fs::metadata(&share).unwrap().permissions().mode() & 0o777, 0o700);
    drop(alice);
    fs::set_permissions(&share, fs::Permissions::from_mode(0o777)).unwrap();
    let mut bob = world.open("bob", Rights::Change);
    bob.writes();
    bob.types("alone");
    guest.wait_for(b"alone");
    let mut carol = world.open("carol", Rights::Change);
    carol.loses("reads it already");
    drop((bob, carol));
}

#[test]
fn a_console_some_other_program_reads_says_which() {
    let world = World::new("share-foreign");
    let guest = world.boots(1);
    let file = fs::File::open(&guest.path).unwrap();
    let held =
        nix::fcntl::Flock::lock(file, nix::fcntl::FlockArg::LockExclusive).map_err(|(_, e)| e).unwrap();
    let mut alice = world.open("alice", Rights::Change);
    alice.loses("reads it already");
    drop(held);
    alice.writes();
}
