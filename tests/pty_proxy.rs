//! The whole screen through a proxy: the real binary on a pseudo terminal, watching another real binary.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
mod pty;

use std::{
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use pty::Pty;

const DOMTOP: &str = env!("CARGO_BIN_EXE_domtop");

/// A proxy of the demo host.
struct Proxy(Child);

impl Proxy {
    fn at(socket: &Path) -> Self {
        let args = ["-c", "test:///default", "proxy", "--socket", socket.to_str().unwrap()];
        Self(Command::new(DOMTOP).args(args).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn socket(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("domtop-pty-proxy-{}-{name}.sock", std::process::id()))
}

/// The screen, once the proxy's host is on it.
fn watching(socket: &Path) -> Pty {
    let uri = format!("proxy://{}", socket.display());
    let start = Instant::now();
    while UnixStream::connect(socket).is_err() {
        assert!(start.elapsed() < Duration::from_secs(30), "the proxy does not serve");
        thread::sleep(Duration::from_millis(10));
    }
    let mut pty = Pty::spawn(DOMTOP, &["-c", &uri, "-d", "0.2"], &[], (120, 34));
    pty.wait_for("Domain-0");
    pty
}

#[test]
fn the_screen_is_live_only_looks_and_says_why() {
    let socket = socket("live");
    let proxy = Proxy::at(&socket);
    let mut pty = watching(&socket);
    pty.wait_for("VIEW");
    pty.send("D");
    pty.wait_for("this session only looks: the proxy only reads: changing needs root");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
    drop(proxy);
    let _ = std::fs::remove_file(socket);
}

#[test]
fn a_proxy_that_was_killed_is_told_and_found_again() {
    let socket = socket("again");
    let proxy = Proxy::at(&socket);
    let mut pty = watching(&socket);
    drop(proxy);
    pty.wait_for("not read: no proxy at");
    let _again = Proxy::at(&socket);
    pty.until("the host read again", |pty| !pty.screen().contains("no proxy at"));
    pty.wait_for("Domain-0");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
    let _ = std::fs::remove_file(socket);
}
