//! Any text as the XML of a domain: a domain or problems, the same by every way; what is read is written and revised.

#![no_main]

use domtop::wire::xml::{device, domain, markup};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let shown = markup(text);
    let fatal = shown.problems.iter().any(|problem| problem.fatal);
    let _ = device::read(text);
    let Ok(read) = domain::read(text) else {
        assert!(fatal, "what is not read is told of");
        return;
    };
    assert!(!fatal, "what is read has nothing fatal about it");
    assert_eq!(domain::revise(text, &read).as_deref(), Ok(text), "what says it already stays");
    assert_eq!(domain::read(&domain::write(&read)), Ok(read.clone()), "what is written reads back");
    let mut other = read;
    other.memory.max.0 = other.memory.max.0.wrapping_add(1).max(1);
    other.devices.disks.reverse();
    let revised = domain::revise(text, &other).expect("a text that was read can be revised");
    let again = domain::read(&revised).expect("a revised text can be read");
    assert_eq!(again.devices, other.devices, "it says what it is to say");
});
