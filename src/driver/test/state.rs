//! State between commands: the whole world as one JSON file, replaced at once or not at all.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    check::{HIGHEST_ID, MOST_MEMORY, meets},
    event::Event,
    guest::{Guest, Run},
    plan::{DomainPlan, HostPlan, NodePlan, PoolPlan},
    world::World,
};
use crate::{
    driver::{Answer, Error, files},
    model::{DomainId, Kind, Nanos},
};

/// The format this program writes and reads.
const FORMAT: u32 = 1;
/// The largest file read.
const LARGEST: u64 = 64 << 20;

/// A world at rest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    format: u32,
    /// The URI of the host it is the state of.
    host: String,
    elapsed: Nanos,
    /// When that was, on the wall's clock.
    #[serde(default)]
    wall: Nanos,
    name: String,
    seed: u64,
    node: NodePlan,
    pools: Vec<PoolPlan>,
    domains: Vec<Resting>,
    events: Vec<(Nanos, Event)>,
    busy: Vec<u64>,
    last_id: u32,
    runs: u64,
}

/// A domain at rest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resting {
    plan: DomainPlan,
    run: Option<Run>,
    #[serde(default)]
    next: Option<DomainPlan>,
}

/// Reads the world a file holds; none where there is no such file yet.
pub(super) fn load(path: &Path, host: &str) -> Answer<Option<World>> {
    let Some(bytes) = read(path, "the state of a test host")? else { return Ok(None) };
    let state: State = parse(path, &bytes)?;
    let world =
        if state.host == host { revive(state) } else { Err(format!("it is the state of {}", state.host)) };
    world.map(Some).map_err(|problem| bad(path, &problem))
}

/// Writes the world.
pub(super) fn save(path: &Path, host: &str, world: &World) -> Answer<()> {
    let domain = |guest: &Guest| Resting {
        plan: guest.plan.clone(),
        run: guest.run.clone(),
        next: guest.next.clone(),
    };
    let clock = &world.clock;
    let state = State {
        format: FORMAT,
        host: host.into(),
        elapsed: clock.now,
        wall: clock.wall,
        name: world.name.raw().into(),
        seed: world.seed,
        node: world.node,
        pools: world.pools.clone(),
        domains: world.guests.iter().map(domain).collect(),
        events: world.queue.iter().map(|(at, event)| (at, event.clone())).collect(),
        busy: world.board.busy(clock.segment, clock.now).collect(),
        last_id: world.last_id,
        runs: world.runs,
    };
    write(path, &state)
}

/// The description of a domain that was saved to a file.
pub(super) fn restore(path: &Path) -> Answer<DomainPlan> {
    match read(path, "a saved domain").map_err(files::of_file)? {
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            let message = format!("restore from {}: it is no domain that was saved: {error}", path.display());
            Error::new(Kind::Malformed, message)
        }),
        None => {
            Err(Error::new(Kind::Failed, format!("restore from {}: there is no such file", path.display())))
        }
    }
}

/// Writes a domain to a file that is not there yet, as toolstacks should: what one holds is a guest's memory.
pub(super) fn write_domain(path: &Path, plan: &DomainPlan) -> Answer<()> {
    let failed = |error: &std::io::Error| files::unusable("write", path, error);
    let target = files::Target::make(path).map_err(|(error, _)| error)?;
    let written = serde_json::to_vec(plan).map_err(Into::into).and_then(|bytes| {
        let mut file = target.file();
        file.write_all(&bytes).and_then(|()| file.sync_all())
    });
    written.map_err(|error| {
        target.discard();
        failed(&error)
    })
}

fn revive(state: State) -> Result<World, String> {
    if state.format != FORMAT {
        return Err(format!("its format is {}, and this domtop reads {FORMAT}", state.format));
    }
    let parts = state.domains.into_iter().map(|one| (one.plan, (one.run, one.next)));
    let (domains, runs): (Vec<_>, Vec<_>) = parts.unzip();
    let State { name, seed, node, pools, events, .. } = state;
    let plan = HostPlan { name, seed, node, pools, domains, events, uptime: state.elapsed };
    plan.check().map_err(|error| error.to_string())?;
    if state.busy.len() != node.pcpus() as usize {
        return Err(format!("it tells of {} busy times for {} CPUs", state.busy.len(), node.pcpus()));
    }
    let mut world = World::empty(&plan, plan.uptime);
    world.boot_log();
    world.board.resume(&state.busy);
    world.clock.wall = state.wall;
    (world.last_id, world.runs) = (state.last_id.min(HIGHEST_ID), state.runs);
    plan.events.into_iter().for_each(|(at, event)| world.queue.put(at, event));
    for (plan, left) in plan.domains.into_iter().zip(runs) {
        world.lay(plan, left)?;
    }
    world.sort();
    world.begin_segment();
    Ok(world)
}

impl World {
    /// Puts in a domain as it was left.
    fn lay(&mut self, plan: DomainPlan, left: (Option<Run>, Option<DomainPlan>)) -> Result<(), String> {
        let (run, next) = left;
        let problem = next.as_ref().and_then(|next| next.problem(&self.pools, self.node.pcpus()));
        if let Some(problem) = problem {
            return Err(format!("what domain {:?} is to be next: {problem}", plan.name));
        }
        if let Some(run) = &run {
            self.credible(&plan, run)?;
            if !self.ids.insert(run.id.0) {
                return Err(format!("two domains have the id {}", run.id.0));
            }
        }
        let mut guest = Guest::new(plan, self.seed);
        (guest.run, guest.next) = (run, next);
        self.guests.push(guest);
        Ok(())
    }

    fn credible(&self, plan: &DomainPlan, run: &Run) -> Result<(), String> {
        let (pcpus, DomainId(id)) = (self.node.pcpus(), run.id);
        let pool = &self.pools[plan.share.pool as usize].cpus;
        let problem = if run.cpus.len() != plan.vcpus.max as usize || run.flows.len() != plan.devices.len() {
            Some("its run has other vCPUs or devices than its description".to_owned())
        } else if id > HIGHEST_ID || (id == 0) != plan.uuid.is_nil() {
            Some(format!("its id {id} cannot be"))
        } else if run.claim(Nanos(0)).0 > MOST_MEMORY || run.memory(Nanos(0)).0 > MOST_MEMORY {
            Some("it has more memory than there is".into())
        } else {
            let stray = run.cpus.iter().any(|cpu| cpu.pcpu >= pcpus).then(|| "a vCPU is nowhere".to_owned());
            stray.or_else(|| run.cpus.iter().find_map(|cpu| meets(&cpu.hard, pool, pcpus)))
        };
        problem.map_or(Ok(()), |problem| Err(format!("domain {:?}: {problem}", plan.name)))
    }
}

/// The bytes of a file, none where there is no such file.
fn read(path: &Path, what: &str) -> Answer<Option<Vec<u8>>> {
    let attempt = || format!("read {what} from {}", path.display());
    let mut bytes = Vec::new();
    match files::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(attempt(), &error)),
        Ok(file) if !file.metadata().is_ok_and(|about| about.is_file()) => {
            return Err(Error::new(Kind::Refused, format!("{}: it is no file", attempt())));
        }
        Ok(file) => file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| Error::io(attempt(), &e))?,
    };
    if bytes.len() as u64 > LARGEST {
        return Err(bad(path, &format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    Ok(Some(bytes))
}

fn parse<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Answer<T> {
    serde_json::from_slice(bytes).map_err(|error| bad(path, &error.to_string()))
}

fn bad(path: &Path, problem: &str) -> Error {
    let message = format!("read {}: {problem}", path.display());
    Error::new(Kind::Malformed, message).hint("remove the file to begin anew, or name another one")
}

/// Writes beside the file and renames, so that a reader finds the old or the new, never a part.
fn write<T: Serialize>(path: &Path, value: &T) -> Answer<()> {
    let attempt = |error: std::io::Error| Error::io(format!("write {}", path.display()), &error);
    let bytes = serde_json::to_vec(value).map_err(|error| attempt(error.into()))?;
    let beside = beside(path);
    let written =
        File::create(&beside).and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
    let renamed = written.and_then(|()| fs::rename(&beside, path));
    if renamed.is_err() {
        // It may not be there at all; the error that matters is the one above.
        let _ = fs::remove_file(&beside);
    }
    renamed.map_err(attempt)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    path.with_file_name(name)
}
