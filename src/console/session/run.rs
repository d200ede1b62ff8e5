//! The thread: asks first, then the guest, then pages; what a guest floods holds up none of them.

use std::{
    io::Read,
    os::{fd::AsFd, unix::net::UnixStream},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, TryRecvError},
    },
    time::Duration,
};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::{Options, Outlet, attachment::Attachment, screen::Screen, typed::Typed};
use crate::{
    console::{
        line::Backing,
        repaint,
        share::{Pen, Told},
    },
    driver::conn::Deadline,
    model::{
        DomainKey, Name,
        console::{Ask, Link, News, Tty, Wanted, page_size},
    },
};

/// How often it is tried to attach again.
const AGAIN: Duration = Duration::from_secs(1);
/// How soon after a domtop left that read for others: who wrote comes first, so that it goes on writing.
const NEXT: Duration = Duration::from_millis(20);
const LATER: Duration = Duration::from_millis(200);
/// How long it waits at most while there are watchers that may be slow, or a recording to be flushed.
const WATCHFUL: Duration = Duration::from_secs(1);

/// All that a console's thread has.
pub(super) struct Run<O> {
    pub(super) wanted: Wanted,
    pub(super) options: Options,
    pub(super) backing: Backing,
    asks: Receiver<Ask>,
    door: UnixStream,
    pub(super) outlet: Arc<O>,
    pub(super) line: Option<Attachment>,
    pub(super) screen: Screen,
    pub(super) typed: Typed,
    /// Whether it would write.
    pub(super) wants: bool,
    /// Why it is not attached.
    lost: Option<Name>,
    /// When it is tried again.
    pub(super) again: Deadline,
    told: (Link, Option<Tty>),
    /// The guest's life that was attached last, and where.
    life: Option<(DomainKey, PathBuf)>,
}

/// Runs it; where it breaks off that is told.
pub(super) fn contained<O: Outlet>(run: Run<O>) {
    let outlet = run.outlet.clone();
    if catch_unwind(AssertUnwindSafe(|| run.run())).is_err() {
        let why = Name::new("the thread of this console broke off");
        outlet.news(News::Link(Link::Ended(why), None));
    }
}

impl<O: Outlet> Run<O> {
    pub(super) fn new(
        (wanted, options): (Wanted, Options),
        backing: Backing,
        (asks, door): (Receiver<Ask>, UnixStream),
        outlet: Arc<O>,
    ) -> Self {
        let mut screen = Screen::new(page_size(wanted.size), options.history);
        // Whoever asked something then is not answered now.
        drop(screen.feed(&options.before));
        Self {
            wants: wanted.write && backing.types.is_some(),
            wanted,
            options,
            backing,
            asks,
            door,
            outlet,
            line: None,
            screen,
            typed: Typed::default(),
            lost: None,
            again: Deadline::after(Duration::ZERO),
            told: (Link::Opening, None),
            life: None,
        }
    }

    fn run(mut self) {
        if let Some(folder) = self.options.record.clone() {
            self.record_into(&folder);
        }
        while self.hear() {
            self.attach();
            self.serve();
            self.read();
            self.settle();
            self.send();
            self.screen.tick(self.outlet.as_ref());
            self.wait();
        }
    }

    /// Does what was asked; false once nobody can ask any more.
    fn hear(&mut self) -> bool {
        let mut rings = [0; 64];
        while (&self.door).read(&mut rings).is_ok_and(|count| count == rings.len()) {}
        loop {
            match self.asks.try_recv() {
                Ok(ask) => self.answer(ask),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn attach(&mut self) {
        if self.line.is_some() || !self.again.passed() {
            return;
        }
        match Attachment::make(&self.wanted, &self.backing, &self.options) {
            Ok(line) => self.attached(line),
            Err(why) => self.lose(&why, AGAIN),
        }
    }

    fn attached(&mut self, mut line: Attachment) {
        let this = (line.key, line.tty.path.clone());
        if self.life.as_ref().is_some_and(|before| *before != this) {
            self.screen.separate(&format!("{} began anew", self.wanted.name));
        }
        if let Some(types) = self.backing.types.as_deref().filter(|_| self.wants) {
            line.claim(types);
        }
        (self.life, self.lost, self.line) = (Some(this), None, Some(line));
    }

    /// It is not attached, or not any more; it is tried again after this time.
    pub(super) fn lose(&mut self, why: &str, again: Duration) {
        self.line = None;
        self.lost = Some(Name::new(why));
        self.again = Deadline::after(again);
    }

    /// Hears those who look on.
    fn serve(&mut self) {
        let Some(line) = &mut self.line else { return };
        let turn = line.turn();
        if let Some(size) = turn.size {
            let size = page_size(size);
            self.screen.resize(size);
            line.resize(size, None);
        }
        if !turn.new.is_empty() {
            let page = self.screen.newest();
            let drawn = repaint::whole(&page);
            turn.new.into_iter().for_each(|new| line.show(new, page.size, &drawn));
        }
    }

    fn read(&mut self) {
        let Some(line) = &mut self.line else { return };
        let (mut told, through, wrote) = (Vec::new(), line.is_through(), line.sink.is_some());
        let result = line.read(|one| told.push(one));
        for one in told {
            match one {
                Told::Size(columns, rows) => self.screen.resize(page_size((columns, rows))),
                Told::Output(bytes) => self.take_in(&bytes),
            }
        }
        if let Err(why) = result {
            let soon = if wrote { NEXT } else { LATER };
            self.lose(&why, if through { soon } else { AGAIN });
        }
    }

    fn take_in(&mut self, bytes: &[u8]) {
        let fed = self.screen.feed(bytes);
        self.outlet.raw(bytes);
        if self.screen.stirs() {
            self.outlet.news(News::Stirred);
        }
        if fed.bells > 0 {
            self.outlet.news(News::Bell);
        }
        if let Some(line) = &mut self.line {
            line.hand_on(bytes);
            // Exactly one answers what the guest's terminal is asked: who types.
            if line.sink.is_some() {
                self.typed.push(&fed.answers);
            }
        }
        if let Some(why) = fed.failed {
            self.outlet.news(News::Failed(why));
            self.outlet.news(News::Recording(None));
        }
    }

    /// Opens or closes what is typed on, as the pen goes, and tells how it stands.
    fn settle(&mut self) {
        if let Some(line) = &mut self.line {
            let types = self.backing.types.as_deref();
            if let Some(types) =
                types.filter(|_| self.wants && !line.is_through() && line.pen() == Some(Pen::Free))
            {
                line.claim(types);
            }
            match (line.pen() == Some(Pen::Mine), line.sink.is_some()) {
                (true, false) => self.pick_up(),
                (false, true) => line.sink = None,
                _ => {}
            }
        }
        self.tell();
    }

    /// The pen is ours: opens the console to type on, with the size there is room for here.
    fn pick_up(&mut self) {
        let (Some(line), Some(types)) = (&mut self.line, self.backing.types.as_deref()) else { return };
        match types.write(&line.tty) {
            Ok(sink) => {
                line.sink = Some(sink);
                let size = page_size(self.wanted.size);
                self.screen.resize(size);
                line.resize(size, Some(types));
            }
            Err(error) => {
                line.give_up();
                self.wants = false;
                self.outlet.news(News::Failed(error.to_string()));
            }
        }
    }

    /// Tells how it stands, where that is new.
    fn tell(&mut self) {
        let now = (self.link(), self.line.as_ref().map(|line| line.tty.clone()));
        if now == self.told {
            return;
        }
        if matches!(now.0, Link::Watching(_) | Link::Lost(_)) {
            self.discard();
        }
        self.outlet.news(News::Link(now.0.clone(), now.1.clone()));
        self.told = now;
    }

    /// What was typed for a guest that does not get it is told, not dropped in silence.
    fn discard(&mut self) {
        let count = self.typed.forget();
        if count > 0 {
            self.outlet.news(News::Failed(format!("{count} typed bytes did not reach {}", self.wanted.name)));
        }
    }

    /// How it stands.
    pub(super) fn link(&self) -> Link {
        let Some(line) = &self.line else {
            return self.lost.clone().map_or(Link::Opening, Link::Lost);
        };
        match line.pen() {
            _ if line.sink.is_some() => Link::Writing,
            None => Link::Opening,
            Some(Pen::Of(person)) => Link::Watching(Name::new(&format!("{person} writes"))),
            Some(_) if self.backing.types.is_none() => Link::Watching(Name::new("opened for looking only")),
            Some(_) => Link::Watching(Name::new("nobody writes")),
        }
    }

    fn send(&mut self) {
        let Some(sink) = self.line.as_mut().and_then(|line| line.sink.as_mut()) else { return };
        if self.typed.send(sink.as_mut()).is_err() {
            self.lose("the guest's console has gone", AGAIN);
            self.tell();
        }
    }

    fn wait(&self) {
        let mut polls = vec![PollFd::new(self.door.as_fd(), PollFlags::POLLIN)];
        if let Some(line) = &self.line {
            line.polls(&mut polls);
            if let Some(sink) = line.sink.as_ref().filter(|_| self.typed.waiting() > 0) {
                polls.push(PollFd::new(sink.fd(), PollFlags::POLLOUT));
            }
        }
        // A signal, or whatever else ends the wait early, only has it look around.
        let _ = poll(&mut polls, self.patience());
    }

    /// How long nothing is to be done though nothing comes.
    fn patience(&self) -> PollTimeout {
        let watchful = self.line.as_ref().is_some_and(Attachment::is_shared) || self.screen.is_recorded();
        let again = self.line.is_none().then(|| self.again.left());
        let due = [again, watchful.then_some(WATCHFUL), self.screen.due()].into_iter().flatten().min();
        let Some(due) = due else { return PollTimeout::NONE };
        PollTimeout::try_from(due.as_micros().div_ceil(1000).min(60_000)).unwrap_or(PollTimeout::MAX)
    }
}
