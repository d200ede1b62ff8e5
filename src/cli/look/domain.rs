//! `info`, `vcpus` and `sched`: one domain.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    super::{
        args::LookWish,
        json::{Object, text},
        paper::{Side, Table, maybe, pairs, reading, section, size, time},
        trouble::Trouble,
    },
    Subject, whole,
};
use crate::{
    app::command::Look,
    batch::{View, column::DOMAIN, column::vcpu_state},
    model::{
        Affinity, CpuSet, Detail, Device, DeviceKind, Domain, DomainState, KiB, Reading, SchedParams, Vcpu,
    },
};

/// Reads the domain and writes what the command is about.
pub(super) fn made(wish: &LookWish, subject: &mut Subject) -> Result<Vec<u8>, Trouble> {
    let domain = subject.read_domain(named(wish)?)?;
    if wish.look == Look::Vcpus {
        subject.must_have_vcpus(&domain)?;
    }
    let seen = Seen::new(subject, &domain);
    Ok(match (wish.look, wish.json) {
        (Look::Vcpus, false) => seen.vcpu_table().into_bytes(),
        (Look::Vcpus, true) => format!("{}\n", text(&seen.vcpu_values())).into_bytes(),
        (Look::Sched, false) => pairs(seen.sched_pairs()).into_bytes(),
        (Look::Sched, true) => seen.sched_object().line(),
        (_, false) => seen.info().into_bytes(),
        (_, true) => seen.info_object().line(),
    })
}

/// The domain the command line names.
pub(super) fn named(wish: &LookWish) -> Result<&str, Trouble> {
    wish.domain.as_deref().ok_or_else(|| Trouble::usage("which domain? write DOMAIN"))
}

/// One domain with all that was read of it.
struct Seen<'a> {
    subject: &'a Subject,
    domain: &'a Domain,
    detail: Detail,
    vcpus: &'a [Vcpu],
}

impl<'a> Seen<'a> {
    fn new(subject: &'a Subject, domain: &'a Domain) -> Self {
        let detail = subject.snapshot.detail.as_deref().cloned().unwrap_or_default();
        let vcpus = domain.key.id.map_or(&[][..], |id| subject.snapshot.vcpus_of(id));
        Self { subject, domain, detail, vcpus }
    }

    fn info(&self) -> String {
        let mut text = pairs(self.identity().into_iter().chain(self.sched_pairs()));
        if !self.vcpus.is_empty() {
            text.push_str(&section("vCPUs", &self.vcpu_table()));
        }
        text.push_str(&section("Devices", &reading(&self.detail.devices, |all| device_table(all))));
        if !self.detail.facts.is_empty() {
            let facts = self.detail.facts.iter().map(|(label, value)| (label.as_ref(), value.to_string()));
            text.push_str(&section("Facts", &pairs(facts)));
        }
        text
    }

    fn identity(&self) -> Vec<(&'static str, String)> {
        let domain = self.domain;
        vec![
            ("name", domain.label().into_owned()),
            ("id", maybe(domain.key.id.map(|id| id.0))),
            ("uuid", domain.key.uuid.to_string()),
            ("state", state(domain.state)),
            ("type", reading(&domain.guest, |guest| guest.word().into())),
            ("vCPUs", format!("{} of {}", domain.vcpus.online, domain.vcpus.max)),
            ("CPU time", maybe(domain.key.id.map(|_| time(domain.cpu_time)))),
            ("memory", size(domain.memory)),
            ("maximum", reading(&domain.max_memory, |most| size(*most))),
            ("target", reading(&domain.target, |target| size(*target))),
            ("pool", reading(&domain.pool, ToString::to_string)),
        ]
    }

    fn info_object(&self) -> Object {
        let label = self.subject.label();
        let domain = self.domain;
        Object::of(DOMAIN, &whole(&label, domain))
            .with("max_vcpus", domain.vcpus.max)
            .with("type", domain.guest.known().map(|guest| guest.word()))
            .with("target_kib", domain.target.known())
            .with("pool", domain.pool.known())
            .with("sched", self.detail.sched.known().map(sched))
            .with("vcpu_list", self.vcpu_values())
            .with(
                "devices",
                self.detail.devices.known().map(|all| all.iter().map(device).collect::<Vec<_>>()),
            )
            .with("facts", self.facts())
    }

    fn facts(&self) -> BTreeMap<&str, &str> {
        self.detail.facts.iter().map(|(label, value)| (label.as_ref(), value.raw())).collect()
    }

    fn vcpu_table(&self) -> String {
        let mut table = Table::new([
            ("VCPU", Side::Right),
            ("STATE", Side::Left),
            ("PCPU", Side::Right),
            ("CPU TIME", Side::Right),
            ("HARD", Side::Left),
            ("SOFT", Side::Left),
        ]);
        for vcpu in self.vcpus {
            let affinity = self.affinity(vcpu);
            table.row([
                vcpu.index.to_string(),
                vcpu_state(vcpu).into(),
                maybe(vcpu.online.then_some(vcpu.pcpu)),
                time(vcpu.cpu_time),
                maybe(affinity.map(|a| &a.hard)),
                maybe(affinity.map(|a| &a.soft)),
            ]);
        }
        table.text()
    }

    fn vcpu_values(&self) -> Vec<Value> {
        self.vcpus.iter().map(|vcpu| self.vcpu(vcpu)).collect()
    }

    fn vcpu(&self, vcpu: &Vcpu) -> Value {
        let set = |of: fn(&Affinity) -> &CpuSet| self.affinity(vcpu).map(|a| of(a).to_string());
        json!({
            "vcpu": vcpu.index,
            "online": vcpu.online,
            "state": vcpu_state(vcpu),
            "pcpu": vcpu.online.then_some(vcpu.pcpu),
            "cpu_time_ns": vcpu.cpu_time,
            "hard": set(|a| &a.hard),
            "soft": set(|a| &a.soft),
        })
    }

    fn affinity(&self, vcpu: &Vcpu) -> Option<&Affinity> {
        self.detail.affinities.known()?.iter().find(|a| a.vcpu == vcpu.index)
    }

    fn sched_pairs(&self) -> Vec<(&str, String)> {
        let params = match &self.detail.sched {
            Reading::Known(params) => params,
            other => return vec![("scheduler", reading(other, |_| String::new()))],
        };
        let mut pairs = vec![("scheduler", params.scheduler.to_string())];
        pairs.extend(params.weight.map(|weight| ("weight", weight.to_string())));
        pairs.extend(params.cap.map(|cap| ("cap", cap_text(cap))));
        pairs.extend(params.other.iter().map(|(name, value)| (name.as_ref(), value.to_string())));
        pairs
    }

    fn sched_object(&self) -> Object {
        let label = self.subject.label();
        let params = self.detail.sched.known();
        Object::of(View::Vcpus.head(), &whole(&label, self.domain))
            .with("scheduler", params.map(|p| &p.scheduler))
            .with("weight", params.map(|p| p.weight))
            .with("cap", params.map(|p| p.cap))
            .with("other", params.map(other))
    }
}

fn state(state: DomainState) -> String {
    match state {
        DomainState::ShutDown(reason) => format!("{}: {}", state.word(), reason.word()),
        _ => state.word().into(),
    }
}

fn cap_text(cap: u32) -> String {
    if cap == 0 { "none".into() } else { format!("{cap} % of one pCPU") }
}

fn sched(params: &SchedParams) -> Value {
    let other = other(params);
    json!({ "scheduler": params.scheduler, "weight": params.weight, "cap": params.cap, "other": other })
}

/// Parameters other than weight and cap, by name.
fn other(params: &SchedParams) -> BTreeMap<&str, u64> {
    params.other.iter().map(|(name, value)| (name.as_ref(), *value)).collect()
}

fn device(device: &Device) -> Value {
    json!({
        "kind": kind(device.kind),
        "name": device.name,
        "backend": device.backend,
        "state": device.state,
        "note": device.note,
        "net": device.net.known(),
        "disk": device.disk.known(),
    })
}

fn device_table(devices: &[Device]) -> String {
    let mut table = Table::new([
        ("KIND", Side::Left),
        ("NAME", Side::Left),
        ("STATE", Side::Left),
        ("BACKEND", Side::Left),
        ("NOTE", Side::Left),
        ("IN", Side::Right),
        ("OUT", Side::Right),
    ]);
    for device in devices {
        let texts = [&device.name, &device.state, &device.backend, &device.note].map(ToString::to_string);
        let [name, state, backend, note] = texts;
        let [inward, outward] = passed(device).map(|bytes| maybe(bytes.map(|b| size(KiB(b / 1024)))));
        table.row([kind(device.kind).into(), name, state, backend, note, inward, outward]);
    }
    table.text()
}

/// Bytes that came in and went out, as the guest sees them: received and sent, or read and written.
fn passed(device: &Device) -> [Option<u64>; 2] {
    match (device.net.known(), device.disk.known()) {
        (Some(net), _) => [Some(net.rx_bytes), Some(net.tx_bytes)],
        (None, Some(disk)) => [Some(disk.read_bytes), Some(disk.write_bytes)],
        (None, None) => [None, None],
    }
}

const fn kind(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Disk => "disk",
        DeviceKind::Net => "net",
        DeviceKind::Console => "console",
        DeviceKind::Display => "display",
        DeviceKind::Other => "other",
    }
}
