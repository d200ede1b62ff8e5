//! Requests to xend and what comes back: as its parser wants them, bounded in time and size.
//!
//! ```text
//!  GET  /xend/domain/web            reads       Web::read
//!  POST /xend/domain/web op=…       asks        Web::ask     of the few operations that change nothing
//!                                   changes     Hands::order  there are none where only looking is allowed
//! ```
//!
//! xend answers in S-expressions where no User-Agent is sent or `application/sxp` is accepted, sees no field of a body
//! that is not a form, takes requests of 10000 bytes at most, and closes after one reply or forgets to, so an answer
//! ends where its Content-length says and no connection is used again (tools/python/xen/web/httpserver.py,
//! xen/xend/server/SrvDir.py of Xen 3.0 to 4.4).

use std::{sync::Arc, time::Duration};

use ureq::{Agent, Body, http::Response};

use super::{
    names::Names,
    page::{Form, Page},
    transport::{NoNames, NoWay, Way},
};
use crate::{
    driver::{Answer, Error},
    model::{Kind, uri},
};

/// The longest reply read: some ten thousand domains.
const LARGEST: u64 = 16 << 20;
/// The most xend reads of a request's body (`MAX_DATA` of httpserver.py); of more, the connection breaks.
pub(super) const MOST_SENT: usize = 10_000;
/// Its replies have a handful of headers.
const HEADERS: usize = 16 << 10;

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    /// The status: 200, 202, 500.
    pub(super) status: u16,
    /// All of the body.
    pub(super) body: Vec<u8>,
}

/// An operation that changes nothing and is there as POST alone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    /// The credit scheduler's parameters.
    Credit,
    /// The SEDF scheduler's.
    Sedf,
    /// Network interfaces as xenstore has them.
    Interfaces,
}

impl Question {
    fn form(self) -> Form {
        match self {
            Self::Credit => Form::op("domain_sched_credit_get"),
            Self::Sedf => Form::op("cpu_sedf_get"),
            Self::Interfaces => Form::op("devices").with("type", "vif"),
        }
    }
}

/// A xend to ask.
pub(super) struct Web {
    agent: Agent,
    /// `http://HOST:PORT`.
    base: String,
    peer: Arc<str>,
}

impl Web {
    /// Of the xend there. Connects to nobody yet.
    pub(super) fn new(at: &uri::Xend, peer: Arc<str>) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .max_response_header_size(HEADERS)
            .user_agent("")
            .accept("application/sxp")
            .build();
        let way = Way(at.clone());
        let (agent, base) = match at {
            uri::Xend::Unix(_) => (Agent::with_parts(config, way, NoNames), "http://localhost".to_owned()),
            uri::Xend::Tcp { host, port } => {
                let agent = Agent::with_parts(config, way, Names::of(host.clone(), *port));
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                (agent, format!("http://{host}:{port}"))
            }
        };
        Self { agent, base, peer }
    }

    /// Reads a page.
    ///
    /// # Errors
    /// Where there was no reply; any status is one.
    pub(super) fn read(&self, page: &Page, span: Duration) -> Answer<Reply> {
        let request = self.agent.get(format!("{}{page}", self.base)).header("Connection", "close");
        let sent = request.config().timeout_global(Some(span)).build().call();
        sent.and_then(receive).map_err(|error| self.explain(&format!("read {page}"), error, span).0)
    }

    /// Asks something of a domain.
    ///
    /// # Errors
    /// As [`Web::read`].
    pub(super) fn ask(&self, page: &Page, question: Question, span: Duration) -> Answer<Reply> {
        Ok(self.post(page, &question.form(), span)?)
    }

    fn post(&self, page: &Page, form: &Form, span: Duration) -> Result<Reply, Undone> {
        let (doing, body) = (format!("{} at {page}", form.word()), form.text());
        if body.len() > MOST_SENT {
            let why =
                format!("{doing}: it takes {} bytes to say, and xend reads {MOST_SENT} at most", body.len());
            return Err(Undone { error: Error::new(Kind::Refused, why), outcome: Outcome::Nothing });
        }
        let request = self.agent.post(format!("{}{page}", self.base)).header("Connection", "close");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let sent = request.config().timeout_global(Some(span)).build().send(body);
        let reply = sent.and_then(receive);
        reply.map_err(|error| {
            let (error, outcome) = self.explain(&doing, error, span);
            Undone { error, outcome }
        })
    }

    /// Why there was no reply, and what became of the request.
    fn explain(&self, doing: &str, error: ureq::Error, span: Duration) -> (Error, Outcome) {
        use ureq::{Error as E, Timeout as T};
        let peer = &self.peer;
        let unsent = |what: String| {
            (Error::new(Kind::Unreachable, format!("connect to {peer}: {what}")), Outcome::Nothing)
        };
        let perhaps = |kind, what: String| (Error::new(kind, format!("{doing}: {what}")), Outcome::Unknown);
        match error {
            E::Other(inner) => match inner.downcast::<NoWay>() {
                Ok(no_way) => (no_connection(peer, &no_way), Outcome::Nothing),
                Err(other) => perhaps(Kind::Failed, other.to_string()),
            },
            E::HostNotFound => unsent("there is no machine of that name".into()),
            E::BadUri(_) | E::Http(_) => unsent("it is no name of a machine".into()),
            E::Timeout(T::Resolve | T::Connect) => unsent(format!("no answer in {span:.0?}")),
            E::Timeout(_) => perhaps(Kind::TimedOut, format!("no answer in {span:.0?}")),
            E::Io(error) => (Error::io(format!("{doing}: the connection broke"), &error), Outcome::Unknown),
            E::BodyExceedsLimit(_) => {
                perhaps(Kind::Malformed, format!("the reply is longer than {LARGEST} bytes"))
            }
            other => perhaps(Kind::Malformed, format!("the reply is no HTTP: {other}")),
        }
    }
}

/// An order that was not seen to be done: why, and what became of it.
#[derive(Debug)]
pub(super) struct Undone {
    pub(super) error: Error,
    pub(super) outcome: Outcome,
}

/// What became of an order that was not seen to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing: not a byte of it was sent, or xend said no.
    Nothing,
    /// Nobody knows: some of it was sent, and what xend says to it did not come or cannot be read.
    Unknown,
}

impl From<Undone> for Error {
    fn from(undone: Undone) -> Self {
        undone.error
    }
}

fn receive(mut response: Response<Body>) -> Result<Reply, ureq::Error> {
    let body = response.body_mut().with_config().limit(LARGEST).read_to_vec()?;
    Ok(Reply { status: response.status().as_u16(), body })
}

fn no_connection(peer: &str, NoWay(error): &NoWay) -> Error {
    let told = Error::io(format!("connect to {peer}"), error);
    match told.kind {
        Kind::Denied => told.hint("run as root: xend lets nobody else near its socket"),
        Kind::TimedOut => Error { kind: Kind::Unreachable, ..told }.hint("xend may be hung or overrun"),
        _ => Error { kind: Kind::Unreachable, ..told }
            .hint("is xend running, and does xend-config.sxp have xend-http-server or xend-unix-server yes?"),
    }
}

/// A request that was sent and whose reply was lost may have been obeyed: nobody else is to try it as well.
fn afterwards(error: Error) -> Error {
    match error.kind {
        Kind::Unreachable | Kind::Denied => Error { kind: Kind::Failed, ..error }
            .hint("it may have been done all the same: look before trying again"),
        Kind::TimedOut => error.hint("xend may still do it"),
        _ => error.hint("it may have been done all the same: look before trying again"),
    }
}

/// Sends what changes something. There is one only where that is allowed.
pub(super) struct Hands(Arc<Web>);

impl Hands {
    /// Over a xend that was opened for changes.
    pub(super) const fn new(web: Arc<Web>) -> Self {
        Self(web)
    }

    /// Orders something, once: it is never sent again.
    ///
    /// # Errors
    /// As [`Web::read`]; `Unreachable` or `Denied` where nothing was sent, and only there.
    pub(super) fn order(&self, page: &Page, form: &Form, span: Duration) -> Result<Reply, Undone> {
        self.0.post(page, form, span).map_err(|undone| match undone.outcome {
            Outcome::Nothing => undone,
            Outcome::Unknown => Undone { error: afterwards(undone.error), ..undone },
        })
    }
}
