//! What the proxy gives up is really gone: a thread that confined itself like the proxy tries all the same.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::{
    fs::{self, File},
    io::ErrorKind,
    net::{TcpListener, TcpStream},
    os::unix::net::UnixStream,
    process::Command,
    thread,
};

use domtop::proxy::confine::{ALONE, Needs, confine};

/// What a confined thread could do, and what came of it otherwise.
#[derive(Debug)]
struct Tried {
    reads: Result<(), ErrorKind>,
    other_file: Result<(), ErrorKind>,
    writes: Result<(), ErrorKind>,
    program: Result<(), ErrorKind>,
    tcp: Result<(), ErrorKind>,
    talks: Result<(), ErrorKind>,
    renames: Result<(), ErrorKind>,
}

fn kind<T>(result: std::io::Result<T>) -> Result<(), ErrorKind> {
    result.map(drop).map_err(|error| error.kind())
}

#[test]
fn what_is_not_needed_cannot_be_done_any_more() {
    let folder = std::env::temp_dir().join(format!("domtop-confined-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("ours"), "read me").unwrap();
    fs::write(folder.join("other"), "not me").unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let (one, other) = UnixStream::pair().unwrap();
    let within = folder.clone();
    // Every lock is a thread's own: the test's others go on as they were.
    let confined = thread::spawn(move || {
        let needs = Needs { read: vec![within.join("ours")], ..Needs::default() };
        let locks = confine(&needs);
        let tried = Tried {
            reads: kind(fs::read(within.join("ours"))),
            other_file: kind(fs::read(within.join("other"))),
            writes: kind(File::create(within.join("new"))),
            program: kind(Command::new("/bin/true").spawn()),
            tcp: kind(TcpStream::connect(address)),
            talks: kind(std::io::Write::write(&mut &one, b"still here")),
            renames: kind(fs::rename(within.join("ours"), within.join("theirs"))),
        };
        (locks, tried)
    });
    let (locks, tried) = confined.join().unwrap();
    drop(other);
    fs::remove_dir_all(folder).unwrap();
    let on = |name: &str| locks.iter().any(|lock| lock.name == name && lock.applied.is_ok());
    // The test's others are told: they gave up nothing.
    let threads = locks.iter().find(|lock| lock.name == ALONE).unwrap();
    assert!(threads.applied.as_ref().is_err_and(|why| why.contains("others go on")), "{threads:?}");
    let denied = Err(ErrorKind::PermissionDenied);
    assert_eq!((tried.reads, tried.talks), (Ok(()), Ok(())), "{locks:?}");
    assert!(on("capabilities") && on("no_new_privs"), "{locks:?}");
    // An old kernel has only some of them, and says so.
    if on("landlock") {
        assert_eq!((tried.other_file, tried.writes), (denied, denied), "{locks:?}");
    }
    if on("seccomp") {
        assert_eq!((tried.program, tried.tcp, tried.renames), (denied, denied, denied), "{locks:?}");
    }
}
