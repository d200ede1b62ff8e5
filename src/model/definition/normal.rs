//! What a definition means, said in the one way that every notation reads back the same.

use super::{
    Boot, Character, Clock, CpuDefinition, Definition, Devices, Disk, Graphics, Interface, Link,
    MemoryDefinition,
};
use crate::model::{CpuSet, GuestType};

impl Definition {
    /// The definition without what says nothing: empty texts, sets of every CPU, a current number that is the largest;
    /// pins by vCPU, a bound in KiB a second, an emulated guest as HVM whoever runs it.
    ///
    /// Two definitions mean the same where their normal forms are equal.
    #[must_use]
    pub fn normal(&self) -> Self {
        let mut normal = self.clone();
        for text in [&mut normal.title, &mut normal.description, &mut normal.devices.emulator] {
            clear(text);
        }
        if let Clock::BesideLocalTime(seconds) = normal.clock {
            normal.clock = Clock::beside_local_time(seconds);
        }
        memory(&mut normal.memory);
        cpus(&mut normal.cpus);
        boot(&mut normal.boot);
        devices(&mut normal.devices);
        normal
    }
}

/// An empty text is none.
fn clear(text: &mut Option<String>) {
    text.take_if(|text| text.is_empty());
}

fn memory(memory: &mut MemoryDefinition) {
    let max = memory.max;
    memory.current.take_if(|current| *current == max);
}

fn cpus(cpus: &mut CpuDefinition) {
    cpus.max = cpus.max.max(1);
    let max = cpus.max;
    cpus.online.take_if(|online| *online == max);
    let says = |set: &CpuSet| !set.is_all() && !set.is_empty();
    cpus.set.take_if(|set| !says(set));
    cpus.pins.retain(|(_, set)| says(set));
    cpus.pins.sort_by_key(|(vcpu, _)| *vcpu);
    cpus.pins.dedup_by_key(|(vcpu, _)| *vcpu);
}

fn boot(boot: &mut Boot) {
    let Boot {
        guest,
        arch,
        machine,
        loader,
        kernel,
        initrd,
        cmdline,
        root,
        order: _,
        bootloader,
        bootloader_args,
    } = boot;
    if *guest == Some(GuestType::Kvm) {
        *guest = Some(GuestType::Hvm);
    }
    for text in [arch, machine, loader, kernel, initrd, cmdline, root, bootloader, bootloader_args] {
        clear(text);
    }
}

fn devices(devices: &mut Devices) {
    devices.disks.iter_mut().for_each(disk);
    devices.interfaces.iter_mut().for_each(interface);
    devices.graphics.iter_mut().for_each(graphics);
    let characters = [&mut devices.serials, &mut devices.parallels, &mut devices.consoles];
    characters.into_iter().flatten().for_each(|character: &mut Character| clear(&mut character.target));
    devices.inputs.iter_mut().for_each(|input| clear(&mut input.bus));
}

fn disk(disk: &mut Disk) {
    clear(&mut disk.source);
    clear(&mut disk.backend);
    if let Some(driver) = &mut disk.driver {
        clear(&mut driver.format);
    }
    disk.driver.take_if(|driver| driver.name.is_empty() && driver.format.is_none());
}

fn interface(interface: &mut Interface) {
    let Interface { link, mac, script, ips: _, model, target, backend, rate } = interface;
    for text in [mac, script, model, target, backend] {
        clear(text);
    }
    if let Link::Bridge(name) | Link::Ethernet(name) = link {
        clear(name);
    }
    let kib = rate.as_deref().and_then(super::rate::kib_per_second);
    *rate = kib.map(super::rate::written);
}

fn graphics(graphics: &mut Graphics) {
    match graphics {
        Graphics::Vnc { port, listen, password, keymap } => {
            port.take_if(|port| *port == 0);
            [listen, password, keymap].into_iter().for_each(clear);
        }
        Graphics::Sdl { display, xauth } => [display, xauth].into_iter().for_each(clear),
    }
}
