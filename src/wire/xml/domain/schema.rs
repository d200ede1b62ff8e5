//! The elements of domain XML that have a place of their own, as libvirt's schema `domain.rng` has them: what may stand
//! in each, so that what was mistyped can be told. What is not listed is libvirt's, and never told.

/// What may stand in an element: names with blanks between them.
pub(super) struct Kind {
    /// The element it is in; nothing for the root.
    parent: &'static str,
    /// Its own name.
    name: &'static str,
    /// The elements that are in it once.
    once: &'static str,
    /// The elements of which there may be several.
    many: &'static str,
    /// Its attributes; none where they are not told apart.
    attributes: &'static str,
}

impl Kind {
    /// Of an element in another.
    pub(super) fn of(parent: &str, name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.parent == parent && kind.name == name)
    }

    /// The names of the elements that may stand in it.
    pub(super) fn children(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.once().chain(self.many.split_ascii_whitespace())
    }

    /// The names of those that are in it once.
    pub(super) fn once(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.once.split_ascii_whitespace()
    }

    /// The names of its attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.attributes.split_ascii_whitespace()
    }
}

const fn kind(
    (parent, name): (&'static str, &'static str),
    once: &'static str,
    many: &'static str,
    attributes: &'static str,
) -> Kind {
    Kind { parent, name, once, many, attributes }
}

const CHARACTER: [&str; 3] = ["target protocol log alias address acpi", "source", "type tty"];

const KINDS: &[Kind] = &[
    kind(
        ("", "domain"),
        "name uuid hwuuid genid title description metadata maxMemory memory currentMemory memoryBacking \
         memtune numatune vcpu vcpus iothreads iothreadids defaultiothread blkiotune cputune resource \
         idmap os bootloader bootloader_args cpu clock features pm perf keywrap launchSecurity \
         on_poweroff on_reboot on_crash on_lockfailure devices throttlegroups",
        "seclabel sysinfo",
        "type id",
    ),
    kind(("domain", "memory"), "", "", "unit dumpCore"),
    kind(("domain", "currentMemory"), "", "", "unit"),
    kind(("domain", "vcpu"), "", "", "placement cpuset current"),
    kind(
        ("domain", "cputune"),
        "shares period quota global_period global_quota emulator_period emulator_quota iothread_period \
         iothread_quota emulatorpin emulatorsched",
        "vcpupin vcpusched iothreadpin iothreadsched cachetune memorytune",
        "",
    ),
    kind(("cputune", "vcpupin"), "", "", "vcpu cpuset"),
    kind(
        ("domain", "os"),
        "type loader nvram varstore kernel initrd cmdline root dtb shim acpi init initdir inituser \
         initgroup bootmenu smbios bios firmware",
        "boot initarg initenv",
        "firmware",
    ),
    kind(("os", "type"), "", "", "arch machine"),
    kind(("os", "boot"), "", "", "dev"),
    kind(
        ("domain", "features"),
        "acpi apic pae hap viridian privnet hyperv kvm xen pvspinlock pmu vmport gic smm ioapic hpt \
         vmcoreinfo htm nested-hv msrs ccf-assist cfpc sbbc ibs tcg async-teardown ras ps2 aia \
         capabilities",
        "",
        "",
    ),
    kind(("domain", "clock"), "", "timer", "offset adjustment basis timezone start"),
    kind(("clock", "timer"), "catchup", "", "name present track tickpolicy frequency mode"),
    kind(
        ("domain", "devices"),
        "emulator",
        "disk controller filesystem interface hub lease redirdev redirfilter smartcard serial parallel \
         console channel input tpm graphics sound audio video hostdev watchdog memballoon rng nvram \
         panic shmem memory iommu vsock crypto pstore",
        "",
    ),
    kind(
        ("devices", "disk"),
        "driver source target readonly shareable transient backenddomain serial wwn vendor product boot \
         address alias encryption auth geometry blockio iotune mirror backingStore state acpi \
         throttlefilters",
        "",
        "type device model rawio sgio snapshot",
    ),
    kind(("disk", "target"), "", "", "dev bus tray removable rotation_rate dpofua"),
    kind(("disk", "backenddomain"), "", "", "name"),
    kind(
        ("devices", "interface"),
        "mac source script downscript target model backenddomain bandwidth link mtu virtualport vlan \
         boot driver guest filterref address alias tune coalesce port teaming backend rom acpi",
        "ip route portForward",
        "type managed trustGuestRxFilters connections",
    ),
    kind(("interface", "mac"), "", "", "address type check currentAddress"),
    kind(("interface", "script"), "", "", "path"),
    kind(("interface", "backenddomain"), "", "", "name"),
    kind(("interface", "bandwidth"), "inbound outbound", "", ""),
    kind(("bandwidth", "outbound"), "", "", "average peak burst floor"),
    kind(
        ("devices", "graphics"),
        "image jpeg zlib playback streaming clipboard mouse filetransfer gl audio acceleration",
        "listen channel",
        "type port autoport websocket websocketGenerated listen socket passwd passwdValidTo keymap \
         connected sharePolicy powerControl wait display xauth fullscreen tlsPort defaultMode \
         replaceUser multiUser p2p address username",
    ),
    kind(("devices", "serial"), CHARACTER[0], CHARACTER[1], CHARACTER[2]),
    kind(("devices", "parallel"), CHARACTER[0], CHARACTER[1], CHARACTER[2]),
    kind(("devices", "console"), CHARACTER[0], CHARACTER[1], CHARACTER[2]),
    kind(("devices", "input"), "driver source address alias acpi", "", "type bus model"),
    kind(("devices", "sound"), "audio address alias driver acpi", "codec", "model multichannel streams"),
    kind(
        ("devices", "hostdev"),
        "source boot rom address alias driver teaming acpi",
        "ip route",
        "mode type managed sgio rawio model display ramfb",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_where_another_allows_it() {
        for kind in KINDS.iter().filter(|kind| !kind.parent.is_empty()) {
            let parent = KINDS.iter().find(|parent| parent.name == kind.parent).expect(kind.parent);
            assert!(parent.children().any(|name| name == kind.name), "{} in {}", kind.name, kind.parent);
        }
    }

    #[test]
    fn no_name_is_listed_twice() {
        for kind in KINDS {
            let mut names: Vec<_> = kind.children().collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", kind.name);
        }
    }
}
