//! From a URI to drivers: the only place that knows them all, and the only maker of a [`Permit`].

use std::{path::Path, sync::Arc};

use super::{
    Answer, Control, Controller, DriverInfo, Error, Observe, Reader,
    console::{Consoles, Typist},
    stack::{Outcome, Stack},
    test, xen,
};
use crate::model::{Failure, HostId, Reason, uri::TestHost, uri::Uri};

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
    /// The changing half, absent where the session was opened for looking only.
    pub controller: Option<Controller>,
    /// The consoles of its domains, to list and to watch.
    pub consoles: Consoles,
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
}

impl From<Looking> for Session {
    fn from(Looking { reader, consoles }: Looking) -> Self {
        Self { reader, controller: None, consoles, typist: None }
    }
}

/// A driver that was opened, or what it would have been and why it could not be.
pub type Opened = (DriverInfo, Result<Arc<dyn Control>, Error>);

/// Opens a host for looking and changing.
///
/// # Errors
/// Every driver's reason, where none can tell what hypervisor this is.
pub fn open(uri: &Uri, host: HostId) -> Outcome<Session> {
    assemble(host, drivers(uri, false), true)
}

/// Opens a host for looking only: there is no [`Controller`] and no [`Typist`] in what it returns.
///
/// # Errors
/// As [`open`].
pub fn open_read_only(uri: &Uri, host: HostId) -> Outcome<Looking> {
    let Session { reader, consoles, .. } = assemble(host, drivers(uri, true), false)?;
    Ok(Looking { reader, consoles })
}

/// A session over these drivers, in priority order. Only `open`, `open_read_only` and tests call it.
///
/// # Errors
/// As [`open`].
pub fn assemble(host: HostId, drivers: Vec<Opened>, changes: bool) -> Outcome<Session> {
    let absent: Vec<_> = drivers.iter().filter_map(|(info, driver)| absent(info, driver)).collect();
    let controls = drivers.iter().map(|(_, driver)| driver.as_ref().ok().cloned()).collect();
    let observes = drivers.into_iter().map(|(info, driver)| (info, driver.map(|d| d as Arc<dyn Observe>)));
    let stack = Arc::new(Stack::new(observes.collect()));
    let reader = Reader::new(host, stack.clone()).map_err(|failure| with(failure, absent))?;
    let consoles = Consoles::new(stack.clone());
    let controller = changes.then(|| Controller::new(stack, controls, Permit(())));
    let typist = changes.then(|| Typist::new(Permit(())));
    Ok(Session { reader, controller, consoles, typist })
}

/// Why a driver could not be opened, where it could not.
fn absent<T>(info: &DriverInfo, driver: &Result<T, Error>) -> Option<Reason> {
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
        (Uri::Xen, "this is a Xen control domain")
    } else {
        (Uri::Test(TestHost::default()), "no hypervisor was found here, so this is the demo host")
    }
}

/// Whether this is Xen's control domain (`control_d` in /proc/xen/capabilities) or has its device.
fn is_control_domain() -> bool {
    let capabilities = std::fs::read_to_string("/proc/xen/capabilities").unwrap_or_default();
    capabilities.contains("control_d") || Path::new("/dev/xen/privcmd").exists()
}

fn drivers(uri: &Uri, read_only: bool) -> Vec<Opened> {
    match uri {
        Uri::Xen => vec![
            opened(xen::hypercall::info(), hypervisor(read_only)),
            opened(xen::xenstore::info(), xen::xenstore::Xenstore::open(read_only)),
            opened(xen::xl::info(), xen::xl::Xl::open(read_only)),
        ],
        Uri::Test(host) => vec![opened(test::info(host), test::Test::open(host))],
    }
}

fn hypervisor(read_only: bool) -> Answer<xen::hypercall::Xen> {
    if read_only { xen::hypercall::Xen::open_read_only() } else { xen::hypercall::Xen::open() }
}

fn opened<D: Control + 'static>(would_be: DriverInfo, driver: Answer<D>) -> Opened {
    match driver {
        Ok(driver) => (driver.info(), Ok(Arc::new(driver))),
        Err(error) => (would_be, Err(error)),
    }
}
