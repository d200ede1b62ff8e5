//! Domains as they stand: of xend's list, or of a page.

use uuid::Uuid;

use super::Node;
use crate::model::{
    Domain, DomainId, DomainKey, DomainState, GuestType, KiB, Name, Nanos, Reading, ShutdownReason, VcpuCount,
};

/// What Xen has for no limit of memory, printed in MiB: the largest number of KiB in 32 bits.
pub(super) const UNLIMITED: KiB = mebibytes(0xffff_ffff >> 10);

/// Appends the domains of a list `((domain …) (domain …))`, in its order; what is no domain is left out.
pub fn rows(list: Node<'_>, into: &mut Vec<Domain>) {
    into.extend(list.items().filter_map(row));
}

/// One domain; none where it is none. One that does not run has no id, and is off.
pub fn row(domain: Node<'_>) -> Option<Domain> {
    let mut said = Said::default();
    let mut items = domain.items();
    items.next()?.text().filter(|head| matches!(*head, "domain" | "vm"))?;
    items.for_each(|item| said.hear(item));
    Some(said.row())
}

/// What a domain's expression says of it. Its keys come in any order, and are gone through once.
#[derive(Default)]
struct Said<'a> {
    id: Option<u32>,
    uuid: Uuid,
    name: &'a str,
    state: &'a str,
    reason: &'a str,
    vcpus: u32,
    online: Option<u32>,
    available: Option<u32>,
    memory: u64,
    max_memory: Option<u64>,
    cpu_time: Nanos,
    image: Option<&'a str>,
    bootloader: bool,
}

impl<'a> Said<'a> {
    fn hear(&mut self, item: Node<'a>) {
        let (Some(key), value) = (item.head(), item.own_value()) else { return };
        let number = || value.and_then(|text| text.parse::<u64>().ok());
        let small = || number().and_then(|number| u32::try_from(number).ok());
        match key {
            "domid" => self.id = small(),
            "uuid" => self.uuid = value.and_then(|text| text.parse().ok()).unwrap_or_default(),
            "name" => self.name = value.unwrap_or_default(),
            "state" => self.state = value.unwrap_or_default(),
            "shutdown_reason" => self.reason = value.unwrap_or_default(),
            "vcpus" => self.vcpus = small().unwrap_or_default(),
            "online_vcpus" => self.online = small(),
            "vcpu_avail" => self.available = value.and_then(|text| text.parse().ok()).map(u64::count_ones),
            "memory" => self.memory = number().unwrap_or_default(),
            "maxmem" => self.max_memory = number(),
            "cpu_time" => self.cpu_time = value.map(seconds).unwrap_or_default(),
            "image" => self.image = item.arguments().next().and_then(Node::head),
            "bootloader" => self.bootloader = value.is_some(),
            _ => (),
        }
    }

    fn row(&self) -> Domain {
        let memory = mebibytes(self.memory);
        let online = self.online.or(self.available).unwrap_or(self.vcpus);
        Domain {
            key: DomainKey { id: self.id.map(DomainId), uuid: self.uuid },
            name: Name::new(self.name),
            state: self.state(),
            guest: self.guest().into(),
            vcpus: VcpuCount { online: online.min(self.vcpus), max: self.vcpus },
            memory,
            max_memory: self.max_memory.map(mebibytes).filter(|&most| most < UNLIMITED).into(),
            target: Reading::Known(memory),
            cpu_time: self.cpu_time,
            ..Domain::default()
        }
    }

    /// Up to 3.0.3 a domain without an image is the control domain, or one whose bootloader finds its kernel.
    fn guest(&self) -> Option<GuestType> {
        match self.image {
            Some("hvm") => Some(GuestType::Hvm),
            Some(_) => Some(GuestType::Pv),
            None => (self.id == Some(0) || self.bootloader).then_some(GuestType::Pv),
        }
    }

    /// From six letters in the order `rbpscd`, each a `-` where it is not so and a `?` where xend does not know. None
    /// of them is a domain whose vCPUs wait for a physical CPU.
    fn state(&self) -> DomainState {
        let has = |letter| self.state.contains(letter);
        match () {
            () if self.id.is_none() => DomainState::Off,
            () if self.state.is_empty() || has('?') => DomainState::Unknown,
            () if has('d') => DomainState::Dying,
            () if has('c') => DomainState::Crashed,
            () if has('s') => self.ended(),
            () if has('p') => DomainState::Paused,
            () if has('b') => DomainState::Blocked,
            () => DomainState::Running,
        }
    }

    /// Up to 3.0.3 the reason is told, of domains that run as well.
    fn ended(&self) -> DomainState {
        DomainState::ShutDown(match self.reason {
            "reboot" => ShutdownReason::Reboot,
            "suspend" => ShutdownReason::Suspend,
            "watchdog" => ShutdownReason::Watchdog,
            "crash" => return DomainState::Crashed,
            _ => ShutdownReason::Poweroff,
        })
    }
}

/// From xend's MiB.
pub(super) const fn mebibytes(count: u64) -> KiB {
    KiB(count.saturating_mul(1024))
}

/// From xend's seconds: `123.5`, `6.84e-06`.
pub(super) fn seconds(text: &str) -> Nanos {
    let seconds: f64 = text.parse().unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and a time is positive"
    )]
    Nanos((seconds * 1e9).round() as u64)
}
