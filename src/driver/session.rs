//! From a URI to drivers: the only place that knows them all, and the only maker of a [`Permit`].

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Answer, Control, Controller, DriverInfo, Error, Observe, Reader,
    console::{Consoles, Typist},
    definitions::Definitions,
    proxy,
    stack::{Again, Hand, Opening, Outcome, Stack},
    test, xen,
};
use crate::model::{
    Failure, HostId, Kind, Reason,
    uri::{self, TestHost, Uri, XenHost},
};

/// Leave to change a host. Its field is private to this module: nobody else can make one.
///
/// ```compile_fail
/// let forged = domtop::driver::Permit(());
/// ```
pub struct Permit(());

/// An open host.
pub struct Session {
    /// The reading half.
    pub reader: Reader,
    /// The changing half, absent where the session was opened for looking only, and where it is barred.
    pub controller: Option<Controller>,
    /// Why nothing of the host can be changed, where it was opened for changes all the same.
    pub barred: Option<String>,
    /// The consoles of its domains, to list and to watch.
    pub consoles: Consoles,
    /// The definitions of its domains, to read beside the sampler.
    pub definitions: Definitions,
    /// Who may type on them, absent where there is no controller.
    pub typist: Option<Typist>,
}

/// A host opened for looking only: nothing in it changes the host or types on a console.
///
/// ```compile_fail
/// fn a_looking_session_has_nobody_who_types(looking: domtop::driver::session::Looking) { looking.typist; }
/// ```
pub struct Looking {
    /// The reading half.
    pub reader: Reader,
    /// The consoles of its domains, to list and to watch.
    pub consoles: Consoles,
    /// The definitions of its domains.
    pub definitions: Definitions,
}

impl From<Looking> for Session {
    fn from(Looking { reader, consoles, definitions }: Looking) -> Self {
        Self { reader, controller: None, barred: None, consoles, definitions, typist: None }
    }
}

/// The proxy driver's name.
const PROXY: &str = "proxy";

/// A driver that was opened, or what it would have been and why it could not be.
pub type Opened = (DriverInfo, Result<Arc<dyn Control>, Error>);

/// A driver of a host: opened or not, and how it is opened again where it was not there.
pub struct Candidate {
    opened: Opened,
    again: Option<Open>,
}

/// Opens a driver.
type Open = Box<dyn Fn() -> Answer<(DriverInfo, Arc<dyn Control>)> + Send + Sync>;

impl Candidate {
    /// Opens a driver; where that fails, `open` is called again from time to time, by a thread of its own.
    pub fn new<D: Control + 'static>(
        would_be: DriverInfo,
        open: impl Fn() -> Answer<D> + Send + Sync + 'static,
    ) -> Self {
        let open = move || open().map(|driver| (driver.info(), Arc::new(driver) as Arc<dyn Control>));
        match open() {
            Ok((info, driver)) => (info, Ok(driver)).into(),
            Err(error) => Self { opened: (would_be, Err(error)), again: Some(Box::new(open)) },
        }
    }
}

impl From<Opened> for Candidate {
    /// A driver that is not opened again where it was not there.
    fn from(opened: Opened) -> Self {
        Self { opened, again: None }
    }
}

/// Opens a host for looking and changing; where all that this user reaches of it only reads, the session is barred.
///
/// # Errors
/// Every driver's reason, where none can tell what hypervisor this is.
pub fn open(uri: &Uri, host: HostId) -> Outcome<Session> {
    assemble_lasting(host, drivers(uri, false), true)
}

/// Opens a host for looking only: there is no [`Controller`] and no [`Typist`] in what it returns.
///
/// # Errors
/// As [`open`].
pub fn open_read_only(uri: &Uri, host: HostId) -> Outcome<Looking> {
    let Session { reader, consoles, definitions, .. } = assemble_lasting(host, drivers(uri, true), false)?;
    Ok(Looking { reader, consoles, definitions })
}

/// Opens a host to serve its readings to others: for looking only, by what runs no program and is no proxy itself.
///
/// # Errors
/// As [`open`]; `Refused` for a proxy's own host, which has a proxy already.
pub fn open_to_serve(uri: &Uri, host: HostId) -> Outcome<Looking> {
    let drivers = match uri {
        Uri::Xen(at) => without_programs(this_xen(at, true)),
        Uri::Proxy(path) => {
            let error = Error::new(Kind::Refused, "a proxy is served by itself, not by another");
            vec![(proxy::info(path.as_deref()), Err(error)).into()]
        }
        _ => drivers(uri, true),
    };
    // A proxy that serves has no more threads: what is not there when it begins, it does without.
    let drivers = drivers.into_iter().map(|candidate| candidate.opened).collect();
    let Session { reader, consoles, definitions, .. } = assemble(host, drivers, false)?;
    Ok(Looking { reader, consoles, definitions })
}

/// The drivers but for xl, which is a program, and the proxy.
fn without_programs(drivers: Vec<Candidate>) -> Vec<Candidate> {
    drivers.into_iter().filter(|driver| !["xl", PROXY].contains(&driver.opened.0.name)).collect()
}

/// A session over these drivers, in priority order; those that are not there stay so. Only tests call it.
///
/// # Errors
/// As [`open`].
pub fn assemble(host: HostId, drivers: Vec<Opened>, changes: bool) -> Outcome<Session> {
    assemble_lasting(host, drivers.into_iter().map(Candidate::from).collect(), changes)
}

/// A session over these drivers, in priority order; those that are not there are looked for again. Only `open`,
/// `open_read_only` and tests call it.
///
/// # Errors
/// As [`open`].
pub fn assemble_lasting(host: HostId, drivers: Vec<Candidate>, changes: bool) -> Outcome<Session> {
    let absent: Vec<_> = drivers.iter().filter_map(|driver| absent(&driver.opened)).collect();
    let barred = changes.then(|| barred(&drivers)).flatten();
    let changes = changes && barred.is_none();
    let (controls, openings) = drivers.into_iter().map(halves).unzip();
    let stack = Arc::new(Stack::new(openings));
    let reader = Reader::new(host, stack.clone()).map_err(|failure| with(failure, absent))?;
    let consoles = Consoles::new(stack.clone());
    let definitions = Definitions::new(stack.clone());
    let controller = changes.then(|| Controller::new(stack, controls, Permit(())));
    let typist = changes.then(|| Typist::new(Permit(())));
    Ok(Session { reader, controller, barred, consoles, definitions, typist })
}

/// The changing half of a driver and its place in the stack; who finds it later fills both.
fn halves(Candidate { opened: (info, driver), again }: Candidate) -> (Hand, Opening) {
    let hand = driver.as_ref().map_or_else(|_| Hand::default(), |driver| Arc::new(driver.clone().into()));
    let again = again.map(|open| -> Again {
        let hand = hand.clone();
        Box::new(move || {
            let (info, driver) = open()?;
            Ok((info, hand.get_or_init(|| driver).clone() as Arc<dyn Observe>))
        })
    });
    (hand, Opening { info, driver: driver.map(|driver| driver as Arc<dyn Observe>), again })
}

/// Why nothing can be changed where the proxy is what reads the host: nobody else that is open changes anything.
fn barred(drivers: &[Candidate]) -> Option<String> {
    let drivers = || drivers.iter().map(|driver| &driver.opened);
    let open = || drivers().filter(|(_, driver)| driver.is_ok()).map(|(info, _)| info);
    let changes = open().any(|info| info.ops.iter().any(|op| op.changes()));
    if changes || !open().any(|info| info.name == PROXY) {
        return None;
    }
    let errors = drivers().filter_map(|(_, driver)| driver.as_ref().err());
    let denied = errors.into_iter().find(|error| error.kind == Kind::Denied);
    let own = denied.map(|error| format!("this user may do nothing itself ({}), and ", error.message));
    Some(format!("{}the proxy only reads: changing needs root", own.unwrap_or_default()))
}

/// Why a driver could not be opened, where it could not.
fn absent((info, driver): &Opened) -> Option<Reason> {
    driver.as_ref().err().map(|error| error.clone().reason(info.name))
}

/// The failure with the reasons of drivers that were not asked: one who opens a host must know all that is missing.
fn with(mut failure: Failure, absent: Vec<Reason>) -> Failure {
    let told: Vec<_> = failure.reasons.iter().map(|reason| reason.driver.clone()).collect();
    failure.reasons.extend(absent.into_iter().filter(|reason| !told.contains(&reason.driver)));
    failure
}

/// What this machine is: the URI to open where none was given, and why in a phrase.
pub fn detect() -> (Uri, &'static str) {
    if is_control_domain() {
        (Uri::Xen(XenHost::default()), "this is a Xen control domain")
    } else if Path::new(proxy::SOCKET).exists() {
        (Uri::Proxy(None), "a proxy is there")
    } else {
        (Uri::Test(TestHost::default()), "no hypervisor was found here, so this is the demo host")
    }
}

/// Whether this is Xen's control domain (`control_d` in /proc/xen/capabilities) or has its device.
fn is_control_domain() -> bool {
    let capabilities = std::fs::read_to_string("/proc/xen/capabilities").unwrap_or_default();
    capabilities.contains("control_d") || Path::new("/dev/xen/privcmd").exists()
}

fn drivers(uri: &Uri, read_only: bool) -> Vec<Candidate> {
    match uri {
        Uri::Xen(host) => this_xen(host, read_only),
        Uri::Xend(at) => vec![xend(at, move |at| xen::xend::Xend::open(at, read_only))],
        Uri::Proxy(path) => vec![the_proxy(path.clone())],
        Uri::Test(host) => {
            let at = host.clone();
            vec![Candidate::new(test::info(host), move || test::Test::open(&at))]
        }
    }
}

/// Every way to this machine's Xen, in the order they are asked. The proxy only where this user may not ask the
/// hypervisor itself, or where it alone is there; xl, which asks the same device, then only for what reads. xend and xm
/// only where there is anything of them.
fn this_xen(host: &XenHost, read_only: bool) -> Vec<Candidate> {
    let hypervisor = Candidate::new(xen::hypercall::info(), move || hypervisor(read_only));
    let denied = hypervisor.opened.1.as_ref().is_err_and(|error| error.kind == Kind::Denied);
    let by_proxy = denied || hypervisor.opened.1.is_err() && Path::new(proxy::SOCKET).exists();
    let mut drivers = vec![hypervisor];
    if by_proxy {
        drivers.push(the_proxy(None));
    }
    if let Some(at) = xen::xend::here() {
        let open = move |at: &_| Ok(xen::xend::Xend::open(at, read_only)?.beside_xenstore());
        drivers.push(xend(&at, open));
    }
    drivers.push(Candidate::new(xen::xenstore::info(), move || xen::xenstore::Xenstore::open(read_only)));
    drivers.push(Candidate::new(xen::xl::info(), move || xen::xl::Xl::open(read_only || denied)));
    if let Some(folder) = xen::xm::here(host.xm.as_deref()) {
        let info = xen::xm::info(&folder);
        drivers.push(Candidate::new(info, move || xen::xm::Xm::open(&folder, read_only)));
    }
    drivers
}

fn hypervisor(read_only: bool) -> Answer<xen::hypercall::Xen> {
    if read_only { xen::hypercall::Xen::open_read_only() } else { xen::hypercall::Xen::open() }
}

fn the_proxy(path: Option<PathBuf>) -> Candidate {
    Candidate::new(proxy::info(path.as_deref()), move || proxy::Proxy::open(path.as_deref()))
}

fn xend(
    at: &uri::Xend,
    open: impl Fn(&uri::Xend) -> Answer<xen::xend::Xend> + Send + Sync + 'static,
) -> Candidate {
    let place = at.clone();
    Candidate::new(xen::xend::info(at), move || open(&place))
}
