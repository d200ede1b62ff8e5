//! The devices of a definition.

use std::fmt;

/// The devices of a domain, each kind in the order it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Devices {
    /// The program that emulates an HVM guest's machine (`<emulator>`; `device_model`).
    pub emulator: Option<String>,
    /// Disks, CD-ROM and floppy drives.
    pub disks: Vec<Disk>,
    /// Network interfaces.
    pub interfaces: Vec<Interface>,
    /// Displays.
    pub graphics: Vec<Graphics>,
    /// Serial ports.
    pub serials: Vec<Character>,
    /// Parallel ports.
    pub parallels: Vec<Character>,
    /// Consoles; of an HVM guest the first is the same as its first serial port.
    pub consoles: Vec<Character>,
    /// Mice, tablets, keyboards.
    pub inputs: Vec<Input>,
    /// Sound cards: `sb16`, `es1370`.
    pub sounds: Vec<String>,
    /// PCI devices of the host given to the guest.
    pub pci: Vec<PciAddress>,
}

/// One device of a definition: what attach and detach are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceDefinition {
    /// A disk.
    Disk(Disk),
    /// A network interface.
    Interface(Interface),
    /// A display.
    Graphics(Graphics),
    /// A mouse, tablet or keyboard.
    Input(Input),
    /// A PCI device of the host.
    Pci(PciAddress),
}

/// A disk, CD-ROM or floppy drive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disk {
    /// What the guest sees.
    pub class: DiskClass,
    /// What it is made of.
    pub storage: Storage,
    /// The file or device, a path on the host; none where nothing is in the drive. A `phy:` device's path is absolute.
    pub source: Option<String>,
    /// What serves it.
    pub driver: Option<DiskDriver>,
    /// The name the guest sees it by: `xvda`, `hda`.
    pub target: String,
    /// The bus it is on; none where the target's name says it.
    pub bus: Option<Bus>,
    /// Who may write to it.
    pub access: Access,
    /// The name or id of the domain that serves it; none is the control domain.
    pub backend: Option<String>,
}

/// What a guest sees a disk as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiskClass {
    /// A disk.
    #[default]
    Disk,
    /// A CD-ROM drive.
    Cdrom,
    /// A floppy drive.
    Floppy,
}

/// What a disk is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// A file.
    #[default]
    File,
    /// A block device.
    Block,
}

/// What serves a disk: `<driver name='tap' type='qcow'/>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskDriver {
    /// `file`, `phy`, `tap`, `tap2`, `qemu`.
    pub name: String,
    /// The format of the image: `raw`, `aio`, `qcow2`.
    pub format: Option<String>,
}

/// The bus a disk is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bus {
    /// Paravirtual.
    Xen,
    /// IDE.
    Ide,
    /// SCSI.
    Scsi,
    /// Of a floppy drive.
    Fdc,
    /// USB.
    Usb,
    /// Virtio.
    Virtio,
    /// SATA.
    Sata,
}

/// Who may write to a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// This domain: mode `w`.
    #[default]
    Write,
    /// Nobody here (`<readonly/>`): mode `r`.
    Read,
    /// This domain and others (`<shareable/>`): mode `w!`.
    Shared,
}

/// A network interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// What it is connected to.
    pub link: Link,
    /// Its address as it is written, `00:16:3e:…`; none has one made up.
    pub mac: Option<String>,
    /// The hotplug script: a name or path on the host.
    pub script: Option<String>,
    /// Addresses the guest may use.
    pub ips: Vec<String>,
    /// The card an HVM guest sees (`e1000`), or `netfront` for the paravirtual one alone.
    pub model: Option<String>,
    /// The name of the interface on the host: `vif3.0`.
    pub target: Option<String>,
    /// The domain that serves it; none is the control domain.
    pub backend: Option<String>,
    /// A bound on what it sends, as xend writes it: `10Mb/s`. Domain XML's `<bandwidth>` is in KiB a second.
    pub rate: Option<String>,
}

/// What an interface is connected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A bridge of the host; none is its default one.
    Bridge(Option<String>),
    /// Whatever its script makes of it, with the device it may name.
    Ethernet(Option<String>),
    /// A network of the host's, by name.
    Network(String),
}

impl Default for Link {
    fn default() -> Self {
        Self::Bridge(None)
    }
}

/// A display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Graphics {
    /// A VNC server.
    Vnc {
        /// Its TCP port; none takes the first free one (`port='-1'`, `autoport='yes'`; `vncunused`).
        port: Option<u16>,
        /// The address it listens at.
        listen: Option<String>,
        /// Its password.
        password: Option<String>,
        /// The layout of the keyboard: `de`.
        keymap: Option<String>,
    },
    /// A window on the host's own display.
    Sdl {
        /// Which: `:0`.
        display: Option<String>,
        /// The file that lets it in.
        xauth: Option<String>,
    },
}

/// A serial or parallel port or a console.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Character {
    /// What stands behind it on the host.
    pub channel: Channel,
    /// Its number in the guest.
    pub port: Option<u32>,
    /// What the guest sees a console as: `xen`, `serial`, `virtio`.
    pub target: Option<String>,
}

/// What stands behind a character device on the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// A pseudoterminal whose path nobody has told: there is one only while the domain runs.
    #[default]
    Pty,
    /// A pseudoterminal at this path.
    PtyAt(String),
    /// Nothing.
    Null,
    /// A virtual console of the display.
    Vc,
    /// The emulator's own input and output.
    Stdio,
    /// A file.
    File(String),
    /// A named pipe.
    Pipe(String),
    /// A device of the host.
    Device(String),
    /// A TCP connection.
    Tcp {
        /// The address; empty is every one.
        host: String,
        /// The port.
        port: u16,
        /// Whether the emulator waits for others to connect.
        listens: bool,
        /// Whether it speaks telnet.
        telnet: bool,
    },
    /// UDP datagrams.
    Udp {
        /// Where to.
        host: String,
        /// Which port there.
        port: u16,
        /// The address it is bound to.
        bind_host: Option<String>,
        /// The port it is bound to.
        bind_port: Option<u16>,
    },
    /// A unix socket.
    Unix {
        /// Its path.
        path: String,
        /// Whether the emulator waits for others to connect.
        listens: bool,
    },
}

/// A mouse, tablet or keyboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// `mouse`, `tablet` or `keyboard`.
    pub kind: String,
    /// `usb`, `ps2` or `xen`.
    pub bus: Option<String>,
}

/// Where a PCI device is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PciAddress {
    /// Its domain (segment), four hexadecimal digits.
    pub domain: u16,
    /// Its bus.
    pub bus: u8,
    /// Its slot, 0 to 31.
    pub slot: u8,
    /// Its function, 0 to 7.
    pub function: u8,
}

impl fmt::Display for PciAddress {
    /// As lspci(8) and Xen's toolstacks write it: `0000:01:1b.2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, bus, slot, function } = self;
        write!(f, "{domain:04x}:{bus:02x}:{slot:02x}.{function:x}")
    }
}

words!(DiskClass, Disk "disk", Cdrom "cdrom", Floppy "floppy");
words!(Storage, File "file", Block "block");
words!(Bus, Xen "xen", Ide "ide", Scsi "scsi", Fdc "fdc", Usb "usb", Virtio "virtio", Sata "sata");
