//! How far long changes have come, as snapshots tell it.

use domtop::model::{HostId, Op, Progress, Report, Snapshot};

use crate::hosts::{Desk, guest};

const HOST: HostId = HostId(0);
const GIB: u64 = 1 << 30;

fn desk() -> Desk {
    Desk::new(&[guest(1, "db", 30.0), guest(2, "web1", 20.0)])
}

/// A snapshot half a second later that tells of this.
fn told(desk: &mut Desk, progress: &[(Op, usize, u64)]) {
    let keys: Vec<_> = desk.guests.iter().map(|guest| guest.domain.key).collect();
    let of = |(op, at, done): &(Op, usize, u64)| {
        let key = keys.get(*at).copied();
        Progress { op: *op, key, done: *done, total: 4 * GIB }
    };
    let progress: Vec<Progress> = progress.iter().map(of).collect();
    desk.tick_with(500, |snapshot: &mut Snapshot| snapshot.progress = progress);
}

/// The drivers have answered what was ordered last.
fn answered(desk: &mut Desk) {
    let order = desk.effects.iter().rev().find_map(|effect| match effect {
        domtop::app::Effect::Run(_, order) => Some(order.clone()),
        _ => None,
    });
    let order = order.unwrap();
    let report = Report { failure: None, ..Report::lost(&order, "") };
    desk.tell(domtop::app::Msg::Reported(HOST, order.job, Box::new(report)));
}

#[test]
fn a_job_that_saves_tells_its_part_its_pace_and_what_is_left() {
    let mut desk = desk();
    desk.press("W /nonexistent/db Enter y");
    told(&mut desk, &[(Op::Save, 0, 0)]);
    told(&mut desk, &[(Op::Save, 0, GIB)]);
    let job = desk.app.jobs.list().next().unwrap();
    let transfer = desk.app.jobs.transfer(job).expect("also before the drivers have answered");
    assert_eq!(transfer.part(), Some(0.25));
    assert_eq!(transfer.pace(), Some(2.0 * GIB as f64));
    assert_eq!(transfer.left().map(domtop::model::Nanos::seconds), Some(1.5));
    answered(&mut desk);
    told(&mut desk, &[(Op::Save, 0, 2 * GIB)]);
    let job = desk.app.jobs.list().next().unwrap();
    assert!(!job.stage.is_final() && desk.app.jobs.transfer(job).is_some());
    desk.lose("db");
    told(&mut desk, &[]);
    let job = desk.app.jobs.list().next().unwrap();
    assert!(job.stage.is_final() && desk.app.jobs.transfer(job).is_none(), "what is over tells nothing more");
}

#[test]
fn what_others_save_is_seen_on_the_domain_s_row_all_the_same() {
    let mut desk = desk();
    told(&mut desk, &[(Op::Dump, 1, GIB)]);
    let key = desk.guests[1].domain.key;
    assert!(desk.app.jobs.transfer_of(HOST, key).is_some());
    assert!(desk.app.jobs.transfer_of(HostId(1), key).is_none(), "on its host alone");
    assert!(desk.app.jobs.transfer_of(HOST, desk.guests[0].domain.key).is_none());
    told(&mut desk, &[]);
    assert!(desk.app.jobs.transfer_of(HOST, key).is_none());
}

#[test]
fn a_restore_is_told_by_being_the_only_one() {
    let mut desk = desk();
    desk.press("V /nonexistent/a Enter y");
    told(&mut desk, &[(Op::Restore, 7, GIB)]);
    let first = |desk: &Desk| desk.app.jobs.transfer(desk.app.jobs.list().next().unwrap()).is_some();
    assert!(first(&desk));
    told(&mut desk, &[(Op::Restore, 0, GIB), (Op::Restore, 1, GIB)]);
    assert!(!first(&desk), "of two nobody can tell which it is");
}
