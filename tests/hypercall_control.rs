//! Laws of the hypervisor driver's changing half, over a simulated hypervisor with each release's rules.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support {
    pub mod simxen;
}

use std::{
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Duration,
};

use domtop::{
    driver::{
        Controller, DriverInfo, Observe,
        session::{Opened, assemble},
        xen::hypercall::{Hypercall, Pages, Xen},
    },
    model::{
        CpuSet, Demand, Domain, DomainId, DomainKey, HostId, KiB, Kind, Op, Snapshot, Stamp,
        request::{Change, PinRequest, Request},
    },
};
use nix::errno::Errno;
use support::simxen::{Change as Did, RELEASES, SimDomain, SimXen, State};
use uuid::Uuid;

const HVM: u32 = 1 << 1;
const PAUSED: u32 = 1 << 3;

/// What a change gave: nothing, or why not.
type Gave = Result<(), (Kind, String)>;

/// A controller over one driver that is asked for everything, so that it gives its own reasons.
fn controller(xen: Xen) -> Controller {
    let info = DriverInfo { ops: Op::ALL.into(), ..xen.info() };
    let driver: Vec<Opened> = vec![(info, Ok(Arc::new(xen)))];
    assemble(HostId(0), driver, true).expect("a session").controller.expect("opened for changes")
}

fn open(sim: &Arc<SimXen>) -> Controller {
    controller(Xen::over(sim.clone()).expect("a hypervisor that answers"))
}

fn key(d: &SimDomain) -> DomainKey {
    DomainKey { id: Some(DomainId(d.id.into())), uuid: Uuid::from_bytes(d.handle) }
}

fn run(host: &Controller, d: &SimDomain, change: Change) -> Gave {
    let failed = |failure: domtop::model::Failure| {
        let reason = failure.reasons.first().expect("a reason");
        let hint = reason.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        (reason.kind, format!("{}{hint}", reason.message))
    };
    host.run(&Request::Domain(key(d), change)).map(|_| ()).map_err(failed)
}

/// Runs a change and gives why it was not done.
fn refusal(host: &Controller, d: &SimDomain, change: Change) -> (Kind, String) {
    run(host, d, change).expect_err("a refusal")
}

fn changes(sim: &SimXen) -> Vec<Did> {
    sim.look(|s| s.changes.iter().map(|change| change.0).collect())
}

/// A domain as it is now.
fn now(sim: &SimXen, id: u16) -> Option<SimDomain> {
    sim.look(|s| s.domains.iter().find(|d| d.id == id).cloned())
}

fn guest() -> SimDomain {
    SimDomain { vcpus: 4, online: 4, ..SimDomain::new(5) }
}

/// An emulated machine.
fn machine() -> SimDomain {
    SimDomain { flags: 0xffff_0010 | HVM, emulation: 0xff, ..guest() }
}

fn with(release: &str, d: &SimDomain) -> Arc<SimXen> {
    SimXen::of(release, vec![SimDomain::new(0), d.clone()])
}

fn at(name: &str) -> (u16, u16) {
    RELEASES.iter().find(|row| row.0 == name).unwrap().1
}

#[test]
fn every_release_pauses_and_resumes() {
    for &(name, ..) in RELEASES {
        let sim = with(name, &guest());
        let host = open(&sim);
        assert_eq!(run(&host, &guest(), Change::Suspend), Ok(()), "{name}");
        assert_eq!(now(&sim, 5).unwrap().flags & PAUSED, PAUSED, "{name}");
        assert_eq!(run(&host, &guest(), Change::Resume), Ok(()), "{name}");
        assert_eq!(now(&sim, 5).unwrap().flags & PAUSED, 0, "{name}");
        assert_eq!(changes(&sim), [Did::Pause, Did::Unpause], "{name}");
    }
}

#[test]
fn a_domain_that_is_paused_already_is_not_paused_again() {
    for &(name, ..) in RELEASES {
        let paused = SimDomain { flags: 0xffff_0018, ..guest() };
        let sim = with(name, &paused);
        let (kind, why) = refusal(&open(&sim), &paused, Change::Suspend);
        assert_eq!((kind, &*why), (Kind::Refused, "pause domain 5: it is paused already"), "{name}");
        assert_eq!(changes(&sim), [], "{name}");
    }
}

#[test]
fn resuming_takes_back_every_pause_there_is() {
    for &(name, _, domctl, _) in RELEASES {
        let paused = SimDomain { flags: 0xffff_0018, pauses: 255, ..guest() };
        let sim = with(name, &paused);
        assert_eq!(run(&open(&sim), &paused, Change::Resume), Ok(()), "{name}");
        let d = now(&sim, 5).unwrap();
        assert_eq!(d.flags & PAUSED, 0, "{name}");
        assert_eq!(changes(&sim).len(), if domctl >= 10 { 255 } else { 1 }, "{name}");
    }
}

#[test]
fn a_domain_that_runs_cannot_be_resumed() {
    for &(name, ..) in RELEASES {
        let sim = with(name, &guest());
        let (kind, why) = refusal(&open(&sim), &guest(), Change::Resume);
        assert_eq!((kind, &*why), (Kind::Refused, "resume domain 5: it is not paused"), "{name}");
        assert_eq!(changes(&sim), [], "{name}");
    }
}

#[test]
fn a_domain_another_tool_keeps_pausing_is_given_up() {
    let paused = SimDomain { flags: 0xffff_0018, contended: true, ..guest() };
    let sim = with("4.17", &paused);
    let (kind, why) = refusal(&open(&sim), &paused, Change::Resume);
    assert_eq!(kind, Kind::Failed);
    assert!(why.contains("255 times") && why.contains("another tool"), "{why}");
    assert_eq!(changes(&sim).len(), 255);
}

#[test]
fn more_pauses_than_xen_counts_are_told_in_words() {
    for (name, errno) in [("4.5", Errno::EUSERS), ("4.17", Errno::EOVERFLOW)] {
        let sim = with(name, &guest());
        sim.change(|s| s.refusal = Some(errno));
        let (kind, why) = refusal(&open(&sim), &guest(), Change::Suspend);
        assert_eq!(kind, Kind::Refused, "{name}");
        assert!(why.contains("paused 255 times"), "{name}: {why}");
    }
}

#[test]
fn the_control_domain_is_neither_paused_nor_destroyed_nor_switched_off() {
    for &(name, ..) in RELEASES {
        let control = SimDomain { flags: 0xffff_0018 | HVM, ..SimDomain::new(0) };
        let sim = SimXen::of(name, vec![control.clone()]);
        let host = open(&sim);
        for change in [Change::Suspend, Change::Resume, Change::Destroy, Change::Shutdown, Change::Reboot] {
            let (kind, why) = refusal(&host, &control, change);
            assert_eq!(kind, Kind::Refused, "{name}");
            assert!(why.contains("it is the control domain"), "{name}: {why}");
        }
        assert_eq!(changes(&sim), [], "{name}");
    }
}

#[test]
fn destroying_goes_on_until_xen_is_done() {
    for &(name, ..) in RELEASES {
        let large = SimDomain { turns: 1000, ..guest() };
        let sim = with(name, &large);
        assert_eq!(run(&open(&sim), &large, Change::Destroy), Ok(()), "{name}");
        assert!(now(&sim, 5).is_none(), "{name}");
        let in_turns = ((3, 2)..=(4, 5)).contains(&at(name));
        assert_eq!(changes(&sim).len(), if in_turns { 1001 } else { 1 }, "{name}");
    }
}

#[test]
fn destroying_without_an_end_is_given_up_and_says_so() {
    let endless = SimDomain { turns: u32::MAX, ..guest() };
    let sim = with("4.4", &endless);
    let (kind, why) = refusal(&open(&sim), &endless, Change::Destroy);
    assert_eq!(kind, Kind::Failed);
    assert!(why.contains("262144 times"), "{why}");
}

#[test]
fn what_has_ended_already_is_not_destroyed_again() {
    let zombie = SimDomain { flags: 0xffff_0001, ..guest() };
    let sim = with("4.17", &zombie);
    let (kind, why) = refusal(&open(&sim), &zombie, Change::Destroy);
    assert_eq!(kind, Kind::Refused);
    assert!(why.contains("ended already"), "{why}");
    assert_eq!(changes(&sim), []);
}

#[test]
fn a_change_never_hits_the_domain_that_got_the_id() {
    for &(name, ..) in RELEASES {
        let sim = with(name, &guest());
        let host = open(&sim);
        let mut old = guest();
        old.handle[0] ^= 0xff;
        let all = [
            Change::Suspend,
            Change::Resume,
            Change::Destroy,
            Change::Shutdown,
            Change::Reboot,
            Change::SetMaxMemory(KiB(1 << 20)),
            Change::SetVcpus(2),
            Change::Pin(PinRequest { hard: Some(CpuSet::all()), ..PinRequest::default() }),
            Change::SetScheduler { weight: Some(1), cap: None },
        ];
        for change in all {
            let (kind, why) = refusal(&host, &old, change.clone());
            assert_eq!(kind, Kind::NoDomain, "{name} {change:?}");
            assert!(why.contains("its id was given to another"), "{name}: {why}");
            let gone = refusal(&host, &SimDomain::new(9), change);
            assert_eq!(gone, (Kind::NoDomain, "there is no domain 9".into()), "{name}");
        }
        assert_eq!(changes(&sim), [], "{name}");
    }
}

#[test]
fn a_machine_without_drivers_has_its_power_button_pressed_since_3_4() {
    for &(name, release, domctl, _) in RELEASES {
        let sim = with(name, &machine());
        let gave = run(&open(&sim), &machine(), Change::Shutdown);
        if release >= (3, 4) {
            assert_eq!((gave, changes(&sim)), (Ok(()), vec![Did::Trigger(3)]), "{name}");
        } else {
            let (kind, why) = gave.unwrap_err();
            assert_eq!((kind, changes(&sim)), (Kind::Unsupported, vec![]), "{name}");
            let told = if domctl >= 4 { "by a button" } else { "through xenstore" };
            assert!(why.contains(told), "{name}: {why}");
        }
    }
}

#[test]
fn a_reset_button_that_is_not_there_is_told_with_what_to_do() {
    for name in ["3.1", "4.4", "4.17", "4.22"] {
        let sim = with(name, &machine());
        let (kind, why) = refusal(&open(&sim), &machine(), Change::Reboot);
        assert_eq!((kind, changes(&sim)), (Kind::Unsupported, vec![Did::Trigger(1)]), "{name}");
        assert!(why.contains("no reset button") && why.contains("start it again"), "{name}: {why}");
        sim.change(|s| s.buttons = vec![1]);
        assert_eq!(run(&open(&sim), &machine(), Change::Reboot), Ok(()), "{name}");
    }
}

#[test]
fn a_guest_that_listens_to_xenstore_gets_no_button_pressed() {
    for &(name, ..) in RELEASES {
        let driven = SimDomain { callback: 0x0200_0000_0000_00f3, ..machine() };
        let hardware = SimDomain { emulation: 1, callback: 0, ..machine() };
        let kinds = [guest(), driven, hardware];
        let told = if at(name) >= (4, 11) { 3 } else { 2 };
        for d in &kinds[..told] {
            for change in [Change::Shutdown, Change::Reboot] {
                let sim = with(name, d);
                let (kind, why) = refusal(&open(&sim), d, change);
                assert_eq!((kind, changes(&sim)), (Kind::Unsupported, vec![]), "{name}");
                assert!(why.contains("asked through xenstore"), "{name}: {why}");
            }
        }
    }
}

#[test]
fn a_machine_that_has_shut_down_has_no_buttons() {
    let off = SimDomain { flags: 4 | HVM, emulation: 0xff, ..guest() };
    let sim = with("4.17", &off);
    assert_eq!(refusal(&open(&sim), &off, Change::Shutdown).0, Kind::Refused);
    assert_eq!(changes(&sim), []);
}

#[test]
fn a_memory_limit_is_set_on_every_release() {
    for &(name, ..) in RELEASES {
        let sim = with(name, &guest());
        let has = guest().tot_pages * 4;
        let host = open(&sim);
        for limit in [has, has + 4096] {
            assert_eq!(run(&host, &guest(), Change::SetMaxMemory(KiB(limit))), Ok(()), "{name}");
            assert_eq!(now(&sim, 5).unwrap().max_pages, limit / 4, "{name}");
        }
    }
}

#[test]
fn a_memory_limit_below_what_is_there_or_above_the_host_is_refused_with_the_numbers() {
    for &(name, ..) in RELEASES {
        let sim = with(name, &guest());
        let host = open(&sim);
        let has = guest().tot_pages * 4;
        for limit in [0, 1, has - 1] {
            let (kind, why) = refusal(&host, &guest(), Change::SetMaxMemory(KiB(limit)));
            assert_eq!(kind, Kind::Refused, "{name}");
            let told = format!("{limit} KiB are below the {has} KiB it has");
            assert!(why.contains(&told) && why.contains("shrink"), "{name}: {why}");
        }
        let (kind, why) = refusal(&host, &guest(), Change::SetMaxMemory(KiB((16 << 20) + 1)));
        assert_eq!(kind, Kind::Refused, "{name}");
        assert!(why.contains("16777217 KiB are above the 16777216 KiB of this host"), "{name}: {why}");
        assert_eq!(changes(&sim), [], "{name}");
    }
}

#[test]
fn room_for_more_vcpus_is_made_before_4_12_and_refused_with_the_reason_after() {
    for &(name, release, ..) in RELEASES {
        let sim = with(name, &guest());
        let gave = run(&open(&sim), &guest(), Change::SetVcpus(6));
        let able = Xen::over(sim.clone()).unwrap().info().ops.contains(&Op::SetVcpus);
        assert_eq!(able, release < (4, 12), "{name}");
        if able {
            assert_eq!((gave, now(&sim, 5).unwrap().vcpus), (Ok(()), 6), "{name}");
        } else {
            let (kind, why) = gave.unwrap_err();
            assert_eq!((kind, changes(&sim)), (Kind::Unsupported, vec![]), "{name}");
            assert!(why.contains("fixed when a domain is created"), "{name}: {why}");
        }
    }
}

#[test]
fn plugging_the_vcpus_there_are_is_left_to_the_guest() {
    for &(name, ..) in RELEASES {
        let sim = with(name, &guest());
        let host = open(&sim);
        for count in 1..=4 {
            let (kind, why) = refusal(&host, &guest(), Change::SetVcpus(count));
            assert_eq!(kind, Kind::Unsupported, "{name}");
            assert!(why.contains("through xenstore"), "{name}: {why}");
        }
        assert_eq!(refusal(&host, &guest(), Change::SetVcpus(0)).0, Kind::Refused, "{name}");
        assert_eq!(changes(&sim), [], "{name}");
    }
    let sim = with("4.4", &guest());
    let (kind, why) = refusal(&open(&sim), &guest(), Change::SetVcpus(129));
    assert_eq!(kind, Kind::Refused);
    assert!(why.contains("more than Xen gives"), "{why}");
}

fn set(text: &str) -> Option<CpuSet> {
    text.parse().ok()
}

fn pin(vcpu: Option<u32>, hard: Option<CpuSet>, soft: Option<CpuSet>) -> Change {
    Change::Pin(PinRequest { vcpu, hard, soft })
}

/// The maps of all vCPUs.
fn maps(sim: &SimXen) -> (Vec<u64>, Vec<u64>) {
    let d = now(sim, 5).unwrap();
    (d.hard.values().copied().collect(), d.soft.values().copied().collect())
}

#[test]
fn one_vcpu_or_all_are_pinned_on_every_release() {
    for &(name, ..) in RELEASES {
        let sim = with(name, &guest());
        let host = open(&sim);
        assert_eq!(run(&host, &guest(), pin(None, set("0-1"), None)), Ok(()), "{name}");
        assert_eq!(maps(&sim).0, [3, 3, 3, 3], "{name}");
        assert_eq!(run(&host, &guest(), pin(Some(2), set("all"), None)), Ok(()), "{name}");
        assert_eq!(maps(&sim), (vec![3, 3, 15, 3], vec![]), "{name}");
    }
}

#[test]
fn soft_affinity_is_set_since_4_5_and_before_nothing_is_half_done() {
    for &(name, release, ..) in RELEASES {
        let sim = with(name, &guest());
        let gave = run(&open(&sim), &guest(), pin(None, set("0-2"), set("1")));
        if release >= (4, 5) {
            assert_eq!((gave, maps(&sim)), (Ok(()), (vec![7; 4], vec![2; 4])), "{name}");
            assert_eq!(run(&open(&sim), &guest(), pin(Some(0), None, set("2"))), Ok(()), "{name}");
            assert_eq!(maps(&sim), (vec![7; 4], vec![4, 2, 2, 2]), "{name}: the hard map stays");
        } else {
            let (kind, why) = gave.unwrap_err();
            assert_eq!((kind, changes(&sim)), (Kind::Unsupported, vec![]), "{name}");
            assert!(why.contains("no soft affinity"), "{name}: {why}");
        }
    }
}

#[test]
fn a_pin_that_cannot_be_is_refused_with_the_numbers_before_anything_is_changed() {
    for &(name, release, ..) in RELEASES {
        let sim = with(name, &guest());
        let host = open(&sim);
        let cases = [
            (pin(Some(4), set("0"), None), "has the vCPUs 0 to 3, and no vCPU 4"),
            (pin(None, set("0,4"), None), "there is no CPU 4: this host has the CPUs 0 to 3"),
            (pin(None, set("4095"), None), "there is no CPU 4095"),
            (pin(None, Some(CpuSet::default()), None), "a set without CPUs"),
            (pin(None, set("0"), Some(CpuSet::default())), "a set without CPUs"),
            (pin(None, set("0"), set("9")), "there is no CPU 9"),
            (pin(None, None, None), "no CPUs were given"),
        ];
        for (change, told) in cases {
            let (kind, why) = refusal(&host, &guest(), change);
            assert_eq!(kind, Kind::Refused, "{name}: {why}");
            assert!(why.contains(told), "{name}: {why}");
        }
        if release >= (4, 1) {
            let (kind, why) = refusal(&host, &guest(), pin(None, set("3"), None));
            assert_eq!(kind, Kind::Refused, "{name}");
            assert!(why.contains("none of the CPUs 3 is in its cpupool 0, which has 0-2"), "{name}: {why}");
        }
        assert_eq!(changes(&sim), [], "{name}");
    }
}

#[test]
fn a_domain_without_vcpus_cannot_be_pinned() {
    let empty = SimDomain { vcpus: 0, online: 0, ..SimDomain::new(5) };
    let sim = with("4.17", &empty);
    let (kind, why) = refusal(&open(&sim), &empty, pin(None, set("0"), None));
    assert_eq!(kind, Kind::Refused);
    assert!(why.contains("has no vCPUs"), "{why}");
}

#[test]
fn what_was_pinned_is_put_back_where_a_later_vcpu_fails() {
    for &(name, ..) in RELEASES {
        let held = SimDomain { held: vec![2], pinned: true, ..guest() };
        let sim = with(name, &held);
        let (kind, why) = refusal(&open(&sim), &held, pin(None, set("0-2"), None));
        assert_eq!(kind, Kind::Refused, "{name}");
        assert!(why.contains("vCPU 2") && why.contains("what was changed is put back"), "{name}: {why}");
        assert_eq!(maps(&sim).0, [1, 2], "{name}");
    }
    let held = SimDomain { held: vec![0], ..guest() };
    let (_, why) = refusal(&open(&with("4.17", &held)), &held, pin(None, set("0-2"), None));
    assert!(why.contains("nothing was changed"), "{why}");
}

#[test]
fn a_soft_set_that_says_nothing_is_put_back_and_told() {
    for name in ["4.5", "4.17", "4.22"] {
        let sim = with(name, &guest());
        let (kind, why) = refusal(&open(&sim), &guest(), pin(None, set("0"), set("1-2")));
        assert_eq!(kind, Kind::Refused, "{name}");
        assert!(why.contains("none of the CPUs 1-2 is one it may run on"), "{name}: {why}");
        assert!(why.contains("put back"), "{name}: {why}");
        assert_eq!(maps(&sim), (vec![15], vec![5]), "{name}");
        assert_eq!(run(&open(&sim), &guest(), pin(None, set("0-1"), set("1-3"))), Ok(()), "a part is enough");
    }
}

fn share(weight: Option<u32>, cap: Option<u32>) -> Change {
    Change::SetScheduler { weight, cap }
}

#[test]
fn weight_and_cap_are_set_and_what_is_not_given_stays() {
    for &(name, release, ..) in RELEASES.iter().filter(|row| row.3 > 0) {
        let sim = with(name, &guest());
        let host = open(&sim);
        let default = if release >= (4, 12) { (256, 70) } else { (300, 50) };
        assert_eq!(run(&host, &guest(), share(Some(512), None)), Ok(()), "{name}");
        assert_eq!(now(&sim, 5).unwrap().share, (Some(512), Some(default.1)), "{name}: the cap stays");
        assert_eq!(run(&host, &guest(), share(None, Some(400))), Ok(()), "{name}");
        assert_eq!(now(&sim, 5).unwrap().share, (Some(512), Some(400)), "{name}: the weight stays");
        assert_eq!(run(&host, &guest(), share(Some(65_535), Some(0))), Ok(()), "{name}");
        assert_eq!(now(&sim, 5).unwrap().share, (Some(65_535), Some(0)), "{name}");
    }
}

#[test]
fn a_share_out_of_bounds_is_refused_with_the_bounds() {
    for &(name, ..) in RELEASES.iter().filter(|row| row.3 > 0) {
        let sim = with(name, &guest());
        let host = open(&sim);
        let cases = [
            (share(Some(0), None), "a weight lies between 1 and 65535, which 0 does not"),
            (share(Some(65_536), None), "65536"),
            (share(Some(1), Some(401)), "a cap lies between 0 and 400, which 401 does not"),
            (share(None, Some(u32::MAX)), "a cap lies between 0 and 400"),
            (share(None, None), "neither a weight nor a cap"),
        ];
        for (change, told) in cases {
            let (kind, why) = refusal(&host, &guest(), change);
            assert_eq!(kind, Kind::Refused, "{name}: {why}");
            assert!(why.contains(told), "{name}: {why}");
        }
        assert_eq!(changes(&sim), [], "{name}");
    }
}

#[test]
fn credit2_has_weights_always_and_caps_since_4_10() {
    for name in ["4.1", "4.9", "4.10.0", "4.10.4", "4.22"] {
        let sim = with(name, &guest());
        sim.change(|s| s.scheduler = 6);
        let host = open(&sim);
        assert_eq!(run(&host, &guest(), share(Some(100), None)), Ok(()), "{name}");
        let capped = at(name) >= (4, 10);
        assert_eq!(now(&sim, 5).unwrap().share, (Some(100), capped.then_some(70)), "{name}");
        let gave = run(&host, &guest(), share(Some(7), Some(10)));
        if capped {
            assert_eq!(gave, Ok(()), "{name}");
        } else {
            let (kind, why) = gave.unwrap_err();
            assert_eq!(kind, Kind::Unsupported, "{name}");
            assert!(why.contains("since Xen 4.10"), "{name}: {why}");
            assert_eq!(
                now(&sim, 5).unwrap().share.0,
                Some(100),
                "{name}: the weight is not half of a change"
            );
        }
    }
}

#[test]
fn a_share_is_set_by_the_scheduler_of_the_domains_pool() {
    let apart = SimDomain { cpupool: 3, ..guest() };
    let sim = with("4.17", &apart);
    assert_eq!(run(&open(&sim), &apart, share(Some(9), None)), Ok(()));
    assert_eq!(now(&sim, 5).unwrap().share, (Some(9), Some(50)));
}

#[test]
fn schedulers_without_weights_take_none() {
    for (name, scheduler, word) in [
        ("4.4", 4, "sedf"),
        ("4.17", 7, "arinc653"),
        ("4.17", 8, "rtds"),
        ("4.17", 9, "null"),
        ("3.0.0", 4, "sedf"),
    ] {
        let sim = with(name, &guest());
        sim.change(|s| s.scheduler = scheduler);
        let (kind, why) = refusal(&open(&sim), &guest(), share(Some(2), None));
        assert_eq!((kind, changes(&sim)), (Kind::Unsupported, vec![]), "{word}");
        assert!(why.contains(word), "{why}");
    }
}

#[test]
fn what_xen_refuses_is_told_with_what_and_on_what_and_why() {
    let cases = [
        (Errno::EPERM, Kind::Denied, "not a privileged domain"),
        (Errno::EACCES, Kind::Denied, "XSM"),
        (Errno::ESRCH, Kind::NoDomain, "the domain has gone"),
        (Errno::EBUSY, Kind::Failed, "Xen is busy with it (try again in a moment)"),
        (Errno::ENOSYS, Kind::Unsupported, "no such call"),
        (Errno::ENOMEM, Kind::Failed, "no memory left"),
        (Errno::EINVAL, Kind::Refused, "no sense"),
    ];
    for (errno, expected, told) in cases {
        let sim = with("4.17", &guest());
        sim.change(|s| s.refusal = Some(errno));
        let (kind, why) = refusal(&open(&sim), &guest(), Change::Suspend);
        assert_eq!(kind, expected, "{why}");
        assert!(why.starts_with("pause domain 5: ") && why.contains(told), "{why}");
    }
    let sim = with("4.4", &guest());
    sim.change(|s| s.refusal = Some(Errno::EAGAIN));
    let (kind, why) = refusal(&open(&sim), &guest(), Change::SetVcpus(6));
    assert_eq!(kind, Kind::Failed);
    assert!(why.starts_with("give domain 5 6 vCPUs: Xen is busy"), "{why}");
}

#[test]
fn what_is_listed_of_a_release_is_what_it_can() {
    for &(name, release, domctl, sysctl) in RELEASES {
        let xen = Xen::over(with(name, &machine())).unwrap();
        let ops = xen.info().ops;
        for op in [Op::Suspend, Op::Resume, Op::Destroy, Op::SetMaxMemory, Op::Pin] {
            assert!(ops.contains(&op), "{name}");
        }
        assert_eq!(ops.contains(&Op::Shutdown), release >= (3, 4), "{name}");
        assert_eq!(ops.contains(&Op::Reboot), domctl >= 5, "{name}");
        assert_eq!(ops.contains(&Op::SetScheduler), sysctl > 0, "{name}");
        let rename = refusal(&controller(xen), &machine(), Change::Rename("x".into()));
        assert_eq!(rename.0, Kind::Unsupported, "{name}");
    }
}

/// Every change with a chance to be carried out.
fn all_changes() -> Vec<Change> {
    vec![
        Change::Suspend,
        Change::Shutdown,
        Change::Reboot,
        Change::SetMaxMemory(KiB(1 << 20)),
        Change::SetVcpus(6),
        pin(None, set("0-1"), None),
        share(Some(9), None),
        Change::Destroy,
    ]
}

#[test]
fn a_session_for_looking_reads_everything_and_lets_no_change_through() {
    for &(name, ..) in RELEASES {
        let sim = SimXen::of(name, vec![SimDomain::new(0), machine()]);
        let xen = Xen::over_read_only(sim.clone()).expect("a hypervisor that answers");
        read_all(&xen, name);
        let host = controller(xen);
        for change in all_changes() {
            let (kind, why) = refusal(&host, &machine(), change.clone());
            let lacking = kind == Kind::Unsupported && run(&open(&sim_of(name)), &machine(), change).is_err();
            assert!(lacking || (kind == Kind::Refused && why.contains("for looking only")), "{name}: {why}");
        }
        assert_eq!(changes(&sim), [], "{name}");
    }
}

fn sim_of(name: &str) -> Arc<SimXen> {
    with(name, &machine())
}

/// Reads all a fenced driver reads, as an open one does.
fn read_all(fenced: &Xen, name: &str) {
    let open = Xen::over(sim_of(name)).unwrap();
    let ask = |xen: &Xen| {
        let (mut domains, mut vcpus, mut times) = (Vec::<Domain>::new(), Vec::new(), Vec::new());
        xen.domains(&mut domains).expect("domains");
        xen.vcpus(&domains, &mut vcpus).expect("vCPUs");
        let _ = xen.pcpu_times(&mut times);
        let node = xen.node().expect("a machine");
        let about = xen.hypervisor().expect("what it is");
        let of = (xen.affinities(key(&machine())), xen.scheduler(key(&machine())), xen.host_log(0));
        (domains, vcpus, times, (node, about), xen.host_memory(), of)
    };
    assert_eq!(format!("{:?}", ask(fenced)), format!("{:?}", ask(&open)), "{name}");
}

#[test]
fn the_fence_stands_before_multicalls_too() {
    let sim = sim_of("4.17");
    let xen = Xen::over_read_only(sim.clone()).unwrap();
    let (mut domains, mut vcpus) = (Vec::new(), Vec::new());
    xen.domains(&mut domains).unwrap();
    sim.change(|s| s.no_multicall = Some(Errno::ENOSYS));
    xen.vcpus(&domains, &mut vcpus).expect("one by one");
    assert_eq!(vcpus.len(), 5);
    assert!(sim.peer().contains("simulated"));
}

#[test]
fn a_change_shows_in_the_next_snapshot() {
    let sim = with("4.17", &guest());
    let xen = Xen::over(sim).unwrap();
    let driver: Vec<Opened> = vec![(xen.info(), Ok(Arc::new(xen)))];
    let mut session = assemble(HostId(0), driver, true).unwrap();
    let controller = session.controller.unwrap();
    controller.run(&Request::Domain(key(&guest()), Change::Suspend)).unwrap();
    let mut snapshot = Snapshot::default();
    session.reader.sample(Stamp::default(), &Demand::default(), &mut snapshot);
    assert_eq!(snapshot.domains[1].state, domtop::model::DomainState::Paused);
}

#[test]
fn a_policy_that_hides_a_domain_forbids_its_changes() {
    let mut state = State::new("4.17", vec![SimDomain::new(0), guest()]);
    state.hidden = vec![5];
    let sim = SimXen::new(state);
    let (kind, why) = refusal(&open(&sim), &guest(), Change::Suspend);
    assert_eq!(kind, Kind::Denied);
    assert!(why.contains("XSM"), "{why}");
}

/// A hypervisor that takes its time over the second domctl it gets once it is told to, until it may go on.
struct Slow {
    sim: Arc<SimXen>,
    /// Domctls until then; none while it is quick.
    left: Mutex<Option<u32>>,
    at_it: Mutex<Sender<()>>,
    go_on: Mutex<Receiver<()>>,
}

impl Hypercall for Slow {
    fn call(&self, number: u64, arguments: [u64; 5]) -> Result<u64, Errno> {
        let mut left = self.left.lock().unwrap();
        let count = left.as_mut().filter(|_| number == 36).map(|left| {
            *left = left.saturating_sub(1);
            *left
        });
        if count == Some(0) {
            *left = None;
            drop(left);
            self.at_it.lock().unwrap().send(()).unwrap();
            self.go_on.lock().unwrap().recv().unwrap();
        }
        self.sim.call(number, arguments)
    }

    fn pages(&self, bytes: usize) -> Result<Box<dyn Pages>, Errno> {
        self.sim.pages(bytes)
    }

    fn peer(&self) -> Arc<str> {
        self.sim.peer()
    }
}

#[test]
fn looking_does_not_wait_for_a_change_that_takes_xen_long() {
    let patience = Duration::from_secs(20);
    let sim = with("4.17", &guest());
    let ((at_it, begun), (go_on, may)) = (channel(), channel());
    let slow =
        Slow { sim: sim.clone(), left: Mutex::new(None), at_it: Mutex::new(at_it), go_on: Mutex::new(may) };
    let slow = Arc::new(slow);
    let xen = Arc::new(Xen::over(slow.clone()).unwrap());
    let driver: Vec<Opened> = vec![(xen.info(), Ok(xen.clone()))];
    let controller = assemble(HostId(0), driver, true).unwrap().controller.unwrap();
    *slow.left.lock().unwrap() = Some(2);
    let change =
        thread::spawn(move || controller.run(&Request::Domain(key(&guest()), Change::Destroy)).is_ok());
    begun.recv_timeout(patience).expect("it looked at the domain, and began to end it");
    let (told, heard) = channel();
    thread::spawn(move || {
        let mut domains = Vec::new();
        xen.domains(&mut domains).unwrap();
        told.send(domains.len()).unwrap();
    });
    assert_eq!(heard.recv_timeout(patience), Ok(2), "the list came while the change was under way");
    go_on.send(()).unwrap();
    assert!(change.join().unwrap());
    assert!(now(&sim, 5).is_none());
}
