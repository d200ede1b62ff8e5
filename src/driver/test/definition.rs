//! Simulated domains as definitions: told in domain XML, and made of it.
//!
//! A plan knows less than domain XML says and something it does not (a temper, rates). What a domain was defined by is
//! therefore kept as it was written, and told again with what has changed since.

use super::{
    guest::Guest,
    noise::{mix, of_text},
    plan::{DevicePlan, DomainPlan},
    temper::Temper,
};
use crate::{
    driver::{Answer, Error},
    model::{
        Affinity, CpuSet, Definition, DeviceKind, GuestType, Kind, VcpuCount, Which,
        definition::{
            Access, BootDevice, CpuDefinition, DeviceDefinition, Disk, Graphics, Interface, Link,
            MemoryDefinition, PciAddress, Storage, Told,
        },
    },
    wire::{cfg, xml},
};

/// Bytes a second of a disk and an interface nobody gave rates for.
const RATES: (u64, u64) = (4 << 20, 1 << 20);
/// Where VNC servers are that were given no port.
const VNC: u16 = 5900;

impl Guest {
    /// Its definition in domain XML.
    pub(super) fn tell_definition(&self, which: Which) -> Answer<Told> {
        let (plan, id) = match which {
            Which::Live => (&self.plan, self.run.as_ref().map(|run| run.id.0)),
            Which::Kept if !self.plan.life.kept => {
                return Err(Error::no_domain(format!("kept definition of {}", self.name)));
            }
            Which::Kept => (self.next.as_ref().unwrap_or(&self.plan), None),
        };
        let xml = plan.to_xml(id).map_err(|why| {
            Error::new(Kind::Malformed, format!("write the definition of {}: {why}", self.name))
        })?;
        Ok(Told { xml, ..Told::default() })
    }
}

impl DomainPlan {
    /// As domain XML; with the id where it is that of a running domain.
    fn to_xml(&self, id: Option<u32>) -> Result<String, String> {
        let Some(text) = &self.xml else {
            return Ok(xml::domain::write(&self.defined(self.made_up(), id)));
        };
        let first = |problems: Vec<xml::Problem>| {
            problems.first().map_or_else(|| "it cannot be read".into(), ToString::to_string)
        };
        let base = xml::domain::read(text).map_err(first)?;
        xml::domain::revise(text, &self.defined(base, id)).map_err(first)
    }

    /// Why the domain XML it is kept in cannot be that of a domain with the devices it has now.
    pub(super) fn contradiction(&self) -> Option<String> {
        self.xml.as_ref()?;
        let text = self.to_xml(None).ok()?;
        xml::domain::read(&text).err().map(|problems| first(problems).message)
    }

    /// The domain XML it is kept in with a disk among its devices as that is written, for it may say more than a plan.
    /// Nothing where there is no place for it, or where it would be read as something else.
    pub(super) fn with_disk(&self, text: &str) -> Option<String> {
        self.xml.as_ref()?;
        let Ok(DeviceDefinition::Disk(disk)) = xml::device::read(text) else { return None };
        let base = self.to_xml(None).ok()?;
        let mut wanted = xml::domain::read(&base).ok()?;
        wanted.devices.disks.push(disk);
        let end = base.rfind("</devices>")?;
        let (before, last) = base.split_at(base[..end].trim_end_matches([' ', '\t']).len());
        let indent = &last[..last.find('<')?];
        let added = format!("{before}{indent}  {}\n{last}", text.trim());
        (xml::domain::read(&added).ok()? == wanted).then_some(added)
    }

    /// What domain XML must say that a simulation has no use for.
    fn made_up(&self) -> Definition {
        let mut base = Definition { hypervisor: "test".into(), ..Definition::default() };
        base.boot.guest = Some(self.guest);
        if self.uuid.is_nil() {
            return base;
        }
        if self.guest == GuestType::Hvm {
            base.boot.loader = Some("/usr/lib/xen/boot/hvmloader".into());
            base.boot.order = vec![BootDevice::Disk];
            base.devices.emulator = Some("/usr/lib/xen/bin/qemu-system-i386".into());
        } else {
            base.boot.bootloader = Some("/usr/lib/xen/bin/pygrub".into());
        }
        base
    }

    /// A definition with what this plan says in the place of what it said.
    fn defined(&self, mut base: Definition, id: Option<u32>) -> Definition {
        (base.id, base.name, base.uuid) = (id, self.name.clone(), Some(self.uuid));
        let current = (self.memory != self.max_memory).then_some(self.memory);
        base.memory = MemoryDefinition { max: self.max_memory, current };
        let vcpus = self.vcpus;
        let online = (vcpus.online != vcpus.max).then_some(vcpus.online);
        let weight = (self.share.weight != 256).then_some(self.share.weight);
        let said = base.cpus.weight.filter(|weight| *weight == self.share.weight);
        let (set, pins) = self.placed();
        base.cpus = CpuDefinition { max: vcpus.max, online, set, pins, weight: said.or(weight), cap: None };
        self.put_devices(&mut base);
        base
    }

    /// Where all vCPUs may run, where that is the same for all; else where each may that may not run everywhere.
    fn placed(&self) -> (Option<CpuSet>, Vec<(u32, CpuSet)>) {
        let pins: Vec<_> =
            self.pins.iter().filter(|pin| !pin.hard.is_all()).map(|p| (p.vcpu, p.hard.clone())).collect();
        let first = pins.first().map(|(_, set)| set.clone());
        let alike =
            pins.len() == self.vcpus.max as usize && pins.iter().all(|(_, set)| Some(set) == first.as_ref());
        if alike { (first, Vec::new()) } else { (None, pins) }
    }

    /// Takes out the devices that have gone and puts in those that came.
    fn put_devices(&self, base: &mut Definition) {
        let devices = &mut base.devices;
        let of = |kind| self.devices.iter().filter(move |device| device.kind == kind);
        devices.disks.retain(|disk| of(DeviceKind::Disk).any(|plan| plan.name == disk.target));
        devices.interfaces.retain(|nic| nic.mac.is_none() || of(DeviceKind::Net).any(|plan| plan.is(nic)));
        for plan in of(DeviceKind::Disk) {
            if !devices.disks.iter().any(|disk| disk.target == plan.name) {
                devices.disks.push(plan.disk_definition());
            }
        }
        for plan in of(DeviceKind::Net) {
            let there = |nic: &Interface| plan.is(nic) || nic.mac.is_none();
            if !devices.interfaces.iter().any(there) {
                devices.interfaces.push(plan.interface_definition());
            }
        }
        let pci = of(DeviceKind::Other).filter_map(|plan| cfg::read_pci(&plan.backend));
        devices.pci = pci.collect();
        let has_vnc = devices.graphics.iter().any(|one| matches!(one, Graphics::Vnc { .. }));
        if let Some(port) = self.vnc.filter(|_| !has_vnc) {
            let (listen, password, keymap) = (Some("127.0.0.1".into()), None, None);
            devices.graphics.push(Graphics::Vnc { port: Some(port), listen, password, keymap });
        }
    }

    /// A plan of what domain XML defines; what was read is kept with it.
    pub(super) fn of_definition(definition: Definition, text: &str) -> Self {
        let usual = Self::new(&definition.name).temper(Temper::Calm);
        let cpus = &definition.cpus;
        let online = cpus.online.unwrap_or(cpus.max);
        let memory = definition.memory.current.unwrap_or(definition.memory.max);
        let mut plan = Self {
            uuid: definition.uuid.unwrap_or(usual.uuid),
            guest: definition.boot.guest.unwrap_or(GuestType::Pv),
            vcpus: VcpuCount { online, max: cpus.max },
            memory,
            max_memory: definition.memory.max,
            pins: pins(cpus),
            vnc: definition.devices.graphics.iter().find_map(vnc_port),
            xml: Some(text.into()),
            ..usual
        };
        plan.share.weight = cpus.weight.unwrap_or(plan.share.weight);
        plan.devices = devices(definition, &plan.name);
        plan
    }
}

/// Where each vCPU may run: what is said of all, and of single ones.
fn pins(cpus: &CpuDefinition) -> Vec<Affinity> {
    let pin = |vcpu: u32, hard: &CpuSet| Affinity { vcpu, hard: hard.clone(), soft: CpuSet::all() };
    let of = |vcpu: u32| {
        let own = cpus.pins.iter().find(|(pinned, _)| *pinned == vcpu).map(|(_, set)| set);
        own.or(cpus.set.as_ref()).map(|set| pin(vcpu, set))
    };
    (0..cpus.max.min(super::check::MOST_VCPUS)).filter_map(of).collect()
}

fn vnc_port(graphics: &Graphics) -> Option<u16> {
    match graphics {
        Graphics::Vnc { port, .. } => Some(port.unwrap_or(VNC)),
        Graphics::Sdl { .. } => None,
    }
}

fn devices(definition: Definition, name: &str) -> Vec<DevicePlan> {
    let devices = definition.devices;
    let nics = (0..).zip(devices.interfaces).map(|(nth, nic)| interface_plan(&nic, name, nth));
    let disks = devices.disks.iter().map(disk_plan);
    disks.chain(nics).chain(devices.pci.into_iter().map(pci_plan)).collect()
}

/// A plan of one device that is to be added or removed.
pub(super) fn device_plan(device: DeviceDefinition) -> Answer<DevicePlan> {
    match device {
        DeviceDefinition::Disk(disk) => Ok(disk_plan(&disk)),
        DeviceDefinition::Interface(nic) => Ok(interface_plan(&nic, "", 0)),
        DeviceDefinition::Pci(address) => Ok(pci_plan(address)),
        DeviceDefinition::Graphics(_) | DeviceDefinition::Input(_) => {
            let why = "a display or input device is there from a domain's start or not at all";
            Err(super::life::refused(why).hint("change the definition and start the domain anew"))
        }
    }
}

fn disk_plan(disk: &Disk) -> DevicePlan {
    let scheme = if disk.storage == Storage::Block { "phy" } else { "file" };
    let backend = disk.source.as_ref().map_or_else(String::new, |path| format!("{scheme}:{path}"));
    let mode = match disk.access {
        Access::Write => "w",
        Access::Read => "r",
        Access::Shared => "w!",
    };
    DevicePlan::disk(&disk.target, &backend, RATES).state("connected", mode)
}

fn interface_plan(nic: &Interface, domain: &str, nth: u64) -> DevicePlan {
    let made_up = mix(of_text(0, domain), nth).to_be_bytes();
    let mac = || format!("00:16:3e:{:02x}:{:02x}:{:02x}", made_up[0] & 0x7f, made_up[1], made_up[2]);
    let bridge = match &nic.link {
        Link::Bridge(bridge) => bridge.as_deref().unwrap_or("xenbr0"),
        Link::Ethernet(device) => device.as_deref().unwrap_or("ethernet"),
        Link::Network(network) => network,
    };
    DevicePlan::net(bridge, &nic.mac.clone().unwrap_or_else(mac).to_lowercase(), RATES)
}

fn pci_plan(at: PciAddress) -> DevicePlan {
    let address = at.to_string();
    DevicePlan::other(DeviceKind::Other, &format!("pci-{address}"), &address)
}

impl DevicePlan {
    /// Whether it is this interface.
    fn is(&self, nic: &Interface) -> bool {
        nic.mac.as_ref().is_some_and(|mac| mac.eq_ignore_ascii_case(&self.note))
    }

    fn disk_definition(&self) -> Disk {
        let (scheme, path) = self.backend.split_once(':').unwrap_or(("file", &self.backend));
        let access = match self.note.as_str() {
            "r" => Access::Read,
            "w!" => Access::Shared,
            _ => Access::Write,
        };
        Disk {
            storage: if scheme == "phy" { Storage::Block } else { Storage::File },
            source: (!path.is_empty()).then(|| path.to_owned()),
            target: self.name.clone(),
            access,
            ..Disk::default()
        }
    }

    fn interface_definition(&self) -> Interface {
        let link = Link::Bridge(Some(self.backend.clone()));
        Interface { link, mac: Some(self.note.clone()), ..Interface::default() }
    }
}

/// A domain of domain XML; one that says nothing of its memory has none, and is refused where it is to be.
pub(super) fn domain(text: &str) -> Result<DomainPlan, xml::Problem> {
    let definition = xml::domain::read(text).map_err(first)?;
    Ok(DomainPlan::of_definition(definition, text))
}

/// A device of domain XML.
pub(super) fn device(text: &str) -> Result<DeviceDefinition, xml::Problem> {
    xml::device::read(text).map_err(first)
}

/// The first problem that nothing can be made of.
fn first(problems: Vec<xml::Problem>) -> xml::Problem {
    let unread = || xml::Problem {
        line: 1,
        column: 1,
        path: String::new(),
        message: "it cannot be read".into(),
        fatal: true,
    };
    problems.into_iter().find(|problem| problem.fatal).unwrap_or_else(unread)
}
