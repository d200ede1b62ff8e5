//! The changing half: each change is looked at before it is ordered, ordered once, and where xend is known to say yes
//! and do nothing, looked at again.
//!
//! ```text
//!  a round, so that name, id and uuid are of one domain ─► what would be wrong is refused here ─► the order
//!      no answer: nobody was told anything, another driver may try             no answer: it may have been done
//! ```
//!
//! xend checks little: 3.0.2 takes 99 vCPUs or none, a target above the maximum, a maximum below the memory, after
//! which 3.1 cannot print the domain any more.

use std::path::Path;

use super::{
    Xend,
    files::Target,
    http::{Hands, Outcome, Question, Undone},
    look::address,
    page::{Form, Page},
    progress::Moving,
    said::{About, accepted, value},
};
use crate::{
    driver::{Answer, Control, Error, Lost, Permit},
    model::{
        Domain, DomainId, DomainKey, KiB, Kind, Op,
        definition::{DeviceDefinition, Interface, Told},
        request::{Change, Request},
    },
    wire::sexpr::{Node, device},
};

/// What no kernel runs in; a slip of units rather than a wish.
const LEAST: KiB = KiB(4 << 10);
/// The same of the control domain, as libxl has it (`LIBXL_MIN_DOM0_MEM`).
const LEAST_OF_CONTROL: KiB = KiB(128 << 10);

impl Control for Xend {
    fn change(&self, _permit: &Permit, key: DomainKey, change: &Change) -> Answer<Lost> {
        let hands = self.hands(change.op())?;
        let domain = self.now(key)?;
        let doing = format!("{} domain {}", change.op().word(), address(&domain));
        forbid(&doing, &domain, change)?;
        let act = Act { xend: self, hands, domain, doing };
        act.carry_out(change)
    }

    fn start(&self, _permit: &Permit, _key: DomainKey, kept: &Told) -> Answer<Lost> {
        let hands = self.hands(Op::Start)?;
        self.create(hands, &kept.xml)
    }

    fn make(&self, _permit: &Permit, request: &Request) -> Answer<Lost> {
        let hands = self.hands(request.op())?;
        match request {
            Request::Create(file) => self.create(hands, &super::files::text(file)?),
            Request::Define(file) => self.define(hands, &super::files::text(file)?),
            Request::Restore(file) => self.restore(hands, file).map(|()| Lost::new()),
            Request::Domain(..) => Err(Error::unsupported(request.op())),
        }
    }
}

impl Xend {
    /// What changes are ordered with.
    ///
    /// # Errors
    /// `Unsupported` where only looking is allowed, or this release has no such operation.
    fn hands(&self, op: Op) -> Answer<&Hands> {
        let can = self.info.ops.contains(&op);
        self.hands.as_ref().filter(|_| can).ok_or_else(|| Error::unsupported(op))
    }

    /// A domain as it is now. Where there is no answer nothing was changed yet, so another driver may try.
    fn now(&self, key: DomainKey) -> Answer<Domain> {
        let look = || {
            let before = self.subject(key)?;
            self.worker.outdate(before.name.raw());
            self.worker.fresh()?.find(key)
        };
        look().map_err(unsent)
    }

    /// Orders something and reads what xend says to it.
    ///
    /// # Errors
    /// What xend said, or why it said nothing; with it, whether it may have been done.
    pub(super) fn order(&self, hands: &Hands, doing: &str, order: &Order) -> Result<Vec<u8>, Undone> {
        let alone = self.era.serves_one_at_a_time() && !order.in_a_thread();
        let busy = alone.then(|| self.worker.busy(order.form.word()));
        let span = if order.is_long() { self.deadlines.long } else { self.deadlines.thorough };
        let reply = hands.order(&order.page, &order.form, span);
        drop(busy);
        self.worker.outdate(&order.name);
        let said = accepted(doing, reply?, Some(self.era), order.about);
        said.map_err(|error| Undone { error, outcome: Outcome::Nothing })
    }
}

/// One request that changes something.
pub(super) struct Order {
    pub(super) page: Page,
    pub(super) form: Form,
    /// The domain it is about, or makes.
    pub(super) name: String,
    pub(super) about: About,
}

impl Order {
    /// To a domain.
    pub(super) fn to(name: &str, form: Form) -> Self {
        Self { page: Page::domain(name), form, name: name.to_owned(), about: About::Domain }
    }

    /// To the host.
    pub(super) fn new(name: &str, form: Form) -> Self {
        Self { page: Page::domains(), form, name: name.to_owned(), about: About::Host }
    }

    /// Whether every xend does it in a thread, and serves others meanwhile.
    fn in_a_thread(&self) -> bool {
        ["save", "restore", "dump"].contains(&self.form.word())
    }

    fn is_long(&self) -> bool {
        self.in_a_thread() || ["create", "start", "wait_for_devices"].contains(&self.form.word())
    }
}

/// One change to one domain.
pub(super) struct Act<'a> {
    pub(super) xend: &'a Xend,
    pub(super) hands: &'a Hands,
    pub(super) domain: Domain,
    /// `pin domain web`.
    pub(super) doing: String,
}

impl Act<'_> {
    fn carry_out(&self, change: &Change) -> Answer<Lost> {
        let done = match change {
            Change::Suspend => self.tell(Form::op("pause")),
            Change::Resume => self.tell(Form::op("unpause")),
            Change::Shutdown => self.tell(Form::op("shutdown").with("reason", "halt")),
            Change::Reboot => self.reboot(),
            Change::Destroy => self.tell(Form::op("destroy")),
            Change::Start => self.tell(Form::op("start")),
            Change::Undefine => self.tell(Form::op("delete")),
            Change::Rename(name) => self.rename(name),
            Change::SetMemory(size) => self.set_memory(*size),
            Change::SetMaxMemory(size) => self.set_max_memory(*size),
            Change::SetVcpus(count) => self.set_vcpus(*count),
            Change::Pin(pin) => self.pin(pin),
            Change::SetScheduler { weight, cap } => self.set_share(*weight, *cap),
            Change::Save(file) => self.write_out(Op::Save, file),
            Change::Dump(file) => self.write_out(Op::Dump, file),
            Change::Attach(file) => return self.attach(file),
            Change::Detach(file) => self.detach(&super::files::device(file)?),
            Change::SetAutostart(_) => Err(Error::unsupported(change.op())),
        };
        done.map(|()| Lost::new())
    }

    pub(super) fn tell(&self, form: Form) -> Answer<()> {
        Ok(self.order(form)?)
    }

    fn order(&self, form: Form) -> Result<(), Undone> {
        let order = Order::to(&address(&self.domain), form);
        self.xend.order(self.hands, &self.doing, &order).map(|_| ())
    }

    pub(super) fn refuse<T>(&self, why: impl AsRef<str>) -> Answer<T> {
        Err(Error::new(Kind::Refused, format!("{}: {}", self.doing, why.as_ref())))
    }

    /// xend destroys a domain that reboots soon after it was started, for it takes it to fail again and again
    /// (`MINIMUM_RESTART_TIME` of XendDomainInfo.py). When it was started is told on xend's own clock.
    fn reboot(&self) -> Answer<()> {
        let least = if self.xend.era.release < (4, 0) { 20 } else { 60 };
        let started = |page: Node<'_>| Ok(page.value("start_time").and_then(|time| time.parse::<f64>().ok()));
        if let Some(now) = self.xend.now_by_the_wall().filter(|_| self.xend.near) {
            let started = self.xend.of_domain(self.domain.key, started).map_err(unsent)?.unwrap_or(0.0);
            // A clock that was put back makes it one that is yet to be started.
            let age = (now.seconds() - started).max(0.0);
            if age < f64::from(least) {
                let why =
                    format!("it was started {age:.0} s ago, and xend destroys what reboots within {least} s");
                return self.refuse(why).map_err(|error| error.hint("wait, or shut it down and start it"));
            }
        }
        self.tell(Form::op("shutdown").with("reason", "reboot"))
    }

    fn rename(&self, name: &str) -> Answer<()> {
        if name.is_empty() || name.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.refuse("a name is neither empty nor a number, which xend takes for an id");
        }
        self.tell(Form::op("rename").with("name", name))?;
        self.xend.worker.outdate(name);
        Ok(())
    }

    fn set_memory(&self, size: KiB) -> Answer<()> {
        let mib = self.mebibytes(size)?;
        let least = if self.domain.key.id == Some(DomainId(0)) { LEAST_OF_CONTROL } else { LEAST };
        if size < least {
            return self.refuse(format!("it needs {least} at least"));
        }
        if let Some(most) = self.most().filter(|most| size > *most) {
            return self.refuse(format!("it may have {most} at most"));
        }
        self.tell(Form::op("mem_target_set").with("target", mib))
    }

    /// The most memory it may have; where its page would have an old limit, no more than there is.
    fn most(&self) -> Option<KiB> {
        if self.xend.era.prints_limits() {
            return self.domain.max_memory.known().copied();
        }
        Some(self.xend.page.memory.total)
    }

    fn set_max_memory(&self, size: KiB) -> Answer<()> {
        let mib = self.mebibytes(size)?;
        if size < self.domain.memory.max(LEAST) {
            let why = format!(
                "it has {} now, and xend cannot print a domain that has more than its maximum",
                self.domain.memory
            );
            return self.refuse(why);
        }
        self.tell(Form::op("maxmem_set").with("memory", mib))?;
        if !self.xend.era.prints_limits() {
            self.xend.limits.note(&self.domain, size);
        }
        Ok(())
    }

    /// In MiB, where it is whole: others may count finer.
    fn mebibytes(&self, size: KiB) -> Answer<u64> {
        let (whole, rest) = (size.0 / 1024, size.0 % 1024);
        if rest == 0 {
            return Ok(whole);
        }
        let why = format!("{}: xend counts memory in whole MiB, and {} KiB are none", self.doing, size.0);
        Err(Error::new(Kind::Unsupported, why).hint(format!("try {whole}M or {}M", whole + 1)))
    }

    fn set_vcpus(&self, count: u32) -> Answer<()> {
        let most = self.domain.vcpus.max;
        if count == 0 || count > most {
            return self.refuse(format!("it was started with {most}, of which one at least stays"));
        }
        self.tell(Form::op("set_vcpus").with("vcpus", count))
    }

    fn write_out(&self, op: Op, file: &Path) -> Answer<()> {
        let target = Target::make(file, self.xend.local)?;
        let _moving = self.xend.under_way.begin(Moving {
            op,
            key: Some(self.domain.key),
            file: self.xend.local.then(|| target.path().to_owned()),
            total: self.domain.memory,
        });
        // Each release wants some of these, and leaves alone what it does not know.
        let extras: &[&str] = if op == Op::Dump { &["live", "crash", "reset"] } else { &[] };
        let form = Form::op(if op == Op::Dump { "dump" } else { "save" }).with("file", target.text()?);
        let form = extras.iter().fold(form, |form, key| form.with(key, 0));
        let Err(Undone { error, outcome }) = self.order(form) else { return Ok(()) };
        // xend ends a guest before the last that can go wrong with its image: what says no leaves one that runs.
        let stands = || op == Op::Dump || self.xend.now(self.domain.key).is_ok();
        Err(match outcome {
            Outcome::Nothing if stands() => {
                target.discard();
                error
            }
            // It may be all there is of the guest.
            Outcome::Nothing | Outcome::Unknown => {
                let path = target.path().display();
                error.hint(format!(
                    "it may have been done all the same: {path} is left as far as it was written"
                ))
            }
        })
    }

    fn attach(&self, file: &Path) -> Answer<Lost> {
        let (device, unread) = super::files::new_device(file)?;
        let unknown = |why| Error::new(Kind::Unsupported, format!("{}: {why}", self.doing));
        let (config, lost) = device::write(&device, self.xend.era.format).map_err(unknown)?;
        // All that is lost of an interface is where it leads: this one would be in another network.
        if matches!(device, DeviceDefinition::Interface(_)) && !lost.is_empty() {
            return self.refuse(format!("xend would attach it without {}", lost.join("; without ")));
        }
        self.tell(Form::op("device_create").with("config", config)).map(|()| [lost, unread].concat())
    }

    fn detach(&self, device: &DeviceDefinition) -> Answer<()> {
        let named = match device {
            DeviceDefinition::Interface(interface) => Some(("vif", self.interface(interface)?)),
            other => device::name(other, self.xend.era.format),
        };
        let unnamed =
            || Error::new(Kind::Unsupported, format!("{}: xend cannot take such a device away", self.doing));
        let (class, name) = named.ok_or_else(unnamed)?;
        // 3.3 and later want all four, and those before leave alone what they do not know.
        let form = Form::op("device_destroy").with("type", class).with("dev", name);
        self.tell(form.with("force", 0).with("rm_cfg", 1))
    }

    /// The number of the interface with this hardware address: xend knows interfaces by nothing else.
    fn interface(&self, wanted: &Interface) -> Answer<String> {
        let Some(mac) = &wanted.mac else {
            return self.refuse("which interface is told by its hardware address");
        };
        let name = address(&self.domain);
        let body = self.xend.ask(&self.doing, &name, Question::Interfaces).map_err(unsent)?;
        let tree = value(&self.doing, &body)?;
        let found = device::found(tree.root(), mac);
        found.map_or_else(|| self.refuse(format!("it has no interface with the address {mac}")), Ok)
    }
}

/// Nothing that changes was sent, so another driver may do it.
pub(super) fn unsent(error: Error) -> Error {
    match error.kind {
        Kind::TimedOut => Error { kind: Kind::Unreachable, ..error },
        _ => error,
    }
}

/// What would take the host with it, and what makes no sense as the domain stands.
fn forbid(doing: &str, domain: &Domain, change: &Change) -> Answer<()> {
    let refuse = |why: &str| Err(Error::new(Kind::Refused, format!("{doing}: {why}")));
    let runs = domain.key.id.is_some();
    match change {
        Change::SetMemory(_)
        | Change::SetMaxMemory(_)
        | Change::SetVcpus(_)
        | Change::Pin(_)
        | Change::SetScheduler { .. }
            if runs =>
        {
            Ok(())
        }
        _ if domain.key.id.is_some_and(|id| id.0 == 0) => {
            refuse("it is the control domain, which this host runs by")
        }
        Change::Start if runs => refuse("it runs already"),
        Change::Undefine if runs => refuse("it runs, and xend forgets only what does not"),
        Change::Start | Change::Undefine => Ok(()),
        _ if !runs => refuse("it does not run"),
        _ => Ok(()),
    }
}
