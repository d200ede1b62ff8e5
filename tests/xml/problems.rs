//! What is told of a text that is well-formed and says something wrong.

use domtop::wire::xml::{Problem, device, domain};

use super::file;

/// Each problem as `line:column: path: message`, with a sign where it is fatal.
fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{}{problem}", if problem.fatal { "! " } else { "" })).collect()
}

#[track_caller]
fn holds(problems: &[Problem], expected: &[&str]) {
    let lines = lines(problems);
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
}

/// What makes a text of no use.
fn fatal(text: &str) -> Vec<Problem> {
    let mut problems = domain::read(text).unwrap_err();
    problems.retain(|problem| problem.fatal);
    problems
}

#[test]
fn all_that_is_wrong_is_told_by_place_with_what_was_expected() {
    let problems = domain::read(&file("wrong.xml")).unwrap_err();
    assert_eq!(problems, domain::check(&file("wrong.xml")));
    holds(
        &problems,
        &[
            "! 1:1: /domain: it has no <name>",
            "! 2:9: /domain/uuid: `not-a-uuid` is no uuid: 32 hexadecimal digits",
            "! 3:17: /domain/memory: `unit`: `MiBs` is no unit of memory: b, KB",
            "! 4:18: /domain/currentMemory: `lots` is no whole number from 0 to",
            "! 5:17: /domain/vcpu: `cpuset`: `3-1` is no set of CPUs: \"3-1\" runs backwards; write it as 0-3,^2,8",
            "! 5:22: /domain/vcpu: 0 are too few",
            "! 7:11: /domain/os/type: `hmv` is none of linux, xen, hvm, xenpvh",
            "! 8:16: /domain/os/boot: `dev`: `cd-rom` is none of fd, hd, cdrom, network; did you mean `cdrom`?",
            "! 11:18: /domain/features/acpi: `state`: `maybe` is none of on, off",
            "! 13:14: /domain/on_reboot: `restrat` is none of destroy, restart",
            "! 15:17: /domain/devices/disk[1]: `type`: `flie` is none of file, block",
            "! 18:5: /domain/devices/disk[2]: it has no <target dev='…'/>",
            "! 24:5: /domain/devices/disk[4]: there are two disks called xvdb",
            "25:15: /domain/devices/disk[4]/source: the source of a disk of type block is named by `dev`",
            "! 28:5: /domain/devices/interface: it has no <source network='…'/>",
            "! 29:21: /domain/devices/interface/mac: `address`: `00:16:3e:zz:00:01` is no MAC address",
            "! 31:32: /domain/devices/graphics: `port`: `70000` is no whole number from 0 to 65535",
            "! 34:35: /domain/devices/hostdev/source/address: `slot`: `0x20` is no number from 0x0 to 0x1f",
        ],
    );
}

#[test]
fn a_name_that_no_domain_can_have_is_told_where_it_stands() {
    for (name, problem) in [
        ("", "! 1:15: /domain/name: a name is not blank"),
        ("  ", "! 1:15: /domain/name: a name is not blank"),
        ("a/b", "! 1:15: /domain/name: `a/b` is no name of a domain: there is a `/` in it"),
        ("a\nb", "! 1:15: /domain/name: `a"),
        ("a&#9;b", "! 1:15: /domain/name: `a"),
    ] {
        let text = format!("<domain><name>{name}</name></domain>");
        holds(&fatal(&text), &[problem]);
    }
    assert_eq!(domain::read("<domain><name>a b</name></domain>").unwrap().name, "a b");
}

#[test]
fn a_target_is_of_one_disk_only_whatever_the_disks_are_made_of() {
    let disk = |kind: &str, target: &str| format!("<disk type='{kind}'><target dev='{target}'/></disk>");
    let domain = |disks: &[String]| {
        format!("<domain><name>x</name><devices>\n{}</devices></domain>", disks.join("\n"))
    };
    for kinds in [["network", "file"], ["file", "network"], ["network", "volume"]] {
        let text = domain(&kinds.map(|kind| disk(kind, "vdb")));
        holds(&fatal(&text), &["! 3:1: /domain/devices/disk[2]: there are two disks called vdb"]);
    }
    let apart = domain(&[disk("network", "vdb"), disk("file", "vda"), disk("volume", "vdc")]);
    assert_eq!(domain::read(&apart).unwrap().devices.disks.len(), 1);
}

#[test]
fn a_set_of_cpus_that_is_none_is_told_with_the_reason() {
    let text = "<domain><name>x</name><vcpu cpuset='0-9999'>2</vcpu></domain>";
    let problem =
        "! 1:37: /domain/vcpu: `cpuset`: `0-9999` is no set of CPUs: CPU 9999 is above 4095; write it";
    holds(&fatal(text), &[problem]);
}

#[test]
fn what_is_odd_is_told_and_read_all_the_same() {
    let text = file("twice.xml");
    assert_eq!(domain::read(&text).unwrap().name, "first");
    holds(
        &domain::check(&text),
        &[
            "3:3: /domain/name[2]: there is a <name> already; the first counts",
            "5:3: /domain/memory[2]: there is a <memory> already; the first counts",
            "6:3: /domain/memroy: <memroy> is not known in <domain>; did you mean <memory>?",
            "9:14: /domain/cputune/vcpupin[1]: there is no vCPU 5: it has 2, from 0",
            "11:14: /domain/cputune/vcpupin[3]: vCPU 0 is pinned already; the first counts",
            "13:3: /domain/os: a PV guest starts by a <kernel>, or by a <bootloader> beside <os>",
            "21:12: /domain/devices/interface[2]/mac: another interface has the address 00:16:3E:00:00:01 already",
        ],
    );
}

#[test]
fn numbers_that_contradict_each_other_make_no_domain() {
    let of = |memory: &str, vcpu: &str| {
        format!("<domain type='xen'><name>x</name><memory>65536</memory>{memory}{vcpu}</domain>")
    };
    for (memory, vcpu, wrong) in [
        ("<currentMemory>131072</currentMemory>", "", "! 1:56: /domain/currentMemory: 128 MiB are more than"),
        ("", "<vcpu current='3'>2</vcpu>", "! 1:62: /domain/vcpu: 3 vCPUs are more than the 2 it has"),
    ] {
        holds(&domain::read(&of(memory, vcpu)).unwrap_err(), &[wrong]);
    }
    let rounded = of("<currentMemory>66560</currentMemory>", "<vcpu current='2'>2</vcpu>");
    assert!(domain::read(&rounded).is_ok(), "libvirt rounds so far itself");
}

#[test]
fn sound_texts_are_told_nothing_about() {
    for name in
        ["pv-0.0.1", "pv-bootloader", "hvm-everything", "pvh", "dom0", "kvm-modern", "crlf", "minified"]
    {
        assert_eq!(lines(&domain::check(&file(&format!("{name}.xml")))), [""; 0], "{name}");
    }
}

#[test]
fn an_hvm_guest_of_xen_without_firmware_is_told() {
    let text = "<domain type='xen'><name>x</name><memory>1</memory><os><type>hvm</type></os></domain>";
    assert!(domain::read(text).is_ok());
    holds(
        &domain::check(text),
        &[
            "1:52: /domain/os: an HVM guest of xend has its firmware in <loader>",
            "1:52: /domain/os: an HVM guest of xend has its <emulator> among the devices",
        ],
    );
    assert_eq!(domain::check(&text.replace("xen", "kvm")), []);
}

#[test]
fn a_hypervisor_that_was_mistyped_is_told() {
    let of = |kind: &str| format!("<domain type='{kind}'><name>x</name><memory>1</memory></domain>");
    holds(&domain::check(&of("xenn")), &["1:9: /domain: `xenn` is no hypervisor; did you mean `xen`?"]);
    assert_eq!(domain::check(&of("ch")), []);
    assert_eq!(domain::read(&of("ch")).unwrap().hypervisor, "ch");
}

#[test]
fn kinds_that_libvirt_may_have_learned_are_left_alone() {
    let with = |disk: &str| {
        format!("<domain type='xen'><name>x</name><memory>1</memory><devices>{disk}</devices></domain>")
    };
    let quantum = with("<disk type='quantum'><target dev='q'/></disk>");
    assert_eq!(domain::read(&quantum).unwrap().devices.disks, []);
    holds(&domain::check(&quantum), &["1:73: /domain/devices/disk: `type`: `quantum` is none of file"]);
    let network =
        with("<disk type='network'><target dev='q'/></disk><graphics type='spice'/><interface type='user'/>");
    assert_eq!(domain::check(&network), []);
}

#[test]
fn what_is_foreign_is_shown_and_not_obeyed() {
    let text =
        "<domain type='xen'><name>x</name><memory>1</memory><on_crash>\u{9b}2J\u{202e}</on_crash></domain>";
    let told = lines(&domain::check(text)).concat();
    assert!(told.contains('\u{fffd}') && !told.chars().any(|c| c.is_control() || c == '\u{202e}'), "{told}");
}

#[test]
fn a_root_that_is_no_domain_is_told() {
    holds(&domain::check("<network><name>x</name></network>"), &["! 1:1: /network: the root is <network>"]);
}

#[test]
fn a_device_that_is_none_or_of_another_kind_is_told() {
    for (text, problem) in [
        (
            "<dsik/>",
            "1:1: /dsik: a device was expected: `dsik` is none of disk, interface, graphics, input, hostdev; did you mean `disk`?",
        ),
        (
            "<disk type='network'><target dev='x'/></disk>",
            "1:1: /disk: it is of a kind that cannot be attached",
        ),
        ("<hostdev mode='subsystem' type='usb'/>", "1:1: /hostdev: it is of a kind that cannot be attached"),
        ("<graphics/>", "1:1: /graphics: it has no `type`: vnc, sdl"),
        ("<disk", "1:1: it is not well-formed"),
    ] {
        let problems = device::read(text).unwrap_err();
        assert!(problems[0].fatal && problems[0].to_string().starts_with(problem), "{}", problems[0]);
    }
}

#[test]
fn what_is_fatal_is_told_however_much_is_wrong_besides() {
    for count in [600, 3000] {
        let (names, disks) = ("<name>x</name>".repeat(count), "<disk type='hologram'/>".repeat(count));
        for text in [
            format!("<domain>{names}<devices><graphics/></devices></domain>"),
            format!("<domain><name>x</name><devices>{disks}<graphics/></devices></domain>"),
        ] {
            let problems = domain::read(&text).unwrap_err();
            assert!(problems.iter().any(|problem| problem.fatal), "{count}: {}…", &text[..40]);
            assert!(problems.len() <= 500, "{count}: {} problems", problems.len());
        }
    }
}
