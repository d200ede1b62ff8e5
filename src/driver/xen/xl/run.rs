//! Runs the program: with arguments, never through a shell, no longer than a deadline.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, killpg},
        wait::{Id, WaitPidFlag, waitid},
    },
    unistd::{AccessFlags, Pid, access},
};

use super::{capture::Capture, said::gist};
use crate::{
    driver::{Answer, Error},
    model::Kind,
};

/// The most a program may print to each of its outputs.
const MOST: u64 = 16 << 20;
/// How much of the end of its error output is looked at.
const TAIL: u64 = 64 << 10;
/// How long a killed program may take to end: one that sits in a hypercall cannot, and is left behind.
const GRACE: Duration = Duration::from_secs(5);
/// Where Xen's tools live besides the search path, which is short for ordinary users.
const PLACES: [&str; 4] = ["/usr/sbin", "/usr/bin", "/sbin", "/usr/local/sbin"];
/// What of our environment the program sees: where its own tools are, and where xenstored is.
const KEPT: [&str; 3] = ["PATH", "XENSTORED_PATH", "XENSTORED_RUNDIR"];

/// A program that can be run.
#[derive(Debug)]
pub(super) struct Program {
    /// Where it is.
    pub(super) path: PathBuf,
}

/// How long a program is waited for.
#[derive(Clone, Copy)]
pub(super) struct Patience<'a> {
    /// For so long, and then again as often as it came further meanwhile.
    pub(super) span: Duration,
    /// How far it has come, where that can be told.
    pub(super) reached: &'a dyn Fn() -> Option<u64>,
}

/// What a program did that ended by itself.
#[derive(Debug)]
pub(super) struct Ran {
    /// How it ended.
    pub(super) status: ExitStatus,
    /// All it printed.
    pub(super) out: String,
    /// The end of what it printed as errors.
    pub(super) err: String,
}

impl Program {
    /// The first of the places programs of this name are found in.
    ///
    /// # Errors
    /// `Denied` where one is there but not for this user, else `Unreachable`.
    pub(super) fn find(name: &str) -> Answer<Self> {
        let mut denied = None;
        for folder in folders() {
            match Self::at(folder.join(name)) {
                Ok(program) => return Ok(program),
                Err(error) if error.kind == Kind::Denied => denied = denied.or(Some(error)),
                Err(_) => {}
            }
        }
        Err(denied.unwrap_or_else(|| absent(name)))
    }

    /// The program at this path.
    ///
    /// # Errors
    /// `Denied` where this user may not run it, `Unreachable` where there is none.
    pub(super) fn at(path: PathBuf) -> Answer<Self> {
        let what = || format!("run {}", path.display());
        match access(&path, AccessFlags::X_OK) {
            Ok(()) if path.is_file() => Ok(Self { path }),
            Ok(()) => Err(Error::new(Kind::Unreachable, format!("{}: it is no file", what()))),
            Err(errno) => Err(Error::io(what(), &errno.into())),
        }
    }

    /// Runs it and waits until it ends by itself, however it does, as long as that is worth while; tells its process
    /// once it runs.
    ///
    /// # Errors
    /// `Unreachable` and `Denied` where it could not be started, so nothing was tried; `TimedOut` where it had to be
    /// killed.
    pub(super) fn run(
        &self,
        words: &[OsString],
        patience: Patience<'_>,
        tell: impl FnOnce(u32),
    ) -> Answer<Ran> {
        let failed = |error: io::Error| Error::io(format!("run {}", self.path.display()), &error);
        let (out, err) = (Capture::new(MOST).map_err(failed)?, Capture::new(MOST).map_err(failed)?);
        let streams = (out.stdio().map_err(failed)?, err.stdio().map_err(failed)?);
        let child = self.command(words, streams).spawn().map_err(|error| self.unstarted(&error))?;
        tell(child.id());
        let status = wait(child, patience).map_err(failed)?;
        let err = err.tail(TAIL).map_err(failed)?;
        match status {
            Some(status) => Ok(Ran { status, out: out.tail(MOST).map_err(failed)?, err }),
            None => Err(overdue(words.first(), patience, &err)),
        }
    }

    /// Why it could not be started: where it has gone or may not be run, the next driver is to be asked.
    fn unstarted(&self, error: &io::Error) -> Error {
        let what = format!("run {}", self.path.display());
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Error::io(what, error),
            io::ErrorKind::InvalidInput => Error::new(Kind::Refused, format!("{what}: {error}")),
            _ => Error::new(Kind::Failed, format!("{what}: {error}")),
        }
    }

    /// In a process group of its own: a ^C at our terminal is not meant for it, and all it started can be killed.
    fn command(&self, words: &[OsString], (out, err): (Stdio, Stdio)) -> Command {
        let mut command = Command::new(&self.path);
        let kept = KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?)));
        command.args(words).env_clear().envs(kept).env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(out).stderr(err).process_group(0);
        command
    }
}

impl Ran {
    /// How it ended, where it did not end well: `with status 1`.
    pub(super) fn ended(&self) -> String {
        match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("with status {code}"),
            (None, Some(signal)) => {
                let name = Signal::try_from(signal).map_or("a signal", Signal::as_str);
                format!("by {name}")
            }
            (None, None) => "in an unknown way".into(),
        }
    }
}

/// The folders to look in: those of the search path that are no matter of where we are, then the usual ones, then
/// where Debian keeps the tools of the release that runs.
fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let searched = env::split_paths(&path).filter(|folder| folder.is_absolute());
    searched.chain(PLACES.map(PathBuf::from)).chain(of_release()).collect()
}

/// Tools of another release than the one that runs do not understand it, so only this one's will do.
fn of_release() -> Option<PathBuf> {
    let number = |name: &str| {
        let text = fs::read_to_string(Path::new("/sys/hypervisor/version").join(name)).ok()?;
        text.trim().parse::<u32>().ok()
    };
    Some(format!("/usr/lib/xen-{}.{}/bin", number("major")?, number("minor")?).into())
}

fn absent(name: &str) -> Error {
    Error::new(Kind::Unreachable, format!("there is no program {name} in $PATH or beside the system's"))
        .hint("install Xen's tools (xen-utils), or write their folder into $PATH")
}

/// Waits for the child alone, not for what it left behind; none where it had to be killed at the deadline.
fn wait(mut child: Child, patience: Patience<'_>) -> io::Result<Option<ExitStatus>> {
    let group = Pid::from_raw(child.id().cast_signed());
    let mut reached = (patience.reached)();
    let ended = match watch(&child) {
        Ok(ended) => ended,
        Err(error) => {
            let _ = killpg(group, Signal::SIGKILL);
            let _ = child.wait();
            return Err(error);
        }
    };
    loop {
        if ended.recv_timeout(patience.span) != Err(RecvTimeoutError::Timeout) {
            return child.wait().map(Some);
        }
        let now = (patience.reached)();
        if now == reached {
            break;
        }
        reached = now;
    }
    // Nobody took the child's end in, so its number is still its own.
    let _ = killpg(group, Signal::SIGKILL);
    let _ = ended.recv_timeout(GRACE);
    let by_itself = |status: &ExitStatus| status.signal() != Some(Signal::SIGKILL as i32);
    Ok(child.try_wait()?.filter(by_itself))
}

/// Tells when the child has ended, without taking its end in: until then its number is given to nobody else.
fn watch(child: &Child) -> io::Result<Receiver<()>> {
    let child = Pid::from_raw(child.id().cast_signed());
    let (tell, ended) = channel();
    let wait = move || {
        while waitid(Id::Pid(child), WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT) == Err(Errno::EINTR) {}
        let _ = tell.send(());
    };
    thread::Builder::new().name("xl".into()).spawn(wait)?;
    Ok(ended)
}

fn overdue(verb: Option<&OsString>, patience: Patience<'_>, err: &str) -> Error {
    let verb = verb.map_or("", |verb| OsStr::to_str(verb).unwrap_or_default());
    let said = gist(err).unwrap_or_else(|| "nothing".into());
    let span = patience.span;
    let hung = match (patience.reached)() {
        Some(_) => format!("had not come further for {span:?}"),
        None => format!("had not ended after {span:?}"),
    };
    Error::new(Kind::TimedOut, format!("xl {verb} {hung} and was killed; it had said: {said}"))
}
