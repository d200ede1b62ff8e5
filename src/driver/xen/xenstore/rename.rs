//! Another name for a domain, in both places toolstacks read it from.

use super::{
    client::Client,
    guest::{Guest, unwise},
};
use crate::{driver::Answer, model::text::steers, wire::xenstore::Request};

/// The longest name: what fits where tools print it and a file is called by it.
const LONGEST: usize = 255;

pub(super) fn rename(guest: Guest, name: &str, client: &mut Client) -> Answer<()> {
    let doing = format!("rename domain {}", guest.id);
    if let Some(why) = problem(name) {
        return Err(unwise(&doing, why));
    }
    client.transaction(&doing, |client| {
        let home = guest.home(&doing, client)?;
        if let Some(twin) = named(name, client)?.filter(|&id| id != guest.id) {
            return Err(unwise(&doing, format!("domain {twin} is called {name} already")));
        }
        let paths = [Some(guest.path("name")), home.vm.map(|vm| format!("{vm}/name"))];
        let paths: Vec<String> = paths.into_iter().flatten().collect();
        let requests: Vec<Request<'_>> =
            paths.iter().map(|path| Request::Write(path, name.as_bytes())).collect();
        client.write_all(&doing, &requests)
    })
}

/// Why nobody should be called so.
fn problem(name: &str) -> Option<String> {
    match name {
        "" => Some("a name needs a letter at least".into()),
        _ if name.len() > LONGEST => {
            Some(format!("a name has {LONGEST} bytes at most, and this has {}", name.len()))
        }
        _ if name.contains('/') => Some("a name must not hold a /, which parts paths".into()),
        _ if name.chars().any(steers) => Some("a name must not hold characters that steer a terminal".into()),
        _ if name.trim() != name => Some("a name must not begin or end with a space".into()),
        _ if name.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some("a name must not be a number, which would be taken for an id".into())
        }
        _ => None,
    }
}

/// The first domain that has this name.
fn named(name: &str, client: &mut Client) -> Answer<Option<u32>> {
    let ids = client.list_all(&["/local/domain"])?.remove(0);
    let ids: Vec<u32> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let paths: Vec<String> = ids.iter().map(|id| format!("/local/domain/{id}/name")).collect();
    let names = client.read_all(&paths)?;
    Ok(ids.into_iter().zip(names).find(|(_, taken)| taken.as_deref() == Some(name)).map(|(id, _)| id))
}
