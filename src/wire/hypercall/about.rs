//! What `xen_version` tells (public/version.h): strings of fixed length, from 4.20 on also of any length.

use super::bytes::{array, text};

/// What one command of `xen_version` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The command.
    pub command: u64,
    /// How many bytes it writes, NUL included.
    pub size: usize,
    /// The command that tells the same without cutting it (4.20 and later).
    pub uncut: Option<u64>,
}

/// Major and minor, as the returned number; never refused.
pub const VERSION: u64 = 0;
/// What follows them: `.7`, `-rc3`.
pub const EXTRAVERSION: Told = Told { command: 1, size: 16, uncut: Some(11) };
/// Who compiled it, with what, when.
pub const COMPILE_INFO: Told = Told { command: 2, size: 144, uncut: None };
/// What guests it can run.
pub const CAPABILITIES: Told = Told { command: 3, size: 1024, uncut: Some(12) };
/// The source it was built from.
pub const CHANGESET: Told = Told { command: 4, size: 64, uncut: Some(13) };
/// Its command line (4.0 and later).
pub const COMMAND_LINE: Told = Told { command: 9, size: 1024, uncut: Some(14) };
/// The linker's build id (4.7 and later): a length, then bytes.
pub const BUILD_ID: u64 = 10;

/// What stands in a string this caller may not see.
const DENIED: &str = "<denied>";

/// A string of fixed length; none where it is empty or this caller may not see it.
pub fn string(bytes: &[u8]) -> Option<String> {
    Some(text(bytes)).map(|s| s.trim().to_owned()).filter(|s| !s.is_empty() && s != DENIED)
}

/// Writes the head of a buffer that takes up to `room` bytes (`struct xen_varbuf`): its length.
pub fn varbuf(room: u32) -> [u8; 4] {
    room.to_le_bytes()
}

/// The bytes of such a buffer, of which the call said it wrote `len`.
pub fn varbuf_bytes(buffer: &[u8], len: u64) -> &[u8] {
    let rest = buffer.get(4..).unwrap_or_default();
    &rest[..usize::try_from(len).unwrap_or(usize::MAX).min(rest.len())]
}

/// Who compiled the hypervisor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompileInfo {
    /// The compiler.
    pub compiler: Option<String>,
    /// The user.
    pub by: Option<String>,
    /// The machine's domain.
    pub domain: Option<String>,
    /// When.
    pub date: Option<String>,
}

impl CompileInfo {
    /// Reads a `struct xen_compile_info`; none of a short one.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            compiler: string(&array::<64>(bytes, 0)?),
            by: string(&array::<16>(bytes, 64)?),
            domain: string(&array::<32>(bytes, 80)?),
            date: string(&array::<32>(bytes, 112)?),
        })
    }
}
