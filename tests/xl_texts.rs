//! What the xl of each release really printed, and what the driver makes of it: `tests/data/xl`, from the lab.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test"
)]

mod support {
    pub mod fake_xl;
    pub mod recording;
}

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use domtop::{
    driver::Observe,
    model::{
        KiB, Kind, Reason,
        request::{Change, Request},
    },
};
use support::fake_xl::{FakeXl, Host, ROW, key_of};

/// What one call printed and ended with.
struct Said {
    status: i32,
    out: String,
    err: String,
}

/// All that was written down of one release, by the call.
type Release = BTreeMap<String, Said>;

fn releases() -> Vec<(String, Release)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/xl");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = files
        .map(|path| {
            (
                path.file_stem().unwrap().to_str().unwrap().to_owned(),
                release(&fs::read_to_string(path).unwrap()),
            )
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(all.len() >= 2, "the texts were not found");
    all
}

fn release(text: &str) -> Release {
    text.split("=== ").skip(1).map(|section| said(section).expect(section)).collect()
}

fn said(section: &str) -> Option<(String, Said)> {
    let (call, rest) = section.split_once("\n--- status ")?;
    let (status, rest) = rest.split_once("\n--- stdout\n")?;
    let (out, err) = rest.split_once("--- stderr\n")?;
    Some((call.to_owned(), Said { status: status.parse().ok()?, out: out.to_owned(), err: err.to_owned() }))
}

/// A fake that answers as the release did, whatever the files are called in this test.
fn fake(release: &Release, files: &str) -> FakeXl {
    let fake = FakeXl::new("");
    let mut answer = format!("words=\"xl $*\"\ncase \"$1\" in {files} esac\ncase \"$words\" in\n");
    for (place, (call, said)) in release.iter().enumerate() {
        fake.written(format!("{place}.out"), &said.out);
        fake.written(format!("{place}.err"), &said.err);
        let status = said.status;
        writeln!(
            answer,
            "'{call}') cat \"$folder/{place}.out\"; cat \"$folder/{place}.err\" >&2; exit {status};;"
        )
        .unwrap();
    }
    fake.tell(&format!("{answer}*) echo \"unheard: $words\" >&2; exit 9;; esac"));
    fake
}

/// What the driver says of a change to a domain.
fn of(release: &Release, id: u32, change: Change, files: &str) -> Reason {
    let fake = fake(release, files);
    Host::over(&fake).refusal(&Request::Domain(key_of(id), change))
}

/// What it says of a request whose file the release knew by this name.
fn of_file(release: &Release, request: fn(std::path::PathBuf) -> Request, name: &str) -> Reason {
    let fake =
        fake(release, &format!("create) words='xl create -q {name}';; restore) words='xl restore {name}';;"));
    let file = fake.written("file", "");
    Host::over(&fake).refusal(&request(file))
}

/// The message behind what was attempted.
fn why(reason: &Reason) -> &str {
    reason.message.split_once(": ").map_or(&reason.message, |(_, why)| why)
}

#[test]
fn a_domain_that_is_not_there_is_no_domain_in_every_verb() {
    for (name, release) in releases() {
        for change in [
            Change::Destroy,
            Change::Suspend,
            Change::Resume,
            Change::SetMemory(KiB(65536)),
            Change::SetVcpus(1),
            Change::Rename("foo".into()),
        ] {
            let words = "mem-set) words='xl mem-set 99 64m';; rename) words='xl rename 99 foo';;";
            let reason = of(&release, 99, change.clone(), words);
            assert_eq!(reason.kind, Kind::NoDomain, "{name}: {change:?}: {}", reason.message);
            assert!(reason.message.contains("99"), "{name}: {change:?}: {}", reason.message);
        }
        let fake = fake(&release, "");
        for change in [Change::Save(fake.file("x")), Change::Dump(fake.file("x"))] {
            let reason = of(&release, 99, change, "dump-core) words='xl dump-core 99 /tmp/x';;");
            assert_eq!(reason.kind, Kind::NoDomain, "{name}: {}", reason.message);
            assert!(!fake.file("x").exists());
        }
        assert!(Host::over(&fake).xl.configuration(key_of(99)).is_err());
    }
}

/// It was there when it was looked at, and had gone when xl was told.
#[test]
fn a_domain_that_went_meanwhile_is_no_domain() {
    for (name, release) in releases() {
        let once = format!("list) if mkdir \"$folder/looked\" 2>/dev/null; then {ROW} fi;;");
        let reason = of(&release, 99, Change::Destroy, &once);
        assert_eq!(reason.kind, Kind::NoDomain, "{name}: {}", reason.message);
    }
}

#[test]
fn a_value_xl_does_not_take_is_told_in_its_words() {
    for (name, release) in releases() {
        let look = format!("list) {ROW};; mem-set) words='xl mem-set 1 9999999m';;");
        for (change, kind, text) in [
            (
                Change::SetVcpus(77),
                Kind::Refused,
                "You are overcommmitting! You have 2 physical CPUs and want 77 vCPUs!",
            ),
            (Change::Rename("g2".into()), Kind::Refused, "Domain with name \"g2\" already exists"),
            (
                Change::SetMemory(KiB(1)),
                Kind::Failed,
                "memory_dynamic_max must be less than or equal to memory_static_max",
            ),
            (Change::Resume, Kind::Failed, "Unpausing domain: Invalid argument; it still runs"),
        ] {
            let words = look.clone() + "rename) words='xl rename 1 g2';;";
            let reason = of(&release, 1, change, &words);
            assert_eq!(reason.kind, kind, "{name}: {}", reason.message);
            assert!(why(&reason).starts_with(text), "{name}: {}", reason.message);
        }
    }
}

#[test]
fn a_disk_that_filled_up_is_named_as_the_cause() {
    for (name, release) in releases() {
        let look = format!(
            "list) {ROW};; save) words='xl save 1 /small/save';; dump-core) words='xl dump-core 1 /small/core';;"
        );
        let fake = FakeXl::new("");
        let (saved, core) = (fake.file("s"), fake.file("c"));
        let reason = of(&release, 1, Change::Save(saved.clone()), &look);
        let text = "Failed to write page data to stream (28 = No space left on device); Save failed (28 = No space left on \
                    device); Failed to save domain, resuming domain; it still runs";
        assert_eq!((reason.kind, why(&reason)), (Kind::Failed, text), "{name}");
        let reason = of(&release, 1, Change::Dump(core.clone()), &look);
        assert!(
            why(&reason).starts_with("Failed to write buffer (28 = No space left on device)"),
            "{name}: {}",
            reason.message
        );
        assert!(!saved.exists() && !core.exists());
    }
}

#[test]
fn a_description_that_is_wrong_is_told_with_its_line() {
    for (name, release) in releases() {
        for (file, kind, text) in [
            (
                "/tmp/broken.cfg",
                Kind::Failed,
                "/tmp/broken.cfg:4: config parsing error near `kernel': syntax error, unexpected IDENT",
            ),
            ("/tmp/noname.cfg", Kind::Failed, "Domain name must be specified"),
            (
                "/tmp/nk.cfg",
                Kind::Failed,
                "failed to open file '/nonexistent': No such file or directory; xc_dom_kernel_file failed",
            ),
            ("/tmp/hv.cfg", Kind::Failed, "domain creation fail: Invalid argument; cannot make domain: -3"),
            (
                "/tmp/odd.cfg",
                Kind::Failed,
                "/tmp/odd.cfg:4: warning: parameter `maxvcpus' is not a valid number",
            ),
            (
                "/tmp/big.cfg",
                Kind::Failed,
                "xc_dom_boot_mem_init: can't allocate low memory for domain: Out of memory",
            ),
            (
                "/etc/xen/g1.cfg",
                Kind::Refused,
                "Domain with name \"g1\" already exists; cannot make domain: -6",
            ),
        ] {
            let reason = of_file(&release, Request::Create, file);
            assert_eq!(reason.kind, kind, "{name}: {file}: {}", reason.message);
            assert!(why(&reason).starts_with(text), "{name}: {file}: {}", reason.message);
            assert!(!reason.message.contains("Destruction"), "{name}: {}", reason.message);
        }
    }
}

#[test]
fn a_file_that_is_no_saved_domain_says_so() {
    for (name, release) in releases() {
        let reason = of_file(&release, Request::Restore, "/etc/xen/g1.cfg");
        assert_eq!(why(&reason), "File has wrong magic number - corrupt or for a different tool?", "{name}");
        let reason = of_file(&release, Request::Restore, "/tmp/empty.sav");
        assert!(
            why(&reason).starts_with("file/stream truncated reading header"),
            "{name}: {}",
            reason.message
        );
        assert!(!reason.message.contains("xl_vmcontrol.c"), "{name}: {}", reason.message);
    }
}

#[test]
fn who_may_not_call_the_hypervisor_is_denied_and_the_next_driver_asked() {
    let mut seen = 0;
    for (name, release) in releases() {
        if !release.contains_key("xl list") {
            continue;
        }
        seen += 1;
        let fake = fake(&release, "*) words='xl list';;");
        let host = Host::new(fake.driver(support::fake_xl::PATIENT), Ok(()));
        let trail = host.change(Change::Destroy).unwrap();
        let reason = trail.0[0].refused.as_ref().unwrap();
        assert_eq!(
            (reason.kind, reason.hint.as_deref()),
            (Kind::Denied, Some("run domtop as root")),
            "{name}"
        );
        assert_eq!(host.tape.asked(), ["hypervisor"]);
    }
    assert!(seen > 0, "no release was asked as an ordinary user");
}
