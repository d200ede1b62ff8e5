//! Laws of domain XML: what is written reads back, what is wrong is told, what is hostile is refused.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/definitions.rs"]
#[allow(dead_code, reason = "shared")]
mod definitions;

#[path = "xml/documents.rs"]
mod documents;
#[path = "xml/problems.rs"]
mod problems;

use std::{fs, path::Path};

use domtop::{
    model::{
        CpuSet, Definition, GuestType, KiB,
        definition::{
            Access, Channel, Clock, CpuDefinition, DeviceDefinition, Disk, Graphics, Interface, Link,
            MemoryDefinition,
        },
    },
    wire::xml::{Problem, device, domain},
};
use proptest::prelude::*;

/// A text among the test's data.
fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/xml").join(name)).unwrap()
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn read(name: &str) -> Definition {
    domain::read(&file(name)).unwrap_or_else(|problems| panic!("{name}:\n{}", told(&problems)))
}

proptest! {
    #[test]
    fn a_definition_comes_back_as_it_was_written(definition in definitions::definition()) {
        let text = domain::write(&definition);
        prop_assert_eq!(domain::read(&text).map_err(|problems| format!("{}\n{text}", told(&problems))), Ok(definition));
    }

    #[test]
    fn any_text_reads_back_but_for_what_xml_cannot_say(title in "\\PC|[\\x00-\\x20]|(?s:.){1,20}", path in "(?s:.){1,20}") {
        let sayable = |text: &str| -> String {
            let stray = |c| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
            text.chars().map(|c| if stray(c) { '\u{fffd}' } else { c }).collect()
        };
        let mut domain = Definition { name: "x".into(), title: Some(title), hypervisor: "xen".into(), ..Definition::default() };
        domain.devices.disks = vec![Disk { target: path, ..Disk::default() }];
        let read = domain::read(&domain::write(&domain)).unwrap();
        prop_assert_eq!(read.title, domain.title.as_deref().map(sayable));
        prop_assert_eq!(&read.devices.disks[0].target, &sayable(&domain.devices.disks[0].target));
    }

    #[test]
    fn what_is_normal_stays_as_it_is(definition in definitions::definition()) {
        prop_assert_eq!(definition.normal(), definition);
    }

    #[test]
    fn a_device_comes_back_as_it_was_written(device in definitions::device()) {
        let text = device::write(&device);
        prop_assert_eq!(device::read(&text).map_err(|problems| format!("{}\n{text}", told(&problems))), Ok(device));
    }

    #[test]
    fn what_is_written_has_nothing_fatal_about_it(definition in definitions::definition()) {
        let problems = domain::check(&domain::write(&definition));
        prop_assert!(!problems.iter().any(|problem| problem.fatal), "{}", told(&problems));
    }

    #[test]
    fn of_what_is_written_nothing_is_left_out(definition in definitions::definition()) {
        let text = domain::write(&definition);
        prop_assert_eq!(domain::unread(&text), Vec::<String>::new(), "{}", text);
        prop_assert_eq!(domain::strangers(&text), Vec::<String>::new(), "{}", text);
    }

    #[test]
    fn a_device_stands_in_a_domain_as_it_is_written_alone(disk in definitions::disk()) {
        let alone = device::write(&DeviceDefinition::Disk(disk.clone()));
        let text = format!("<domain type='xen'><name>x</name><memory>1</memory><devices>{alone}</devices></domain>");
        prop_assert_eq!(domain::read(&text).unwrap().devices.disks, [disk]);
    }
}

#[test]
fn what_says_nothing_is_not_written() {
    let mut domain = Definition { name: "x".into(), hypervisor: "kvm".into(), ..Definition::default() };
    domain.title = Some(String::new());
    domain.memory = MemoryDefinition { max: KiB(4), current: Some(KiB(4)) };
    domain.cpus = CpuDefinition {
        max: 2,
        online: Some(2),
        set: Some(CpuSet::all()),
        pins: vec![(1, "3".parse().unwrap()), (0, "2".parse().unwrap()), (2, CpuSet::all())],
        ..CpuDefinition::default()
    };
    domain.boot.guest = Some(GuestType::Kvm);
    domain.boot.cmdline = Some(String::new());
    domain.devices.interfaces = vec![Interface { rate: Some("10Mb/s@50ms".into()), ..Interface::default() }];
    domain.devices.graphics =
        vec![Graphics::Vnc { port: Some(0), listen: Some(String::new()), password: None, keymap: None }];
    assert_eq!(domain::read(&domain::write(&domain)), Ok(domain.normal()));
    assert_ne!(domain, domain.normal());
}

#[test]
fn the_first_libvirt_s_format_is_read() {
    let domain = read("pv-0.0.1.xml");
    assert_eq!((domain.hypervisor.as_str(), domain.id, domain.name.as_str()), ("xen", Some(15), "fc4"));
    assert_eq!(domain.memory.max, KiB(131_072));
    assert_eq!(domain.boot.guest, Some(GuestType::Pv));
    assert_eq!(domain.boot.root.as_deref(), Some("/dev/sda1"));
    assert_eq!(domain.boot.cmdline.as_deref(), Some(" ro selinux=0 3"));
    assert_eq!(domain.devices.disks[0].source.as_deref(), Some("/u/fc4.img"));
    assert_eq!(domain.devices.interfaces[0].link, Link::Bridge(Some("xenbr0".into())));
}

#[test]
fn a_guest_of_a_bootloader_is_read() {
    let domain = read("pv-bootloader.xml");
    assert_eq!(domain.uuid.unwrap().to_string(), "596a5d21-71f4-8fb2-e068-e2386a5c413e");
    assert_eq!(domain.memory.current, Some(KiB(524_288)));
    assert_eq!(domain.cpus.set.unwrap().to_string(), "0-1,3");
    assert_eq!(domain.boot.bootloader.as_deref(), Some("/usr/bin/pygrub"));
    assert_eq!(domain.devices.disks[1].access, Access::Shared);
    assert_eq!(domain.devices.disks[1].driver.as_ref().unwrap().format.as_deref(), Some("qcow"));
    assert_eq!(domain.devices.interfaces[0].ips, ["10.0.0.7", "10.0.0.8"]);
    assert_eq!(domain.devices.consoles[0].channel, Channel::PtyAt("/dev/pts/4".into()));
    let vnc = Graphics::Vnc { port: None, listen: None, password: None, keymap: Some("de".into()) };
    assert_eq!(domain.devices.graphics, [vnc]);
}

#[test]
fn a_clock_beside_local_time_is_read_and_written_as_such() {
    let clock = |said: &str| {
        let xml = format!("<domain type='xen'><name>x</name><memory>1024</memory><clock {said}/></domain>");
        let read = domain::read(&xml).unwrap();
        assert_eq!(domain::read(&domain::write(&read)).unwrap().clock, read.clock, "{said}");
        read.clock
    };
    assert_eq!(clock("offset='variable' adjustment='0' basis='localtime'"), Clock::LocalTime);
    assert_eq!(clock("offset='variable' adjustment='-60' basis='localtime'"), Clock::BesideLocalTime(-60));
    assert_eq!(clock("offset='variable' adjustment='-60' basis='utc'"), Clock::Variable(-60));
    // libvirt makes it a variable one.
    assert_eq!(clock("offset='utc' adjustment='3600'"), Clock::Variable(3600));
    assert_eq!(clock("offset='localtime' adjustment='-60'"), Clock::BesideLocalTime(-60));
    assert_eq!(clock("offset='utc' adjustment='reset'"), Clock::Utc);
    assert_eq!(clock("offset='localtime' adjustment='0'"), Clock::LocalTime);
}

#[test]
fn an_hvm_guest_is_read_with_all_its_devices() {
    let domain = read("hvm-everything.xml");
    assert_eq!((domain.cpus.max, domain.cpus.online, domain.cpus.weight), (4, Some(2), Some(512)));
    assert_eq!(domain.cpus.pins[1].1.to_string(), "4,6-7");
    assert_eq!((domain.features.hap, domain.features.hpet), (Some(false), Some(false)));
    assert_eq!(domain.clock, Clock::Variable(-3600));
    let devices = &domain.devices;
    assert_eq!((devices.disks.len(), devices.interfaces.len(), devices.serials.len()), (3, 2, 4));
    assert_eq!(devices.disks[2].backend.as_deref(), Some("storage"));
    assert_eq!(devices.interfaces[0].rate.as_deref(), Some("1280KB/s"));
    let udp = Channel::Udp {
        host: "log.example".into(),
        port: 9998,
        bind_host: Some("0.0.0.0".into()),
        bind_port: Some(9999),
    };
    assert_eq!(devices.serials[2].channel, udp);
    let tcp = Channel::Tcp { host: "127.0.0.1".into(), port: 2445, listens: true, telnet: true };
    assert_eq!(devices.serials[1].channel, tcp);
    assert_eq!(devices.sounds, ["sb16", "es1370"]);
    assert_eq!((devices.pci[0].domain, devices.pci[0].bus, devices.pci[0].slot), (1, 0x0c, 0x1b));
}

#[test]
fn the_control_domain_needs_no_way_to_start() {
    let domain = read("dom0.xml");
    assert!(domain.uuid.unwrap().is_nil() && domain.boot.guest.is_none());
    assert_eq!(domain::check(&file("dom0.xml")), []);
}

#[test]
fn a_domain_of_another_hypervisor_is_read_as_far_as_it_is_understood() {
    let domain = read("kvm-modern.xml");
    assert_eq!((domain.hypervisor.as_str(), domain.memory.max), ("kvm", KiB(16 << 20)));
    let targets: Vec<_> = domain.devices.disks.iter().map(|disk| disk.target.as_str()).collect();
    assert_eq!(targets, ["vda", "sda"], "the one on the network is left alone");
    assert_eq!(domain.devices.interfaces.len(), 1);
    assert!(domain.devices.graphics.is_empty() && domain.devices.pci.is_empty());
    assert_eq!(domain::check(&file("kvm-modern.xml")), []);
}

#[test]
fn a_text_can_be_spelled_oddly() {
    let domain = read("odd-quoting.xml");
    assert_eq!(domain.name, "R&D \u{2014} \"lab\"");
    assert_eq!(domain.memory.max, KiB(524_288));
    assert_eq!(domain.boot.kernel.as_deref(), Some("/boot/vmlinuz & co"));
    assert_eq!(domain.boot.cmdline.as_deref(), Some("a=1  b=2"));
    assert_eq!(domain.devices.disks[0].source.as_deref(), Some("/srv/it's.img"));
    assert_eq!(domain.devices.interfaces[0].mac.as_deref(), Some("0:16:3E:1:2:3"));
}

#[test]
fn line_ends_of_windows_are_line_ends() {
    assert_eq!(read("crlf.xml").description.as_deref(), Some("two\nlines"));
}

#[test]
fn memory_is_read_in_every_unit_and_rounded_up() {
    let units = [
        ("", 4096),
        (" unit='b'", 4),
        (" unit='bytes'", 4),
        (" unit='KB'", 4000),
        (" unit='k'", 4096),
        (" unit='KiB'", 4096),
        (" unit='MB'", 4_000_000),
        (" unit='M'", 4 << 20),
        (" unit='MiB'", 4 << 20),
        (" unit='GB'", 4_000_000_000),
        (" unit='G'", 4 << 30),
        (" unit='GiB'", 4 << 30),
        (" unit='TiB'", 4 << 40),
    ];
    for (unit, kib) in units {
        let text = format!("<domain type='xen'><name>x</name><memory{unit}>4096</memory></domain>");
        assert_eq!(domain::read(&text).unwrap().memory.max, KiB(kib), "{unit}");
    }
    let text = "<domain type='xen'><name>x</name><memory unit='b'>1025</memory></domain>";
    assert_eq!(domain::read(text).unwrap().memory.max, KiB(2));
}

#[test]
fn current_memory_of_all_the_memory_says_nothing_more() {
    let text = "<domain type='xen'><name>x</name><memory unit='MiB'>1</memory><currentMemory>1024</currentMemory></domain>";
    assert_eq!(domain::read(text).unwrap().memory.current, None);
}

#[test]
fn what_is_written_looks_as_libvirt_prints_it() {
    let expected = "\
<domain type='xen'>
  <name>pvh-test</name>
  <uuid>cc2315e7-d26a-307a-438c-6d188ec4c09c</uuid>
  <memory unit='KiB'>262144</memory>
  <currentMemory unit='KiB'>262144</currentMemory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='xenpvh'>xenpvh</type>
    <kernel>/boot/vmlinuz</kernel>
    <initrd>/boot/initrd.img</initrd>
    <cmdline>root=/dev/xvda1 console=hvc0</cmdline>
  </os>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>soft-reset</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/images/pvh.qcow2'/>
      <target dev='xvda' bus='xen'/>
    </disk>
    <console type='pty'>
      <target type='xen' port='0'/>
    </console>
  </devices>
</domain>
";
    assert_eq!(domain::write(&read("pvh.xml")), expected);
}
