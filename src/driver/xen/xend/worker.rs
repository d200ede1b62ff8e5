//! The thread that reads the host, so that nobody else waits for a xend that hangs.
//!
//! ```text
//!             asked          ┌─────────────── answered: the view ──────────────┐
//!   Idle ─────────────► Reading                                                 ▼
//!    ▲                       └── no answer ──► Down(why) ── a pause ──► asked: Reading
//!    └──────────────────────────────────────────┘ every call is answered with why, at once
//! ```
//!
//! Who wants what is new waits for a round, no longer than the deadline; the first who waits in vain turns it down, and
//! from then on nobody waits until a round succeeds. Pauses double from one second to sixteen. What was read before is
//! never given as new. The first round reads all there is, and is given longer. Calls beside the thread, about single domains, have such pauses of their own: one page may
//! hang where the others do not.
//!
//! Up to 3.0.3 xend serves one connection at a time: while a change of our own is under way, it is not even asked.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::{
    said::is_silence,
    view::{FIRST, Rounds, View},
};
use crate::{
    driver::{
        Answer, Error,
        conn::{Deadline, Stopwatch},
    },
    model::{Kind, Light, Nanos},
};

/// The first pause and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(16));
/// What is this young is as good as new: the calls of one tick are answered by one round. Shorter than any interval
/// one would sample xend at, for two ticks of one round would show no CPU time between them.
const YOUNG: Nanos = Nanos(50_000_000);
/// How old what changes seldom may be.
const OLD: Nanos = Nanos(2_000_000_000);
/// What is as old as this is not told without having asked again.
const ANCIENT: Nanos = Nanos(10_000_000_000);

/// The thread, as the driver sees it: there from the first that is asked of it, or from [`Worker::start`]. It ends with
/// its owner.
pub(super) struct Worker {
    shared: Arc<Shared>,
    patience: Duration,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Who reads, before the thread is there.
    idle: Option<Rounds>,
    /// Whether the thread is there.
    started: bool,
    view: Option<(Arc<View>, Stopwatch)>,
    /// Rounds are numbered from 1: the last that was asked for, begun, ended.
    asked: u64,
    begun: u64,
    done: u64,
    /// The domains that were changed since; what was read before is of no use.
    changed: Vec<String>,
    /// When the last round began.
    round: Option<Stopwatch>,
    /// Why there are no rounds now, where there are none.
    down: Option<Down>,
    /// Why there are no calls beside the thread now.
    aside: Option<Down>,
    /// What xend is busy with, where it serves nobody else meanwhile.
    busy: Option<(&'static str, Stopwatch)>,
    ended: bool,
}

/// There is no answer.
struct Down {
    error: Error,
    since: Stopwatch,
    /// When it is asked again.
    retry: Deadline,
    pause: Duration,
}

impl Worker {
    /// Without its thread yet; rounds and those who wait for them take this long at most.
    pub(super) fn new(rounds: Rounds, patience: Duration) -> Self {
        let state = State { idle: Some(rounds), ..State::default() };
        Self { shared: Arc::new(Shared { state: state.into(), changed: Condvar::new() }), patience }
    }

    /// Starts the thread, where it is not there yet.
    ///
    /// # Errors
    /// Where there can be none.
    pub(super) fn start(&self) -> Answer<()> {
        let mut state = self.shared.lock();
        if !state.started {
            let (its, patience) = (self.shared.clone(), self.patience);
            let run = move || its.run(patience);
            let spawned = thread::Builder::new().name("xend".into()).spawn(run);
            spawned.map_err(|error| Error::new(Kind::Failed, format!("start a thread for xend: {error}")))?;
            state.started = true;
        }
        Ok(())
    }

    /// The host as it is now.
    ///
    /// # Errors
    /// Why it cannot be told; at once where that was known.
    pub(super) fn fresh(&self) -> Answer<Arc<View>> {
        self.start()?;
        let mut state = self.shared.lock();
        if let Some(view) = state.within(YOUNG) {
            return Ok(view);
        }
        let wanted = state.next_of_use();
        state.asked = state.asked.max(wanted);
        self.shared.changed.notify_all();
        // A xend that hangs ends the first round as soon as any other.
        let patience = self.patience * if state.view.is_none() { FIRST + 2 } else { 1 };
        let (began, deadline) = (Stopwatch::start(), Deadline::after(patience));
        while state.done < wanted {
            state.available()?;
            if deadline.passed() {
                let why = format!("read the host: no answer in {patience:?}");
                lose(&mut state.down, Error::new(Kind::TimedOut, why), began);
                continue;
            }
            state = self.shared.wait(state, Some(deadline.left()));
        }
        state.available()?;
        state.view.as_ref().map(|(view, _)| view.clone()).ok_or_else(unread)
    }

    /// The host as it was of late, without waiting unless nobody asked for long.
    ///
    /// # Errors
    /// Where nothing of it was ever read, or xend does not answer now.
    pub(super) fn recent(&self) -> Answer<Arc<View>> {
        let mut state = self.shared.lock();
        let Some((view, read)) = state.view.clone().filter(|(_, read)| read.elapsed() < ANCIENT) else {
            drop(state);
            return self.fresh();
        };
        if read.elapsed() > OLD || !state.changed.is_empty() {
            state.asked = state.begun + 1;
            self.shared.changed.notify_all();
        }
        match &state.down {
            Some(down) => Err(down.told()),
            None => Ok(view),
        }
    }

    /// Makes a call beside the thread, unless it is known that there will be no answer.
    ///
    /// # Errors
    /// The call's; why it was not made.
    pub(super) fn aside<T>(&self, call: impl FnOnce() -> Answer<T>) -> Answer<T> {
        self.shared.lock().open_aside().inspect_err(|_| self.shared.changed.notify_all())?;
        let began = Stopwatch::start();
        let answer = call();
        let mut state = self.shared.lock();
        match &answer {
            Err(error) if is_silence(error) => lose(&mut state.aside, error.clone(), began),
            _ => state.aside = None,
        }
        answer
    }

    /// Something is being changed, by a xend that serves nobody else meanwhile. It ends with what is returned.
    pub(super) fn busy(&self, word: &'static str) -> Busy<'_> {
        self.shared.lock().busy = Some((word, Stopwatch::start()));
        Busy(self)
    }

    /// The domain of this name may be another than was read.
    pub(super) fn outdate(&self, name: &str) {
        self.shared.lock().changed.push(name.to_owned());
    }

    /// How xend is.
    pub(super) fn light(&self) -> Light {
        let state = self.shared.lock();
        let missing = state.view.as_ref().and_then(|(view, _)| view.missing.clone());
        let aside = state.aside.as_ref().filter(|down| !down.retry.passed()).map(|down| down.told().message);
        match (state.available(), aside.or(missing)) {
            (Err(error), _) if state.busy.is_some() => Light::Degraded(error.message),
            (Err(error), _) => Light::Down(error.message),
            (Ok(()), Some(part)) => Light::Degraded(part),
            (Ok(()), None) => Light::Ready,
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
    }
}

/// Ends with the change it was made for.
pub(super) struct Busy<'a>(&'a Worker);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.shared.lock().busy = None;
        self.0.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>, span: Option<Duration>) -> MutexGuard<'a, State> {
        match span {
            Some(span) => self.changed.wait_timeout(state, span).unwrap_or_else(PoisonError::into_inner).0,
            None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn run(&self, patience: Duration) {
        let Some(mut rounds) = self.lock().idle.take() else { return };
        while let Some(changed) = self.next() {
            rounds.forget(&changed);
            // A round that breaks off has failed, and is told: who waits would otherwise wait for nobody.
            let answer = catch_unwind(AssertUnwindSafe(|| rounds.read(patience)));
            self.publish(answer.unwrap_or_else(|_| Err(broke_off())));
        }
    }

    /// Waits until a round is to begin; tells which domains were changed since the last. None at the end.
    fn next(&self) -> Option<Vec<String>> {
        let mut state = self.lock();
        loop {
            let pause = state.down.as_ref().map(|down| down.retry.left()).filter(|left| !left.is_zero());
            let wanted = state.asked > state.begun && state.busy.is_none();
            if state.ended {
                return None;
            }
            if wanted && pause.is_none() {
                state.begun = state.asked;
                state.round = Some(Stopwatch::start());
                return Some(std::mem::take(&mut state.changed));
            }
            state = self.wait(state, pause.filter(|_| wanted));
        }
    }

    fn publish(&self, answer: Answer<View>) {
        let mut state = self.lock();
        state.done = state.begun;
        match answer {
            Ok(view) => {
                state.view = Some((Arc::new(view), Stopwatch::start()));
                state.down = None;
            }
            Err(error) => {
                let began = state.round.unwrap_or_else(Stopwatch::start);
                lose(&mut state.down, error, began);
            }
        }
        self.changed.notify_all();
    }
}

impl State {
    /// What was read, where it is this young and still holds.
    fn within(&self, age: Nanos) -> Option<Arc<View>> {
        let (view, read) = self.view.as_ref()?;
        let holds = self.down.is_none() && self.changed.is_empty() && read.elapsed() <= age;
        holds.then(|| view.clone())
    }

    fn available(&self) -> Answer<()> {
        if let Some((word, since)) = &self.busy {
            let why = format!("xend is busy with {word} for {} and serves nobody else", seconds(*since));
            return Err(Error::new(Kind::Unreachable, why));
        }
        self.down.as_ref().map_or(Ok(()), |down| Err(down.told()))
    }

    /// The first round whose result is new: the one under way, unless something was changed meanwhile.
    fn next_of_use(&self) -> u64 {
        let joins = self.begun > self.done && self.changed.is_empty();
        self.begun + u64::from(!joins)
    }

    fn open_aside(&mut self) -> Answer<()> {
        if self.down.is_some() {
            // A call is a reason to try again.
            self.asked = self.begun + 1;
        }
        self.available()?;
        match self.aside.as_ref().filter(|down| !down.retry.passed()) {
            Some(down) => Err(down.told()),
            None => Ok(()),
        }
    }
}

/// There is no answer: told from now on, and tried again after a pause, a longer one each time.
fn lose(place: &mut Option<Down>, error: Error, began: Stopwatch) {
    let down = match place.take() {
        Some(down) if down.retry.passed() => {
            let pause = (down.pause * 2).min(PAUSE.1);
            Down { error, since: down.since, retry: Deadline::after(pause), pause }
        }
        // The thread and who waited for it find the same.
        Some(down) => Down { error, ..down },
        None => Down { error, since: began, retry: Deadline::after(PAUSE.0), pause: PAUSE.0 },
    };
    *place = Some(down);
}

impl Down {
    fn told(&self) -> Error {
        let what = if is_silence(&self.error) { "no answer" } else { "no answer that can be read" };
        let why = format!("{what} for {}: {}", seconds(self.since), self.error.message);
        Error { message: why.into(), ..self.error.clone() }
    }
}

fn seconds(since: Stopwatch) -> String {
    format!("{} s", since.elapsed().0 / 1_000_000_000)
}

fn broke_off() -> Error {
    Error::new(Kind::Failed, "read the host: the thread that reads broke off")
}

fn unread() -> Error {
    Error::new(Kind::Failed, "read the host: nothing was read")
}
