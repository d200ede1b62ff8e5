//! Questions that wait for a thread: users are served in turn, so that one who asks much makes the others wait for one
//! answer at most. What is asked by who leaves is forgotten: no more waits than those who are there may have open.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound::{Excluded, Unbounded},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::wire::proxy::Question;

/// A question, who asked it and under which number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Which of the clients it is.
    pub(super) client: u64,
    /// Whose process it is.
    pub(super) uid: u32,
    /// Its own number of the question.
    pub(super) number: u32,
    pub(super) question: Question,
}

/// What waits for one thread.
#[derive(Debug, Default)]
pub(super) struct Turns {
    waiting: Mutex<Waiting>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Of each user, in the order it came; none is empty.
    users: BTreeMap<u32, VecDeque<Asked>>,
    /// Whose turn it was last.
    last: u32,
    over: bool,
}

impl Turns {
    /// Has a question wait.
    pub(super) fn put(&self, asked: Asked) {
        self.waiting().users.entry(asked.uid).or_default().push_back(asked);
        self.news.notify_one();
    }

    /// The next, once there is one; none once nobody can ask any more.
    pub(super) fn next(&self) -> Option<Asked> {
        let idle = |waiting: &mut Waiting| waiting.users.is_empty() && !waiting.over;
        let waited = self.news.wait_while(self.waiting(), idle);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner);
        if waiting.over { None } else { waiting.next() }
    }

    /// One has left: nobody would take the answers.
    pub(super) fn forget(&self, client: u64, uid: u32) {
        let mut waiting = self.waiting();
        if let Some(theirs) = waiting.users.get_mut(&uid) {
            theirs.retain(|asked| asked.client != client);
            if theirs.is_empty() {
                waiting.users.remove(&uid);
            }
        }
    }

    /// Nobody can ask any more.
    pub(super) fn end(&self) {
        self.waiting().over = true;
        self.news.notify_all();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn next(&mut self) -> Option<Asked> {
        let after = self.users.range((Excluded(self.last), Unbounded)).next();
        let uid = *after.or_else(|| self.users.iter().next())?.0;
        let theirs = self.users.get_mut(&uid)?;
        let asked = theirs.pop_front();
        if theirs.is_empty() {
            self.users.remove(&uid);
        }
        self.last = uid;
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(uid: u32, client: u64, number: u32) -> Asked {
        Asked { client, uid, number, question: Question::HostLog(number) }
    }

    #[test]
    fn users_are_served_in_turn_and_each_in_the_order_it_asked() {
        let turns = Turns::default();
        (0..4).for_each(|number| turns.put(asked(7, 1, number)));
        assert_eq!(turns.next(), Some(asked(7, 1, 0)));
        for (uid, client) in [(0, 2), (9, 3)] {
            turns.put(asked(uid, client, 0));
        }
        let order = [(9, 3, 0), (0, 2, 0), (7, 1, 1), (7, 1, 2), (7, 1, 3)];
        for (uid, client, number) in order {
            assert_eq!(turns.next(), Some(asked(uid, client, number)));
        }
        turns.end();
        assert_eq!(turns.next(), None);
    }

    #[test]
    fn of_one_who_left_nothing_waits() {
        let turns = Turns::default();
        for (client, number) in [(1, 0), (2, 0), (1, 1)] {
            turns.put(asked(7, client, number));
        }
        turns.forget(1, 7);
        turns.forget(1, 8);
        assert_eq!(turns.next(), Some(asked(7, 2, 0)));
        turns.put(asked(7, 1, 2));
        turns.forget(1, 7);
        turns.put(asked(9, 3, 0));
        assert_eq!(turns.next(), Some(asked(9, 3, 0)));
    }
}
