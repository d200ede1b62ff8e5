//! Laws of `domtop proxy` as a process: what it gives up, who is let in, how it begins and ends, and what is told to
//! who watches through it.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

#[path = "support/fake_xend.rs"]
mod fake_xend;
#[path = "support/xend_recordings.rs"]
mod xend_recordings;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::{
        fd::OwnedFd,
        unix::{
            fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown},
            net::{UnixDatagram, UnixListener, UnixStream},
            process::CommandExt,
        },
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Gid, Group, Pid, geteuid},
};

/// Somebody who is nobody here.
const OTHER: u32 = 65534;

/// The program, without the user's files and variables.
fn domtop(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_domtop"));
    for name in ["DOMTOP_URI", "LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI", "XDG_CONFIG_HOME"] {
        command.env_remove(name);
    }
    // A refusal is written into the audit, which is to be nowhere.
    command.args(args).env("HOME", "/nonexistent").env("XDG_STATE_HOME", "/dev/null").stdin(Stdio::null());
    command
}

/// What it said of the change, without what it said of the audit.
fn refusal(output: &Output) -> String {
    let said = said(output);
    said.split_inclusive('\n').filter(|line| !line.contains("audit")).collect()
}

/// A folder of a test's own, through which others may pass.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("domtop-proxy-{}-{name}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

/// A proxy that serves.
struct Running {
    child: Child,
    said: BufReader<std::process::ChildStderr>,
    socket: PathBuf,
    /// The line in which it said that it serves.
    serves: String,
}

impl Running {
    fn new(folder: &Path, options: &[&str]) -> Self {
        let socket = folder.join("proxy.sock");
        let mut args = vec!["-c", "test:///default?domains=5", "proxy", "--socket", socket.to_str().unwrap()];
        args.extend(options);
        Self::of(domtop(&args), &socket)
    }

    fn of(mut command: Command, socket: &Path) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap());
        let mut running = Self { child, said, socket: socket.into(), serves: String::new() };
        running.serves = running.hears("serves");
        running
    }

    /// Reads what it says until a line has this in it.
    fn hears(&mut self, what: &str) -> String {
        let (mut line, mut all) = (String::new(), String::new());
        while self.said.read_line(&mut line).unwrap() > 0 {
            if line.contains(what) {
                return line;
            }
            all.push_str(&std::mem::take(&mut line));
        }
        panic!("it ended and never said {what:?}: {all}")
    }

    fn uri(&self) -> String {
        format!("proxy://{}", self.socket.display())
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// How many threads it has, each of which has given up everything: the locks are on all of them.
    fn confined_threads(&self) -> usize {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let confined = |task: std::io::Result<fs::DirEntry>| {
            let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
            let field = |name: &str| {
                let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
                line.trim_start_matches(':').trim().to_owned()
            };
            let none = "0000000000000000";
            assert_eq!(["CapEff", "CapPrm", "CapInh", "CapAmb"].map(field), [none; 4], "{status}");
            assert_eq!(["NoNewPrivs", "Seccomp"].map(field), ["1", "2"], "{status}");
            let blocked = u64::from_str_radix(&field("SigBlk"), 16).unwrap();
            assert_ne!(blocked & 1 << (Signal::SIGTERM as u32 - 1), 0, "{status}");
        };
        tasks.map(confined).count()
    }

    fn ends(mut self, by: Signal) -> (Option<i32>, String) {
        kill(self.pid(), by).unwrap();
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program says first, and with what it ends, where that is at once: one that serves is ended.
fn first_line(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    if line.contains("serves") {
        child.kill().unwrap();
    }
    (child.wait().unwrap().code(), line)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_gives_up_every_right_and_still_serves() {
    let folder = folder("confined");
    let proxy = Running::new(&folder, &[]);
    assert_eq!(proxy.confined_threads(), 4, "the loop, the sampler, and two who answer");
    for args in [&["list"][..], &["info", "1"], &["dmesg"], &["node"], &["vcpus", "1"]] {
        let uri = proxy.uri();
        let output = domtop(&[&["-c", &uri], args].concat()).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", said(&output));
    }
    let (code, rest) = proxy.ends(Signal::SIGTERM);
    assert_eq!(code, Some(0), "{rest}");
    assert!(rest.contains("domtop proxy: ends"), "{rest}");
    assert!(!folder.join("proxy.sock").exists(), "the socket goes with it");
    fs::remove_dir(folder).unwrap();
}

#[test]
fn a_host_read_by_a_thread_of_its_own_is_as_confined_and_is_read_all_the_same() {
    let fake = fake_xend::FakeXend::tcp("xen-3.0.2");
    let domtop::model::uri::Xend::Tcp { host, port } = fake.at.clone() else { panic!("it is on TCP") };
    assert_eq!(host, "127.0.0.1");
    let folder = folder("xend");
    // By name: what looks it up must not need what was given up.
    let uri = format!("xen+http://localhost:{port}/");
    let socket = folder.join("proxy.sock");
    let proxy = Running::of(domtop(&["-c", &uri, "proxy", "--socket", socket.to_str().unwrap()]), &socket);
    assert_eq!(proxy.confined_threads(), 5, "the loop, the sampler, two who answer, and who reads xend");
    for _ in 0..2 {
        let output = domtop(&["-c", &proxy.uri(), "list"]).output().unwrap();
        let rows = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && rows.contains("Domain-0"), "{rows}{}", said(&output));
    }
    let (code, rest) = proxy.ends(Signal::SIGTERM);
    assert_eq!((code, socket.exists()), (Some(0), false), "{rest}");
    assert!(rest.contains("ends") && !rest.contains("panicked"), "{rest}");
    fs::remove_dir(folder).unwrap();
}

#[test]
fn check_tells_each_lock() {
    let output = domtop(&["-c", "test:///default", "proxy", "--check"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = text.lines().map(|line| line.split([':', ',']).next().unwrap()).collect();
    assert_eq!(names, ["threads", "capabilities", "no_new_privs", "landlock", "seccomp"], "{text}");
    assert!(output.status.success());
}

#[test]
fn a_dead_ones_socket_is_replaced_and_a_live_ones_is_not() {
    let folder = folder("socket");
    let first = Running::new(&folder, &["--mode", "0600"]);
    assert_eq!(fs::metadata(&first.socket).unwrap().mode() & 0o777, 0o600);
    let socket = first.socket.clone();
    let again = |socket: &Path| {
        domtop(&["-c", "test:///default", "proxy", "--socket", socket.to_str().unwrap()]).output().unwrap()
    };
    let second = again(&socket);
    assert!(said(&second).contains("has somebody who listens already"), "{}", said(&second));
    assert_eq!(second.status.code(), Some(1));
    first.ends(Signal::SIGKILL);
    assert!(socket.exists(), "one that was killed leaves its file");
    let third = Running::new(&folder, &[]);
    assert_eq!(fs::metadata(&third.socket).unwrap().mode() & 0o777, 0o660);
    third.ends(Signal::SIGINT);
    fs::write(&socket, "a file of somebody's").unwrap();
    assert!(said(&again(&socket)).contains("is there and no socket"));
    assert_eq!(fs::read_to_string(&socket).unwrap(), "a file of somebody's");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn one_that_ends_leaves_the_socket_of_the_one_that_came_after_it() {
    let folder = folder("successor");
    let first = Running::new(&folder, &[]);
    fs::remove_file(&first.socket).unwrap();
    let second = Running::new(&folder, &[]);
    assert_eq!(first.ends(Signal::SIGTERM).0, Some(0));
    let output = domtop(&["-c", &second.uri(), "list"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    second.ends(Signal::SIGTERM);
    fs::remove_dir(folder).unwrap();
}

#[test]
fn a_folder_in_which_others_could_put_something_else_in_the_sockets_place_is_refused() {
    let folder = folder("others");
    let mode = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    let socket = folder.join("proxy.sock");
    let refused = || {
        let args = ["-c", "test:///default", "proxy", "--socket", socket.to_str().unwrap()];
        let (code, line) = first_line(domtop(&args));
        let text = format!("others may put something else in its place: {} ", folder.display());
        assert!(line.contains(&text), "{line}");
        assert_eq!((code, socket.exists()), (Some(3), false));
    };
    for wide in [0o777, 0o730] {
        mode(wide);
        refused();
    }
    mode(0o1777);
    drop(Running::new(&folder, &[]));
    fs::remove_file(&socket).unwrap();
    mode(0o711);
    if geteuid().is_root() {
        chown(&folder, Some(OTHER), None).unwrap();
        refused();
    } else {
        eprintln!("a folder of another user was not tried: only root can make one");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn who_is_not_allowed_is_refused_by_mode_and_by_name() {
    if !geteuid().is_root() {
        eprintln!("who_is_not_allowed_is_refused was not tried: only root can be somebody else");
        return;
    }
    let folder = folder("other");
    // The program must be somewhere the other user reaches.
    let program = folder.join("domtop");
    fs::copy(env!("CARGO_BIN_EXE_domtop"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let other = |uri: &str, args: &[&str]| {
        let mut command = Command::new(&program);
        command
            .args(["-c", uri])
            .args(args)
            .env("HOME", "/nonexistent")
            .env("XDG_STATE_HOME", "/dev/null")
            .stdin(Stdio::null());
        command.uid(OTHER).gid(OTHER).output().unwrap()
    };
    let mut closed = Running::new(&folder, &[]);
    let refused = other(&closed.uri(), &["list"]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("permission denied (ask for membership"), "{}", said(&refused));
    closed = {
        drop(closed);
        Running::new(&folder, &["--mode", "0666", "--allow", "root"])
    };
    let refused = other(&closed.uri(), &["list"]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains("none of those whom --allow names"), "{}", said(&refused));
    let line = closed.hears("refused");
    assert!(line.contains(&format!("uid {OTHER} pid ")), "{line}");
    drop(closed);
    // Whose own group it is is listed nowhere as a member of it.
    if let Ok(Some(group)) = Group::from_gid(Gid::from_raw(OTHER)) {
        let named = Running::new(&folder, &["--mode", "0666", "--allow", &group.name]);
        let let_in = other(&named.uri(), &["list"]);
        assert!(let_in.status.success(), "{}", said(&let_in));
    }
    let mut open = Running::new(&folder, &["--mode", "0666"]);
    let let_in = other(&open.uri(), &["list"]);
    assert!(let_in.status.success(), "{}", said(&let_in));
    assert!(open.hears("connected").contains(&format!("uid {OTHER} pid ")));
    // Who has no rights of its own looks; what it may not do is refused, and why.
    let change = other(&open.uri(), &["destroy", "1", "--yes"]);
    assert_eq!(change.status.code(), Some(3));
    let text =
        "domtop: destroy 1 is refused: this session only looks: the proxy only reads: changing needs root\n";
    assert_eq!(refusal(&change), text);
    drop(open);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_change_through_the_proxy_is_refused_with_its_reason_also_for_root() {
    let folder = folder("change");
    let proxy = Running::new(&folder, &[]);
    for args in [&["destroy", "1", "--yes"][..], &["setmem", "1", "1G"], &["suspend", "1"]] {
        let uri = proxy.uri();
        let output = domtop(&[&["-c", &uri], args].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(said(&output).contains("the proxy only reads: changing needs root"), "{}", said(&output));
    }
    drop(proxy);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn where_no_proxy_is_it_says_so_and_what_to_do() {
    let output = domtop(&["-c", "proxy:///nonexistent/proxy.sock", "list"]).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let text = said(&output);
    assert!(
        text.contains("proxy: no proxy at /nonexistent/proxy.sock (have root start `domtop proxy`)"),
        "{text}"
    );
}

#[test]
fn a_proxy_serves_no_proxy() {
    let folder = folder("chain");
    let proxy = Running::new(&folder, &[]);
    let output = domtop(&["-c", &proxy.uri(), "proxy", "--socket", "/nonexistent/sock"]).output().unwrap();
    assert!(said(&output).contains("a proxy is served by itself"), "{}", said(&output));
    drop(proxy);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_socket_that_systemd_hands_over_is_taken_and_left() {
    let folder = folder("handed");
    let socket = folder.join("proxy.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    // As systemd does: descriptor 3, and variables that name the process.
    let program = env!("CARGO_BIN_EXE_domtop");
    let script =
        format!("LISTEN_PID=$$ LISTEN_FDS=1 exec {program} -c test:///default proxy 3<&0 0</dev/null");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env("HOME", "/nonexistent").stdin(OwnedFd::from(listener));
    let proxy = Running::of(shell, &socket);
    assert!(proxy.serves.contains(&format!(" at {}\n", socket.display())), "{}", proxy.serves);
    let output = domtop(&["-c", &proxy.uri(), "list"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(proxy.ends(Signal::SIGTERM).0, Some(0));
    assert!(socket.exists(), "it was not the proxy's");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_systemd_hands_over_and_is_no_socket_that_listens_is_refused() {
    let (connected, _other) = UnixStream::pair().unwrap();
    let (datagrams, _others) = UnixDatagram::pair().unwrap();
    let program = env!("CARGO_BIN_EXE_domtop");
    let script =
        format!("LISTEN_PID=$$ LISTEN_FDS=1 exec {program} -c test:///default proxy 3<&0 0</dev/null");
    for (what, fd) in [("a connection", OwnedFd::from(connected)), ("datagrams", datagrams.into())] {
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).env("HOME", "/nonexistent").stdin(fd);
        let (code, line) = first_line(shell);
        let text = "domtop: cannot take the socket that was handed over: it is none that listens for streams";
        assert!(line.starts_with(text), "{what}: {line}");
        assert_eq!(code, Some(1), "{what}");
    }
}

#[test]
fn what_xend_keeps_can_be_read_wherever_it_listens() {
    let fake = fake_xend::FakeXend::unix("xen-3.0.2");
    let domtop::model::uri::Xend::Unix(path) = fake.at.clone() else { panic!("it is on a path") };
    let uri = format!("xen+unix:///?xend={}", path.display());
    let output = domtop(&["-c", &uri, "proxy", "--check"]).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let landlock = text.lines().find(|line| line.starts_with("landlock")).unwrap();
    // An old kernel has none, and denies nothing.
    if landlock.starts_with("landlock: ") {
        assert!(landlock.contains(" /var/lib/xend"), "{landlock}");
    }
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn the_units_name_the_host_that_was_chosen_and_not_one_that_was_found() {
    let folder = folder("chosen");
    let file = folder.join("domtop.toml");
    fs::write(&file, "uri = \"test:///default?seed=7\"\n").unwrap();
    let unit = |args: &[&str], variable: Option<&str>| {
        let mut command = domtop(&[args, &["proxy", "--unit"]].concat());
        command.envs(variable.map(|uri| ("DOMTOP_URI", uri)));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.starts_with("ExecStart=")).unwrap().to_owned()
    };
    let file = file.to_str().unwrap();
    assert!(unit(&[], Some("xen:///")).ends_with(" proxy -c \"xen:///\""));
    assert!(unit(&["--config", file], None).ends_with(" proxy -c \"test:///default?seed=7\""));
    assert!(unit(&["--config", file], Some("xen:///")).ends_with(" proxy -c \"xen:///\""));
    assert!(unit(&["-c", "xen:///"], Some("test:///default")).ends_with(" proxy -c \"xen:///\""));
    assert!(unit(&[], None).ends_with(" proxy"));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn units_that_name_somebody_who_is_not_here_say_so() {
    let args = ["-c", "xen:///", "proxy", "--unit", "--group", "no such group", "--allow", "nobody such"];
    let output = domtop(&args).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(output.status.success() && text.contains("SocketGroup=no such group\n"), "{text}");
    for line in [
        "domtop: the units do not start yet: --group: there is no group \"no such group\"\n",
        "domtop: the units do not start yet: --allow: there is no user and no group \"nobody such\"\n",
    ] {
        assert!(said(&output).contains(line), "{}", said(&output));
    }
    let known = Group::from_gid(Gid::from_raw(0)).unwrap().unwrap().name;
    let output = domtop(&["-c", "xen:///", "proxy", "--unit", "--group", &known]).output().unwrap();
    assert_eq!((said(&output), output.status.code()), (String::new(), Some(0)));
}

#[test]
fn the_units_name_the_program_the_host_and_the_group() {
    let args = ["-c", "xen:///", "proxy", "--unit", "--group", "watchers", "--mode", "0600"];
    let output = domtop(&args).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let start = format!("ExecStart=\"{}\" proxy -c \"xen:///\"\n", env!("CARGO_BIN_EXE_domtop"));
    for line in [&start, "ListenStream=/run/domtop/proxy.sock\n", "SocketMode=0600\nSocketGroup=watchers\n"] {
        assert!(text.contains(line), "{line:?}\n{text}");
    }
    for hardened in ["CapabilityBoundingSet=\n", "NoNewPrivileges=yes\n", "ProtectSystem=strict\n"] {
        assert!(text.contains(hardened), "{hardened:?}");
    }
}

#[test]
fn the_units_run_the_proxy_with_all_that_was_asked_for() {
    let asked = [
        &["-c", "xen:///", "-r", "--config", "my %h.toml", "proxy", "--unit", "--socket", "here.sock"][..],
        &["--allow", "a $b", "--allow", "watchers", "--fastest", "0.5", "--max-clients", "7"],
    ];
    let folder = folder("unit");
    fs::write(folder.join("my %h.toml"), "").unwrap();
    let output = domtop(&asked.concat()).current_dir(&folder).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let (program, at) = (env!("CARGO_BIN_EXE_domtop"), folder.display());
    let start = format!(
        "ExecStart=\"{program}\" \"-r\" \"--config\" \"{at}/my %%h.toml\" proxy -c \"xen:///\" \"--socket\" \
         \"{at}/here.sock\" \"--allow\" \"a $$b\" \"--allow\" \"watchers\" \"--fastest\" \"0.5\" \"--max-clients\" \"7\"\n"
    );
    assert!(text.contains(&start), "{start}\n{text}{}", said(&output));
    assert!(text.contains(&format!("ListenStream={at}/here.sock\n")), "{text}");
    if folder.starts_with("/tmp") {
        assert!(text.contains("PrivateTmp=no\n"), "its config file lies there: {text}");
    }
    for refused in [&["-c", "xen:///", "-c", "test:///default"][..], &["-c", "xen:///?a=1\nExecStart=b"]] {
        let output = domtop(&[refused, &["proxy", "--unit"]].concat()).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{refused:?}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_socket_may_be_named_from_where_it_is_started() {
    let folder = folder("relative");
    let mut command = domtop(&["-c", "test:///default", "proxy", "--socket", "proxy.sock"]);
    command.current_dir(&folder);
    let proxy = Running::of(command, &folder.join("proxy.sock"));
    assert!(domtop(&["-c", &proxy.uri(), "list"]).output().unwrap().status.success());
    assert_eq!(proxy.ends(Signal::SIGTERM).0, Some(0));
    // It is taken away, too.
    fs::remove_dir(folder).unwrap();
}

#[test]
fn a_journal_nobody_reads_stops_nothing_and_what_is_missing_is_told_later() {
    let folder = folder("unread");
    let mut proxy = Running::new(&folder, &[]);
    let stderr = format!("/proc/{}/fd/2", proxy.pid());
    let mut pipe =
        fs::OpenOptions::new().write(true).custom_flags(nix::libc::O_NONBLOCK).open(stderr).unwrap();
    let mut filled = 0;
    for size in [4096, 1] {
        while let Ok(count) = pipe.write(&vec![b'\n'; size]) {
            filled += count;
        }
    }
    // Its end is to be seen once the proxy has ended.
    drop(pipe);
    for _ in 0..3 {
        let output = domtop(&["-c", &proxy.uri(), "list"]).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    proxy.said.read_exact(&mut vec![0; filled]).unwrap();
    drop(UnixStream::connect(&proxy.socket).unwrap());
    let line = proxy.hears("lines were left out");
    let count: u32 = line.split(' ').find_map(|word| word.parse().ok()).unwrap();
    assert!(count >= 3, "{line}");
    assert_eq!(proxy.ends(Signal::SIGTERM).0, Some(0));
    fs::remove_dir(folder).unwrap();
}

#[test]
fn the_journal_has_a_line_for_who_comes_and_for_who_goes_but_not_thousands() {
    let folder = folder("journal");
    let mut proxy = Running::new(&folder, &[]);
    drop(UnixStream::connect(&proxy.socket).unwrap());
    let pid = std::process::id();
    assert!(proxy.hears("connected").contains(&format!("uid {} pid {pid} connected; 1 watch", geteuid())));
    assert!(proxy.hears("left").contains("0 calls, 0 samples, 0 left out; 0 watch"));
    for _ in 0..500 {
        drop(UnixStream::connect(&proxy.socket).unwrap());
    }
    // The last to come is served all the same.
    assert!(domtop(&["-c", &proxy.uri(), "list"]).output().unwrap().status.success());
    let (_, rest) = proxy.ends(Signal::SIGTERM);
    assert!(rest.lines().count() < 500, "{} lines of 1,000", rest.lines().count());
    fs::remove_dir_all(folder).unwrap();
}
