//! The table of operations and the route each takes through the driver stack.

use serde::{Deserialize, Serialize};

/// The order in which the stack asks its drivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Route {
    /// The first driver that can, in priority order.
    First,
    /// Everyone but the hypervisor first: going under a toolstack's feet leaves its device models behind.
    HypervisorLast,
    /// Tell every driver; done if any did. Of a read: what each of them knows.
    Every,
}

macro_rules! ops {
    ($($name:ident, $word:literal, $route:ident, $changes:literal, $doc:literal;)*) => {
        /// One operation of the table each driver implements a part of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Op { $(#[doc = $doc] $name,)* }

        impl Op {
            /// Every operation, reads first.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its word, as in messages and the README.
            pub const fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// The route it takes through the stack.
            pub const fn route(self) -> Route { match self { $(Self::$name => Route::$route,)* } }

            /// Whether it changes the host.
            pub const fn changes(self) -> bool { match self { $(Self::$name => $changes,)* } }

            /// What it does, in a phrase.
            pub const fn doc(self) -> &'static str { match self { $(Self::$name => $doc,)* } }
        }
    };
}

ops! {
    Hypervisor,    "hypervisor",     First,          false, "version, capabilities and build of the hypervisor";
    Node,          "node",           First,          false, "topology, NUMA memory and cpupools of the machine";
    HostMemory,    "host-memory",    First,          false, "total and free memory of the host";
    PcpuTimes,     "pcpu-times",     First,          false, "idle time of each physical CPU";
    Domains,       "domains",        First,          false, "state, memory and CPU time of every domain";
    Identify,      "identify",       First,          false, "names and memory targets of the domains";
    Vcpus,         "vcpus",          First,          false, "state and CPU time of virtual CPUs";
    Affinities,    "affinities",     First,          false, "where each virtual CPU may run";
    Traffic,       "traffic",        First,          false, "network and disk counters of the domains";
    Devices,       "devices",        First,          false, "a domain's devices and their backends";
    Facts,         "facts",          First,          false, "console, display, features and errors of a domain";
    Consoles,      "consoles",       First,          false, "a domain's text consoles and their ptys";
    ReadScheduler, "read-scheduler", First,          false, "a domain's scheduler parameters";
    Requests,      "requests",       First,          false, "shutdown requests the guests have not taken up";
    Configuration, "configuration",  First,          false, "a domain's configuration as its toolstack keeps it";
    Definition,    "definition",     First,          false, "a domain's definition as domain XML";
    Inactive,      "inactive",       Every,          false, "domains that are defined and do not run";
    Progress,      "progress",       Every,          false, "how far saving, restoring and dumping have come";
    HostLog,       "host-log",       First,          false, "the hypervisor's console ring";
    Suspend,       "suspend",        HypervisorLast, true,  "stop a domain's vCPUs where they stand";
    Resume,        "resume",         HypervisorLast, true,  "let a suspended domain run on";
    Destroy,       "destroy",        HypervisorLast, true,  "end a domain at once";
    SetVcpus,      "set-vcpus",      HypervisorLast, true,  "plug or unplug virtual CPUs";
    Shutdown,      "shutdown",       Every,          true,  "ask the guest to power off";
    Reboot,        "reboot",         Every,          true,  "ask the guest to reboot";
    SetMemory,     "set-memory",     Every,          true,  "ask the guest to shrink or grow to an amount of memory";
    SetMaxMemory,  "set-max-memory", Every,          true,  "set the limit of a domain's memory";
    Pin,           "pin",            First,          true,  "set where a virtual CPU may run";
    SetScheduler,  "set-scheduler",  First,          true,  "set a domain's weight or cap";
    Rename,        "rename",         First,          true,  "give a domain another name";
    Create,        "create",         First,          true,  "start a domain from a description";
    Define,        "define",         First,          true,  "keep a description of a domain";
    Undefine,      "undefine",       First,          true,  "forget a description";
    Start,         "start",          First,          true,  "start a defined domain";
    Save,          "save",           First,          true,  "write a domain's memory to a file and end it";
    Restore,       "restore",        First,          true,  "start a domain from such a file";
    Dump,          "dump",           First,          true,  "write a domain's core to a file";
    Attach,        "attach",         First,          true,  "add a device";
    Detach,        "detach",         First,          true,  "remove a device";
    SetAutostart,  "set-autostart",  First,          true,  "choose whether a domain starts with the host";
}
