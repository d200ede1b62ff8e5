//! The recording of a console.

use jiff::{Timestamp, Zoned};

/// The file name of a recording that begins now: `web1-20260102-030405.cast`, by the time of this place.
pub fn file_name(domain: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = domain.chars().take(64).map(plain).collect();
    let name = name.trim_start_matches('.');
    let name = if name.is_empty() { "console" } else { name };
    format!("{name}-{}.cast", Zoned::now().strftime("%Y%m%d-%H%M%S"))
}

/// Seconds since 1970, for the head of a recording.
pub(super) fn now() -> Option<u64> {
    u64::try_from(Timestamp::now().as_second()).ok()
}
