//! The end of one who looks on.

use std::io;

use nix::poll::PollFd;

use super::{Frame, Pen, Place, VERSION, conn::Conn};
use crate::{console::line::Types, driver::conn::connect_unix};

/// A console that another process reads. Asking for the pen takes somebody who may type; there is no other way to.
///
/// ```compile_fail
/// fn who_looks_on_cannot_ask_for_the_pen(client: &mut domtop::console::share::Client) { client.take_over(); }
/// ```
#[derive(Debug)]
pub struct Client {
    conn: Conn,
    pen: Option<Pen>,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The guest's terminal has so many columns and rows.
    Size(u16, u16),
    /// The guest wrote.
    Output(Vec<u8>),
}

impl Client {
    /// Looks on at the console of this name, as this user.
    ///
    /// # Errors
    /// Where nobody shares it, or somebody of another user.
    pub fn connect(place: &Place, name: &str, who: &str) -> io::Result<Self> {
        let mut conn = Conn::new(connect_unix(&place.socket(name)?)?)?;
        conn.put(&Frame::Hello(VERSION, who.into()));
        conn.send()?;
        Ok(Self { conn, pen: None })
    }

    /// The descriptor, and what to wait for.
    pub fn poll(&self) -> PollFd<'_> {
        self.conn.poll()
    }

    /// Hears what is told and sends what can be sent. Never waits.
    ///
    /// # Errors
    /// Where the one who reads the console has gone, or said what makes no sense.
    pub fn turn(&mut self, mut take: impl FnMut(Told)) -> io::Result<()> {
        self.conn.send()?;
        let (conn, pen) = (&mut self.conn, &mut self.pen);
        let mut sense = Ok(());
        let heard = conn.receive(|frame| match frame {
            Frame::Pen(now) => *pen = Some(now),
            Frame::Size(columns, rows) => take(Told::Size(columns, rows)),
            Frame::Output(bytes) => take(Told::Output(bytes)),
            _ => sense = Err(io::ErrorKind::InvalidData.into()),
        });
        heard.and(sense)
    }

    /// Who writes; none until that was told.
    pub const fn pen(&self) -> Option<&Pen> {
        self.pen.as_ref()
    }

    /// Asks for the pen as soon as nobody has it.
    pub fn claim(&mut self, _types: &dyn Types) {
        self.conn.put(&Frame::Claim);
    }

    /// Asks for the pen, whoever has it.
    pub fn take_over(&mut self, _types: &dyn Types) {
        self.conn.put(&Frame::TakeOver);
    }

    /// Lays the pen down.
    pub fn give_up(&mut self) {
        self.conn.put(&Frame::GiveUp);
    }

    /// Tells the size there is room for: that of who writes counts.
    pub fn size(&mut self, _types: &dyn Types, (columns, rows): (u16, u16)) {
        self.conn.put(&Frame::Size(columns, rows));
    }
}
