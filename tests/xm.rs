//! The laws of the xm driver: which files of the folder are domains, and what becomes of them.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support {
    pub mod recording;
}

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use domtop::{
    driver::{Controller, Observe, session, xen::xm::Xm},
    model::{
        Demand, Domain, DomainId, DomainKey, DomainState, HostId, KiB, Kind, Light, Nanos, Op, Reason, Stamp,
        Which,
        definition::{Link, Told},
        request::{Change, Request},
    },
    wire::{cfg::Dialect, xml::domain},
};
use support::recording::{Recording, Tape};

const UUID: &str = "c7a5fdb2-cdaf-9455-926a-d65c16db1809";

/// A folder of configurations, gone with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("domtop-xm-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn open(&self) -> Xm {
        Xm::open(&self.0, false).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A driver under a stack, beside one that tells what hypervisor this is.
struct Host {
    controller: Controller,
    xm: Arc<Xm>,
}

impl Host {
    fn over(xm: Xm) -> Self {
        let xm = Arc::new(xm);
        let teller = Recording::new("teller", &Tape::default(), Err(Kind::Unsupported)).opened();
        let drivers = vec![teller, (xm.info(), Ok(xm.clone() as Arc<_>))];
        let session = session::assemble(HostId(0), drivers, true).unwrap();
        Self { controller: session.controller.unwrap(), xm }
    }

    fn run(&self, request: &Request) -> Result<(), Reason> {
        let failed = self.controller.run(request).err();
        failed
            .map_or(Ok(()), |failure| Err(failure.reasons.into_iter().find(|r| &*r.driver == "xm").unwrap()))
    }

    fn change(&self, name: &str, change: Change) -> Result<(), Reason> {
        self.run(&Request::Domain(key(&self.xm, name), change))
    }

    fn define(&self, path: &Path) -> Result<(), Reason> {
        self.run(&Request::Define(path.to_owned()))
    }
}

fn domains(xm: &Xm) -> Vec<Domain> {
    xm.begin(Stamp { mono: Nanos(0), ..Stamp::default() }, &Demand::default());
    let mut domains = Vec::new();
    xm.inactive(&mut domains).unwrap();
    domains
}

fn names(xm: &Xm) -> Vec<String> {
    domains(xm).iter().map(|domain| domain.name.raw().to_owned()).collect()
}

fn key(xm: &Xm, name: &str) -> DomainKey {
    domains(xm).iter().find(|domain| domain.name.raw() == name).unwrap().key
}

fn told(xm: &Xm, name: &str) -> Told {
    xm.definition(key(xm, name), Which::Kept).unwrap()
}

#[test]
fn the_files_of_a_folder_are_domains_that_do_not_run() {
    let folder = Folder::new();
    folder.put("web", &format!("name = 'www'\nuuid = '{UUID}'\nmemory = 512\nvcpus = 2\nmaxvcpus = 4\n"));
    folder.put("db.cfg", "memory = 256\n");
    for other in [
        ".hidden",
        "#db#",
        "db~",
        "xend-config.sxp",
        "xmexample1",
        "xlexample.hvm",
        "xend-pci-quirks.sxp",
        "qemu-ifup",
        "xl.conf",
        "README",
        "db.cfg.dpkg-old",
        "db.cfg.bak",
        "db.old",
        "db.orig",
        "db.cfg.save",
    ] {
        folder.put(other, "memory = 64\n");
    }
    folder.put("pool", "name = 'x'\nsched = 'credit'\n");
    folder.put("script", "#!/bin/sh\nmemory=64\n");
    fs::create_dir(folder.path("scripts")).unwrap();
    let xm = folder.open();
    let found = domains(&xm);
    let rows: Vec<_> = found.iter().map(|d| (d.name.raw(), d.vcpus.online, d.vcpus.max, d.state)).collect();
    assert_eq!(rows, [("db.cfg", 1, 1, DomainState::Off), ("www", 2, 4, DomainState::Off)]);
    assert_eq!(found[1].key.uuid.to_string(), UUID);
    assert_eq!(found[1].max_memory.known().copied(), Some(KiB(512 << 10)));
    assert!(found.iter().all(|domain| domain.key.id.is_none()));
    assert_eq!(xm.light(), Light::Ready);
}

#[test]
fn a_uuid_that_is_not_said_is_the_same_each_time_and_is_not_written_down() {
    let folder = Folder::new();
    folder.put("a", "memory = 64\n");
    folder.put("b", "memory = 64\n");
    let keys = || domains(&folder.open()).iter().map(|domain| domain.key.uuid).collect::<Vec<_>>();
    let first = keys();
    assert_eq!(keys(), first);
    assert_ne!(first[0], first[1]);
    assert_eq!(folder.text("a"), "memory = 64\n");
}

#[test]
fn changes_of_the_folder_are_seen_at_the_next_tick() {
    let folder = Folder::new();
    let xm = folder.open();
    assert!(names(&xm).is_empty());
    folder.put("a", "memory = 64\n");
    assert_eq!(names(&xm), ["a"]);
    folder.put("a", "memory = 64\nname = 'b'\n");
    assert_eq!(names(&xm), ["b"]);
    fs::rename(folder.path("a"), folder.path("c")).unwrap();
    folder.put("d", "memory = 64\nname = 'd'\n");
    assert_eq!(names(&xm), ["b", "d"]);
    fs::remove_file(folder.path("c")).unwrap();
    assert_eq!(names(&xm), ["d"]);
    fs::rename(&folder.0, folder.0.with_extension("away")).unwrap();
    assert!(names(&xm).is_empty());
    assert!(matches!(xm.light(), Light::Down(_)), "{:?}", xm.light());
    fs::rename(folder.0.with_extension("away"), &folder.0).unwrap();
}

#[test]
fn what_a_link_leads_to_is_seen_when_it_changes() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let file = outside.put("web", "memory = 64\nname = 'a'\n");
    symlink(&file, folder.path("web")).unwrap();
    symlink(outside.path("later"), folder.path("later")).unwrap();
    let xm = folder.open();
    assert_eq!(names(&xm), ["a"]);
    outside.put("web", "memory = 64\nname = 'other'\n");
    assert_eq!(names(&xm), ["other"]);
    outside.put("later", "memory = 64\nname = 'later'\n");
    assert_eq!(names(&xm), ["later", "other"]);
    fs::remove_file(&file).unwrap();
    assert_eq!(names(&xm), ["later"]);
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = Folder::new();
    folder.put("good", "memory = 64\n");
    folder.put("open", "memory = 64\nname = 'x\n");
    folder.put("huge", &"# x\n".repeat(300_000));
    fs::write(folder.path("latin"), b"memory = 64\n# gr\xfc\xdfe\n").unwrap();
    let xm = folder.open();
    assert_eq!(names(&xm), ["good"]);
    let Light::Degraded(why) = xm.light() else { panic!("{:?}", xm.light()) };
    for part in [
        "huge: it is larger than 1024 KiB",
        "latin: line 2 is no UTF-8",
        "open: 2:8: this string is not closed",
    ] {
        assert!(why.contains(part), "{why}");
    }
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = Folder::new();
    nix::unistd::mkfifo(&folder.path("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    symlink("/dev/zero", folder.path("zero")).unwrap();
    symlink("/nonexistent", folder.path("dangling")).unwrap();
    let xm = folder.open();
    assert!(names(&xm).is_empty());
    assert_eq!(xm.light(), Light::Ready);
    let host = Host::over(folder.open());
    assert_eq!(host.define(&folder.path("fifo")).unwrap_err().kind, Kind::Refused);
    assert_eq!(host.define(&folder.path("zero")).unwrap_err().kind, Kind::Refused);
}

#[test]
fn a_program_is_read_as_far_as_it_is_literal_and_never_run() {
    let folder = Folder::new();
    let trace = folder.path("trace");
    let text = format!(
        "import os\nos.system('touch {0}')\nopen('{0}', 'w')\nname = 'prog'\nmemory = 64\nvcpus = len(os.listdir('/'))\n\
         if 1:\n    memory = 128\n",
        trace.display()
    );
    folder.put("prog", &text);
    let xm = folder.open();
    assert_eq!(names(&xm), ["prog"]);
    let lost = told(&xm, "prog").lost.join("\n");
    assert!(lost.contains("line 6: vcpus is computed: domtop does not run programs"), "{lost}");
    assert!(lost.contains("line 8: memory is computed"), "{lost}");
    assert!(lost.contains("line 2 is a statement of a program"), "{lost}");
    let host = Host::over(xm);
    host.define(&folder.put(".new", &text)).unwrap_err();
    host.change("prog", Change::Undefine).unwrap();
    assert!(!trace.exists() && !folder.path("prog").exists());
}

#[test]
fn who_looks_can_change_nothing() {
    let folder = Folder::new();
    let file = folder.put("a", "name = 'a'\nmemory = 64\n");
    let xm = Xm::open(&folder.0, true).unwrap();
    assert_eq!(&*xm.info().ops, [Op::Inactive, Op::Definition]);
    let key = key(&xm, "a");
    let session = {
        let teller = Recording::new("teller", &Tape::default(), Err(Kind::Unsupported)).opened();
        session::assemble(HostId(0), vec![teller, (xm.info(), Ok(Arc::new(xm) as Arc<_>))], true).unwrap()
    };
    let controller = session.controller.unwrap();
    let changes = [Change::Undefine, Change::SetAutostart(true)].map(|change| Request::Domain(key, change));
    for request in changes.into_iter().chain([Request::Define(file)]) {
        controller.run(&request).unwrap_err();
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn a_domain_starts_with_the_host_by_a_link_and_no_longer_without() {
    let folder = Folder::new();
    folder.put("a", "memory = 64\n");
    let host = Host::over(folder.open());
    for _ in 0..2 {
        host.change("a", Change::SetAutostart(true)).unwrap();
        assert_eq!(fs::read_link(folder.path("auto/a")).unwrap(), Path::new("../a"));
    }
    symlink(folder.path("a"), folder.path("auto/10-a")).unwrap();
    for _ in 0..2 {
        host.change("a", Change::SetAutostart(false)).unwrap();
        assert_eq!(fs::read_dir(folder.path("auto")).unwrap().count(), 0);
    }
    folder.put("auto/a", "a copy");
    let reason = host.change("a", Change::SetAutostart(true)).unwrap_err();
    assert_eq!(reason.kind, Kind::Refused, "{}", reason.message);
    assert_eq!(folder.text("auto/a"), "a copy");
}

#[test]
fn a_domain_that_is_forgotten_takes_its_links_with_it() {
    let folder = Folder::new();
    folder.put("a", "memory = 64\n");
    let host = Host::over(folder.open());
    host.change("a", Change::SetAutostart(true)).unwrap();
    let key = key(&host.xm, "a");
    host.change("a", Change::Undefine).unwrap();
    assert!(!folder.path("a").exists() && fs::symlink_metadata(folder.path("auto/a")).is_err());
    assert_eq!(host.run(&Request::Domain(key, Change::Undefine)).unwrap_err().kind, Kind::NoDomain);
}

#[test]
fn a_configuration_that_is_defined_is_kept_as_it_is() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let host = Host::over(folder.open());
    let text = "# mine\nname = 'web'\n\nmemory = 64   # little\nunknown = [ 1, [ 2 ] ]\n";
    host.define(&outside.put("x.cfg", text)).unwrap();
    assert_eq!(folder.text("web"), text);
    assert_eq!(fs::metadata(folder.path("web")).unwrap().mode() & 0o777, 0o600);
    fs::set_permissions(folder.path("web"), fs::Permissions::from_mode(0o640)).unwrap();
    host.define(&outside.put("x.cfg", &text.replace("64", "96"))).unwrap();
    assert_eq!(folder.text("web"), text.replace("64", "96"));
    assert_eq!(fs::metadata(folder.path("web")).unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing else is left there");
    assert_eq!(names(&host.xm), ["web"]);
}

#[test]
fn a_name_that_is_no_files_or_another_things_is_refused() {
    let (folder, outside) = (Folder::new(), Folder::new());
    fs::create_dir(folder.path("scripts")).unwrap();
    fs::create_dir(folder.path("dir")).unwrap();
    folder.put("notes", "remember\n");
    folder.put("taken", &format!("memory = 64\nuuid = '{UUID}'\n"));
    let before = fs::read_dir(&folder.0).unwrap().count();
    let host = Host::over(folder.open());
    let long = "x".repeat(300);
    for name in [
        "",
        "..",
        "../evil",
        "/etc/passwd",
        ".hidden",
        "-f",
        "x~",
        "xl.conf",
        "scripts",
        "dir",
        "notes",
        "auto",
        &long,
    ] {
        let file = outside.put("x.cfg", &format!("name = '{name}'\nmemory = 64\n"));
        let reason = host.define(&file).unwrap_err();
        assert_eq!(reason.kind, Kind::Refused, "{name}: {}", reason.message);
    }
    let other = UUID.replace('c', "d");
    let file = outside.put("x.cfg", &format!("name = 'taken'\nuuid = '{other}'\nmemory = 64\n"));
    let reason = host.define(&file).unwrap_err();
    assert!(reason.message.contains(&format!("`taken` is the name of domain {UUID}")), "{}", reason.message);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), before);
    assert_eq!(folder.text("notes"), "remember\n");
}

#[test]
fn a_domain_whose_file_says_a_uuid_is_not_made_another_by_who_says_none() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let text = format!("name = 'web'\nuuid = '{UUID}' # mine\nmemory = 64\nkernel = '/boot/k'\n");
    folder.put("web", &text);
    let host = Host::over(folder.open());
    let bare = xml(96, "").replace(&format!("<uuid>{UUID}</uuid>"), "");
    let nil = xml(96, "").replace(UUID, "00000000-0000-0000-0000-000000000000");
    let own = "name = 'web'\nmemory = 96\nkernel = '/boot/k'\n";
    for (name, definition, silent) in [
        ("a.xml", &*bare, ", and it does not say so"),
        ("b.xml", &nil, ""),
        ("c.cfg", own, ", and it does not say so"),
    ] {
        let reason = host.define(&outside.put(name, definition)).unwrap_err();
        assert_eq!(reason.kind, Kind::Refused, "{name}");
        let why = format!("`web` is the name of domain {UUID}{silent}");
        assert!(reason.message.ends_with(&why), "{name}: {}", reason.message);
        assert_eq!(folder.text("web"), text);
    }
    // Where the file says none, who says none means the same.
    folder.put("web", &text.replace(&format!("uuid = '{UUID}' # mine\n"), ""));
    host.define(&outside.put("a.xml", &bare)).unwrap();
    assert_eq!(folder.text("web"), own);
}

#[test]
fn xml_behind_a_mark_of_byte_order_is_xml() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let host = Host::over(folder.open());
    host.define(&outside.put("web.xml", &format!("\u{feff}{}", xml(64, "")))).unwrap();
    assert!(folder.text("web").starts_with("name = \"web\"\n"), "{}", folder.text("web"));
}

#[test]
fn two_files_of_one_uuid_are_told_and_neither_is_changed() {
    let folder = Folder::new();
    for name in ["a", "b"] {
        folder.put(name, &format!("memory = 64\nuuid = '{UUID}'\n"));
    }
    let host = Host::over(folder.open());
    assert!(matches!(host.xm.light(), Light::Degraded(why) if why.contains("b has the uuid of a")));
    let reason = host.change("a", Change::Undefine).unwrap_err();
    assert_eq!(reason.kind, Kind::Refused, "{}", reason.message);
    assert!(folder.path("a").exists() && folder.path("b").exists());
}

#[test]
fn of_two_files_of_one_name_the_one_that_has_it_is_changed() {
    let (folder, outside) = (Folder::new(), Folder::new());
    for name in ["copy", "web", "zweb"] {
        folder.put(name, "name = 'web'\nmemory = 64\n");
    }
    let host = Host::over(folder.open());
    let larger = outside.put("x.cfg", "name = 'web'\nmemory = 96\n");
    host.define(&larger).unwrap();
    assert_eq!(folder.text("web"), "name = 'web'\nmemory = 96\n");
    assert_eq!(folder.text("copy"), "name = 'web'\nmemory = 64\n");
    fs::remove_file(folder.path("web")).unwrap();
    let reason = host.define(&larger).unwrap_err();
    assert!(reason.message.ends_with("both copy and zweb are of `web`"), "{}", reason.message);
    // What was told of one of them says which.
    let told = host.xm.definition(domains(&host.xm)[1].key, Which::Kept).unwrap().xml;
    host.define(&outside.put("web.xml", &told.replace("65536", "98304"))).unwrap();
    let texts = ["copy", "zweb"].map(|name| folder.text(name));
    assert_eq!(texts, ["name = 'web'\nmemory = 64\n", "name = 'web'\nmemory = 96\n"]);
}

/// The XML of the domain `web`, with this much memory and these devices.
fn xml(mebibytes: u32, devices: &str) -> String {
    format!(
        "<domain type='xen'><name>web</name><uuid>{UUID}</uuid><memory unit='MiB'>{mebibytes}</memory><vcpu>1</vcpu>\
         <os><type>linux</type><kernel>/boot/k</kernel></os><devices>{devices}</devices></domain>"
    )
}

#[test]
fn a_definition_is_told_in_xml_with_its_file_and_what_was_lost() {
    let folder = Folder::new();
    let file = folder
        .put("web", "memory = 64\nvif = [ 'bridge=br0,vlan=3' ]\ntsc_mode = 1\nkernel = '/k'\ncap = 50\n");
    let xm = folder.open();
    let web = told(&xm, "web");
    assert_eq!(web.file.as_ref(), Some(&file));
    assert_eq!(web.lost.len(), 3, "{:?}", web.lost);
    assert!(web.lost.contains(&"cap = 50: domtop knows no place for it in domain XML".to_owned()));
    let read = domain::read(&web.xml).unwrap();
    assert_eq!((read.name.as_str(), read.uuid), ("web", Some(key(&xm, "web").uuid)));
    assert_eq!((read.memory.max, read.id), (KiB(64 << 10), None));
    assert_eq!(read.devices.interfaces[0].link, Link::Bridge(Some("br0".into())));
    let live = xm.definition(key(&xm, "web"), Which::Live).unwrap();
    assert_eq!(live, web, "it does not run");
    let runs = DomainKey { id: Some(DomainId(3)), ..key(&xm, "web") };
    assert_eq!(xm.definition(runs, Which::Live).unwrap_err().kind, Kind::Unsupported);
    assert_eq!(xm.definition(runs, Which::Kept).unwrap(), web);
    let other = DomainKey::default();
    assert_eq!(xm.definition(other, Which::Kept).unwrap_err().kind, Kind::NoDomain);
}

#[test]
fn xml_that_is_defined_becomes_a_file_in_the_hosts_words() {
    let outside = Folder::new();
    let disk = "<disk type='file'><source file='/a.img'/><target dev='xvda'/></disk>";
    let file = outside.put("web.xml", &format!("\n {}", xml(64, disk)));
    for (dialect, wanted) in
        [(Dialect::Xl, "vdev=xvda,access=rw,target=/a.img"), (Dialect::Xm(4), "file:/a.img,xvda,w")]
    {
        let folder = Folder::new();
        let host = Host::over(folder.open().speaking(dialect));
        host.define(&file).unwrap();
        let text = folder.text("web");
        assert!(text.starts_with(&format!("name = \"web\"\nuuid = \"{UUID}\"\n")), "{text}");
        assert!(text.contains(&format!("disk = [ \"{wanted}\" ]")), "{text}");
        assert_eq!(names(&host.xm), ["web"]);
        assert_eq!(fs::metadata(folder.path("web")).unwrap().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_the_hosts_words_cannot_say_is_told_when_it_is_defined() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let host = Host::over(folder.open());
    let titled = xml(64, "").replace("</name>", "</name><title>a line</title>");
    let file = outside.put("web.xml", &titled);
    for _ in ["new", "over itself"] {
        let trail = host.controller.run(&Request::Define(file.clone())).unwrap();
        assert!(trail.to_string().ends_with("xm did, without its title"), "{trail}");
    }
    let plain = outside.put("web.xml", &xml(64, ""));
    let trail = host.controller.run(&Request::Define(plain)).unwrap();
    assert!(trail.to_string().ends_with("xm did"), "{trail}");
}

#[test]
fn what_domain_xml_says_beyond_a_definition_is_told_or_refused_when_it_is_defined() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let host = Host::over(folder.open());
    let with = |more: &str| xml(64, "").replace("</name>", &format!("</name>{more}"));
    let cpu = outside.put("web.xml", &with("<cpu mode='host-passthrough'/>"));
    for _ in ["new", "over itself"] {
        let trail = host.controller.run(&Request::Define(cpu.clone())).unwrap();
        assert!(trail.to_string().ends_with("xm did, without its <cpu>"), "{trail}");
    }
    let zone = outside.put("web.xml", &with("<clock offset='timezone' timezone='Europe/Vienna'/>"));
    let reason = host.define(&zone).unwrap_err();
    assert_eq!(reason.kind, Kind::Refused);
    assert!(reason.message.contains("without the offset='timezone' of its <clock>"), "{}", reason.message);
    // What is shown of a file is never a reason not to take it.
    let shown = outside.put("web.xml", &told(&host.xm, "web").xml);
    let trail = host.controller.run(&Request::Define(shown)).unwrap();
    assert!(trail.to_string().ends_with("xm did"), "{trail}");
}

#[test]
fn xml_of_a_domain_that_is_kept_changes_its_file_in_place() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let text = format!(
        "# The web server.\nname = 'web'; uuid = '{UUID}'\nmemory = 64   # little\nkernel = '/boot/k'\ncap = 50\n\
         vif = [ 'bridge=br0, rate=10Mb/s,vlan=3' ]\ntsc_mode = 1\n"
    );
    folder.put("www.cfg", &text);
    let host = Host::over(folder.open());
    let told = told(&host.xm, "web").xml;
    host.define(&outside.put("web.xml", &told)).unwrap();
    assert_eq!(folder.text("www.cfg"), text, "what XML cannot say was not taken away by it");
    let edited = told.replace("65536", "98304").replace("br0", "br1");
    host.define(&outside.put("web.xml", &edited)).unwrap();
    let wanted = text
        .replace("memory = 64", "memory = 96")
        .replace("'bridge=br0, rate=10Mb/s,vlan=3'", "\"bridge=br1, rate=10Mb/s,vlan=3\"");
    assert_eq!(folder.text("www.cfg"), wanted);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

#[test]
fn a_file_in_xms_words_is_changed_in_the_hosts() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let text = format!(
        "name = 'web'\nuuid = '{UUID}'\nmemory = 64\nvcpus = 4\nkernel = '/boot/k'\nfda = '/floppy'\n\
         builder = 'hvm'\ndisk = [ 'phy:/dev/vg/a,xvda,w', 'file:/b,xvdb,w' ]\n"
    );
    folder.put("web", &text);
    let host = Host::over(folder.open().speaking(Dialect::Xl));
    let told = told(&host.xm, "web").xml;
    host.define(&outside.put("web.xml", &told)).unwrap();
    assert_eq!(folder.text("web"), text);
    let disk = "<disk type='file' device='disk'><source file='/c'/><target dev='xvdc'/></disk><disk";
    let edited = told
        .replacen("<disk", disk, 1)
        .replace("<vcpu>4</vcpu>", "<vcpu current='2'>4</vcpu>")
        .replace("/boot/k", "/boot/&quot;k&apos;");
    host.define(&outside.put("web.xml", &edited)).unwrap();
    let wanted = text
        .replace("[ 'phy:", "[ \"vdev=xvdc,access=rw,target=/c\", 'phy:")
        .replace("vcpus = 4", "vcpus = 2")
        .replace("'/boot/k'", "\"/boot/\\\"k'\"")
        + "maxvcpus = 4\n";
    assert_eq!(folder.text("web"), wanted);
}

#[test]
fn what_was_read_can_be_defined_again_and_changes_nothing() {
    let folder = Folder::new();
    let outside = Folder::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/conformance")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "cfg") {
            let text = fs::read_to_string(&path).unwrap();
            let name = folder.put("domain", &text);
            let host = Host::over(folder.open());
            let kept = domains(&host.xm)[0].name.raw().to_owned();
            let written = outside.put("x.xml", &told(&host.xm, &kept).xml);
            let defined = host.define(&written);
            // Names of the data that could be no file's are refused before anything is changed.
            assert!(defined.is_ok() || kept.contains('/'), "{}: {defined:?}", path.display());
            assert_eq!(fs::read_to_string(&name).unwrap(), text, "{}", path.display());
        }
    }
}

#[test]
fn a_program_is_not_rewritten() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let text = format!("import os\nname = 'web'\nuuid = '{UUID}'\nmemory = 64\n");
    folder.put("web", &text);
    let host = Host::over(folder.open());
    let reason = host.define(&outside.put("web.xml", &xml(96, ""))).unwrap_err();
    assert_eq!(reason.kind, Kind::Refused);
    assert!(reason.message.contains("web:1:8: it is a program from here on"), "{}", reason.message);
    assert_eq!(folder.text("web"), text);
}

#[test]
fn a_file_without_one_of_its_devices_is_not_made() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let host = Host::over(folder.open());
    let network = "<interface type='network'><source network='default'/></interface>";
    let reason = host.define(&outside.put("web.xml", &xml(64, network))).unwrap_err();
    assert_eq!(reason.kind, Kind::Refused);
    assert!(
        reason.message.contains("without a network interface: there are no networks here"),
        "{}",
        reason.message
    );
    for text in ["<domain", "<domain type='xen'/>", "<network/>", "< >"] {
        let reason = host.define(&outside.put("web.xml", text)).unwrap_err();
        assert_eq!(reason.kind, Kind::Malformed, "{text}");
    }
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_a_link_is_not_replaced() {
    let (folder, outside) = (Folder::new(), Folder::new());
    let text = format!("name = 'web'\nuuid = '{UUID}'\nmemory = 64\nkernel = '/boot/k'\n");
    let target = outside.put("real", &text);
    symlink(&target, folder.path("web")).unwrap();
    let host = Host::over(folder.open());
    assert_eq!(names(&host.xm), ["web"], "xl would read it");
    let reason = host.define(&outside.put("web.xml", &xml(96, ""))).unwrap_err();
    assert_eq!(reason.kind, Kind::Refused, "{}", reason.message);
    assert_eq!(outside.text("real"), text);
    assert!(folder.path("web").is_symlink());
}
