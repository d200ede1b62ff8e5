//! Whether a command can be run now, and why not: asked by help, palette, footer and update alike.

use super::{Command, Need, Run, Scope, find};
use crate::{
    app::{App, HostPane, Mode, Panel},
    model::{DriverStatus, HostId, Light, Op, Snapshot},
};

/// Whether a command can be run now; else why not, in a clause.
///
/// # Errors
/// The reason, to show beside it.
pub fn availability(app: &App, command: &Command) -> Result<(), String> {
    if matches!(command.run, Run::Look(_)) {
        return Err(format!("it prints: run `domtop {}` in a shell", command.name));
    }
    if !app.allows(command) {
        return Err("this screen is a kiosk, and it is none of its commands".into());
    }
    match (command.scope, &app.overlay) {
        (Scope::Overlay, None) => return Err("nothing lies over the panels".into()),
        (Scope::Pins, _) if app.screen.focus != Panel::Pins => {
            return Err("the Pins panel does not have the keys".into());
        }
        (Scope::Xml, _) if app.screen.focus != Panel::Xml => {
            return Err("the XML panel does not have the keys".into());
        }
        _ => need(app, command.need)?,
    }
    command.op.map_or(Ok(()), |op| allowed(app, op))
}

impl App {
    /// Whether a command is one of those there are: a kiosk has those it lists, and what closes, picks and types in
    /// what they open.
    pub fn allows(&self, command: &Command) -> bool {
        let listed = |names: &Vec<String>| names.iter().any(|name| name == command.name);
        // Who can open a console can leave it.
        let way_out = |names: &Vec<String>| {
            command.name == "console-detach" && names.iter().any(|name| name == "console")
        };
        let kiosk = self.settings.kiosk.as_ref();
        command.scope == Scope::Overlay || kiosk.is_none_or(|names| listed(names) || way_out(names))
    }

    /// As [`Self::allows`], by name; a command there is not is none of them.
    pub(in crate::app) fn allows_name(&self, name: &str) -> bool {
        find(name).is_some_and(|command| self.allows(command))
    }
}

fn need(app: &App, need: Need) -> Result<(), String> {
    let (there, reason) = match need {
        Need::Nothing => (true, ""),
        Need::Domain => (app.table.cursor.is_some(), "no domain is selected"),
        Need::Hosts => (app.hosts.len() > 1, "only one host"),
        Need::Marks => (!app.table.marks.is_empty(), "nothing is marked"),
        Need::Edits => (app.pins.edit.is_some(), "nothing was edited"),
        Need::Undo => {
            (app.jobs.list().any(|job| job.undo.requests().is_some()), "there is no change to take back")
        }
        Need::Provisional => (!app.provisional().is_empty(), "every change stays"),
        Need::Job => (app.jobs.running().next().is_some(), "no job is under way"),
        Need::Filter => (!app.table.filter.is_empty(), "there is no filter"),
        Need::Console => (app.consoles.tab().is_some(), "no console is open"),
        Need::Consoles => (app.consoles.tabs.len() > 1, "no other console is open"),
        Need::Pen => {
            return app
                .consoles
                .tab()
                .map_or_else(|| Err("no console is open".into()), |tab| app.may_write(tab));
        }
        Need::Keeper => return keeper(app),
        Need::Themes => (!app.settings.themes.is_empty(), "there is no other theme"),
    };
    if there { Ok(()) } else { Err(reason.into()) }
}

/// Whether the definition the XML panel shows could be changed, where it has the keys: it may be of another host.
fn keeper(app: &App) -> Result<(), String> {
    let shown = app.xml.of.filter(|_| app.screen.focus == Panel::Xml);
    app.may_on(shown.map_or(app.pane().id, |(host, _)| host), Op::Define)
}

/// Whether this session may do an operation, and some driver of the host can.
fn allowed(app: &App, op: Op) -> Result<(), String> {
    app.may_on(app.pane().id, op)
}

impl App {
    /// Whether this session may do an operation on a host, and some driver of it can.
    ///
    /// # Errors
    /// The reason, in a clause.
    pub(in crate::app) fn may_on(&self, host: HostId, op: Op) -> Result<(), String> {
        let pane = self.hosts.iter().find(|pane| pane.id == host);
        pane.map_or_else(|| Err("the host is not looked at any more".into()), |pane| may(pane, op))
    }
}

fn may(pane: &HostPane, op: Op) -> Result<(), String> {
    if let (Mode::Viewer(reason), true) = (&pane.mode, op.changes()) {
        return Err(format!("this session only looks: {reason}"));
    }
    pane.latest.as_ref().map_or(Ok(()), |snapshot| answered(snapshot, op))
}

/// Whether a driver that is there can do it; else why those that are not there are not.
fn answered(snapshot: &Snapshot, op: Op) -> Result<(), String> {
    if snapshot.drivers.iter().any(|d| answers(d) && d.ops.contains(&op)) {
        return Ok(());
    }
    let verb = if op.changes() { "can" } else { "tells" };
    let reasons = snapshot.drivers.iter().filter_map(missing);
    Err(std::iter::once(format!("no driver {verb} {}", op.doc()))
        .chain(reasons)
        .collect::<Vec<_>>()
        .join("; "))
}

const fn answers(driver: &DriverStatus) -> bool {
    matches!(driver.light, Light::Ready | Light::Degraded(_))
}

/// Why a driver does not answer, where it does not.
fn missing(driver: &DriverStatus) -> Option<String> {
    let name = &driver.name;
    match &driver.light {
        Light::Ready | Light::Degraded(_) => None,
        Light::Down(reason) => Some(format!("the {name} driver does not answer: {reason}")),
        Light::Absent(reason) => Some(format!("the {name} driver is not there: {reason}")),
    }
}
