//! The laws of xm's and xl's configuration files: what they say is read, nothing is run, and a rewrite keeps the rest.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/definitions.rs"]
#[allow(dead_code, reason = "shared")]
mod definitions;

use domtop::{
    model::{
        CpuSet, GuestType, KiB,
        definition::{
            Access, BootDevice, Channel, Clock, Definition, Disk, DiskClass, DiskDriver, Ending, Graphics,
            Link, PciAddress, Storage,
        },
    },
    wire::cfg::{self, Config, Dialect},
};
use proptest::{collection::vec, prelude::*, sample::select};

fn parse(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|problem| panic!("{problem}: {text}"))
}

fn read(text: &str) -> (Definition, Vec<String>) {
    let config = parse(text);
    cfg::read(&config, Dialect::of(&config))
}

const HVM: &str = r#"# The web server.
name = "web"          # as in the DNS
uuid = 'c7a5fdb2-cdaf-9455-926a-d65c16db1809'
maxmem = 579; memory = "394"

builder = 'hvm'
kernel = "/usr/lib/xen/boot/hvmloader"
device_model = """/usr/lib/xen/bin/qemu-dm"""
boot = "dca"
vcpus = 4; vcpus = 2
maxvcpus = 4
cpus = "0-3,^1"
pae = 1
acpi = 0x1
localtime = True
on_poweroff = 'destroy'
on_reboot = 'rename-restart'
on_crash = 'preserve'
disk = [ 'phy:HostVG/web,ioemu:hda,w!',   # its root
         "file:/srv/boot.iso,hdc:cdrom,r",
         'tap:qcow:/a.qcow,hdb,ro', ]
vif = [
  'mac=00:16:3e:66:92:9c, bridge=xenbr1,script=vif-bridge,ip=10.0.0.1 10.0.0.2,type=ioemu,model=e1000',
  '' ]
vnc = 1
vncunused = 0
vncdisplay = "6"
vncpasswd = 's'
serial = "tcp:10.0.0.1:4000,server,nowait"
usb = 1
usbdevice = 'tablet'
soundhw = "sb16,es1370"
pci = [ '0001:0c:1b.2', "01:13.0,msitranslate=1" ]
tsc_mode = 2
"#;

#[test]
fn each_row_of_a_configuration_is_read() {
    let (web, lost) = read(HVM);
    assert_eq!((web.name.as_str(), web.hypervisor.as_str()), ("web", "xen"));
    assert_eq!(web.uuid.unwrap().to_string(), "c7a5fdb2-cdaf-9455-926a-d65c16db1809");
    assert_eq!((web.memory.max, web.memory.current), (KiB(579 << 10), Some(KiB(394 << 10))));
    assert_eq!((web.cpus.max, web.cpus.online), (4, Some(2)));
    assert_eq!(web.cpus.set.as_ref().unwrap().to_string(), "0,2-3");
    assert_eq!(web.boot.guest, Some(GuestType::Hvm));
    assert_eq!(web.boot.loader.as_deref(), Some("/usr/lib/xen/boot/hvmloader"));
    assert_eq!(web.boot.order, [BootDevice::Cdrom, BootDevice::Disk, BootDevice::Floppy]);
    assert_eq!((web.features.pae, web.features.acpi, web.features.hap), (Some(true), Some(true), None));
    assert_eq!(web.clock, Clock::LocalTime);
    assert_eq!(
        (web.endings.reboot, web.endings.crash),
        (Some(Ending::RenameRestart), Some(Ending::Preserve))
    );
    let devices = &web.devices;
    assert_eq!(devices.emulator.as_deref(), Some("/usr/lib/xen/bin/qemu-dm"));
    let disks: Vec<_> = devices
        .disks
        .iter()
        .map(|disk| {
            let driver = disk.driver.as_ref().unwrap();
            let source = disk.source.as_deref().unwrap();
            (source, disk.target.as_str(), disk.storage, disk.class, disk.access, driver.name.as_str())
        })
        .collect();
    assert_eq!(
        disks,
        [
            ("/dev/HostVG/web", "hda", Storage::Block, DiskClass::Disk, Access::Shared, "phy"),
            ("/srv/boot.iso", "hdc", Storage::File, DiskClass::Cdrom, Access::Read, "file"),
            ("/a.qcow", "hdb", Storage::File, DiskClass::Disk, Access::Read, "tap"),
        ]
    );
    assert_eq!(devices.interfaces.len(), 2);
    let interface = &devices.interfaces[0];
    assert_eq!(interface.link, Link::Bridge(Some("xenbr1".into())));
    assert_eq!((interface.ips.len(), interface.model.as_deref()), (2, Some("e1000")));
    assert_eq!(devices.interfaces[1].link, Link::Bridge(None));
    let Graphics::Vnc { port, password, .. } = &devices.graphics[0] else { panic!("{devices:?}") };
    assert_eq!((*port, password.as_deref()), (Some(5906), Some("s")));
    let tcp = Channel::Tcp { host: "10.0.0.1".into(), port: 4000, listens: true, telnet: false };
    assert_eq!(devices.serials[0].channel, tcp);
    assert_eq!(devices.consoles[0].channel, tcp);
    assert_eq!(devices.inputs[0].kind, "tablet");
    assert_eq!(devices.sounds, ["sb16", "es1370"]);
    let addresses = [(1, 0xc, 0x1b, 2), (0, 1, 0x13, 0)];
    let addresses = addresses.map(|(domain, bus, slot, function)| PciAddress { domain, bus, slot, function });
    assert_eq!(devices.pci, addresses);
    assert_eq!(
        lost,
        ["`msitranslate=1` of pci 01:13.0", "tsc_mode: domtop knows no place for it in domain XML"]
    );
}

#[test]
fn a_text_revised_with_what_it_says_stays_byte_for_byte() {
    for text in [HVM, "memory=64", "", "# nothing\n"] {
        let config = parse(text);
        for dialect in [1, 2, 3, 4].map(Dialect::Xm).into_iter().chain([Dialect::Xl]) {
            let (definition, _) = cfg::read(&config, dialect);
            assert_eq!(cfg::revise(text, &definition, dialect).unwrap().text, text, "{dialect:?}");
        }
    }
}

#[test]
fn only_what_differs_is_put_in() {
    let (mut web, _) = read(HVM);
    web.memory.current = Some(KiB(512 << 10));
    web.endings.crash = None;
    web.devices.disks.remove(1);
    web.features.hap = Some(true);
    web.devices.interfaces[1].mac = Some("00:16:3e:00:00:01".into());
    let revised = cfg::revise(HVM, &web, Dialect::Xm(4)).unwrap().text;
    let wanted = HVM
        .replace("memory = \"394\"", "memory = \"512\"")
        .replace("on_crash = 'preserve'\n", "")
        .replace("\"file:/srv/boot.iso,hdc:cdrom,r\",\n         ", "")
        .replace("  '' ]", "  \"mac=00:16:3e:00:00:01\" ]")
        + "hap = 1\n";
    assert_eq!(revised, wanted);
}

const DIALECTS: [Dialect; 5] = [Dialect::Xm(1), Dialect::Xm(2), Dialect::Xm(3), Dialect::Xm(4), Dialect::Xl];

/// What a text says, in the dialect's own words.
fn said(text: &str, dialect: Dialect) -> String {
    cfg::write(&cfg::read(&parse(text), dialect).0, dialect).text
}

/// Texts of every kind of line, also of those that are none.
fn soup() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "name",
        "memory",
        "disk",
        "vif",
        "vnc",
        "=",
        " = ",
        "+=",
        "==",
        "[",
        "]",
        ",",
        "'",
        "\"",
        "'''",
        "\"\"\"",
        "#",
        ";",
        "\n",
        "\r\n",
        " ",
        "\t",
        "\\",
        "\\\n",
        "0x1f",
        "12",
        "-3",
        "1.5",
        "True",
        "None",
        "'a'",
        "\"b\"",
        "'file:/a,xvda,w'",
        "'mac=1,bridge=b'",
        "if",
        "for",
        ":",
        "(",
        ")",
        "{",
        "}",
        "import os",
        "é",
        "\u{feff}",
        "\\x41",
        "\\777",
        "target=",
    ]);
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Some of five sources, each at one of five targets.
fn disks_of_sources() -> impl Strategy<Value = Vec<(usize, usize)>> {
    let order = || Just([0, 1, 2, 3, 4]).prop_shuffle();
    (order(), order(), 1..5_usize)
        .prop_map(|(sources, targets, count)| sources.into_iter().zip(targets).take(count).collect())
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_as_it_was_written(definition in definitions::definition(), dialect in select(DIALECTS.to_vec())) {
        let text = cfg::write(&definition, dialect).text;
        prop_assert!(parse(&text).obstacles.is_empty(), "{}", text);
        prop_assert_eq!(said(&text, dialect), text);
    }

    #[test]
    fn any_text_can_be_made_to_say_anything(
        from in definitions::definition(), to in definitions::definition(), dialect in select(DIALECTS.to_vec())
    ) {
        let wanted = cfg::write(&to, dialect).text;
        let written = cfg::write(&from, dialect).text;
        // Where a text holds what looks like the space between two, it is left as it was written.
        let spelled = written.replace("\", \"", "\",\n   # aside\n  \"").replace('\n', "  # x\n");
        let same = Config::parse(&spelled).is_ok_and(|config| cfg::write(&cfg::read(&config, dialect).0, dialect).text == written);
        let spelled = if same { spelled } else { written.clone() };
        for text in [String::new(), HVM.to_owned(), written, spelled] {
            let revised = cfg::revise(&text, &to, dialect);
            prop_assert!(revised.is_ok(), "{}: {}", revised.unwrap_err(), text);
            let revised = revised.unwrap().text;
            let mut lines: Vec<_> = said(&revised, dialect).lines().map(str::to_owned).collect();
            let mut all: Vec<_> = wanted.lines().map(str::to_owned).collect();
            lines.sort();
            all.sort();
            prop_assert_eq!(lines, all, "{}\n---\n{}", text, revised);
            prop_assert_eq!(cfg::revise(&revised, &to, dialect).unwrap().text, revised);
        }
    }

    #[test]
    fn whatever_becomes_of_disks_a_script_stays_with_its_source(
        standing in disks_of_sources(), wanted in disks_of_sources(), scripted in any::<[bool; 5]>(),
        dialect in select(vec![Dialect::Xl, Dialect::Xm(4)]),
    ) {
        let by = |source: usize| if scripted[source] { "own" } else { "file" };
        let items: Vec<_> = standing
            .iter()
            .map(|(source, target)| format!("'{}:/s{source},xvd{target},w'", by(*source)))
            .collect();
        let text = format!("memory = 64\ndisk = [ {} ]\n", items.join(", "));
        let (mut web, _) = cfg::read(&parse(&text), dialect);
        web.devices.disks = wanted
            .iter()
            .map(|(source, target)| {
                let driver = |disk: &Disk| disk.source == Some(format!("/s{source}"));
                let driver = web.devices.disks.iter().find(|disk| driver(disk)).and_then(|disk| disk.driver.clone());
                Disk { source: Some(format!("/s{source}")), target: format!("xvd{target}"), driver, ..Disk::default() }
            })
            .collect();
        if let Ok(written) = cfg::revise(&text, &web, dialect) {
            let said = parse(&written.text).texts("disk");
            prop_assert_eq!(said.len(), wanted.len(), "{}", written.text);
            for (source, _) in standing.iter().filter(|(source, _)| wanted.iter().any(|(it, _)| it == source)) {
                let item = said.iter().find(|item| item.contains(&format!("/s{source}"))).unwrap();
                prop_assert_eq!(item.contains("own"), scripted[*source], "{}{}", text, written.text);
            }
        }
    }

    #[test]
    fn whatever_it_is_it_is_taken_apart_and_nothing_is_lost(text in prop_oneof![soup(), any::<String>()]) {
        let Ok(config) = Config::parse(&text) else { return Ok(()) };
        prop_assert_eq!(&config.text, &text);
        let mut end = 0;
        for setting in &config.settings {
            prop_assert!(setting.span.start >= end && setting.node.span.end == setting.span.end);
            prop_assert!(text[setting.span.clone()].starts_with(setting.key.as_str()));
            end = setting.span.end;
        }
        for dialect in DIALECTS {
            let (definition, _) = cfg::read(&config, dialect);
            let revised = cfg::revise(&text, &definition, dialect);
            if config.obstacles.is_empty() {
                prop_assert_eq!(revised.unwrap().text, text.clone());
            } else {
                prop_assert!(revised.is_err());
            }
        }
    }

    #[test]
    fn every_beginning_of_a_text_says_the_beginning_of_what_it_says(at in 0..HVM.len()) {
        let whole = parse(HVM);
        match Config::parse(&HVM[..at]) {
            Ok(part) => {
                // The last one may be cut.
                let sure = part.settings.len().saturating_sub(1);
                prop_assert_eq!(&part.settings[..sure], &whole.settings[..sure]);
            }
            Err(problem) => prop_assert!(problem.message.contains("not closed"), "{}", problem),
        }
    }
}

#[test]
fn only_the_parts_of_an_item_that_differ_are_put_in() {
    let text = "memory = 64\nvif = [ 'mac=00:16:3e:00:00:01, bridge=a,vlan=3' ]\n\
        disk = [ '/a,raw,xvda,rw,discard', 'script=x, vdev=xvdb, target=/b' ]\n";
    let (mut web, _) = cfg::read(&parse(text), Dialect::Xl);
    web.devices.interfaces[0].link = Link::Bridge(Some("b".into()));
    web.devices.disks[0].access = Access::Read;
    web.devices.disks[1].source = Some("/c".into());
    let revised = cfg::revise(text, &web, Dialect::Xl).unwrap().text;
    let wanted = text
        .replace("'mac=00:16:3e:00:00:01, bridge=a,vlan=3'", "\"mac=00:16:3e:00:00:01, bridge=b,vlan=3\"")
        .replace("'/a,raw,xvda,rw,discard'", "\"discard,vdev=xvda,access=ro,target=/a\"")
        .replace("'script=x, vdev=xvdb, target=/b'", "\"script=x, vdev=xvdb, target=/c\"");
    assert_eq!(revised, wanted);
}

/// A text, revised by what is done to what it says.
fn changed(text: &str, change: impl FnOnce(&mut Definition)) -> Result<String, String> {
    let (mut web, _) = cfg::read(&parse(text), Dialect::Xl);
    change(&mut web);
    cfg::revise(text, &web, Dialect::Xl).map(|written| written.text).map_err(|problem| problem.to_string())
}

const UNREAD: &str = "type = 'hvm'\nmemory = 64\nvcpus = 2\nusb = 1\n\
    disk = [ 'rbd:pool/image,raw,xvda,w', '/srv/a.img,raw,xvdb,w,discard',   # a\n  \
    'vdev=xvdc,backendtype=standalone,target=/c', '/srv/d.img,raw,xvdd,w' ]\n\
    usbdevice = ['tablet', 'host:1234:5678']\npci = ['01:00.0,permissive=1', '*:02:00.*', '03:00.0']\n\
    cpus = ['0-3', 'nodes:1']\nserial = ['pty', 'chardev:x']\n";

#[test]
fn what_could_not_be_read_stays_where_the_rest_of_its_list_changes() {
    let change = changed(UNREAD, |web| {
        web.devices.disks[0].access = Access::Read;
        web.devices.disks.remove(1);
        web.devices.inputs.clear();
        web.devices.pci.remove(1);
        web.cpus.pins[0].1 = CpuSet::from_iter([1]);
        web.devices.serials[0].channel = Channel::Null;
    });
    let wanted = UNREAD
        .replace("'/srv/a.img,raw,xvdb,w,discard'", "\"discard,vdev=xvdb,access=ro,target=/srv/a.img\"")
        .replace(", '/srv/d.img,raw,xvdd,w'", "")
        .replace("'tablet', ", "")
        .replace(", '03:00.0'", "")
        .replace("'0-3'", "\"1\"")
        .replace("'pty'", "\"null\"");
    assert_eq!(change.unwrap(), wanted);
    let change = changed(UNREAD, |web| web.devices.disks.clear());
    // A comment behind two of them may be about the one that stays.
    let left = "disk = [ 'rbd:pool/image,raw,xvda,w', # a\n  'vdev=xvdc,backendtype=standalone,target=/c' ]";
    assert!(change.as_ref().unwrap().contains(left), "{change:?}");
    let added = "disk = [ 'rbd:pool/image,raw,xvda,w' ]\ndisk += [ '/a,raw,xvdb,w' ]\n";
    let change = changed(added, |web| web.devices.disks.clear());
    assert_eq!(change.unwrap(), added.replace("'/a,raw,xvdb,w' ", ""));
    let mixed = added.replace("w' ]\ndisk +=", "w', '/c,raw,xvdc,w' ]\ndisk +=");
    let change = changed(&mixed, |web| web.devices.disks.clear());
    assert!(change.as_ref().unwrap_err().contains("disk says something"), "{change:?}");
    let change = changed("memory = 64\ndisk = [ 'rbd:pool/image,raw,xvda,w' ]\n", |web| {
        web.devices.disks.push(cfg::read_disk("/b,raw,xvdb,w").unwrap().0);
    });
    let left = "disk = [ 'rbd:pool/image,raw,xvda,w', \"vdev=xvdb,access=rw,target=/b\" ]";
    assert!(change.as_ref().unwrap().contains(left), "{change:?}");
}

#[test]
fn items_that_stay_keep_their_text_wherever_they_go() {
    let change = changed(UNREAD, |web| {
        web.devices.pci.insert(0, PciAddress { domain: 0, bus: 9, slot: 0, function: 0 });
        web.devices.pci.remove(2);
        web.devices.disks.reverse();
    });
    let wanted = UNREAD
        .replace("'01:00.0,permissive=1'", "\"0000:09:00.0\", '01:00.0,permissive=1'")
        .replace(", '03:00.0'", "")
        .replace("'/srv/a.img,raw,xvdb,w,discard'", "'!'")
        .replace("'/srv/d.img,raw,xvdd,w'", "\"/srv/a.img,raw,xvdb,w,discard\"")
        .replace("'!'", "\"/srv/d.img,raw,xvdd,w\"");
    assert_eq!(change.unwrap(), wanted);
}

#[test]
fn what_is_said_of_an_item_goes_with_it_and_of_the_others_stays() {
    let text = "memory = 64\ndisk = [ # all\n  'phy:/dev/a,xvda,w', # first\n  # second:\n  \
        'phy:/dev/b,xvdb,w', # b\n]\n";
    let first = changed(text, |web| drop(web.devices.disks.remove(0)));
    assert_eq!(first.unwrap(), text.replace("  'phy:/dev/a,xvda,w', # first\n", ""));
    let last = changed(text, |web| drop(web.devices.disks.remove(1)));
    assert_eq!(last.unwrap(), text.replace("  'phy:/dev/b,xvdb,w', # b\n", ""));
    let other = changed(text, |web| {
        web.devices.disks = vec![cfg::read_disk("/c,raw,xvdc,w").unwrap().0];
    });
    let wanted = text
        .replace("'phy:/dev/a,xvda,w', # first", "\"vdev=xvdc,access=rw,target=/c\", # first")
        .replace("  'phy:/dev/b,xvdb,w', # b\n", "");
    assert_eq!(other.unwrap(), wanted);
}

#[test]
fn what_could_not_be_read_is_not_written_over() {
    for (text, change) in
        [("type='hvm'\nserial=['pty', 'chardev:x']\n", 1), ("type='hvm'\nserial='chardev:x'\n", 0)]
    {
        let revised = changed(text, |web| {
            let port = domtop::model::definition::Character {
                channel: Channel::Null,
                port: Some(change),
                target: None,
            };
            web.devices.serials.push(port);
        });
        assert!(revised.as_ref().unwrap_err().contains("serial says something"), "{text}: {revised:?}");
    }
    let usb = changed("type='hvm'\nusb=1\nusbdevice='host:1:2'\n", |web| {
        web.devices.inputs =
            vec![domtop::model::definition::Input { kind: "tablet".into(), bus: Some("usb".into()) }];
    });
    assert!(usb.as_ref().unwrap_err().contains("usbdevice says something"), "{usb:?}");
}

#[test]
fn a_key_keeps_the_name_a_file_has_for_it() {
    let text = "type='hvm'\nextra='a'\ndevice_model='/q'\nmemory=64\n";
    let (mut web, _) = cfg::read(&parse(text), Dialect::Xl);
    web.boot.cmdline = Some("b".into());
    web.devices.emulator = None;
    let revised = cfg::revise(text, &web, Dialect::Xl).unwrap().text;
    assert_eq!(revised, "type='hvm'\nextra=\"b\"\nmemory=64\n");
}

#[test]
fn a_clock_beside_local_time_keeps_its_offset() {
    let text = "localtime = 1\nrtc_timeoffset = -60\nmemory = 64\n";
    let (mut web, lost) = cfg::read(&parse(text), Dialect::Xm(4));
    assert_eq!((web.clock, lost.len()), (Clock::BesideLocalTime(-60), 0));
    web.clock = Clock::LocalTime;
    let revised = cfg::revise(text, &web, Dialect::Xm(4)).unwrap().text;
    assert_eq!(revised, "localtime = 1\nmemory = 64\n");
}

#[test]
fn an_offset_back_is_written_as_xl_reads_it() {
    for (dialect, wanted) in [(Dialect::Xl, "\"-3600\""), (Dialect::Xm(4), "-3600")] {
        let web = Definition { name: "a".into(), clock: Clock::Variable(-3600), ..Definition::default() };
        let text = cfg::write(&web, dialect).text;
        assert!(text.contains(&format!("rtc_timeoffset = {wanted}\nlocaltime = 0\n")), "{text}");
        assert_eq!(cfg::read(&parse(&text), dialect).0.clock, web.clock);
        assert_eq!(cfg::revise(&text, &web, dialect).unwrap().text, text);
    }
}

#[test]
fn no_disk_is_given_to_a_backend_xl_has_no_more() {
    for (text, wanted) in [
        ("tap:aio:/a,xvda,w", "vdev=xvda,access=rw,target=/a"),
        ("tap2:aio:/a,xvda,w", "vdev=xvda,access=rw,target=/a"),
        ("tap:qcow2:/a,xvda,w", "format=qcow2,vdev=xvda,access=rw,backendtype=qdisk,target=/a"),
        ("tap2:vhd:/a,xvda,w", "format=vhd,vdev=xvda,access=rw,backendtype=qdisk,target=/a"),
        ("format=raw,vdev=xvda,backendtype=tap,target=/a", "vdev=xvda,access=rw,target=/a"),
        ("/a,raw,xvda,w", "vdev=xvda,access=rw,target=/a"),
    ] {
        let (disk, _) = cfg::read_disk(text).unwrap();
        assert_eq!(cfg::write_disk(&disk, Dialect::Xl).unwrap().0, wanted, "{text}");
    }
    let driver = |name: &str, format: &str| DiskDriver { name: name.into(), format: Some(format.into()) };
    for (driver, wanted) in [
        (driver("file", "raw"), "vdev=xvda,access=rw,target=/a"),
        (driver("file", "qcow2"), "format=qcow2,vdev=xvda,access=rw,backendtype=qdisk,target=/a"),
        (driver("phy", "raw"), "format=raw,vdev=xvda,access=rw,backendtype=phy,target=/a"),
    ] {
        let disk = Disk {
            driver: Some(driver),
            source: Some("/a".into()),
            target: "xvda".into(),
            ..Disk::default()
        };
        assert_eq!(cfg::write_disk(&disk, Dialect::Xl).unwrap().0, wanted);
    }
}

#[test]
fn words_of_xl_behind_a_disk_of_xms_are_no_backend() {
    let driver = |name: &str, format: Option<&str>| {
        Some(DiskDriver { name: name.into(), format: format.map(str::to_owned) })
    };
    for (text, backend, served, lost) in [
        ("phy:/dev/a,xvda,w,discard", None, driver("phy", None), &["`discard`"][..]),
        ("file:/a,xvda,w,backendtype=qdisk", None, driver("qemu", None), &[]),
        ("qcow2:/a,xvda,w,backendtype=qdisk", None, driver("qemu", Some("qcow2")), &[]),
        ("file:/a,xvda,w,format=qcow2", None, driver("qemu", Some("qcow2")), &[]),
        ("file:/a,xvda,w,format=raw,script=x", None, driver("file", None), &["`script=x`"]),
        ("tap:aio:/a,xvda,w,backendtype=phy", None, driver("phy", Some("raw")), &[]),
        ("discard,file:/a,vdev=xvda,access=rw,backend=dd", Some("dd"), driver("file", None), &["`discard`"]),
        ("file:/a,xvda,w,dd", Some("dd"), driver("file", None), &[]),
        ("file:/a,xvda,w,dd,ee", Some("dd"), driver("file", None), &["`ee`"]),
    ] {
        let (disk, told) = cfg::read_disk(text).unwrap();
        assert_eq!((disk.backend.as_deref(), &disk.driver), (backend, &served), "{text}");
        assert_eq!((disk.target.as_str(), disk.access), ("xvda", Access::Write), "{text}");
        assert_eq!(told, lost, "{text}");
    }
    let (plain, _) = cfg::read_disk("vdev=xvda,target=/a,b:c").unwrap();
    assert_eq!(plain.source.as_deref(), Some("/a,b:c"), "a target is the rest");
    let drive = cfg::read_disk("phy:/dev/sr0,xvda,w,devtype=cdrom").unwrap().0;
    assert_eq!((drive.class, drive.access), (DiskClass::Cdrom, Access::Read));
    assert!(cfg::read_disk("phy:/dev/a,xvda,w,backendtype=x").is_err());
    let text = "memory = 64\ndisk = [ 'phy:/dev/a,xvda,w,discard' ]\n";
    let change = changed(text, |web| web.devices.disks[0].access = Access::Read);
    let kept = "\"discard,vdev=xvda,access=ro,backendtype=phy,target=/dev/a\"";
    assert_eq!(change.unwrap(), text.replace("'phy:/dev/a,xvda,w,discard'", kept));
}

#[test]
fn a_disk_that_a_script_serves_stays_one() {
    let disk = |text: &str| format!("memory = 64\ndisk = [ {text} ]\n");
    for prefix in ["drbd", "nbd", "enbd", "iscsi", "own"] {
        let text = disk(&format!("'{prefix}:res0,xvda,w'"));
        for (dialect, wanted) in [
            (Dialect::Xl, format!("\"script=block-{prefix},vdev=xvda,access=ro,target=res1\"")),
            (Dialect::Xm(4), format!("\"{prefix}:res1,xvda,r\"")),
        ] {
            let (mut web, lost) = cfg::read(&parse(&text), dialect);
            assert_eq!(lost, [format!("`{prefix}:` before its source of disk xvda")]);
            web.devices.disks[0].access = Access::Read;
            web.devices.disks[0].source = Some("res1".into());
            assert_eq!(cfg::revise(&text, &web, dialect).unwrap().text, disk(&wanted));
        }
    }
    // Another way to serve it, or none, is another disk: who changes it says what becomes of the prefix.
    let text = disk("'drbd:res0,xvda,w'");
    let (mut web, _) = cfg::read(&parse(&text), Dialect::Xm(4));
    for source in [Some("/dev/b".to_owned()), None] {
        (web.devices.disks[0].storage, web.devices.disks[0].source) = (Storage::Block, source);
        let problem = cfg::revise(&text, &web, Dialect::Xm(4)).unwrap_err();
        assert!(problem.message.contains("disk says something domtop cannot read"), "{problem}");
    }
}

/// What becomes of the disks of a text that are changed as XML would change them.
fn disks(text: &str, dialect: Dialect, change: impl FnOnce(&mut Vec<Disk>)) -> Result<String, String> {
    let whole = format!("memory = 64\ndisk = [ {text} ]\n");
    let (mut web, _) = cfg::read(&parse(&whole), dialect);
    change(&mut web.devices.disks);
    let revised = cfg::revise(&whole, &web, dialect).map_err(|problem| problem.to_string())?.text;
    let list = revised.strip_prefix("memory = 64\n").and_then(|text| text.strip_suffix('\n'));
    Ok(list.unwrap_or(&revised).replace("disk = [ ", "").replace(" ]", ""))
}

type Change<'a> = &'a dyn Fn(&mut Vec<Disk>);

const BY_SCRIPT: [(&str, Dialect); 4] = [
    ("'drbd:res0,xvda,w', 'phy:/dev/b,xvdb,w'", Dialect::Xl),
    ("'drbd:res0,xvda,w', 'phy:/dev/b,xvdb,w'", Dialect::Xm(4)),
    ("'script=block-iscsi,vdev=xvda,target=iqn=x,portal=1.2.3.4', 'phy:/dev/b,xvdb,w'", Dialect::Xl),
    ("'own:/img,xvda,w', 'file:/b,xvdb,w'", Dialect::Xm(4)),
];

#[test]
fn a_script_goes_where_its_source_goes() {
    let swapped = |disks: &mut Vec<Disk>| {
        (disks[0].target, disks[1].target) = ("xvdb".into(), "xvda".into());
    };
    let wanted = [
        "\"script=block-drbd,vdev=xvdb,access=rw,target=res0\", \"vdev=xvda,access=rw,backendtype=phy,target=/dev/b\"",
        "\"drbd:res0,xvdb,w\", \"phy:/dev/b,xvda,w\"",
        "\"script=block-iscsi,vdev=xvdb,target=iqn=x,portal=1.2.3.4\", \"vdev=xvda,access=rw,backendtype=phy,target=/dev/b\"",
        "\"own:/img,xvdb,w\", \"file:/b,xvda,w\"",
    ];
    for ((text, dialect), wanted) in BY_SCRIPT.into_iter().zip(wanted) {
        assert_eq!(disks(text, dialect, swapped).as_deref(), Ok(wanted), "{text}");
        // Said in the order of their targets, they are the same disks.
        let sorted = disks(text, dialect, |disks| {
            swapped(disks);
            disks.reverse();
        });
        let (first, second) = wanted.split_once(", ").unwrap();
        assert_eq!(sorted, Ok(format!("{second}, {first}")), "{text}");
        // One is taken away, and the other is from now on where it was: the script goes with its disk.
        let left = |gone: usize, target: &str| {
            disks(text, dialect, |disks| {
                disks.remove(gone);
                disks[0].target = target.into();
            })
        };
        assert_eq!(left(0, "xvda").as_deref(), Ok(second), "{text}");
        assert_eq!(left(1, "xvdb").as_deref(), Ok(first), "{text}");
        // Another disk in the place of one that is taken away is not served by its script.
        let replaced = disks(text, dialect, |disks| {
            let storage = Storage::Block;
            let driver = Some(DiskDriver { name: "phy".into(), format: None });
            disks[0] = Disk {
                source: Some("/dev/c".into()),
                target: "xvdc".into(),
                storage,
                driver,
                ..Disk::default()
            };
        });
        let replaced = replaced.unwrap();
        assert!(replaced.contains("/dev/c") && replaced.contains("xvdc"), "{replaced}");
        assert!(["drbd", "own", "script"].iter().all(|word| !replaced.contains(word)), "{text}: {replaced}");
    }
}

#[test]
fn a_script_is_put_beside_no_source_that_may_not_be_its() {
    let driver = |name: &str, format: Option<&str>| {
        Some(DiskDriver { name: name.into(), format: format.map(str::to_owned) })
    };
    let source = |disk: &mut Disk, source: &str| disk.source = Some(source.into());
    let changes: [(&str, Change<'_>); 9] = [
        ("served as a device", &|disks| {
            (disks[0].storage, disks[0].driver) = (Storage::Block, driver("phy", None));
            source(&mut disks[0], "/dev/vg/root");
        }),
        ("served as a file", &|disks| {
            disks[0].driver = driver("file", None);
            source(&mut disks[0], "/root.img");
        }),
        ("served by blktap", &|disks| disks[0].driver = driver("tap", Some("aio"))),
        ("served as a file, which the file has no word for", &|disks| disks[0].driver = driver("file", None)),
        ("moved and served otherwise", &|disks| {
            (disks[0].target, disks[0].driver) = ("xvdq".into(), driver("qemu", Some("qcow2")));
        }),
        ("of another's source", &|disks| {
            let other = disks[1].source.clone();
            (disks[0].source, disks[0].storage) = (other, Storage::File);
        }),
        ("of another source and target", &|disks| {
            let name = disks[0].source.clone().unwrap();
            source(&mut disks[0], &format!("{name}-2"));
            disks[0].target = "xvdq".into();
        }),
        ("served twice", &|disks| {
            let other = Disk { target: "xvdq".into(), ..disks[0].clone() };
            disks.push(other);
        }),
        ("without a source", &|disks| disks[0].source = None),
    ];
    for (text, dialect) in BY_SCRIPT {
        for (what, change) in changes {
            let said = disks(text, dialect, change);
            let refused =
                said.as_ref().is_err_and(|why| why.contains("disk says something domtop cannot read"));
            assert!(refused, "{text}: {what}: {said:?}");
        }
    }
    // A path where there was none is no other resource of the same script.
    let said = disks("'drbd:res0,xvda,w'", Dialect::Xl, |disks| source(&mut disks[0], "/a.img"));
    assert!(said.is_err(), "{said:?}");
    // A value that is no list is changed as little.
    let text = "memory = 64\ndisk = 'drbd:res0,xvda,w'\n";
    let (mut web, _) = cfg::read(&parse(text), Dialect::Xm(4));
    web.devices.disks[0].access = Access::Read;
    let said = cfg::revise(text, &web, Dialect::Xm(4)).map(|written| written.text);
    assert!(said.is_err(), "{said:?}");
}

#[test]
fn settings_taken_out_of_a_line_leave_no_blanks_before_the_rest() {
    let line = "memory = 64\nvcpus = 2 ; disk = [ 'file:/a,xvda,w' ] ; extra = 'a'; root = '/dev/a' # x\n";
    let gone = |text: &str, change: &dyn Fn(&mut Definition)| changed(text, change).unwrap();
    let no_disks = |web: &mut Definition| web.devices.disks.clear();
    let first = "memory = 64\ndisk = ['file:/a,xvda,w']; vif = ['bridge=a']; vcpus = 3\n";
    assert_eq!(gone(first, &no_disks), "memory = 64\nvif = ['bridge=a']; vcpus = 3\n");
    let both = gone(first, &|web| {
        web.devices.disks.clear();
        web.devices.interfaces.clear();
    });
    assert_eq!(both, "memory = 64\nvcpus = 3\n");
    let within = "memory = 64\nvcpus = 2 ; extra = 'a'; root = '/dev/a' # x\n";
    assert_eq!(gone(line, &no_disks), within);
    let long = "memory = 64\ndisk = [\n 'file:/a,xvda,w'\n];\tvcpus = 3\n";
    assert_eq!(gone(long, &no_disks), "memory = 64\nvcpus = 3\n");
}

#[test]
fn vcpus_online_are_counted_by_the_mask_of_xm_which_a_file_keeps() {
    let masked = "vcpus = 4\nvcpu_avail = 5\nmemory = 64\n";
    let (mut web, lost) = cfg::read(&parse(masked), Dialect::Xm(4));
    assert_eq!((web.cpus.max, web.cpus.online, lost.len()), (4, Some(2), 0));
    assert_eq!(cfg::revise(masked, &web, Dialect::Xm(4)).unwrap().text, masked);
    let written = cfg::write(&web, Dialect::Xm(4)).text;
    assert!(written.contains("vcpus = 4\nvcpu_avail = 3\n"), "{written}");
    web.cpus.online = Some(3);
    let counted = "vcpus = 2\nmaxvcpus = 4\nmemory = 64\n";
    for (text, wanted) in [
        (masked, "vcpus = 4\nvcpu_avail = 7\nmemory = 64\n"),
        (counted, "vcpus = 3\nmaxvcpus = 4\nmemory = 64\n"),
    ] {
        assert_eq!(cfg::revise(text, &web, Dialect::Xm(4)).unwrap().text, wanted);
    }
    web.cpus.online = None;
    let whole = cfg::revise(masked, &web, Dialect::Xm(4)).unwrap().text;
    assert_eq!(whole, "vcpus = 4\nmemory = 64\n");
    let (other, lost) = cfg::read(&parse(masked), Dialect::Xl);
    assert_eq!((other.cpus.max, other.cpus.online), (4, None));
    assert_eq!(lost, ["vcpu_avail, which xl does not look at"]);
}

#[test]
fn a_program_says_what_is_literal_and_is_not_rewritten() {
    let text = "import os, sys\nname = 'web'\nvcpus = 2\nmemory = 64 * 2\nkernel = '/a' + name\n\
        def vif():\n    uuid = 'x'\n    return 1\n\nif vcpus > 1:\n    vcpus = 4\nextra = 'a'; root = f('b')\n\
        boot = \"c\"\nfor x in range(3): hap = x\ndisk = [ 'a' for x in [1, 2] ]\nos.x = 3\nprint name\n";
    let config = parse(text);
    assert_eq!(config.text("name").as_deref(), Some("web"));
    assert_eq!((config.text("extra").as_deref(), config.text("boot").as_deref()), (Some("a"), Some("c")));
    for key in ["memory", "kernel", "uuid", "vcpus", "root", "hap", "disk"] {
        assert!(config.is_computed(key) && config.value(key).is_none(), "{key}");
    }
    let (definition, lost) = cfg::read(&config, Dialect::Xm(4));
    assert_eq!((definition.name.as_str(), definition.uuid), ("web", None));
    assert!(
        lost.contains(&"line 4: memory is computed: domtop does not run programs".to_owned()),
        "{lost:?}"
    );
    assert!(lost.contains(&"line 1 is a statement of a program: domtop does not run programs".to_owned()));
    let problem = cfg::revise(text, &definition, Dialect::Xm(4)).unwrap_err();
    assert_eq!((problem.line, problem.column), (1, 8));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_was_expected() {
    for (text, line, column, message) in [
        ("a = 1\nname = 'x\nb = 2\n", 2, 8, "this string is not closed: ' was expected"),
        ("name = \"\"\"x\ny", 1, 8, "this string is not closed: \"\"\" was expected"),
        ("é = 1\ndisk = [ 'a',\n", 2, 8, "this list is not closed: `]` was expected before the end"),
        ("name = 'a\u{1b}[2J'", 1, 10, "a control character (U+001B) has no place here"),
        ("x = [[[[[[[[[1]]]]]]]]]", 1, 13, "lists stand more than 8 deep in lists"),
    ] {
        let problem = Config::parse(text).unwrap_err();
        assert_eq!(
            (problem.line, problem.column, problem.message.as_str()),
            (line, column, message),
            "{text:?}"
        );
    }
    for (text, line, column, message) in [
        ("a = 1\n  name 'x'\n", 2, 8, "`=` after `name`"),
        ("vif = [ 'a' 'b' ]", 1, 13, "`,` or `]`"),
        ("memory = 512M", 1, 10, "a whole number"),
        ("name = web", 1, 8, "a number, a string or a list"),
        ("name = 'a' 'b'", 1, 12, "the end of the statement"),
        ("name = 'a\\x1b'", 1, 8, "a string without control characters"),
        ("= 3", 1, 1, "a key"),
    ] {
        let config = parse(text);
        let problem = &config.obstacles[0].problem;
        assert_eq!(
            (problem.line, problem.column, problem.message.as_str()),
            (line, column, message),
            "{text:?}"
        );
    }
}

#[test]
fn strings_say_what_python_and_xl_take_them_for() {
    for (literal, text) in [
        ("'a'", "a"),
        ("\"a'b\"", "a'b"),
        ("'''a'b\n\"c'''", "a'b\n\"c"),
        ("\"\"\"x\"\"\"", "x"),
        ("''", ""),
        ("\"\"\"\"\"\"", ""),
        (r#""a\"b\\c\tA\x41\101""#, "a\"b\\c\tAAA"),
        (r"'a\qb'", "a\\qb"),
        ("'a\\\nb'", "ab"),
        (r"'\xc3\xa9'", "é"),
    ] {
        assert_eq!(parse(&format!("k = {literal}")).text("k").as_deref(), Some(text), "{literal}");
    }
    for text in ["", "a", "a'b", "a\"b", "'\"", "\"\"\"", "a\\", "\\n", "a\nb", "é#;", "\"x\"", "'''"] {
        for dialect in DIALECTS {
            let definition = Definition { name: text.into(), ..Definition::default() };
            let written = cfg::write(&definition, dialect).text;
            assert_eq!(parse(&written).text("name").as_deref(), Some(text), "{dialect:?}: {written}");
        }
    }
}

#[test]
fn numbers_are_read_as_written_in_either_language() {
    for (text, number) in [
        ("12", 12),
        ("'12'", 12),
        ("0x10", 16),
        ("010", 8),
        ("0o10", 8),
        ("-3", -3),
        ("+3", 3),
        ("5L", 5),
        ("0", 0),
        ("-9223372036854775808", i64::MIN),
        ("True", 1),
    ] {
        assert_eq!(parse(&format!("k={text}")).number("k"), Some(number), "{text}");
    }
    for text in ["1.5", "1e3", "99999999999999999999", "0x", "-", "08", "1_0", "''", "'x'", "[1]", "None"] {
        assert_eq!(parse(&format!("k={text}")).number("k"), None, "{text}");
    }
}

#[test]
fn a_number_is_the_text_it_is_written_as_to_xl_and_its_value_to_xm() {
    let text = "name = 007\nmemory = 0x40\nbuilder = 'hvm'\nkernel = '/usr/lib/xen/boot/hvmloader'\nvnc = 01\n\
        sdl = 00\nvncdisplay = 010\nvncpasswd = 0123\nusbdevice = [ 010 ]\nvcpus = 2\n";
    for (dialect, name, secret, device) in
        [(Dialect::Xl, "007", "0123", "usbdevice `010`"), (Dialect::Xm(4), "7", "83", "usbdevice `8`")]
    {
        let (mut web, lost) = cfg::read(&parse(text), dialect);
        let [Graphics::Vnc { password, port, .. }] = &*web.devices.graphics else { panic!("{web:?}") };
        assert_eq!(*port, Some(5908), "{dialect:?}");
        assert_eq!((web.name.as_str(), password.as_deref()), (name, Some(secret)), "{dialect:?}");
        assert_eq!(
            (web.memory.max, lost.as_slice()),
            (KiB(64 << 10), &[device.to_owned()][..]),
            "{dialect:?}"
        );
        web.cpus.max = 3;
        let revised = cfg::revise(text, &web, dialect).unwrap().text;
        assert_eq!(revised, text.replace("vcpus = 2", "vcpus = 3"), "{dialect:?}");
        web.memory.max = KiB(65 << 10);
        let revised = cfg::revise(text, &web, dialect).unwrap().text;
        assert_eq!(revised, text.replace("vcpus = 2", "vcpus = 3").replace("0x40", "65"), "{dialect:?}");
    }
}

#[test]
fn what_is_written_of_an_odd_text_says_the_same() {
    for text in [
        // No CPU there could be.
        "cpu = 5000\n",
        // Two that are firmware by their names.
        "type = 'hvm'\nfirmware_override = '/a/hvmloader'\nkernel = '/b/hvmloader'\n",
        // The least number there is.
        "rtc_timeoffset = -9223372036854775807\nrtc_timeoffset += -1\n",
        // A display beside no address.
        "builder = 'hvm'\nvnc = 1\nvnclisten = ':5'\n",
        // Two drives where there is a place for one.
        "builder = 'hvm'\nfda = '/a'\ndisk = [ '/b,raw,fda:floppy' ]\n",
        "builder = 'hvm'\ncdrom = '/a'\ndisk = [ 'file:/b,hdc:cdrom,r' ]\n",
    ] {
        for dialect in DIALECTS {
            let written = said(text, dialect);
            assert_eq!(said(&written, dialect), written, "{dialect:?}: {text}");
        }
    }
}

#[test]
fn a_drive_without_a_place_is_told() {
    let text = "builder = 'hvm'\ncdrom = '/a'\ndisk = [ 'file:/b,hdc:cdrom,r', ',fda:floppy,w' ]\n";
    let (web, _) = cfg::read(&parse(text), Dialect::Xm(1));
    let written = cfg::write(&web, Dialect::Xm(1));
    assert_eq!(written.missing, ["disk hdc: `cdrom` has a place for one"]);
    assert!(written.lost.contains(&"the empty drive fda".to_owned()), "{:?}", written.lost);
}

#[test]
fn what_would_not_be_read_again_is_not_written() {
    for stray in ["\u{1}", "\u{c}", "\u{7f}", "\u{85}", "\u{9f}"] {
        for dialect in DIALECTS {
            let mut web = Definition { name: "a".into(), ..Definition::default() };
            web.boot.cmdline = Some(format!("x{stray}y"));
            web.devices.interfaces.push(domtop::model::definition::Interface {
                script: Some(stray.into()),
                ..Default::default()
            });
            let written = cfg::write(&web, dialect);
            assert_eq!(written.missing.len(), 2, "{:?}", written.missing);
            let why = format!("a control character (U+{:04X})", u32::from(stray.chars().next().unwrap()));
            assert!(written.missing.iter().any(|what| what.contains(&why)), "{:?}", written.missing);
            assert!(parse(&written.text).obstacles.is_empty());
        }
    }
    let mut web = Definition { name: "a".into(), ..Definition::default() };
    web.boot.cmdline = Some("x".repeat(cfg::LARGEST));
    assert_eq!(cfg::write(&web, Dialect::Xl).missing.len(), 1);
}

#[test]
fn a_display_is_not_written_without_its_password() {
    let vnc = Graphics::Vnc { port: None, listen: None, password: Some("a,b".into()), keymap: None };
    let mut web = Definition { name: "a".into(), ..Definition::default() };
    web.devices.graphics.push(vnc);
    let written = cfg::write(&web, Dialect::Xl);
    assert_eq!(written.missing, ["vncpasswd of vfb, which cannot be written there"]);
    web.boot.guest = Some(GuestType::Hvm);
    let written = cfg::write(&web, Dialect::Xl);
    assert!(written.missing.is_empty() && written.text.contains("vncpasswd = \"a,b\""), "{}", written.text);
}

#[test]
fn an_interface_that_would_be_on_a_bridge_it_is_not_on_is_told() {
    let interface = |device: Option<&str>, script: Option<&str>| domtop::model::definition::Interface {
        link: Link::Ethernet(device.map(str::to_owned)),
        script: script.map(str::to_owned),
        ..Default::default()
    };
    for (interface, lost) in [
        (interface(None, None), 1),
        (interface(Some("eth0"), None), 2),
        (interface(None, Some("vif-bridge")), 1),
        (interface(None, Some("vif-route")), 0),
    ] {
        let (_, told) = cfg::write_vif(&interface, Dialect::Xl, false).unwrap();
        assert_eq!(told.len(), lost, "{told:?}");
    }
}

#[test]
fn vcpus_that_cannot_be_are_not_told_one_by_one() {
    let mut web = Definition { name: "a".into(), ..Definition::default() };
    web.cpus.max = u32::MAX;
    web.cpus.pins = vec![(u32::MAX - 1, CpuSet::from_iter([1]))];
    let written = cfg::write(&web, Dialect::Xl);
    assert_eq!(parse(&written.text).texts("cpus").len(), 4096);
    assert_eq!(written.lost, ["where vCPUs from 4096 on may run"]);
}

#[test]
fn what_is_added_is_added_and_the_last_word_counts() {
    let config = parse(
        "disk = ['a']\ndisk += ['b', 'c']\nextra = 'x'\nextra += ' y'\nname = 'a'\nname = 'b'\nroot += 'z'\n",
    );
    assert_eq!(config.texts("disk"), ["a", "b", "c"]);
    assert_eq!(config.text("extra").as_deref(), Some("x y"));
    assert_eq!((config.text("name").as_deref(), config.text("root").as_deref()), (Some("b"), Some("z")));
    let (mut definition, _) = cfg::read(&config, Dialect::Xm(4));
    definition.boot.cmdline = Some("z".into());
    let problem = cfg::revise(&config.text, &definition, Dialect::Xm(4)).unwrap_err();
    assert_eq!(problem.path, "extra", "{problem}");
}

#[test]
fn hostile_texts_cost_little_and_are_bounded() {
    let many = |piece: &str, count: usize| piece.repeat(count);
    for text in [
        many("a=1;", 200_000),
        many("[", 900_000),
        many("a=[", 300_000),
        many("'''", 300_000),
        many("\"\n", 400_000),
        many("x y\n", 200_000),
        many("x \\\"\"\"\n", 130_000),
        many("x \\\"\"\"\ny \\'''\n", 70_000),
        many("x \\\"\"\"\n", 100_000) + "\"\"\"\\x01\"\"\"\n",
        many("if x:\n  a=1\n", 60_000),
        many("\\\n", 400_000),
        many("a=[1,[2,[3,'4']]]\n", 40_000),
        many("(", 900_000),
        many("\"\\\\", 300_000),
        many("vif=['", 150_000),
        format!("name='{}'", many("\\x41", 200_000)),
        format!("disk=[{}]", many("'target=,',", 10_000)),
        many("# x\n", 1 << 20),
        many("a", (1 << 20) + 1),
    ] {
        let watch = std::time::Instant::now();
        if let Ok(config) = Config::parse(&text) {
            let (definition, _) = cfg::read(&config, Dialect::Xl);
            let _ = cfg::revise(&text, &definition, Dialect::Xl);
        }
        assert!(watch.elapsed() < std::time::Duration::from_secs(30), "{}…", &text[..20]);
    }
}
