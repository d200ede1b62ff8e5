//! What a simulated guest has to say: its boot, its commands' answers, and what a hostile one would print.

/// What a kernel prints while it starts, with `HOST`, `TTY` and so on filled in.
const BOOT: [&str; 11] = [
    "[    0.000000] Linux version 6.1.0-domtop (builder@domtop) #1 SMP PREEMPT_DYNAMIC",
    "[    0.000000] Command line: root=/dev/xvda ro console=TTY",
    "[    0.000000] Hypervisor detected: a simulation",
    "[    0.012345] smpboot: bringing up secondary CPUs",
    "[    0.104210] printk: console [TTY] enabled",
    "[    0.338801] xen_netfront: initialising virtual ethernet driver",
    "[    0.402117] blkfront: xvda: flush diskcache: enabled",
    "[    0.611902] EXT4-fs (xvda): mounted filesystem with ordered data mode",
    "[    1.204991] init: running boot scripts",
    "[\x1b[32m  OK  \x1b[0m] Reached target multi-user",
    "",
];

/// The names and contents of a guest's files.
pub(super) const FILES: [(&str, &str); 3] = [
    ("motd", "Welcome to the simulation.\nNothing here is real, and nothing breaks."),
    ("notes.txt", "one\ntwo\nthree\nfour\nfive"),
    ("unicode.txt", "caf\u{e9} \u{4e16}\u{754c} \u{1f600} e\u{301}"),
];

/// Rows of `ps`.
pub(super) const PROCESSES: [&str; 6] = [
    "    1 ?        00:00:01 init",
    "  112 ?        00:00:00 syslogd",
    "  160 ?        00:00:04 sshd",
    "  201 ?        00:12:31 httpd",
    "  202 ?        00:11:58 httpd",
    "  311 TTY     00:00:00 sh",
];

/// What a console must not pass on to its operator's terminal.
const HOSTILE: [&str; 24] = [
    "\x1b]0;owned by the guest\x07",
    "\x1b]2;owned again\x1b\\",
    "\x1b]52;c;b3duZWQ=\x07",
    "\x1b]8;;http://guest.example/\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]4;1;rgb:ff/00/00\x07\x1b]10;?\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b[c\x1b[>c\x1b[=c",
    "\x1b[5n\x1b[6n\x1b[?6n",
    "\x1b[18t\x1b[21t\x1b[14t",
    "\x1bP$qm\x1b\\\x1bP+q544e\x1b\\",
    "\x1bPq#0;2;0;0;0~~@@vv@@~~\x1b\\",
    "\x1b_Gf=24,s=1,v=1;AAAA\x1b\\",
    "\x1b^privacy\x1b\\\x1bXstart of string\x1b\\",
    "\x1b[>4;2m\x1b[>1u\x1b[=1;1u\x1b[<u",
    "\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h",
    "\x1b[?1004h\x1b[?2004h\x1b[?2026h\x1b[?2026l",
    "\x1b[?5h\x1b[?5l\x1b[?3h\x1b[?3l\x1b[?69h\x1b[?69l",
    "\x1b#8\x1b[2J\x1b[H\x1b[3J",
    "\x1bc\x1b[!p\x1b(0lqk\x1b(B",
    "\x1b[5i\x1b[4i\x1b[?5i",
    "\x1b[99999999;99999999H\x1b[999999999b\x1b[99999P",
    "\u{9b}31mC1\u{9d}0;c1 title\u{9c}\u{85}\u{8d}",
    "\u{202e}desrever\u{202c}\u{200b}\u{feff}\u{e0041}",
    "\x05\x07\x0e\x0f\x18\x1a\x7f\0",
];

/// The lines of a start: the guest's name, and what it calls its console.
pub(super) fn boot(host: &str, tty: &str) -> Vec<String> {
    let lines = BOOT.iter().map(|line| line.replace("TTY", tty));
    lines.chain([format!("{host} {tty}"), String::new()]).collect()
}

/// The 16 colours, the 256, and a run of full ones.
pub(super) fn colours() -> Vec<String> {
    let cell = |colour: &str| format!("\x1b[{colour}m  ");
    let row = |cells: Vec<String>| cells.concat() + "\x1b[0m";
    let sixteen = (40..48).chain(100..108).map(|n| cell(&n.to_string())).collect();
    let mut lines = vec![row(sixteen)];
    for from in (0..256).step_by(32) {
        lines.push(row((from..from + 32).map(|n| cell(&format!("48;5;{n}"))).collect()));
    }
    lines.push(row((0..32).map(|n| cell(&format!("48;2;{};{};128", n * 8, 255 - n * 8))).collect()));
    lines.push("\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munderlined\x1b[0m \x1b[7mreversed\x1b[0m \x1b[9mcrossed\x1b[0m \x1b[8mhidden\x1b[0m".into());
    lines
}

/// Characters of two columns, of several code points, and with marks over them.
pub(super) const WIDE: [&str; 6] = [
    "|\u{4e16}\u{754c}\u{3053}\u{3093}\u{306b}\u{3061}\u{306f}|",
    "|\u{d55c}\u{ad6d}\u{c5b4}|",
    "|\u{1f600}\u{1f680}\u{2764}\u{fe0f}|",
    "|e\u{301}a\u{308}o\u{302}\u{323}|",
    "|\u{ff21}\u{ff22}\u{ff23}|",
    "|1234567890|",
];

/// All that is hostile, each piece with a line that says what should be left of it: nothing that matters.
pub(super) fn hostile() -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, piece) in HOSTILE.iter().enumerate() {
        bytes.extend(piece.as_bytes());
        bytes.extend(format!("\x1b[0mhostile {number}\r\n").as_bytes());
    }
    bytes.extend(b"\xff\xfe\xc3\x28\x80\xbfnot UTF-8\r\n");
    bytes.push(b'a');
    bytes.extend("\u{301}".repeat(500).as_bytes());
    bytes.extend(b"\r\nmodes off\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\r\n");
    // Last, as nothing ends it but what follows: the escape of the prompt.
    bytes.extend(b"\x1b]0;never ended");
    bytes.extend([b'x'; 5000]);
    bytes.extend(b"\x1b\\end of what is hostile\r\n");
    bytes
}
