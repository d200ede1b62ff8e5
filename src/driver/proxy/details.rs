//! The domain in view, asked for once and kept for as long as the reader needs all parts of it.

use super::{link::Link, other};
use crate::{
    driver::{Answer, Error},
    model::{Detail, DomainKey, Kind, Nanos},
    wire::proxy::{Question, Reply, Trouble},
};

/// How long an answer serves.
const KEPT: Nanos = Nanos(500_000_000);
/// How long it is not asked again after it was waited for in vain: the samples must not wait with it.
const SPARED: Nanos = Nanos(10_000_000_000);

/// What was asked last of one domain.
#[derive(Default)]
pub(super) struct Details {
    last: Option<(DomainKey, Nanos, Answer<Box<Detail>>)>,
}

impl Details {
    /// All of a domain beyond its row; also a failure is kept, so that four questions are not four waits.
    pub(super) fn of(&mut self, key: DomainKey, link: &mut Link) -> Answer<&Detail> {
        let now = link.now();
        let fresh = |(of, at, answer): &(DomainKey, Nanos, Answer<_>)| {
            let silent = answer.as_ref().is_err_and(|error| error.kind == Kind::TimedOut);
            *of == key && now.since(*at) < if silent { SPARED } else { KEPT }
        };
        if !self.last.as_ref().is_some_and(fresh) {
            self.last = Some((key, now, ask(key, link)));
        }
        match &self.last {
            Some((.., Ok(detail))) => Ok(detail),
            Some((.., Err(error))) => Err(error.clone()),
            None => Err(other()),
        }
    }
}

fn ask(key: DomainKey, link: &mut Link) -> Answer<Box<Detail>> {
    match link.ask(Question::Detail(key))? {
        Ok(Reply::Detail(detail)) if detail.key == key => Ok(detail),
        Ok(_) => Err(other()),
        Err(trouble) => Err(error(trouble)),
    }
}

/// What the proxy's host answered, as its drivers said it.
pub(super) fn error(Trouble { kind, message, hint }: Trouble) -> Error {
    let error = Error::new(kind, message);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}
