//! Laws of revising domain XML: it says what it is to say, and all else stays byte for byte.
#![allow(unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

#[path = "support/definitions.rs"]
#[allow(dead_code, reason = "shared")]
mod definitions;
#[path = "support/spelled.rs"]
mod spelled;

use std::fs;

use domtop::{
    model::{
        Definition, KiB,
        definition::{Access, Channel, Disk},
    },
    wire::xml::domain,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::TestCaseError,
};

use self::spelled::{Spelled, spell};

/// A text of a definition, spelled in some way.
fn spelling(definition: &Definition) -> impl Strategy<Value = Spelled> + use<> {
    let canonical = domain::write(definition);
    vec(any::<u8>(), 1..40).prop_map(move |choices| spell(&canonical, &choices))
}

/// A definition and a text of it.
fn spelled() -> impl Strategy<Value = (Definition, Spelled)> {
    definitions::definition().prop_flat_map(|definition| (Just(definition.clone()), spelling(&definition)))
}

fn read(text: &str) -> Result<Definition, String> {
    domain::read(text).map_err(|problems| format!("{problems:?}\n{text}"))
}

fn revise(text: &str, wanted: &Definition) -> Result<String, TestCaseError> {
    domain::revise(text, wanted).map_err(|problems| TestCaseError::fail(format!("{problems:?}\n{text}")))
}

/// A file of the test's data, changed, and what of it was replaced by what.
fn changed(name: &str, change: impl Fn(&mut Definition), replaced: &[(&str, &str)]) {
    let path = format!("{}/tests/data/xml/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let mut wanted = domain::read(&text).unwrap();
    change(&mut wanted);
    let mut expected = text.clone();
    for (from, to) in replaced {
        assert_eq!(expected.matches(from).count(), 1, "{from}");
        expected = expected.replacen(from, to, 1);
    }
    assert_eq!(domain::revise(&text, &wanted).unwrap(), expected);
    assert_eq!(domain::read(&expected).unwrap(), wanted);
}

#[test]
fn an_amount_is_changed_in_its_own_unit() {
    let grown = |domain: &mut Definition| domain.memory.max = KiB(2 * domain.memory.max.0);
    changed("odd-quoting.xml", grown, &[(" 512 </memory>", "1024</memory>")]);
    let odd = |domain: &mut Definition| domain.memory.max = KiB(domain.memory.max.0 + 1);
    changed("odd-quoting.xml", odd, &[("unit = 'MiB' > 512 <", "unit = 'KiB' >524289<")]);
    let both = |domain: &mut Definition| domain.memory.max = KiB(512 << 10);
    let replaced = [
        ("<memory unit='MiB'>256<", "<memory unit='MiB'>512<"),
        ("<currentMemory unit='MiB'>256<", "<currentMemory unit='MiB'>512<"),
    ];
    changed("pvh.xml", both, &replaced);
}

#[test]
fn an_amount_that_is_no_number_in_its_own_unit_is_changed_in_another() {
    let text = "<domain><name>a</name><memory unit='b'>18446744073709551615</memory></domain>";
    let mut wanted = domain::read(text).unwrap();
    wanted.memory.max.0 += 1;
    let revised = domain::revise(text, &wanted).unwrap();
    assert_eq!(read(&revised), Ok(wanted));
}

#[test]
fn a_disk_that_comes_stands_in_line_with_the_others() {
    let come = |domain: &mut Definition| {
        let disk = Disk { source: Some("/b.img".into()), target: "hdc".into(), ..Disk::default() };
        domain.devices.disks.push(disk);
    };
    changed(
        "odd-quoting.xml",
        come,
        &[(
            "it's.img\" /></disk>",
            "it's.img\" /></disk>\n\t\t<disk type='file' device='disk'>\n\t\t  <source file='/b.img'/>\n\t\t  <target \
             dev='hdc'/>\n\t\t</disk>",
        )],
    );
    changed(
        "minified.xml",
        come,
        &[(
            "<target dev='hdb'/></disk>",
            "<target dev='hdb'/></disk><disk type='file' device='disk'><source file='/b.img'/><target dev='hdc'/></disk>",
        )],
    );
    changed(
        "crlf.xml",
        come,
        &[(
            "    </disk>\r\n",
            "    </disk>\r\n    <disk type='file' device='disk'>\r\n      <source file='/b.img'/>\r\n      <target dev='hdc'/>\
             \r\n    </disk>\r\n",
        )],
    );
}

#[test]
fn a_disk_that_goes_takes_its_lines_with_it() {
    let go = |domain: &mut Definition| drop(domain.devices.disks.remove(0));
    changed(
        "pv-bootloader.xml",
        go,
        &[(
            "    <disk type='block' device='disk'>\n      <driver name='phy'/>\n      <source dev='/dev/vg/web-1'/>\n      \
             <target dev='xvda'/>\n    </disk>\n",
            "",
        )],
    );
}

#[test]
fn a_disk_that_is_changed_keeps_what_only_libvirt_knows() {
    let change = |domain: &mut Definition| {
        let disk = &mut domain.devices.disks[0];
        disk.source = Some("/srv/new & big.qcow2".into());
        disk.access = Access::Read;
        disk.driver = None;
    };
    changed(
        "kvm-modern.xml",
        change,
        &[
            ("<driver name='qemu' type='qcow2' cache", "<driver cache"),
            (
                "<source file='/var/lib/libvirt/images/db-primary.qcow2'/>",
                "<source file='/srv/new &amp; big.qcow2'/>",
            ),
            ("<target dev='vda' bus='virtio'/>", "<target dev='vda' bus='virtio'/>\n      <readonly/>"),
        ],
    );
}

#[test]
fn what_was_not_said_is_put_where_libvirt_would_have_it() {
    let say = |domain: &mut Definition| {
        domain.title = Some("A <title>".into());
        domain.cpus.weight = Some(512);
        domain.features.acpi = Some(true);
        domain.boot.initrd = Some("/boot/initrd".into());
    };
    changed(
        "crlf.xml",
        say,
        &[
            ("</name>\r\n", "</name>\r\n  <title>A &lt;title&gt;</title>\r\n"),
            ("</vcpu>\r\n", "</vcpu>\r\n  <cputune>\r\n    <shares>512</shares>\r\n  </cputune>\r\n"),
            ("</kernel>\r\n", "</kernel>\r\n    <initrd>/boot/initrd</initrd>\r\n"),
            ("</os>\r\n", "</os>\r\n  <features>\r\n    <acpi/>\r\n  </features>\r\n"),
        ],
    );
}

#[test]
fn a_source_goes_whatever_else_is_said_of_it() {
    let text = "<domain type='xen'>\n  <name>a</name>\n  <memory>1</memory>\n  <devices>\n    <console type='pty'>\n      \
                <source mode='bind' path='/dev/pts/7'/>\n    </console>\n  </devices>\n</domain>\n";
    let mut wanted = domain::read(text).unwrap();
    let console = &mut wanted.devices.consoles[0];
    assert_eq!(console.channel, Channel::PtyAt("/dev/pts/7".into()));
    for channel in [Channel::PtyAt("/dev/pts/8".into()), Channel::Pty] {
        wanted.devices.consoles[0].channel = channel;
        assert_eq!(domain::read(&domain::revise(text, &wanted).unwrap()), Ok(wanted.clone()));
    }
}

/// The texts people and hosts have.
fn files() -> impl Strategy<Value = (String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/xml");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts = paths.into_iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()));
    let sound: Vec<_> = texts.filter(|(_, text)| domain::read(text).is_ok()).collect();
    assert!(sound.len() >= 10);
    select(sound)
}

proptest! {
    #[test]
    fn any_file_can_be_made_to_say_anything((path, text) in files(), wanted in definitions::definition()) {
        let revised = revise(&text, &wanted)?;
        prop_assert_eq!(read(&revised), Ok(wanted.clone()), "{}", path);
        prop_assert_eq!(revise(&revised, &wanted)?, revised);
    }

    #[test]
    fn a_damaged_file_that_is_still_a_domain_can_be_made_to_say_anything(
        (_, text) in files(), lines in (any::<Index>(), any::<Index>()), wanted in definitions::definition()
    ) {
        // Lines doubled, moved and left out make elements that are there twice, in odd places, or not at all.
        let mut all: Vec<_> = text.split_inclusive('\n').collect();
        let (from, to) = (lines.0.index(all.len()), lines.1.index(all.len()));
        let line = all[from];
        if from % 2 == 0 { all.insert(to, line) } else { all.swap(from, to) }
        let text = all.concat();
        if domain::read(&text).is_ok() {
            let revised = revise(&text, &wanted)?;
            prop_assert_eq!(read(&revised), Ok(wanted), "{}", text);
        }
    }

    #[test]
    fn a_file_that_is_changed_and_changed_back_says_the_same((path, text) in files(), other in definitions::definition()) {
        let was = domain::read(&text).unwrap();
        let back = revise(&revise(&text, &other)?, &was)?;
        prop_assert_eq!(read(&back), Ok(was), "{}", path);
    }

    #[test]
    fn a_revised_text_says_what_it_is_to_say(was in definitions::definition(), wanted in definitions::definition()) {
        let revised = revise(&domain::write(&was), &wanted)?;
        prop_assert_eq!(read(&revised), Ok(wanted));
    }

    #[test]
    fn a_canonical_text_stays_laid_out_as_it_was(was in definitions::definition(), wanted in definitions::definition()) {
        // The order of attributes and of unlike neighbours is the text's own; the lines with their indents are not.
        let lines = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(|line| line.split_inclusive(['<', ' ']).take_while(|word| word.trim().len() < 2).collect::<String>() + line.trim().split([' ', '>', '/']).next().unwrap()).collect();
            lines.sort();
            lines
        };
        let revised = revise(&domain::write(&was), &wanted)?;
        prop_assert_eq!(lines(&revised), lines(&domain::write(&wanted)), "{}", revised);
    }

    #[test]
    fn the_spelling_of_a_text_changes_nothing((definition, spelled) in spelled()) {
        prop_assert_eq!(read(&spelled.text), Ok(definition));
    }

    #[test]
    fn a_text_that_says_it_already_stays_as_it_is((definition, spelled) in spelled()) {
        prop_assert_eq!(domain::revise(&spelled.text, &definition), Ok(spelled.text));
    }

    #[test]
    fn any_text_can_be_made_to_say_anything((_, spelled) in spelled(), wanted in definitions::definition()) {
        let revised = revise(&spelled.text, &wanted)?;
        prop_assert_eq!(read(&revised), Ok(wanted), "{}", spelled.text);
    }

    #[test]
    fn what_nobody_knows_stays_in_its_order((_, spelled) in spelled(), wanted in definitions::definition()) {
        let revised = revise(&spelled.text, &wanted)?;
        let places: Vec<_> = spelled.kept.iter().map(|kept| revised.find(kept)).collect();
        prop_assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}\n{revised}", spelled.text);
    }

    #[test]
    fn what_is_alike_is_not_touched((was, spelled) in spelled(), wanted in definitions::definition()) {
        let devices = |text: &str| text.find("<devices").map(|from| text[from..text.find("</devices").unwrap()].to_owned());
        let wanted = Definition { devices: was.devices.clone(), ..wanted };
        let revised = revise(&spelled.text, &wanted)?;
        prop_assert_eq!(devices(&revised), devices(&spelled.text));
    }
}
