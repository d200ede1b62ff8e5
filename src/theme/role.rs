//! What is drawn, by meaning: the names a theme file gives styles to.

use ratatui::style::Style;

use super::Theme;

macro_rules! roles {
    ($($name:ident, $method:ident, $word:literal, $doc:literal;)*) => {
        /// Something that is drawn.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $(#[doc = $doc] $name,)* }

        impl Role {
            /// All of them, in the order of a theme file.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in a theme file.
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The role of this name.
            pub fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$name),)* _ => None }
            }
        }

        impl Theme {
            $(#[doc = concat!("The style of ", $doc)] pub const fn $method(&self) -> Style { self.style(Role::$name) })*
        }
    };
}

roles! {
    Base,          base,           "base",            "the empty screen: every other style lies over it.";
    Text,          text,           "text",            "values and names.";
    Strong,        strong,         "strong",          "what stands out of the text: the host's name, totals.";
    Dim,           dim,            "dim",             "units, zeros, what is there but matters little.";
    Label,         label,          "label",           "the words beside values.";
    Accent,        accent,         "accent",          "what has the focus.";
    Border,        border,         "border",          "lines between panels.";
    BorderFocused, border_focused, "border-focused",  "the lines around the panel that has the keys.";
    Title,         title,          "title",           "a panel's title.";
    TitleFocused,  title_focused,  "title-focused",   "the title of the panel that has the keys.";
    Header,        header,         "header",          "the first line of the screen.";
    Column,        column,         "column",          "column titles.";
    Sorted,        sorted,         "column-sorted",   "the title of the column sorted by.";
    Selection,     selection,      "selection",       "the row under the cursor.";
    Marked,        marked,         "marked",          "the sign of a marked row.";
    Fresh,         fresh,          "fresh",           "a domain that has just come.";
    Gone,          gone,           "gone",            "a domain that has just gone.";
    Stale,         stale,          "stale",           "what is shown but is old.";
    Good,          good,           "good",            "what answers and works.";
    Warning,       warning,        "warning",         "what needs an eye.";
    Error,         error,          "error",           "what failed.";
    Key,           key,            "key",             "a key in the footer and in help.";
    Hint,          hint,           "hint",            "what a key does.";
    Match,         matched,        "match",           "the part that was searched for.";
    Operator,      operator,       "badge-operator",  "the badge of one who may change the host.";
    Viewer,        viewer,         "badge-view",      "the badge of one who may look only.";
    Halted,        halted,         "badge-halted",    "the badge of a screen that is paused or frozen.";
    Running,       running,        "state-running",   "a domain that runs.";
    Idle,          idle,           "state-idle",      "a domain that waits.";
    Paused,        paused,         "state-paused",    "a domain that was stopped to be resumed.";
    ShutDown,      shut_down,      "state-shutdown",  "a domain that ended itself.";
    Crashed,       crashed,        "state-crashed",   "a domain that crashed.";
    Dying,         dying,          "state-dying",     "a domain that is being torn down.";
    Off,           off,            "state-off",       "a domain that does not run.";
    Unknown,       unknown,        "state-unknown",   "a domain of which no state was told.";
    Calm,          calm,           "calm",            "a low load; the gradient goes from here…";
    Warm,          warm,           "warm",            "a high load; …over this…";
    Hot,           hot,            "hot",             "a full load; …to this.";
    Track,         track,          "track",           "the empty part of a bar.";
    Memory,        memory,         "memory",          "memory in use.";
    Inbound,       inbound,        "inbound",         "what is received or read.";
    Outbound,      outbound,       "outbound",        "what is sent or written.";
    Element,       element,        "xml-element",     "the name of an element of a definition.";
    Attribute,     attribute,      "xml-attribute",   "the name of an attribute.";
    Value,         value,          "xml-value",       "the value of an attribute.";
    Punctuation,   punctuation,    "xml-punctuation", "the brackets and signs between them.";
    Aside,         aside,          "xml-aside",       "a comment in a definition.";
    Added,         added,          "diff-added",      "a line that is only in what is now.";
    Removed,       removed,        "diff-removed",    "a line that is only in what was before.";
    GuestBlack, guest_black, "guest-black", "a guest's black, as letters and as ground.";
    GuestRed, guest_red, "guest-red", "a guest's red, as letters and as ground.";
    GuestGreen, guest_green, "guest-green", "a guest's green, as letters and as ground.";
    GuestYellow, guest_yellow, "guest-yellow", "a guest's yellow, as letters and as ground.";
    GuestBlue, guest_blue, "guest-blue", "a guest's blue, as letters and as ground.";
    GuestMagenta, guest_magenta, "guest-magenta", "a guest's magenta, as letters and as ground.";
    GuestCyan, guest_cyan, "guest-cyan", "a guest's cyan, as letters and as ground.";
    GuestWhite, guest_white, "guest-white", "a guest's white, as letters and as ground.";
    GuestBrightBlack, guest_bright_black, "guest-bright-black", "a guest's bright black, as letters and as ground.";
    GuestBrightRed, guest_bright_red, "guest-bright-red", "a guest's bright red, as letters and as ground.";
    GuestBrightGreen, guest_bright_green, "guest-bright-green", "a guest's bright green, as letters and as ground.";
    GuestBrightYellow, guest_bright_yellow, "guest-bright-yellow", "a guest's bright yellow, as letters and as ground.";
    GuestBrightBlue, guest_bright_blue, "guest-bright-blue", "a guest's bright blue, as letters and as ground.";
    GuestBrightMagenta, guest_bright_magenta, "guest-bright-magenta", "a guest's bright magenta, as letters and as ground.";
    GuestBrightCyan, guest_bright_cyan, "guest-bright-cyan", "a guest's bright cyan, as letters and as ground.";
    GuestBrightWhite, guest_bright_white, "guest-bright-white", "a guest's bright white, as letters and as ground.";
}
