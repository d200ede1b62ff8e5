//! Numbers as text of a bounded width: three significant digits, never cut, the unit in the cell.

use std::fmt::{self, Write};

use crate::model::{KiB, Nanos};

/// Longest number with its unit, and some room: what does not fit is left out, at the end.
const ROOM: usize = 64;

/// A short text that lives on the stack: a frame formats thousands of them.
#[derive(Clone, Copy)]
pub(super) struct Scrap {
    bytes: [u8; ROOM],
    used: usize,
}

impl Scrap {
    /// What `format_args!` says.
    pub(super) fn of(args: fmt::Arguments<'_>) -> Self {
        let mut scrap = Self { bytes: [0; ROOM], used: 0 };
        // It never fails: what has no room is left out.
        let _ = scrap.write_fmt(args);
        scrap
    }
}

impl Write for Scrap {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut fits = text.len().min(ROOM - self.used);
        while !text.is_char_boundary(fits) {
            fits -= 1;
        }
        self.bytes[self.used..self.used + fits].copy_from_slice(&text.as_bytes()[..fits]);
        self.used += fits;
        Ok(())
    }
}

impl std::ops::Deref for Scrap {
    type Target = str;

    fn deref(&self) -> &str {
        str::from_utf8(&self.bytes[..self.used]).unwrap_or_default()
    }
}

impl fmt::Display for Scrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

/// A count of something: `998`, `1.02k`, `12.4M`, in steps of 1000. At most five cells.
pub(super) fn count(value: f64) -> Scrap {
    scaled(value, 1000.0, &["", "k", "M", "G", "T", "P", "E"])
}

/// An amount of memory: `512M`, `8.00G`, in steps of 1024. At most five cells.
pub(super) fn memory(amount: KiB) -> Scrap {
    scaled(amount.0 as f64, 1024.0, &["K", "M", "G", "T", "P", "E", "Z"])
}

/// The same in words for a line of its own: `41.2 GiB`.
pub(super) fn memory_long(amount: KiB) -> Scrap {
    let short = memory(amount);
    let (number, unit) = short.split_at(short.len().saturating_sub(1));
    Scrap::of(format_args!("{number} {unit}iB"))
}

/// Three significant digits and the unit of the step; a number of the first unit has no fraction.
fn scaled(value: f64, step: f64, units: &[&str]) -> Scrap {
    let (mut value, mut unit) = (if value.is_finite() { value.max(0.0) } else { 0.0 }, 0);
    // 999.5 would round to four digits.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let value = value.min(999.0);
    match (unit, value) {
        (0, _) => Scrap::of(format_args!("{value:.0}{}", units[unit])),
        (_, v) if v < 9.995 => Scrap::of(format_args!("{v:.2}{}", units[unit])),
        (_, v) if v < 99.95 => Scrap::of(format_args!("{v:.1}{}", units[unit])),
        (_, v) => Scrap::of(format_args!("{v:.0}{}", units[unit])),
    }
}

/// Percent with one decimal, so that a column keeps its decimal points under each other; at most six cells.
pub(super) fn percent(value: f32) -> Scrap {
    let value = if value.is_finite() { value.max(0.0) } else { 0.0 };
    match value {
        v if v < 9999.95 => Scrap::of(format_args!("{v:.1}")),
        v => Scrap::of(format_args!("{:.0}", v.min(999_999.0))),
    }
}

/// A span in its two largest units: `12d04h`, `3h09m`, `4m05s`, `12.3s`. At most nine cells.
pub(super) fn span(time: Nanos) -> Scrap {
    let seconds = time.0 / 1_000_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes) {
        (0, 0, 0) => Scrap::of(format_args!("{:.1}s", time.seconds())),
        (0, 0, _) => Scrap::of(format_args!("{minutes}m{:02}s", seconds % 60)),
        (0, _, _) => Scrap::of(format_args!("{hours}h{:02}m", minutes % 60)),
        _ => Scrap::of(format_args!("{}d{:02}h", days.min(99_999), hours % 24)),
    }
}

/// A short span in one unit: `100 ms`, `2.5 s`, `0.4 ms`, `12 us`.
pub(super) fn brief(time: Nanos) -> Scrap {
    let ms = time.0 as f64 / 1e6;
    match ms {
        v if v < 0.0995 => Scrap::of(format_args!("{:.0} us", v * 1e3)),
        v if v < 9.95 => Scrap::of(format_args!("{} ms", Round(v))),
        v if v < 999.5 => Scrap::of(format_args!("{v:.0} ms")),
        v if v < 99_950.0 => Scrap::of(format_args!("{} s", Round(v / 1e3))),
        v => Scrap::of(format_args!("{:.0} s", v / 1e3)),
    }
}

/// One decimal, or none where it would be zero.
struct Round(f64);

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round();
        let decimals = usize::from(tenths % 10.0 != 0.0);
        write!(f, "{:.decimals$}", tenths / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_digits_and_a_unit() {
        let said = [0.0, 89.0, 998.0, 999.6, 1024.0, 12_400_000.0, 999_600_000.0, 1.02e9]
            .map(|v| count(v).to_string());
        assert_eq!(said, ["0", "89", "998", "1.00k", "1.02k", "12.4M", "1.00G", "1.02G"]);
        let said = [0, 512 << 10, 1000 << 10, 8 << 20, 16 << 20, 1 << 30].map(|v| memory(KiB(v)).to_string());
        assert_eq!(said, ["0K", "512M", "0.98G", "8.00G", "16.0G", "1.00T"]);
        assert_eq!(memory_long(KiB(43_200_000)).to_string(), "41.2 GiB");
    }

    #[test]
    fn spans_have_two_units() {
        let said = [0.4, 245.0, 11_340.0, 1_051_200.0]
            .map(|s| span(Nanos::from(std::time::Duration::from_secs_f64(s))).to_string());
        assert_eq!(said, ["0.4s", "4m05s", "3h09m", "12d04h"]);
        let said =
            [12_000, 400_000, 100_000_000, 2_500_000_000, 1_000_000_000].map(|n| brief(Nanos(n)).to_string());
        assert_eq!(said, ["12 us", "0.4 ms", "100 ms", "2.5 s", "1 s"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_number_never_outgrows_its_column(value in any::<f64>(), kib in any::<u64>(), share in any::<f32>()) {
            prop_assert!(count(value).len() <= 5);
            prop_assert!(memory(KiB(kib)).len() <= 5, "{}", memory(KiB(kib)));
            prop_assert!(percent(share).len() <= 6);
            prop_assert!(span(Nanos(kib)).len() <= 9);
        }
    }
}
