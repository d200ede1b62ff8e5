//! Bounds on what an interface sends: xend's text ↔ the KiB a second of domain XML.

/// A bound as xend writes it (`10Mb/s`, `250KB/s@20ms`) in KiB a second; none where it is no such text.
///
/// As libvirt reads it: `K`, `M` and `G` are powers of 1024, `b` are bits; what follows `@` is not kept.
pub fn kib_per_second(rate: &str) -> Option<u64> {
    let bound = rate.split('@').next()?.strip_suffix("/s")?;
    let (bound, bits) = match bound.strip_suffix('b') {
        Some(bits) => (bits, 8),
        None => (bound.strip_suffix('B')?, 1),
    };
    let (digits, unit) = match bound.strip_suffix(['K', 'M', 'G']) {
        Some(digits) => (digits, &bound[digits.len()..]),
        None => (bound, ""),
    };
    let bytes: u128 = match unit {
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => 1,
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let count: u64 = digits.parse().ok().filter(|_| plain)?;
    u64::try_from(u128::from(count) * bytes / bits / 1024).ok()
}

/// KiB a second as xend writes them.
pub fn written(kib: u64) -> String {
    format!("{kib}KB/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xend_s_rates_are_kib_a_second() {
        for (rate, kib) in [
            ("250KB/s", Some(250)),
            ("10Mb/s", Some(1280)),
            ("10MB/s@50ms", Some(10_240)),
            ("1Gb/s", Some(131_072)),
            ("4096B/s", Some(4)),
            ("fast", None),
            ("-1KB/s", None),
            ("99999999999999999999GB/s", None),
            ("18446744073709551615GB/s", None),
        ] {
            assert_eq!(kib_per_second(rate), kib, "{rate}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for kib in [0, 1, 250, u64::MAX] {
            assert_eq!(kib_per_second(&written(kib)), Some(kib));
        }
    }
}
