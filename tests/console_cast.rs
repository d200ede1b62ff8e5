//! Recordings: what is written is read again, whatever else is read is an error with its line, and all can be played.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/hostile.rs"]
mod hostile;

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use domtop::console::{
    cast::{Cast, Event, Head, Recording, What, read},
    player::{Player, Step},
};
use hostile::CORPUS;
use proptest::{collection::vec, prelude::*};

const HEAD: Head = Head { size: (80, 24), timestamp: None, title: None };
const FIRST: &str = "{\"version\": 2, \"width\": 80, \"height\": 24}\n";

/// A file in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes of a recording in which this happens.
fn recorded(head: &Head, happen: impl FnOnce(&Recording)) -> Vec<u8> {
    let memory = Memory::default();
    let recording = Recording::over(memory.clone(), head).unwrap();
    happen(&recording);
    recording.end().unwrap();
    let bytes = memory.0.lock().unwrap();
    bytes.clone()
}

/// All a guest wrote in a recording.
fn output(cast: &Cast) -> String {
    let text = |event: &Event| match &event.what {
        What::Output(text) => text.clone(),
        _ => String::new(),
    };
    cast.events.iter().map(text).collect()
}

fn wrong(text: &[u8]) -> String {
    read(text).expect_err("it is wrong").to_string()
}

fn happenings() -> impl Strategy<Value = Vec<Event>> {
    let what = prop_oneof![
        "\\PC{1,30}|[\0-\u{1f}\"\\\\é宽]{1,30}".prop_map(What::Output),
        "[\0-\u{7f}é]{1,10}".prop_map(What::Input),
        (80..1000_u16, 24..500_u16).prop_map(|(columns, rows)| What::Resize(columns, rows)),
        "[a-z\"\n]{1,20}".prop_map(What::Mark),
    ];
    vec((0..5_000_000_u64, what), 0..20).prop_map(|events| {
        let mut at = Duration::ZERO;
        let mut later = |(micros, what)| {
            at += Duration::from_micros(micros);
            Event { at, what }
        };
        events.into_iter().map(&mut later).collect()
    })
}

fn record(recording: &Recording, event: &Event) {
    match &event.what {
        What::Output(text) => recording.output(event.at, text.as_bytes()),
        What::Input(text) => recording.input(event.at, text.as_bytes()),
        What::Resize(columns, rows) => recording.resize(event.at, (*columns, *rows)),
        What::Mark(label) => recording.mark(event.at, label),
    }
}

/// Times are written in microseconds and read as fractions: the last of them may be one off.
fn rounded(event: &Event) -> (u128, What) {
    ((event.at + Duration::from_nanos(500)).as_micros(), event.what.clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_was_written_is_read(
        events in happenings(),
        timestamp in any::<Option<u64>>(),
        title in proptest::option::of("\\PC{0,20}"),
    ) {
        let head = Head { timestamp, title, ..HEAD };
        let bytes = recorded(&head, |recording| events.iter().for_each(|event| record(recording, event)));
        let cast = read(bytes.as_slice()).unwrap();
        prop_assert_eq!((&cast.head, cast.cut), (&head, false));
        let (came, went): (Vec<_>, Vec<_>) =
            (cast.events.iter().map(rounded).collect(), events.iter().map(rounded).collect());
        prop_assert_eq!(came, went);
    }

    #[test]
    fn whatever_the_guest_writes_and_however_it_is_split_it_is_read_as_text(pieces in vec(vec(any::<u8>(), 0..20), 0..12)) {
        let whole = [pieces.concat().as_slice(), b"."].concat();
        let bytes = recorded(&HEAD, |recording| {
            for piece in &pieces {
                recording.output(Duration::ZERO, piece);
            }
            recording.output(Duration::ZERO, b".");
        });
        prop_assert_eq!(output(&read(bytes.as_slice()).unwrap()), String::from_utf8_lossy(&whole));
    }

    #[test]
    fn any_bytes_are_a_recording_or_an_error_with_its_line(
        has_head in any::<bool>(),
        bytes in prop_oneof![vec(any::<u8>(), 0..200), "(\\[[0-9.e-]{1,4}, ?\"[oirmx]\", ?\"[x0-9]{0,5}\"\\]?\n?){0,6}".prop_map(String::into_bytes)],
    ) {
        let head = if has_head { FIRST } else { "" };
        let bytes = [head.as_bytes(), &bytes].concat();
        match read(bytes.as_slice()) {
            Ok(cast) => prop_assert!(cast.events.is_sorted_by_key(|event| event.at)),
            Err(error) => {
                prop_assert!((1..=bytes.split(|byte| *byte == b'\n').count()).contains(&error.line));
                let begins = format!("line {}: ", error.line);
                prop_assert!(error.to_string().starts_with(&begins));
            }
        }
    }
}

#[test]
fn hostile_bytes_come_through_a_recording_without_a_control_in_the_file() {
    for (name, bytes) in CORPUS {
        let file = recorded(&HEAD, |recording| {
            recording.output(Duration::ZERO, bytes);
            recording.output(Duration::ZERO, b".");
        });
        assert!(file.iter().all(|byte| *byte >= b' ' || *byte == b'\n'), "{name}");
        let whole = [*bytes, b"."].concat();
        assert_eq!(output(&read(file.as_slice()).unwrap()), String::from_utf8_lossy(&whole), "{name}");
    }
}

#[test]
fn an_error_names_the_line_it_is_on() {
    let after = |line: &str| wrong(format!("{FIRST}[0.5, \"o\", \"x\"]\n{line}\n").as_bytes());
    for line in
        ["nonsense", "[-1, \"o\", \"x\"]", "[1e99, \"o\", \"x\"]", "[1, \"r\", \"80\"]", "[1, \"o\", 5]"]
    {
        assert!(after(line).starts_with("line 3: "), "{line}: {}", after(line));
    }
    let firsts =
        ["", "nonsense\n", "{\"version\": 1, \"width\": 80, \"height\": 24}\n", "{\"version\": 2}\n"];
    for first in firsts {
        assert!(wrong(first.as_bytes()).starts_with("line 1: "), "{first}: {}", wrong(first.as_bytes()));
    }
    let long = [FIRST.as_bytes(), &vec![b'x'; 9 << 20]].concat();
    assert_eq!(wrong(&long), "line 2: it is longer than 8 MiB");
}

#[test]
fn a_last_line_that_is_cut_off_is_left_out_and_told_of() {
    let cast = read(format!("{FIRST}[0.5, \"o\", \"x\"]\n[0.7, \"o\", \"ha").as_bytes()).unwrap();
    assert_eq!((output(&cast).as_str(), cast.cut), ("x", true));
}

#[test]
fn a_kind_that_is_not_known_is_passed_over_and_time_does_not_go_back() {
    let text = format!("{FIRST}[2, \"o\", \"a\"]\n\n[2.5, \"z\", \"?\"]\n[1, \"o\", \"b\"]\n");
    let cast = read(text.as_bytes()).unwrap();
    let times: Vec<_> = cast.events.iter().map(|event| event.at.as_secs()).collect();
    assert_eq!((output(&cast).as_str(), times), ("ab", vec![2, 2]));
}

/// A name for a file that is not there.
fn place(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}.cast", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn a_recording_is_its_owners_alone_and_takes_no_file_that_is_there() {
    let path = place("mine");
    Recording::create(&path, &HEAD).unwrap().end().unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&path).unwrap();
    let again = Recording::create(&path, &HEAD).expect_err("it is there");
    assert_eq!((again.kind(), fs::read(&path).unwrap()), (io::ErrorKind::AlreadyExists, before));
    fs::remove_file(&path).unwrap();
}

#[test]
fn a_recording_does_not_follow_a_link_to_elsewhere() {
    let (link, target) = (place("link"), place("target"));
    std::os::unix::fs::symlink(&target, &link).unwrap();
    let made = Recording::create(&link, &HEAD);
    fs::remove_file(&link).unwrap();
    assert!(made.is_err() && !target.exists());
}

#[test]
fn a_disk_that_is_full_is_told_of() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let recording = Recording::over(full, &HEAD).unwrap();
    recording.output(Duration::ZERO, b"x");
    assert!(!recording.end().expect_err("nothing was written").is_empty());
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Letters at one, two and ten seconds.
fn player(idle: Option<Duration>) -> Player {
    let event =
        |(at, text): (u64, &str)| Event { at: Duration::from_secs(at), what: What::Output(text.into()) };
    let events = [(1, "a"), (2, "b"), (10, "c")].map(event).to_vec();
    Player::new(Cast { head: HEAD, events, cut: false }, idle)
}

/// What comes while so much time passes: `^` begins anew.
fn pass(player: &mut Player, elapsed: f64) -> String {
    let letter = |step| match step {
        Step::Restart(..) => "^",
        Step::Output(text) => text,
        Step::Resize(..) => "#",
    };
    player.pass(seconds(elapsed)).into_iter().map(letter).collect()
}

#[test]
fn a_recording_plays_by_the_clock_and_stands_while_paused() {
    let mut player = player(None);
    assert_eq!(pass(&mut player, 0.5), "^");
    assert_eq!(player.wait(), Some(seconds(0.5)));
    assert_eq!(pass(&mut player, 0.5), "a");
    player.toggle();
    assert_eq!((pass(&mut player, 100.0).as_str(), player.wait(), player.paused()), ("", None, true));
    player.toggle();
    assert_eq!(pass(&mut player, 1.0), "b");
    assert_eq!(pass(&mut player, 100.0), "c");
    assert!(player.ended() && player.at() == seconds(10.0) && player.wait().is_none());
    player.toggle();
    assert_eq!(pass(&mut player, 1.0), "^a", "from its end it begins anew");
}

#[test]
fn seeking_plays_what_lies_between_and_back_begins_anew() {
    let mut player = player(None);
    player.seek(seconds(2.0));
    assert_eq!(pass(&mut player, 0.0), "^ab");
    player.seek(seconds(99.0));
    assert_eq!((pass(&mut player, 0.0).as_str(), player.at()), ("c", seconds(10.0)));
    player.seek(seconds(1.5));
    assert_eq!(pass(&mut player, 0.0), "^a");
}

#[test]
fn speed_doubles_and_halves_within_its_bounds() {
    let mut player = player(None);
    player.faster();
    assert_eq!(pass(&mut player, 0.5), "^a");
    assert_eq!(player.wait(), Some(seconds(0.5)));
    (0..20).for_each(|_| player.faster());
    assert_eq!(player.speed().to_string(), "16");
    (0..20).for_each(|_| player.slower());
    assert_eq!(player.speed().to_string(), "0.25");
    assert_eq!(pass(&mut player, 3.9), "");
    assert_eq!(pass(&mut player, 0.1), "b");
}

#[test]
fn pauses_are_cut_short_where_that_was_asked() {
    let mut player = player(Some(seconds(2.0)));
    assert_eq!(player.length(), seconds(4.0));
    assert_eq!(pass(&mut player, 4.0), "^abc");
}
