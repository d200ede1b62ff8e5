//! Laws of the changing commands, by the program itself: what is done, what is asked, what is refused, what is said.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]
mod pty;

#[path = "cli_act/asked.rs"]
mod asked;
#[path = "cli_act/done.rs"]
mod done;
#[path = "cli_act/life.rs"]
mod life;
#[path = "cli_act/refused.rs"]
mod refused;
#[path = "cli_act/reverted.rs"]
mod reverted;

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use pty::Pty;
use serde_json::Value;

/// A host on which the tests act: a guest that does as asked, one that does not, one that takes long to shrink, one
/// that is off.
const HOST: &str = r#"<host name="lab">
  <node cpus="4" memory="32G"/>
  <domain name="Domain-0" id="0" type="pv" vcpus="2" memory="1G" temper="idle"/>
  <domain name="web1" id="5" uuid="11111111-2222-3333-4444-555555555555" vcpus="2" maxvcpus="4" memory="2G"
          maxmem="4G" temper="calm" shutdown="300ms"/>
  <domain name="plc" id="7" memory="256M" temper="idle" shutdown="ignored"/>
  <domain name="big" id="6" memory="8G" temper="idle"/>
  <domain name="-odd" id="8" memory="256M" temper="idle"/>
  <domain name="archive" memory="1G" vcpus="1" state="off"/>
</host>"#;

/// A host whose state is kept in a file of this test's own; all of it goes with the test.
struct Host {
    folder: PathBuf,
}

impl Host {
    fn new(name: &str) -> Self {
        Self::described(name, HOST)
    }

    fn described(name: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("domtop-act-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let host = Self { folder };
        host.file("host.xml", text);
        host
    }

    /// A file beside the host; its path.
    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn uri(&self) -> String {
        format!("test://{}?state={}", self.path("host.xml"), self.path("state"))
    }

    /// Whether anything was ever changed.
    fn touched(&self) -> bool {
        self.folder.join("state").exists()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_domtop"));
        for name in ["DOMTOP_URI", "LIBVIRT_DEFAULT_URI", "VIRSH_DEFAULT_CONNECT_URI", "XDG_CONFIG_HOME"] {
            command.env_remove(name);
        }
        command.args(["-c", &self.uri()]).args(args).env("HOME", "/nonexistent").stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("it starts")
    }

    /// Starts it and lets it go on.
    fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    }

    /// What it prints where it is done.
    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", said(&output));
        assert_eq!(said(&output), "", "{args:?}: what is done has nothing to complain of");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it says where it is not done, with this status.
    fn fails(&self, args: &[&str], status: i32) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", said(&output));
        assert!(said(&output).starts_with("domtop: "), "{args:?}: {}", said(&output));
        said(&output)
    }

    fn json(&self, args: &[&str]) -> Value {
        let text = self.done(&[args, &["--format", "json"]].concat());
        assert_eq!(text.lines().count(), 1, "{args:?}: one line of JSON");
        serde_json::from_str(&text).expect(&text)
    }

    /// A domain as another process sees it.
    fn info(&self, domain: &str) -> Value {
        self.json(&["info", domain])
    }

    /// The names of all domains.
    fn names(&self) -> Vec<String> {
        let all = self.json(&["list", "--all"]);
        all.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Starts it on a terminal.
    fn on_terminal(&self, args: &[&str]) -> Pty {
        let uri = self.uri();
        let args = [&["-c", &uri], args].concat();
        Pty::spawn(env!("CARGO_BIN_EXE_domtop"), &args, &[], (100, 24))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
