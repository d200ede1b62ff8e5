//! Laws of carrying out orders and of taking changes back, over the in-memory host.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::sync::Arc;

use domtop::{
    driver::{
        Controller, Observe, execute,
        session::assemble,
        test::{DomainPlan, HostPlan, Test},
    },
    model::{
        CpuSet, Demand, Domain, DomainKey, HostId, JobId, KiB, Kind, Nanos, Op, Order, Report, Stamp,
        Standing, VcpuCount,
        order::{Undoes, Upon},
        request::{Change, PinRequest, Request},
        undo::{Reversal, inverse},
    },
};
use proptest::prelude::*;

/// A host with one guest of four vCPUs, of which two are online.
struct Host {
    test: Arc<Test>,
    controller: Controller,
    ms: u64,
}

impl Host {
    fn new() -> Self {
        let vcpus = VcpuCount { online: 2, max: 4 };
        let web = DomainPlan { vcpus, max_memory: KiB(4 << 20), ..DomainPlan::new("web1") };
        let plan = HostPlan { domains: vec![web], ..HostPlan::new("host") };
        let test = Arc::new(Test::script(plan).unwrap());
        let session = assemble(HostId(0), vec![(test.info(), Ok(test.clone()))], true).unwrap();
        let mut host = Self { test, controller: session.controller.unwrap(), ms: 0 };
        host.pass(0);
        host
    }

    fn pass(&mut self, ms: u64) {
        self.ms += ms;
        let at = Nanos(self.ms * 1_000_000);
        self.test.begin(Stamp { mono: at, wall: at }, &Demand::default());
    }

    fn web(&self) -> Domain {
        let mut rows = Vec::new();
        self.test.domains(&mut rows).unwrap();
        self.test.identify(&mut rows).unwrap();
        rows.into_iter().find(|domain| !domain.key.uuid.is_nil()).unwrap()
    }

    fn order(&self, changes: &[Change], undoes: Option<Undoes>) -> Order {
        let key = self.web().key;
        let requests = changes.iter().map(|change| Request::Domain(key, change.clone())).collect();
        Order { job: JobId(1), command: String::new(), requests, undoes: undoes.map(Box::new), upon: None }
    }

    fn run(&self, changes: &[Change]) -> Report {
        execute(&self.controller, &self.order(changes, None))
    }

    fn standing(&self, op: Op) -> Standing {
        self.controller.standing(self.web().key, op).unwrap()
    }
}

fn undoes(change: &Change, report: &Report) -> Undoes {
    let (before, after) = (report.before.clone().unwrap(), report.after.clone().unwrap());
    Undoes { changes: vec![change.clone()], before, after }
}

fn cpus(text: &str) -> CpuSet {
    text.parse().unwrap()
}

fn pin(vcpu: Option<u32>, hard: Option<&str>, soft: Option<&str>) -> Change {
    Change::Pin(PinRequest { vcpu, hard: hard.map(cpus), soft: soft.map(cpus) })
}

/// Changes that can be taken back.
fn reversible() -> impl Strategy<Value = Change> {
    let set = || prop_oneof![Just("0"), Just("0-1"), Just("1,3"), Just("all"), Just("2-3")];
    prop_oneof![
        Just(Change::Suspend),
        Just(Change::Resume),
        (1_u64..4096).prop_map(|mib| Change::SetMemory(KiB(mib << 10))),
        (1_u64..8192).prop_map(|mib| Change::SetMaxMemory(KiB(mib << 10))),
        (1_u32..6).prop_map(Change::SetVcpus),
        (proptest::option::of(0_u32..5), proptest::option::of(set()), proptest::option::of(set()))
            .prop_map(|(vcpu, hard, soft)| pin(vcpu, hard, soft)),
        (proptest::option::of(1_u32..1000), proptest::option::of(0_u32..100))
            .prop_map(|(weight, cap)| Change::SetScheduler { weight, cap }),
        "[a-z]{1,8}".prop_map(Change::Rename),
    ]
}

/// What an operation touches, once a guest had its time.
fn touched(standing: &Standing) -> (String, Option<KiB>, Option<KiB>, u32, String, String) {
    let Standing { name, max_memory, target, vcpus, affinities, sched, state, .. } = standing;
    let paused = if state.word() == "paused" { "paused" } else { "" };
    (
        format!("{} {paused}", name.raw()),
        *max_memory,
        *target,
        vcpus.online,
        format!("{affinities:?}"),
        format!("{sched:?}"),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is changed, taking it back brings back what stood before; and a change that is refused changes nothing.
    #[test]
    fn taking_back_brings_back_what_stood(first in reversible(), change in reversible()) {
        let mut host = Host::new();
        host.run(&[first]);
        host.pass(60_000);
        let before = host.standing(change.op());
        let report = host.run(std::slice::from_ref(&change));
        if report.failure.is_some() {
            prop_assert_eq!(touched(&host.standing(change.op())), touched(&before));
            return Ok(());
        }
        let Ok(back) = inverse(&change, &before) else { return Ok(()) };
        let order = host.order(&back, Some(undoes(&change, &report)));
        let undone = execute(&host.controller, &order);
        prop_assert!(undone.failure.is_none(), "{:?}", undone.failure);
        prop_assert_eq!(touched(&host.standing(change.op())), touched(&before));
    }
}

#[test]
fn an_order_tells_what_stood_before_and_after_it_and_who_did_it() {
    let host = Host::new();
    let report = host.run(&[Change::SetVcpus(3)]);
    let vcpus = |standing: &Option<Standing>| standing.as_ref().unwrap().vcpus.online;
    assert_eq!((vcpus(&report.before), vcpus(&report.after)), (2, 3));
    assert_eq!(report.trails[0].to_string(), "test did");
    assert_eq!(report.failure, None);
}

#[test]
fn affinities_and_shares_are_read_for_what_changes_them() {
    let host = Host::new();
    let report = host.run(&[pin(Some(0), Some("1"), None)]);
    let hard = |standing: Option<Standing>| standing.unwrap().affinities.unwrap()[0].hard.to_string();
    assert_eq!((hard(report.before), hard(report.after)), ("all".into(), "1".into()));
    let report = host.run(&[Change::SetScheduler { weight: Some(512), cap: None }]);
    let weight = |standing: Option<Standing>| standing.unwrap().sched.unwrap().weight;
    assert_eq!((weight(report.before), weight(report.after)), (Some(256), Some(512)));
}

#[test]
fn requests_are_done_in_order_and_the_first_that_fails_ends_it() {
    let host = Host::new();
    let report = host.run(&[Change::SetVcpus(3), Change::SetVcpus(9), Change::SetVcpus(1)]);
    assert_eq!(report.trails.len(), 1, "what was done is told");
    let failure = report.failure.expect("there are four");
    assert_eq!((failure.kind(), failure.op), (Kind::Refused, Op::SetVcpus));
    assert!(failure.to_string().contains("domain web1"), "{failure}");
    assert_eq!(report.after.unwrap().vcpus.online, 3);
}

#[test]
fn a_domain_that_has_gone_is_told_before_anything_is_done() {
    let host = Host::new();
    let gone = DomainKey { uuid: "5e1f0000-0000-4000-8000-000000000001".parse().unwrap(), id: None };
    let requests = vec![Request::Domain(gone, Change::Destroy)];
    let order = Order { job: JobId(1), command: String::new(), requests, undoes: None, upon: None };
    let report = execute(&host.controller, &order);
    assert_eq!(report.failure.unwrap().kind(), Kind::NoDomain);
    assert!(report.trails.is_empty());
}

#[test]
fn what_somebody_changed_meanwhile_is_not_taken_back() {
    let meddle: [(Change, Change, &str); 5] = [
        (Change::SetVcpus(4), Change::SetVcpus(3), "3"),
        (Change::SetMemory(KiB(2 << 20)), Change::SetMemory(KiB(3 << 20)), "target"),
        (pin(None, Some("0-1"), None), pin(Some(1), Some("3"), None), "vCPU 1"),
        (
            Change::SetScheduler { weight: Some(512), cap: None },
            Change::SetScheduler { weight: Some(100), cap: None },
            "weight 100",
        ),
        (Change::Rename("other".into()), Change::Rename("third".into()), "third"),
    ];
    for (ours, theirs, says) in meddle {
        let host = Host::new();
        let report = host.run(std::slice::from_ref(&ours));
        assert_eq!(host.run(std::slice::from_ref(&theirs)).failure, None);
        let left = touched(&host.standing(ours.op()));
        let back = inverse(&ours, report.before.as_ref().unwrap()).unwrap();
        let undone = execute(&host.controller, &host.order(&back, Some(undoes(&ours, &report))));
        let failure = undone.failure.expect("it was changed");
        assert_eq!(failure.kind(), Kind::Refused);
        assert!(failure.to_string().contains(says), "{failure}");
        assert_eq!(touched(&host.standing(ours.op())), left, "and it stays as they left it");
    }
}

#[test]
fn a_paused_domain_somebody_resumed_is_not_resumed_again() {
    let host = Host::new();
    let report = host.run(&[Change::Suspend]);
    host.run(&[Change::Resume]);
    let undone =
        execute(&host.controller, &host.order(&[Change::Resume], Some(undoes(&Change::Suspend, &report))));
    assert!(undone.failure.unwrap().to_string().contains("somebody changed it"));
}

#[test]
fn every_changing_operation_has_an_inverse_or_says_why_not() {
    let none = || std::path::PathBuf::from("file");
    let standing = Host::new().standing(Op::Pin);
    for change in [
        Change::Shutdown,
        Change::Reboot,
        Change::Destroy,
        Change::Start,
        Change::Undefine,
        Change::Save(none()),
        Change::Dump(none()),
        Change::Attach(none()),
        Change::Detach(none()),
        Change::SetAutostart(true),
    ] {
        let Reversal::Never(why) = change.op().reversal() else { panic!("{change:?}") };
        assert_eq!(inverse(&change, &standing), Err(why.to_owned()));
    }
    for op in Op::ALL.iter().filter(|op| op.reversal() == Reversal::Inverse) {
        assert!(op.changes());
    }
}

#[test]
fn a_second_pause_and_a_needless_resume_are_refused_by_whoever_would_do_it() {
    let host = Host::new();
    assert!(host.run(&[Change::Resume]).failure.unwrap().to_string().contains("it is not paused"));
    assert_eq!(host.run(&[Change::Suspend]).failure, None);
    let second = host.run(&[Change::Suspend]);
    assert_eq!(second.failure.unwrap().kind(), Kind::Refused, "Xen would count it");
    assert!(second.trails.is_empty(), "no driver was asked");
}

#[test]
fn an_order_upon_what_is_kept_is_not_carried_out_where_that_is_another_by_now() {
    let host = Host::new();
    let key = host.web().key;
    let kept: Arc<str> = host.controller.kept(key).unwrap().xml.into();
    let upon = |kept: &Arc<str>| Some(Upon { key, kept: kept.clone() });
    let weigh = |weight| Change::SetScheduler { weight: Some(weight), cap: None };
    let order = Order { upon: upon(&kept), ..host.order(&[Change::SetMaxMemory(KiB(3 << 20))], None) };
    assert_eq!(execute(&host.controller, &order).failure, None, "it is as it was");
    let report = execute(&host.controller, &Order { upon: upon(&kept), ..host.order(&[weigh(7)], None) });
    let failure = report.failure.expect("what is kept of it has another maximum by now");
    assert_eq!(failure.kind(), Kind::Refused);
    assert!(failure.to_string().contains("somebody changed what is kept"), "{failure}");
    assert!(report.trails.is_empty(), "no driver was asked");
}

#[test]
fn what_is_kept_is_found_whichever_run_of_its_domain_it_was_read_at() {
    let mut host = Host::new();
    let key = host.web().key;
    let kept = host.controller.kept(key).unwrap().xml;
    let upon = Some(Upon { key, kept: kept.as_str().into() });
    assert_eq!(host.run(&[Change::Destroy]).failure, None);
    host.pass(10_000);
    let off = DomainKey { id: None, ..key };
    assert_eq!(host.controller.kept(off).unwrap().xml, kept);
    assert_eq!(host.controller.kept(key).unwrap().xml, kept, "it does not run any more");
    let start = Request::Domain(off, Change::Start);
    let order = Order { job: JobId(1), command: String::new(), requests: vec![start], undoes: None, upon };
    assert_eq!(execute(&host.controller, &order).failure, None, "what it was made upon is as it was");
    host.pass(10_000);
    assert_eq!(host.controller.kept(off).unwrap().xml, kept, "it runs again");
    let other = DomainKey { id: None, uuid: uuid::Uuid::from_u128(1) };
    assert!(host.controller.kept(other).is_err());
    assert!(host.controller.kept(DomainKey::default()).is_err(), "no uuid is nobody's");
}

#[test]
fn why_a_change_of_what_is_kept_cannot_be_taken_back_speaks_of_what_is_kept() {
    let Reversal::Never(why) = Op::Undefine.reversal() else { panic!("there is no inverse") };
    assert!(why.contains("kept"), "{why}");
    assert!(!why.contains("ended"), "it ends nothing: {why}");
}
