//! Questions that may take a toolstack's time, over a connection of their own: the samples go on meanwhile.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    conn::{self, Conn, endless, turned_away},
    details::error,
};
use crate::{
    driver::{Answer, conn::Deadline},
    wire::proxy::{Call, Message, Question, Reply},
};

/// How long an answer may take: the proxy asks a toolstack.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection for single questions, made when there is one.
pub(super) struct Errand {
    path: PathBuf,
    conn: Option<Conn>,
    asked: u32,
}

impl Errand {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.into(), conn: None, asked: 0 }
    }

    /// Has a question answered.
    pub(super) fn ask(&mut self, question: Question) -> Answer<Reply> {
        // A connection that was made before may be of a proxy that has ended since.
        let kept = self.conn.take().map(|conn| self.over(conn, question));
        if let Some(Ok(reply)) = kept {
            return reply;
        }
        let mut conn = Conn::open_by(&self.path, Deadline::after(conn::PATIENCE))?;
        conn.greeted()?;
        self.over(conn, question)?
    }

    /// Asks over a connection, which is kept where it still serves; what the host answered is within.
    fn over(&mut self, mut conn: Conn, question: Question) -> Answer<Answer<Reply>> {
        let deadline = Deadline::after(PATIENCE);
        self.asked = self.asked.wrapping_add(1);
        conn.say(&Call::Ask(self.asked, question))?;
        loop {
            let answer = match conn.next()? {
                Some(Message::Answer(number, answer)) if number == self.asked => answer,
                Some(Message::Bye(why)) => return Err(turned_away(&why)),
                Some(_) if deadline.passed() => return Err(endless()),
                Some(_) => continue,
                None => {
                    if !conn.fill()? {
                        conn.wait(deadline)?;
                    }
                    continue;
                }
            };
            self.conn = Some(conn);
            return Ok(answer.map_err(error));
        }
    }
}
