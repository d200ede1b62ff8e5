//! What a hostile guest sends to its console: each a sequence some terminal obeys, answers, keeps or trips over.
//!
//! The meanings are those of xterm's `ctlseqs`, ECMA-48, the kitty keyboard protocol and the synchronised updates of
//! contour.

/// The sequences by name.
pub const CORPUS: &[(&str, &[u8])] = &[
    ("title by OSC 0, ended by a bell", b"\x1b]0;SECRET-TITLE\x07"),
    ("title by OSC 2, ended by ST", b"\x1b]2;SECRET-TITLE\x1b\\"),
    ("clipboard set", b"\x1b]52;c;U0VDUkVULUNMSVA=\x07"),
    ("clipboard asked for", b"\x1b]52;c;?\x1b\\"),
    ("link", b"\x1b]8;;http://SECRET.example/\x1b\\text\x1b]8;;\x1b\\"),
    ("colours asked for", b"\x1b]10;?\x07\x1b]11;?\x07\x1b]4;1;?\x07"),
    ("attributes asked for", b"\x1b[c\x1b[0c\x1bZ"),
    ("secondary and tertiary attributes asked for", b"\x1b[>c\x1b[=c\x1b[>0c"),
    ("state and place asked for", b"\x1b[5n\x1b[6n\x1b[?6n\x1b[?15n\x1b[?996n"),
    ("modes asked for", b"\x1b[?2026$p\x1b[4$p\x1b[?1049$p"),
    ("version asked for", b"\x1b[>q\x1b[>0q"),
    (
        "window moved, its size and title asked for",
        b"\x1b[3;0;0t\x1b[8;500;500t\x1b[14t\x1b[18t\x1b[21t\x1b[22;0t",
    ),
    ("sixel", b"\x1bPq#0;2;0;0;0SECRET~~@@vv\x1b\\"),
    ("settings asked for by DECRQSS", b"\x1bP$qmSECRET\x1b\\\x1bP+q544eSECRET\x1b\\"),
    ("APC, PM and SOS", b"\x1b_GSECRET\x1b\\\x1b^SECRET\x1b\\\x1bXSECRET\x1b\\"),
    ("kitty's keyboard", b"\x1b[>1u\x1b[?u\x1b[=5;1u\x1b[<u"),
    ("modifyOtherKeys", b"\x1b[>4;2m\x1b[?4m\x1b[>4n"),
    ("the mouse", b"\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1005h\x1b[?1006h\x1b[?9;1001h"),
    ("bracketed paste", b"\x1b[?2004h"),
    ("the focus", b"\x1b[?1004h"),
    ("alternate screen left on", b"\x1b[?1049h\x1b[?47h\x1b[?1047h"),
    ("cursor hidden", b"\x1b[?25l"),
    ("OSC without an end", b"\x1b]0;SECRET without an end"),
    ("DCS without an end", b"\x1bPqSECRET without an end"),
    ("C1 controls, raw", b"\x9b6n\x9d0;raw\x9c\x90q\x9c\x85\x84\x8d"),
    ("C1 controls in UTF-8", b"\xc2\x9b6n\xc2\x9d0;wide\xc2\x9c\xc2\x90q\xc2\x9c"),
    ("DECALN", b"\x1b#8"),
    ("RIS", b"\x1bc\x1b[!p"),
    ("character sets", b"\x1b(0\x0eqqxx\x0f\x1b)0\x1b*0\x1b+0\x1bn\x1bo\x1b%G\x1b%@"),
    ("ENQ", b"\x05\x05\x05"),
    ("bells by hundreds", &[7; 400]),
    ("marks without an end", MARKS),
    (
        "wide at the last column",
        b"\x1b[1;80H\xe5\xae\xbd\x1b[1;1000H\xe5\xae\xbd\x1b[?7l\x1b[2;80H\xe5\xae\xbd",
    ),
    ("invalid UTF-8", b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf5\x80\xe5\xae\xf0\x9f\x98"),
    ("update that never ends", b"\x1b[?2026hhalf"),
    ("bidi overrides", "\u{202e}evil\u{202c}\u{2066}x\u{2069}\u{200f}".as_bytes()),
    ("a repeat by billions", b"A\x1b[2147483647b\x1b[99999b"),
    ("printing", b"\x1b[5iSECRET-NOT\x1b[4i\x1b[?5i"),
    (
        "numbers without an end",
        b"\x1b[99999999999999999999;4294967296;65536H\x1b[65535L\x1b[65535@\x1b[4294967295S",
    ),
    ("terminal parameters asked for", b"\x1b[x\x1b[1x\x1b[?1;1;0S"),
];

/// A letter and marks over it.
const MARKS: &[u8] =
    b"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81";
