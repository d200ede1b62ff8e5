//! The columns of the domain table, one row each: title, width, what it says, what it sorts by.

use crate::model::nearest::suggestion;
use crate::model::text::visible;

/// How a cell is aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

macro_rules! columns {
    ($($name:ident, $word:literal, $title:literal, $width:literal, $align:ident, $default:literal, $descending:literal, $doc:literal;)*) => {
        /// A column of the domain table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column { $(#[doc = $doc] $name,)* }

        impl Column {
            /// All of them in their usual order.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// Its name in the config file and the filter.
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            /// Its header.
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }
            /// Its width in cells; the name's is the least it takes, it grows into free room.
            pub const fn width(self) -> u16 { match self { $(Self::$name => $width,)* } }
            /// Its alignment.
            pub const fn align(self) -> Align { match self { $(Self::$name => Align::$align,)* } }
            /// Whether it is shown unless the user chose otherwise.
            pub const fn default(self) -> bool { match self { $(Self::$name => $default,)* } }
            /// Whether its first sort shows the largest first.
            pub const fn descending(self) -> bool { match self { $(Self::$name => $descending,)* } }
            /// What it says, in a phrase.
            pub const fn doc(self) -> &'static str { match self { $(Self::$name => $doc,)* } }
        }
    };
}

columns! {
    Id,        "id",        "ID",       5,  Right, true,  false, "the id of the running domain";
    Name,      "name",      "NAME",     16, Left,  true,  false, "the name";
    State,     "state",     "STATE",    10, Left,  true,  false, "what the domain is doing";
    Cpu,       "cpu",       "%CPU",     6,  Right, true,  true,  "CPU use, of one pCPU or of the host";
    Spark,     "spark",     "LAST 30 S", 11, Left, true,  true,  "CPU use of the last 30 seconds";
    Vcpus,     "vcpus",     "VCPU",     7,  Right, true,  true,  "online and possible vCPUs";
    Memory,    "mem",       "MEM",      6,  Right, true,  true,  "memory the domain has";
    MaxMemory, "maxmem",    "MAX",      6,  Right, true,  true,  "memory it may have at most";
    MemShare,  "mem%",      "%MEM",     5,  Right, false, true,  "share of the host's memory";
    Target,    "target",    "TARGET",   6,  Right, false, true,  "memory it was asked to shrink or grow to";
    Net,       "net",       "NET/s",    6,  Right, true,  true,  "network traffic, both directions, bytes a second";
    NetRx,     "rx",        "RX/s",     6,  Right, false, true,  "bytes received a second";
    NetTx,     "tx",        "TX/s",     6,  Right, false, true,  "bytes sent a second";
    Disk,      "disk",      "DISK/s",   6,  Right, true,  true,  "disk traffic, both directions, bytes a second";
    DiskRead,  "read",      "RD/s",     6,  Right, false, true,  "bytes read a second";
    DiskWrite, "write",     "WR/s",     6,  Right, false, true,  "bytes written a second";
    CpuTime,   "time",      "TIME",     9,  Right, false, true,  "CPU time since the domain was created";
    Guest,     "type",      "TYPE",     4,  Left,  false, false, "how it is virtualised: pv, hvm, pvh, kvm";
    Pool,      "pool",      "POOL",     4,  Right, false, false, "the cpupool it runs in";
    Uuid,      "uuid",      "UUID",     36, Left,  false, false, "the uuid";
}

impl Column {
    /// The column of a word, in any case.
    ///
    /// # Errors
    /// A sentence with the nearest word.
    pub fn from_word(word: &str) -> Result<Self, String> {
        let typed = word.trim().to_lowercase();
        let typed = ALIASES.iter().find(|(alias, _)| *alias == typed).map_or(typed.as_str(), |(_, of)| of);
        Self::ALL.iter().copied().find(|c| c.word() == typed).ok_or_else(|| {
            let hint = suggestion(typed, Self::ALL.iter().map(|c| c.word()));
            format!("there is no column `{}`{hint}", visible(word))
        })
    }

    /// The columns of these words, in their order; the name comes first where it is not among them, as it stays.
    ///
    /// # Errors
    /// A sentence: a word that is no column, a column named twice.
    pub fn list(words: &[&str]) -> Result<Vec<Self>, String> {
        let mut columns = Vec::new();
        for word in words {
            let column = Self::from_word(word)?;
            if columns.contains(&column) {
                return Err(format!("column `{}` stands there twice", column.word()));
            }
            columns.push(column);
        }
        if !columns.contains(&Self::Name) {
            columns.insert(0, Self::Name);
        }
        Ok(columns)
    }

    /// Whether it shows network or disk counters, which cost calls for every domain.
    pub const fn needs_devices(self) -> bool {
        matches!(self, Self::Net | Self::NetRx | Self::NetTx | Self::Disk | Self::DiskRead | Self::DiskWrite)
    }

    /// Whether it goes up and down all the time: such values sort by what is more than noise.
    pub const fn is_rate(self) -> bool {
        matches!(self, Self::Cpu | Self::Spark) || self.needs_devices()
    }
}

/// Other words for columns.
const ALIASES: [(&str, &str); 6] = [
    ("memory", "mem"),
    ("max", "maxmem"),
    ("vcpu", "vcpus"),
    ("%cpu", "cpu"),
    ("%mem", "mem%"),
    ("guest", "type"),
];
