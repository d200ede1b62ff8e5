//! A domain's expression ↔ [`Definition`].
//!
//! Read is what xend prints of a domain and what it is sent (`(domain …)`, `(vm …)`: the head is not looked at).
//! Whatever is said and has no place in a definition is told, but for what is no part of one: the state of a run, what
//! xend keeps for itself, and what it prints of every domain by default.

mod cpus;
mod image;
mod kept;

pub use kept::rewrite;

pub(super) use kept::Kept;

use super::{
    Format, Node, Writer,
    device::{self, Guest},
    status::mebibytes,
};
use crate::model::{
    CpuSet, Definition, GuestType, KiB,
    definition::{Clock, Ending, Endings, MemoryDefinition},
};

/// Keys of a domain that have a place in a definition.
const KNOWN: &[&str] = &[
    "domid",
    "name",
    "uuid",
    "description",
    "memory",
    "maxmem",
    "vcpus",
    "vcpu_avail",
    "cpus",
    "cpu",
    "cpu_weight",
    "cpu_cap",
    "bootloader",
    "bootloader_args",
    "on_poweroff",
    "on_reboot",
    "on_crash",
    "localtime",
    "image",
    "device",
];

/// Keys that are no part of a definition.
const ASIDE: &[(&str, Aside)] = &[
    // How it is doing.
    ("state", Aside::Always),
    ("status", Aside::Always),
    ("shutdown_reason", Aside::Always),
    ("cpu_time", Aside::Always),
    ("online_vcpus", Aside::Always),
    ("up_time", Aside::Always),
    ("start_time", Aside::Always),
    ("store_mfn", Aside::Always),
    ("console_mfn", Aside::Always),
    ("store_port", Aside::Always),
    ("console_port", Aside::Always),
    // What xend makes of memory and maxmem.
    ("memory_dynamic_min", Aside::Always),
    ("memory_dynamic_max", Aside::Always),
    ("memory_static_min", Aside::Always),
    ("memory_static_max", Aside::Always),
    ("shadow_memory", Aside::Always),
    // What it prints of every domain.
    ("ssidref", Aside::Of(&["0"])),
    ("security_label", Aside::Of(&[])),
    ("features", Aside::Of(&[])),
    ("pool_name", Aside::Of(&["Pool-0"])),
    ("on_xend_start", Aside::Of(&["ignore"])),
    ("on_xend_stop", Aside::Of(&["ignore"])),
    ("target", Aside::Of(&["0"])),
    ("s3_integrity", Aside::Of(&["0", "1"])),
    ("oos", Aside::Of(&["0", "1"])),
    ("superpages", Aside::Of(&["0"])),
    ("memory_sharing", Aside::Of(&["0"])),
];

/// When a key is no part of a definition.
#[derive(Clone, Copy)]
pub(super) enum Aside {
    /// Whatever it says.
    Always,
    /// Where it is empty, or one of these: defaults that xend prints.
    Of(&'static [&'static str]),
}

/// What a domain's expression says: the definition so far, and what has no place in it.
pub(super) struct Reading<'a> {
    pub(super) domain: Node<'a>,
    pub(super) format: Format,
    pub(super) definition: Definition,
    pub(super) lost: Vec<String>,
}

/// Reads a domain, and what it says that has no place in a definition, a clause each. Raw: make them visible.
///
/// # Errors
/// A clause: what is wrong with it.
pub fn read(domain: Node<'_>, format: Format) -> Result<(Definition, Vec<String>), String> {
    if !domain.is_list() {
        return Err("it is no list".into());
    }
    let mut reading = Reading { domain, format, definition: Definition::default(), lost: Vec::new() };
    reading.head()?;
    reading.memory();
    reading.cpus();
    reading.endings();
    reading.image();
    reading.devices();
    let Reading { definition, mut lost, .. } = reading;
    left_over(domain, KNOWN, ASIDE, &mut lost);
    Ok((definition, lost))
}

impl Reading<'_> {
    fn head(&mut self) -> Result<(), String> {
        let value = |key| self.domain.value(key);
        let name = value("name").ok_or("it has no name")?;
        self.definition = Definition {
            hypervisor: "xen".into(),
            id: value("domid").and_then(|id| id.parse().ok()),
            name: name.into(),
            uuid: value("uuid")
                .map(|uuid| uuid.parse().map_err(|_| format!("{uuid} is no uuid")))
                .transpose()?,
            description: value("description").map(Into::into),
            ..Definition::default()
        };
        self.definition.boot.bootloader = value("bootloader").map(Into::into);
        self.definition.boot.bootloader_args = value("bootloader_args").map(Into::into);
        self.definition.clock = clock(self.domain);
        Ok(())
    }

    /// The control domain of 4.1 has no limit, which xend prints as the largest there could be.
    fn memory(&mut self) {
        let size = |key| self.domain.value(key).and_then(|text| text.parse().ok()).map(mebibytes);
        let memory = size("memory");
        let most = size("maxmem").filter(|&most| most < super::status::UNLIMITED);
        let max = most.max(memory).unwrap_or_default();
        self.definition.memory = MemoryDefinition { max, current: memory.filter(|&memory| memory < max) };
    }

    fn endings(&mut self) {
        let mut ending = |key: &str| {
            let word = self.domain.value(key)?;
            let ending = Ending::of(word);
            if ending.is_none() {
                self.lost.push(format!("{key} {word}"));
            }
            ending
        };
        self.definition.endings = Endings {
            poweroff: ending("on_poweroff"),
            reboot: ending("on_reboot"),
            crash: ending("on_crash"),
        };
    }

    fn devices(&mut self) {
        let guest = Guest { format: self.format, is_hvm: self.is_hvm() };
        let in_image = self.definition.devices.disks.len();
        for wrapped in self.domain.children("device") {
            for item in wrapped.arguments() {
                device::read(item, guest, &mut self.definition.devices, &mut self.lost);
            }
        }
        self.drives_said_twice(in_image);
    }

    /// A drive of the image that is a device as well is one drive, and what is said of the device counts: since 3.0.3
    /// nobody looks at `(cdrom …)`, but whoever sends it finds it printed.
    fn drives_said_twice(&mut self, in_image: usize) {
        let disks = &mut self.definition.devices.disks;
        let beside = disks.split_off(in_image.min(disks.len()));
        disks.retain(|drive| {
            let Some(device) = beside.iter().find(|disk| disk.target == drive.target) else { return true };
            if device.source != drive.source {
                let (target, source) = (&drive.target, drive.source.as_deref().unwrap_or_default());
                self.lost.push(format!("{source} in {target}, which is a device as well"));
            }
            false
        });
        disks.extend(beside);
    }

    pub(super) fn is_hvm(&self) -> bool {
        self.definition.boot.guest == Some(GuestType::Hvm)
    }
}

/// The clock of `(localtime …)` in a domain or its image.
pub(super) fn clock(list: Node<'_>) -> Clock {
    match list.value("localtime") {
        Some("0") => Clock::Utc,
        Some(_) => Clock::LocalTime,
        None => Clock::Unsaid,
    }
}

/// Tells the items of a list whose keys are neither of these.
pub(super) fn left_over(of: Node<'_>, known: &[&str], aside: &[(&str, Aside)], lost: &mut Vec<String>) {
    tell(strange(of, known, aside), lost);
}

/// Tells items, a clause each.
fn tell<'a>(items: impl Iterator<Item = Node<'a>>, lost: &mut Vec<String>) {
    lost.extend(items.map(|item| item.to_string().trim_matches(['(', ')']).to_owned()));
}

/// The items of a list whose keys are neither of these.
fn strange<'a>(of: Node<'a>, known: &[&str], aside: &[(&str, Aside)]) -> impl Iterator<Item = Node<'a>> {
    of.arguments().filter(move |item| {
        let key = item.head().or_else(|| item.text()).unwrap_or_default();
        let said = aside.iter().filter(|(own, _)| *own == key).any(|(_, aside)| is_aside(*item, *aside));
        !known.contains(&key) && !said
    })
}

fn is_list(item: &Node<'_>) -> bool {
    item.is_list()
}

fn is_aside(item: Node<'_>, aside: Aside) -> bool {
    match aside {
        Aside::Always => true,
        Aside::Of(values) => item.arguments().all(|value| match value.text() {
            Some(text) => text.is_empty() || values.contains(&text),
            None => value.items().next().is_none(),
        }),
    }
}

/// What is written of a definition: its text so far, and what the format cannot say.
pub(super) struct Writing<'a> {
    pub(super) definition: &'a Definition,
    pub(super) format: Format,
    pub(super) kept: Kept<'a>,
    pub(super) lost: Vec<String>,
}

/// Writes a domain for `op=create` and `op=new`, and what of it this format cannot say, a clause each.
///
/// An interface to a network of the host's is to be made one to its bridge before.
///
/// # Errors
/// A clause: what it lacks, or cannot be at all.
pub fn write(definition: &Definition, format: Format) -> Result<(String, Vec<String>), String> {
    write_over(definition, Kept::default(), format)
}

/// The same, with what stands and has no place in a definition.
fn write_over(
    definition: &Definition,
    kept: Kept<'_>,
    format: Format,
) -> Result<(String, Vec<String>), String> {
    let mut writing = Writing { definition, format, kept, lost: Vec::new() };
    writing.check()?;
    let mut writer = Writer::default();
    let mut outcome = Ok(());
    writer.list("vm", |vm| {
        writing.head(vm);
        outcome = writing.image(vm).and_then(|()| writing.devices(vm));
        vm.nodes(kept.items(definition));
    });
    outcome?;
    writing.unsaid();
    Ok((writer.finish(), writing.lost))
}

impl Writing<'_> {
    /// Whether it is anything xend can make.
    fn check(&self) -> Result<(), String> {
        let boot = &self.definition.boot;
        let emulator = self.definition.devices.emulator.is_some();
        let lacks = match boot.guest.unwrap_or(GuestType::Pv) {
            _ if self.definition.name.is_empty() => "it has no name",
            GuestType::Pv if boot.kernel.is_none() && boot.bootloader.is_none() => {
                "a PV guest needs a kernel or a bootloader"
            }
            GuestType::Hvm if boot.loader.is_none() => "an HVM guest needs a loader: the path of hvmloader",
            GuestType::Hvm if !emulator && self.format <= Format::Two => {
                "an HVM guest needs an emulator up to Xen 3.0.3: the path of qemu-dm"
            }
            GuestType::Pv | GuestType::Hvm => return self.check_clock(),
            GuestType::Pvh | GuestType::Kvm => "xend makes PV and HVM guests only",
        };
        Err(lacks.into())
    }

    /// Without its offset a guest would have another time.
    fn check_clock(&self) -> Result<(), String> {
        let (seconds, base) = match self.definition.clock {
            Clock::Variable(seconds) => (seconds, "UTC"),
            Clock::BesideLocalTime(seconds) => (seconds, "local time"),
            Clock::Unsaid | Clock::Utc | Clock::LocalTime => return Ok(()),
        };
        if seconds == 0 || self.has_offset() {
            return Ok(());
        }
        Err(format!("a clock {seconds} s beside {base}: xend keeps it of HVM guests alone, since Xen 3.1"))
    }

    /// Whether its clock may be beside the host's.
    fn has_offset(&self) -> bool {
        self.is_hvm() && self.format == Format::Four
    }

    fn head(&mut self, vm: &mut Writer) {
        let it = self.definition;
        let memory = it.memory.current.unwrap_or(it.memory.max);
        vm.text("name", &it.name);
        vm.number("memory", up(memory)).number("maxmem", up(it.memory.max));
        self.cpus(vm);
        if let Some(uuid) = it.uuid {
            vm.text("uuid", &uuid.to_string());
        }
        if let Some(text) = self.since(Format::Four, it.description.as_deref(), "its description") {
            vm.text("description", text);
        }
        vm.optional("bootloader", it.boot.bootloader.as_deref());
        vm.optional("bootloader_args", it.boot.bootloader_args.as_deref());
        for (key, ending) in [
            ("on_poweroff", it.endings.poweroff),
            ("on_reboot", it.endings.reboot),
            ("on_crash", it.endings.crash),
        ] {
            if let Some(ending) = ending {
                vm.text(key, self.ending(key, ending));
            }
        }
        if !self.is_hvm() {
            self.clock(vm);
        }
    }

    /// What writes a core came with 3.1.
    fn ending(&mut self, key: &str, ending: Ending) -> &'static str {
        let instead = match ending {
            Ending::SoftReset => Ending::Restart,
            Ending::CoredumpDestroy if self.format < Format::Four => Ending::Destroy,
            Ending::CoredumpRestart if self.format < Format::Four => Ending::Restart,
            known => return known.word(),
        };
        self.lost.push(format!("{key} {}, written as {}", ending.word(), instead.word()));
        instead.word()
    }

    pub(super) fn clock(&mut self, list: &mut Writer) {
        match self.definition.clock {
            Clock::Unsaid => (),
            Clock::Utc => {
                list.number("localtime", 0);
            }
            Clock::LocalTime => {
                list.number("localtime", 1);
            }
            Clock::Variable(seconds) => {
                list.number("localtime", 0);
                self.offset(list, seconds);
            }
            Clock::BesideLocalTime(seconds) => {
                list.number("localtime", 1);
                self.offset(list, seconds);
            }
        }
    }

    fn offset(&self, list: &mut Writer, seconds: i64) {
        if self.has_offset() {
            list.number("rtc_timeoffset", seconds);
        }
    }

    fn devices(&mut self, vm: &mut Writer) -> Result<(), String> {
        let guest = Guest { format: self.format, is_hvm: self.is_hvm() };
        device::write_all(&self.definition.devices, (guest, self.kept), vm, &mut self.lost)
    }

    /// What no format has a word for.
    fn unsaid(&mut self) {
        if let Some(title) = &self.definition.title {
            self.lost.push(format!("its title, {title}"));
        }
        if !self.is_hvm() {
            self.machineless();
        }
        self.consoles();
    }

    pub(super) fn is_hvm(&self) -> bool {
        self.definition.boot.guest == Some(GuestType::Hvm)
    }

    /// What a format has a word for since this one; else it is told.
    pub(super) fn since<T>(&mut self, since: Format, value: Option<T>, what: &str) -> Option<T> {
        if self.format >= since {
            return value;
        }
        if value.is_some() {
            self.lost.push(what.into());
        }
        None
    }
}

/// In MiB: a part of one is a whole one.
fn up(size: KiB) -> u32 {
    u32::try_from(size.0.div_ceil(1024)).unwrap_or(u32::MAX)
}

/// CPUs as xend takes them: `0-3,^1`, or their numbers.
pub(super) fn cpu_set(text: &str) -> Option<CpuSet> {
    text.trim_matches(['[', ']']).replace(' ', "").parse().ok()
}
