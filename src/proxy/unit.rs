//! Units for systemd: a service that has as little as the proxy needs, and the socket it is started by.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::socket::USUAL;
use crate::model::uri::{Uri, Xend};

/// What the units name.
#[derive(Clone, Debug)]
pub struct Unit<'a> {
    /// The program.
    pub program: &'a Path,
    /// The host, where one was named.
    pub uri: Option<&'a str>,
    /// Where it listens.
    pub socket: &'a Path,
    /// The group whose members may watch.
    pub group: Option<&'a str>,
    /// The mode of the socket's file.
    pub mode: u32,
    /// What else stands on the command line: options before the word `proxy`, and behind it.
    pub options: [Vec<String>; 2],
}

impl Unit<'_> {
    /// Both units, each under a line that names its file.
    pub fn text(&self) -> String {
        format!(
            "# /etc/systemd/system/domtop-proxy.socket\n{}\n# /etc/systemd/system/domtop-proxy.service\n{}",
            self.socket_unit(),
            self.service()
        )
    }

    fn socket_unit(&self) -> String {
        let group = self.group.map(|group| format!("SocketGroup={}\n", escaped(group))).unwrap_or_default();
        format!(
            "[Unit]\nDescription=Where domtop watches this host without root\n\n\
             [Socket]\nListenStream={}\nSocketMode={:04o}\n{group}DirectoryMode=0711\nRemoveOnStop=yes\n\n\
             [Install]\nWantedBy=sockets.target\n",
            escaped(&text(self.socket)),
            self.mode,
        )
    }

    fn service(&self) -> String {
        let program = quoted(&text(self.program));
        let words =
            |words: &[String]| words.iter().fold(String::new(), |line, word| line + " " + &quoted(word));
        let [before, behind] = self.options.each_ref().map(|options| words(options));
        let uri = self.uri.map(|uri| format!(" -c {}", quoted(uri))).unwrap_or_default();
        format!(
            "[Unit]\nDescription=Answers readings of this host, and nothing else, to domtop\n\
             Requires=domtop-proxy.socket\nAfter=domtop-proxy.socket xenstored.service\n\n\
             [Service]\nExecStart={program}{before} proxy{uri}{behind}\nProtectHome={}\nPrivateTmp={}\n{}{HARDENED}",
            if self.needs_of(&["/home", "/root", "/run/user"]) { "read-only" } else { "yes" },
            if self.needs_of(&["/tmp", "/var/tmp"]) { "no" } else { "yes" },
            // For the proxy to let others pass through it, where consoles made it for root alone.
            if self.socket.parent() == Some(Path::new(USUAL)) { "ReadWritePaths=-/run/domtop\n" } else { "" },
        )
    }

    /// A folder on the way to a file it reads through which root cannot pass without capabilities, where there is one:
    /// the home of a user, by default of many systems.
    pub fn barred(&self) -> Option<PathBuf> {
        let passes = |about: fs::Metadata| {
            let by = |id, bit| id == 0 && about.mode() & bit != 0;
            about.mode() & 0o001 != 0 || by(about.uid(), 0o100) || by(about.gid(), 0o010)
        };
        let mut folders =
            self.files().flat_map(|file| file.ancestors().skip(1).map(PathBuf::from).collect::<Vec<_>>());
        folders.find(|folder| fs::metadata(folder).is_ok_and(|about| !passes(about)))
    }

    /// What may be files it reads: those of its options and of its host.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let words = self.options.iter().flatten().map(PathBuf::from);
        words.chain(self.uri.into_iter().flat_map(paths))
    }

    /// Whether something it needs to begin lies in one of these folders: in those of users `ProtectHome=yes` hides all
    /// there is, and a program of cargo's is installed there; in those of passing files `PrivateTmp=yes` does
    /// (systemd.exec(5)).
    fn needs_of(&self, folders: &[&str]) -> bool {
        let mut paths = self.files().chain([self.program.to_owned()]);
        paths.any(|path| folders.iter().any(|folder| path.starts_with(folder)))
    }
}

/// The files and folders that a host's address names.
fn paths(uri: &str) -> Vec<PathBuf> {
    let Ok(uri) = uri.parse() else { return Vec::new() };
    let named = match uri {
        Uri::Xen(host) => [host.xm, None],
        Uri::Xend(Xend::Unix(path)) => [Some(path), None],
        Uri::Test(host) => [host.file, host.state],
        Uri::Xend(Xend::Tcp { .. }) | Uri::Proxy(_) => [None, None],
    };
    named.into_iter().flatten().collect()
}

/// What systemd takes away before the proxy itself takes away the rest. Devices stay as they are: which one leads to
/// Xen depends on its release, and the program opens no other.
const HARDENED: &str = "\
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
PrivateNetwork=no
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
UMask=0177
MemoryMax=256M
LimitNOFILE=65536
LimitMEMLOCK=infinity
Restart=on-failure
";

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A value of a unit: `%` begins a specifier (systemd.unit(5)).
fn escaped(text: &str) -> String {
    text.replace('%', "%%")
}

/// A word of a command line (systemd.service(5)): also `$` begins something.
fn quoted(text: &str) -> String {
    let text = escaped(text).replace('$', "$$").replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_begins_with_is_not_hidden_from_it() {
        let text = |program, option: &str| {
            let options = [vec!["--config".into(), option.into()], Vec::new()];
            let (program, socket) = (Path::new(program), Path::new("/run/domtop/proxy.sock"));
            Unit { program, uri: None, socket, group: None, mode: 0o600, options }.text()
        };
        assert!(text("/usr/bin/domtop", "/etc/domtop.toml").contains("ProtectHome=yes\n"));
        assert!(text("/usr/bin/domtop", "/homes.toml").contains("ProtectHome=yes\n"));
        assert!(text("/root/.cargo/bin/domtop", "/etc/domtop.toml").contains("ProtectHome=read-only\n"));
        assert!(text("/usr/bin/domtop", "/home/she/domtop.toml").contains("ProtectHome=read-only\n"));
        assert!(text("/usr/bin/domtop", "/tmpfiles/domtop.toml").contains("PrivateTmp=yes\n"));
        assert!(text("/var/tmp/domtop", "/etc/domtop.toml").contains("PrivateTmp=no\n"));
        assert!(text("/usr/bin/domtop", "/tmp/domtop.toml").contains("PrivateTmp=no\n"));
        assert_eq!(
            paths("test:///tmp/host.xml?state=/root/state").as_slice(),
            ["/tmp/host.xml", "/root/state"].map(PathBuf::from)
        );
        assert_eq!(paths("xen+unix:///?xend=/tmp/xend"), [PathBuf::from("/tmp/xend")]);
        assert_eq!(paths("xen:///?xm=/root/xen"), [PathBuf::from("/root/xen")]);
    }

    #[test]
    fn the_usual_folder_can_be_opened_to_others_and_no_other_is_written_to() {
        let text = |socket| {
            let (program, socket) = (Path::new("/usr/bin/domtop"), Path::new(socket));
            Unit { program, uri: None, socket, group: None, mode: 0o600, options: [vec![], vec![]] }.text()
        };
        assert!(text("/run/domtop/proxy.sock").contains("\nReadWritePaths=-/run/domtop\n"));
        assert!(!text("/srv/domtop/proxy.sock").contains("ReadWritePaths"));
    }

    #[test]
    fn what_systemd_would_expand_is_a_word_of_its_own() {
        let unit = Unit {
            program: Path::new("/usr/local/bin/dom top"),
            uri: Some("test:///default?seed=100%$A"),
            socket: Path::new("/run/domtop/proxy.sock"),
            group: Some("watchers"),
            mode: 0o660,
            options: [
                vec!["--config".into(), "/etc/my %h.toml".into()],
                vec!["--allow".into(), "$USER \"a\"".into()],
            ],
        };
        let text = unit.text();
        assert!(text.contains(
            "ExecStart=\"/usr/local/bin/dom top\" \"--config\" \"/etc/my %%h.toml\" proxy -c \
                 \"test:///default?seed=100%%$$A\" \"--allow\" \"$$USER \\\"a\\\"\"\n"
        ));
        assert!(
            text.contains("ListenStream=/run/domtop/proxy.sock\nSocketMode=0660\nSocketGroup=watchers\n")
        );
    }
}
