//! The way to the proxy, found again after it was lost, and the last sample that came over it.
//!
//! ```text
//!           hung up, out of step, turned away
//!     Up ─────────────────────────────────────► Down(reason, until)
//!      ▲                                          │  domains() fails, the rows shown are old
//!      └── connected; its welcome and samples ◄───┘  begin() tries again every second, without waiting
//!          come when they come
//! ```

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::conn::{Conn, PATIENCE, checked, endless, malformed, silent, turned_away};
use crate::{
    driver::{Answer, Error, conn::Deadline},
    model::{Demand, Kind, Light, Nanos, Node},
    wire::proxy::{self, Assembly, Call, Message, Question, Sample, Welcome},
};

/// How long after a failure the proxy is tried again.
const PAUSE: Nanos = Nanos(1_000_000_000);
/// A sample that is older, and than three intervals, is waited for to be followed by another.
const OLD: Nanos = Nanos(5_000_000_000);
/// The longest wait for a sample after the one that was given last.
const LINGER: Duration = Duration::from_millis(500);

/// The way to the proxy.
pub(super) struct Link {
    path: PathBuf,
    state: State,
    now: Nanos,
    demand: Demand,
    /// The number the demand was sent under.
    serial: u32,
    /// The moment of the sample that was given last.
    given: Option<Nanos>,
    /// Why there was no sample to give when one was wanted last.
    late: Option<Arc<str>>,
}

#[expect(clippy::large_enum_variant, reason = "there is one, and it is mostly up")]
enum State {
    Up(Up),
    Down { error: Error, until: Nanos },
}

/// A connection and what came over it.
struct Up {
    conn: Conn,
    welcome: Option<Welcome>,
    assembly: Assembly,
    /// The demand that the last sample holds, by its number.
    served: u32,
    /// The one that the samples to come hold: of the next, nothing but this word may be here yet.
    announced: u32,
    /// Numbers questions.
    asked: u32,
    answer: Option<(u32, proxy::Answer)>,
}

impl Link {
    /// Connects and waits for the welcome.
    pub(super) fn open(path: &Path) -> Answer<(Self, Welcome)> {
        let mut up = Up::over(Conn::open_by(path, Deadline::after(PATIENCE))?);
        let welcome = up.conn.greeted()?;
        up.welcome = Some(welcome.clone());
        let link = Self {
            path: path.into(),
            state: State::Up(up),
            now: Nanos(0),
            demand: Demand::default(),
            serial: 0,
            given: None,
            late: None,
        };
        Ok((link, welcome))
    }

    /// A tick begins: takes in what came, says what is wanted where that changed, and connects again where it is time
    /// to. Never waits.
    pub(super) fn begin(&mut self, now: Nanos, demand: &Demand) {
        self.now = now;
        if let State::Down { until, .. } = &self.state
            && now >= *until
        {
            self.reconnect();
        }
        self.run(Up::take_in);
        if self.serial == 0 || self.demand != *demand {
            self.demand.clone_from(demand);
            self.say_demand();
        }
    }

    /// The last sample, once one came that holds what is wanted and is not the one that was given before: what is on
    /// its way is waited for a little.
    pub(super) fn sample(&mut self) -> Answer<&Sample> {
        let patience = Deadline::after(PATIENCE);
        let pace = self.demand.interval.map_or(Duration::ZERO, Duration::from);
        let linger = Deadline::after((pace / 2).min(LINGER));
        loop {
            let (fresh, news) = (self.is_fresh(), self.is_news());
            if fresh && (news || linger.passed()) || patience.passed() {
                break;
            }
            let deadline = if fresh { linger } else { patience };
            self.run(|up| if up.conn.came(deadline)? { up.take_in() } else { Ok(()) });
            if let State::Down { error, .. } = &self.state {
                return Err(error.clone());
            }
        }
        self.given = self.last().map(|sample| sample.at.mono);
        self.late = self.lateness();
        match (&self.late, self.last()) {
            (None, Some(sample)) => Ok(sample),
            (late, _) => Err(Error::new(Kind::TimedOut, late.as_deref().unwrap_or_default())),
        }
    }

    /// The last sample as it is.
    pub(super) fn last(&self) -> Option<&Sample> {
        self.up().and_then(|up| up.assembly.sample())
    }

    /// The machine, once it was told.
    pub(super) fn node(&self) -> Option<&Arc<Node>> {
        self.up().and_then(|up| up.assembly.node())
    }

    /// Has a question answered; samples that come meanwhile are taken in.
    pub(super) fn ask(&mut self, question: Question) -> Answer<proxy::Answer> {
        let deadline = Deadline::after(PATIENCE);
        let mut answer = Err(Error::new(Kind::Unreachable, "the proxy hung up"));
        self.run(|up| {
            answer = up.ask(question, deadline);
            match &answer {
                // A proxy that is slow with one question may be quick with the samples.
                Err(error) if error.kind != Kind::TimedOut => Err(error.clone()),
                _ => Ok(()),
            }
        });
        match &self.state {
            State::Down { error, .. } => Err(error.clone()),
            State::Up(_) => answer,
        }
    }

    /// The moment the tick began.
    pub(super) const fn now(&self) -> Nanos {
        self.now
    }

    /// How it is.
    pub(super) fn light(&self) -> Light {
        match &self.state {
            State::Down { error, .. } => Light::Down(error.message.clone()),
            State::Up(up) if up.welcome.is_none() => Light::Down(
                format!("connected to {}: it has not said who it is yet", self.path.display()).into(),
            ),
            // It is connected, and may answer questions: that is not all it should do.
            State::Up(_) => self.late.clone().map_or(Light::Ready, Light::Degraded),
        }
    }

    /// Whether the last sample holds what is wanted and is not old.
    fn is_fresh(&self) -> bool {
        let served = self.up().is_some_and(|up| up.served == self.serial);
        served && self.last().is_some_and(|sample| self.now.since(sample.at.mono) <= self.old())
    }

    /// Why the last sample cannot be given.
    fn lateness(&self) -> Option<Arc<str>> {
        let Some(sample) = self.last() else { return Some("the proxy sent no sample in time".into()) };
        let age = self.now.since(sample.at.mono);
        (age > self.old()).then(|| format!("the proxy sent no sample for {:.0} s", age.seconds()).into())
    }

    fn is_news(&self) -> bool {
        self.last().is_some_and(|sample| self.given != Some(sample.at.mono))
    }

    fn old(&self) -> Nanos {
        let interval = self.demand.interval.unwrap_or_default();
        OLD.max(Nanos(interval.0.saturating_mul(3)))
    }

    const fn up(&self) -> Option<&Up> {
        match &self.state {
            State::Up(up) => Some(up),
            State::Down { .. } => None,
        }
    }

    /// Does something over the connection; what goes wrong ends it.
    fn run(&mut self, work: impl FnOnce(&mut Up) -> Answer<()>) {
        if let State::Up(up) = &mut self.state
            && let Err(error) = work(up)
        {
            self.lose(error);
        }
    }

    fn say_demand(&mut self) {
        self.serial = self.serial.wrapping_add(1).max(1);
        let call = Call::Demand(self.serial, self.demand.clone());
        self.run(|up| up.conn.say(&call));
    }

    fn reconnect(&mut self) {
        match Conn::open(&self.path) {
            Ok(conn) => {
                (self.state, self.late) = (State::Up(Up::over(conn)), None);
                self.say_demand();
            }
            Err(error) => self.lose(error),
        }
    }

    fn lose(&mut self, error: Error) {
        let message = match error.kind {
            Kind::Unreachable => format!("no proxy at {}: reconnecting", self.path.display()),
            _ => error.message.to_string(),
        };
        let error = Error { message: message.into(), ..error };
        self.state = State::Down { error, until: Nanos(self.now.0.saturating_add(PAUSE.0)) };
    }
}

impl Up {
    fn over(conn: Conn) -> Self {
        let assembly = Assembly::default();
        Self { conn, welcome: None, assembly, served: 0, announced: 0, asked: 0, answer: None }
    }

    /// Takes in all that has come; a proxy that sends faster than that is given up before long.
    fn take_in(&mut self) -> Answer<()> {
        self.conn.send()?;
        let deadline = Deadline::after(PATIENCE);
        loop {
            let more = self.conn.fill();
            self.sort()?;
            if !more? {
                return Ok(());
            }
            if deadline.passed() {
                return Err(endless());
            }
        }
    }

    /// Puts each message that came to its place.
    fn sort(&mut self) -> Answer<()> {
        while let Some(message) = self.conn.next()? {
            match message {
                Message::Welcome(welcome) => self.welcome = Some(checked(welcome)?),
                Message::Bye(why) => return Err(turned_away(&why)),
                Message::Served(serial) => self.announced = serial,
                Message::Answer(number, answer) => self.answer = Some((number, answer)),
                Message::Part(part) => {
                    if self.assembly.take(part).map_err(malformed)? {
                        self.served = self.announced;
                    }
                }
            }
        }
        Ok(())
    }

    fn ask(&mut self, question: Question, deadline: Deadline) -> Answer<proxy::Answer> {
        self.asked = self.asked.wrapping_add(1);
        self.conn.say(&Call::Ask(self.asked, question))?;
        loop {
            self.take_in()?;
            if let Some((_, answer)) = self.answer.take_if(|(number, _)| *number == self.asked) {
                return Ok(answer);
            }
            if deadline.passed() {
                return Err(silent());
            }
            self.conn.wait(deadline)?;
        }
    }
}
