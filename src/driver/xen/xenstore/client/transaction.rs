//! Several writes that others see whole or not at all.

use super::Client;
use crate::{
    driver::{Answer, Error},
    model::Kind,
    wire::xenstore::Request,
};

/// How often a transaction is begun again because somebody wrote what it read.
const TRIES: usize = 32;

impl Client {
    /// Does `work` within a transaction; all of it again where somebody wrote meanwhile what it read or wrote. Where
    /// `work` fails nothing of it stays.
    pub(in crate::driver::xen::xenstore) fn transaction<T>(
        &mut self,
        doing: &str,
        mut work: impl FnMut(&mut Self) -> Answer<T>,
    ) -> Answer<T> {
        for _ in 0..TRIES {
            self.transaction = self.begin(doing)?;
            let answer = work(self);
            if self.broken {
                self.transaction = 0;
                return answer;
            }
            let end = if answer.is_ok() { Request::Commit } else { Request::Abort };
            self.clear();
            let ended = self.ask(doing, &end).map(|_| ());
            self.transaction = 0;
            match (answer, ended) {
                (Err(error), _) => return Err(error),
                (Ok(_), Err(Refused::Again)) => {}
                (Ok(value), ended) => return ended.map(|()| value).map_err(Refused::into_error),
            }
        }
        let why = format!("{doing}: others kept writing at the same time, {TRIES} times over");
        Err(Error::new(Kind::Failed, why).hint("try again in a moment"))
    }

    fn begin(&mut self, doing: &str) -> Answer<u32> {
        self.clear();
        let id = self.ask(doing, &Request::Begin).map_err(Refused::into_error)?;
        let id = id.strip_suffix(b"\0").unwrap_or(&id);
        std::str::from_utf8(id).ok().and_then(|id| id.parse().ok()).filter(|&id| id != 0).ok_or_else(|| {
            Error::new(Kind::Failed, format!("{doing}: xenstored gave no number for a transaction"))
        })
    }

    /// Makes one request and takes its answer.
    fn ask(&mut self, doing: &str, request: &Request<'_>) -> Result<Vec<u8>, Refused> {
        let mut answer = Err(Refused::Again);
        self.queue(request).map_err(Refused::For)?;
        self.exchange(|_, reply| {
            answer = match reply {
                Ok(payload) => Ok(payload.to_vec()),
                Err("EAGAIN") => Err(Refused::Again),
                Err(name) => Err(Refused::For(refusal(doing, name))),
            };
        })
        .map_err(Refused::For)?;
        answer
    }

    /// Makes requests that change something, in one batch, and gives the first refusal. What is to be removed may
    /// have gone already.
    pub(in crate::driver::xen::xenstore) fn write_all(
        &mut self,
        doing: &str,
        requests: &[Request<'_>],
    ) -> Answer<()> {
        for request in requests {
            self.queue(request)?;
        }
        let mut refused = None;
        self.exchange(|place, reply| match reply {
            Err("ENOENT") if matches!(requests[place], Request::Remove(_)) => {}
            Err(name) => refused = refused.take().or_else(|| Some(refusal(doing, name))),
            Ok(_) => {}
        })?;
        refused.map_or(Ok(()), Err)
    }
}

/// Why a request was refused.
enum Refused {
    /// Somebody else wrote at the same time.
    Again,
    For(Error),
}

impl Refused {
    fn into_error(self) -> Error {
        match self {
            Self::Again => Error::new(Kind::Failed, "xenstored is busy").hint("try again in a moment"),
            Self::For(error) => error,
        }
    }
}

/// xenstored's name of an error in words; `doing` is what was attempted.
fn refusal(doing: &str, name: &str) -> Error {
    let (kind, why) = match name {
        "EACCES" | "EPERM" => (Kind::Denied, "xenstored does not let this domain write there"),
        "EROFS" => (Kind::Denied, "this connection to xenstored is for reading only"),
        "ENOSYS" => (Kind::Unsupported, "this xenstored has no such request"),
        "ENOSPC" | "EQUOTA" | "E2BIG" => (Kind::Failed, "xenstored has no room left for it"),
        "ENOMEM" => (Kind::Failed, "xenstored has no memory left"),
        "EBUSY" | "EAGAIN" => (Kind::Failed, "xenstored is busy"),
        other => (Kind::Failed, other),
    };
    Error::new(kind, format!("{doing}: {why}"))
}
