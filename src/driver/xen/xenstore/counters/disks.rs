//! Disk counters: four small files a disk of blkback and blktap, one binary one of tapdisk, kept open where the
//! limit of open files allows.
//!
//! QEMU's disks (`qdisk`) have none on the host; nor have those of other domains that serve as backends.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    os::unix::{ffi::OsStrExt, fs::FileExt},
    path::{Path, PathBuf},
};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::DeviceId;
use crate::{driver::xen::xenstore::link::Link, model::DiskCounters};

/// The counters of a disk's `statistics` directory (drivers/block/xen-blkback/xenbus.c), in the order of [`of_files`].
const FILES: [&str; 4] = ["rd_req", "wr_req", "rd_sect", "wr_sect"];
/// Bytes of a sector, whatever the disk's own are.
const SECTOR: u64 = 512;
/// Files left to the rest of the program.
const SPARE_FILES: u64 = 256;
/// Bytes of tapdisk's counters, and the version of their layout.
const TAPDISK: (usize, u32) = (96, 1);

/// The disks this host is the backend of.
pub(super) struct Disks {
    devices: PathBuf,
    shm: PathBuf,
    /// By id.
    known: Vec<Disk>,
    /// Whether one vanished since they were looked for.
    pub(super) lost: bool,
}

struct Disk {
    id: DeviceId,
    place: PathBuf,
    source: Source,
}

enum Source {
    /// The four files, kept open.
    Files([File; 4]),
    /// The four files, opened each time: the limit of open files is reached.
    Closed,
    /// Tapdisk's counters.
    Tapdisk(File),
}

impl Disks {
    /// From the directory of backend devices (`/sys/bus/xen-backend/devices`) and that of tapdisk's counters.
    pub(super) fn new(devices: PathBuf, shm: PathBuf) -> Self {
        Self { devices, shm, known: Vec::new(), lost: false }
    }

    /// Looks for disks. Those that are known and still answer keep their files.
    pub(super) fn scan(&mut self, link: &mut Link) {
        let mut places = self.places();
        self.lost = false;
        self.known.retain(|disk| places.get(&disk.id) == Some(&disk.place) && disk.read().is_ok());
        let mut room = room(places.len());
        for disk in &self.known {
            places.remove(&disk.id);
            room = room.saturating_sub(disk.files());
        }
        for (id, place) in places {
            if let Some(disk) = Disk::open(id, place, room) {
                room = room.saturating_sub(disk.files());
                self.known.push(disk);
            }
        }
        self.known.extend(tapdisks(&self.shm, link));
        self.known.sort_unstable_by_key(|disk| disk.id);
        self.known.dedup_by_key(|disk| disk.id);
    }

    /// Hands over every disk with its counters; one that does not answer any more is forgotten.
    pub(super) fn each(&mut self, mut give: impl FnMut(DeviceId, &DiskCounters)) {
        let lost = &mut self.lost;
        self.known.retain(|disk| {
            let counters = disk.read();
            counters.as_ref().map_or_else(|_| *lost = true, |counters| give(disk.id, counters));
            counters.is_ok()
        });
    }

    /// The counters of one disk.
    pub(super) fn one(&self, id: DeviceId) -> Option<DiskCounters> {
        self.known.iter().find(|disk| disk.id == id)?.read().ok()
    }

    /// The directories of counters there are.
    fn places(&self) -> BTreeMap<DeviceId, PathBuf> {
        let Ok(devices) = fs::read_dir(&self.devices) else { return BTreeMap::new() };
        let place = |device: fs::DirEntry| {
            let name = device.file_name();
            let numbers = ["vbd-", "tap-"].iter().find_map(|p| name.as_bytes().strip_prefix(p.as_bytes()))?;
            let statistics = device.path().join("statistics");
            Some((DeviceId::parse(numbers, b'-')?, statistics)).filter(|(_, place)| place.is_dir())
        };
        devices.flatten().filter_map(place).collect()
    }
}

impl Disk {
    /// None where the files are not there: its front end is not connected.
    fn open(id: DeviceId, place: PathBuf, room: u64) -> Option<Self> {
        let mut disk = Self { id, place, source: Source::Closed };
        if room >= FILES.len() as u64 {
            let open = |name| File::open(disk.place.join(name)).ok();
            disk.source = Source::Files([open(FILES[0])?, open(FILES[1])?, open(FILES[2])?, open(FILES[3])?]);
        }
        disk.read().ok().map(|_| disk)
    }

    const fn files(&self) -> u64 {
        match self.source {
            Source::Files(_) => FILES.len() as u64,
            Source::Closed => 0,
            Source::Tapdisk(_) => 1,
        }
    }

    fn read(&self) -> io::Result<DiskCounters> {
        match &self.source {
            Source::Files(files) => of_files(|i| number(&files[i])),
            Source::Closed => of_files(|i| number(&File::open(self.place.join(FILES[i]))?)),
            Source::Tapdisk(file) => {
                let mut bytes = [0; TAPDISK.0];
                file.read_exact_at(&mut bytes, 0)?;
                tapdisk(&bytes).ok_or_else(|| io::ErrorKind::InvalidData.into())
            }
        }
    }
}

fn of_files(file: impl Fn(usize) -> io::Result<u64>) -> io::Result<DiskCounters> {
    Ok(DiskCounters {
        read_requests: file(0)?,
        write_requests: file(1)?,
        read_bytes: file(2)?.wrapping_mul(SECTOR),
        write_bytes: file(3)?.wrapping_mul(SECTOR),
    })
}

/// The number in a file of one line.
fn number(file: &File) -> io::Result<u64> {
    let mut text = [0; 32];
    let size = file.read_at(&mut text, 0)?;
    let digits = std::str::from_utf8(text[..size].trim_ascii()).ok();
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Tapdisk's counters (blktap's include/blktap3.h, `struct blkback_stats`), in the machine's byte order.
fn tapdisk(bytes: &[u8; TAPDISK.0]) -> Option<DiskCounters> {
    let (words, _) = bytes.as_chunks::<8>();
    let word = |offset: usize| u64::from_ne_bytes(words[offset / 8]);
    let version = u32::from_ne_bytes(*bytes.first_chunk()?);
    (version == TAPDISK.1).then(|| DiskCounters {
        read_requests: word(24),
        read_bytes: word(32).wrapping_mul(SECTOR),
        write_requests: word(56),
        write_bytes: word(64).wrapping_mul(SECTOR),
    })
}

/// The disks of tapdisk processes, `td3-P/vbd-D-ID`, but for those that processes which ended left behind: xenstore
/// tells which process serves a disk.
fn tapdisks(shm: &Path, link: &mut Link) -> Vec<Disk> {
    let found = tapdisk_files(shm);
    if found.is_empty() {
        return Vec::new();
    }
    let keys: Vec<String> = found
        .iter()
        .map(|(_, id, _)| format!("/local/domain/0/backend/vbd3/{}/{}/kthread-pid", id.domain, id.device))
        .collect();
    let pids = link.run(|client| client.read_all(&keys)).unwrap_or_default();
    found
        .into_iter()
        .zip(pids)
        .filter(|((pid, ..), told)| told.as_ref() == Some(pid))
        .filter_map(|((_, id, place), _)| {
            let source = Source::Tapdisk(File::open(&place).ok()?);
            Some(Disk { id, place, source }).filter(|disk| disk.read().is_ok())
        })
        .collect()
}

/// Process, device and file of all counters of tapdisk.
fn tapdisk_files(shm: &Path) -> Vec<(String, DeviceId, PathBuf)> {
    let entries = |place: &Path| fs::read_dir(place).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for process in entries(shm) {
        let name = process.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix("td3-")) else { continue };
        for file in entries(&process.path()) {
            let id = file.file_name().as_bytes().strip_prefix(b"vbd-").and_then(|n| DeviceId::parse(n, b'-'));
            found.extend(id.map(|id| (pid.to_owned(), id, file.path())));
        }
    }
    found
}

/// How many files may be kept open for this many disks; raises the process's own limit where that is too few.
fn room(disks: usize) -> u64 {
    let wanted = (disks * FILES.len()) as u64 + SPARE_FILES;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 0 };
    let raised = wanted.min(hard);
    let limit =
        if soft < raised && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok() { raised } else { soft };
    limit.saturating_sub(SPARE_FILES)
}
