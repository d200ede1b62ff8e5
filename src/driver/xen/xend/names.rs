//! Where a name leads, looked up once and by who asks: the client's own way starts a thread for each request, which a
//! process that gave up starting threads cannot.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    sync::OnceLock,
};

use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

/// The most addresses the client takes.
const MOST: usize = 16;

/// The addresses of one machine, whatever the name in a request.
#[derive(Debug)]
pub(super) struct Names {
    host: String,
    port: u16,
    found: OnceLock<Vec<SocketAddr>>,
}

impl Names {
    /// Of this machine; looked up when it is asked first, which is when a xend is opened.
    pub(super) const fn of(host: String, port: u16) -> Self {
        Self { host, port, found: OnceLock::new() }
    }

    fn addresses(&self) -> Result<&[SocketAddr], Error> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let found = (self.host.as_str(), self.port).to_socket_addrs().map_err(|_| Error::HostNotFound)?;
        let found: Vec<_> = found.take(MOST).collect();
        if found.is_empty() { Err(Error::HostNotFound) } else { Ok(self.found.get_or_init(|| found)) }
    }
}

impl Resolver for Names {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        self.addresses()?.iter().for_each(|address| addresses.push(*address));
        Ok(addresses)
    }
}
