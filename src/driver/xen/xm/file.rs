//! Which files of the folder are configurations, and reading one.

use std::{
    ffi::OsStr,
    fs::{File, Metadata, OpenOptions},
    io::Read,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use nix::fcntl::OFlag;

use crate::wire::cfg::{Config, LARGEST};

/// How names begin that xend, xl and editors give to other things.
const OTHERS: [&str; 9] =
    [".", "#", "xend-config.sxp", "xend-pci-", "xmexample", "xlexample", "qemu-ifup", "README", "cpupool"];
/// How such names end; the last are what people keep of an older one, and what package managers leave.
const ENDINGS: [&str; 13] = [
    "~",
    ".conf",
    ".sxp",
    ".bak",
    ".old",
    ".orig",
    ".save",
    ".rpmsave",
    ".rpmnew",
    ".rpmorig",
    ".dpkg-old",
    ".dpkg-dist",
    ".dpkg-new",
];
/// Keys of which a domain says at least one.
const KEYS: [&str; 9] =
    ["memory", "maxmem", "vcpus", "kernel", "builder", "type", "bootloader", "disk", "firmware"];

/// Whether a file of this name may be a configuration.
pub(super) fn counts(name: &OsStr) -> bool {
    let text = name.to_string_lossy();
    !OTHERS.iter().any(|start| text.starts_with(start)) && !ENDINGS.iter().any(|end| text.ends_with(end))
}

/// Whether a text is of a domain.
pub(super) fn is_of_domain(config: &Config) -> bool {
    KEYS.iter().any(|key| config.setting(key).is_some() || config.is_computed(key))
}

/// What tells one content of a file from another, without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    place: (u64, u64),
    size: u64,
    changed: (i64, i64),
    touched: (i64, i64),
}

impl Mark {
    pub(super) fn of(meta: &Metadata) -> Self {
        Self {
            place: (meta.dev(), meta.ino()),
            size: meta.size(),
            changed: (meta.mtime(), meta.mtime_nsec()),
            touched: (meta.ctime(), meta.ctime_nsec()),
        }
    }
}

/// The text of a file, without waiting for one that never comes.
///
/// # Errors
/// A clause: why it is none.
pub(super) fn text(path: &Path) -> Result<String, String> {
    let said = |error: std::io::Error| {
        let text = error.to_string();
        text.split(" (os error").next().unwrap_or_default().to_lowercase()
    };
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path).map_err(said)?;
    let meta = file.metadata().map_err(said)?;
    if !meta.is_file() {
        return Err("it is no file".into());
    }
    let most = LARGEST as u64;
    let large = format!("it is larger than {} KiB", most >> 10);
    if meta.len() > most {
        return Err(large);
    }
    let bytes = read(file, most + 1).map_err(said)?;
    if bytes.len() as u64 > most {
        return Err(large);
    }
    String::from_utf8(bytes).map_err(|error| {
        let whole = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = whole.split(|byte| *byte == b'\n').count();
        format!("line {line} is no UTF-8")
    })
}

fn read(file: File, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
