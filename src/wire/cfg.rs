//! Configuration files of xm and xl ↔ [`Definition`].
//!
//! ```text
//!  text ──parse──► Config: settings, each with its place ──read──► Definition + what was lost
//!    ▲                                                                   │
//!    └── revise: only what differs is put in, at its place ◄─────────────┤
//!        write:  a new text ◄────────────────────────────────────────────┘
//! ```
//!
//! xm runs these files as Python; xl reads `key = value` and nothing else (`libxlu_cfg_y.y`). domtop reads what both
//! have in common, and runs nothing: what is more than a literal value is an [`Obstacle`], told and left alone.

mod config;
mod disk;
mod display;
mod literal;
mod parse;
mod parts;
mod read;
mod revise;
mod secrets;
mod vif;
mod write;

pub use self::{
    config::{Config, Node, Obstacle, Setting, Value},
    disk::{read as read_disk, write as write_disk},
    read::{bdf as read_pci, read},
    revise::{revise, revise_seen},
    secrets::without_passwords,
    vif::{read as read_vif, write as write_vif},
    write::{Written, write},
};
use super::channel;
pub use crate::model::{definition::Definition, markup::Problem};

/// The largest text read, in bytes.
pub const LARGEST: usize = 1 << 20;
/// How deep lists may stand in lists.
pub const DEEPEST: usize = 8;
/// The most values and statements in one text.
pub const MOST: usize = 20_000;

/// Whose words a configuration is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// xm of xend, by its `xend_config_format`: 1 up to Xen 3.0.2, 2 in 3.0.3, 3 in 3.0.4, 4 from 3.1 on.
    Xm(u8),
    /// xl, from Xen 4.1 on.
    Xl,
}

impl Dialect {
    /// Whose words a configuration is in, as far as they tell: xl's where they are nobody's own.
    pub fn of(config: &Config) -> Self {
        const XL: [&str; 6] =
            ["type", "cmdline", "device_model_override", "device_model_version", "firmware", "usbdev"];
        let says = |keys: &[&str]| keys.iter().any(|key| config.setting(key).is_some());
        let disks = || disk::texts(config).any(|text| disk::is_xm(&text));
        if says(&XL) {
            Self::Xl
        } else if says(&["fda", "fdb", "device_model", "bootargs", "vcpu_avail"]) || disks() {
            Self::Xm(if says(&["cdrom"]) { 1 } else { 4 })
        } else {
            Self::Xl
        }
    }

    const fn is_xl(self) -> bool {
        matches!(self, Self::Xl)
    }

    /// Its format of xend, above all of them for xl.
    const fn format(self) -> u8 {
        match self {
            Self::Xm(format) => format,
            Self::Xl => u8::MAX,
        }
    }
}
